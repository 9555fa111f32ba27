"""What it would take to give somebody a shift, in plain words: what must be first, then what is nice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from salonpool.domain.money import Money
from salonpool.queries.what_if import ShiftCard
from salonpool.web.filters import day_short, local_time, money

Words = Callable[[], str]
Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as a page shows it: what stands against it, and what would be better, most weighty first."""

    lead: str
    against: tuple[str, ...] = ()
    in_return: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


# Functions, not strings: gettext must run for each reader. Keys: rule names and reasons of `excluded`,
# docs/planner.md. Who keeps apart from whom stays theirs.
_MY_MUST: dict[str, Words] = {
    "skill": lambda: _("You do not have the skill it needs."),
    "skill_dates": lambda: _("You do not have the skill on that day."),
    "available": lambda: _("It is not within the hours you gave us."),
    "blocked": lambda: _("You do not work at this salon."),
    "refused": lambda: _("You were asked for it already."),
    "no_text": lambda: _("We cannot text you: we have no number, or you sent STOP."),
    "live_offer": lambda: _("You are being asked for another shift first."),
    "home-travel": lambda: _("It is further from home than you want to go."),
    "hourly-cost": lambda: _("It pays less than you ask for."),
    "overlap": lambda: _("You work somewhere at that time."),
    "travel-gap": lambda: _("You could not get there in time from your other work."),
    "rest": lambda: _("You would rest too little between two days."),
    "day-minutes": lambda: _("You would work too long that day."),
    "window-minutes": lambda: _("You would work more hours than you may or want to."),
    "window-days": lambda: _("You would have no day off."),
    "not-with": lambda: _("The salon has no place for you then."),
    "chairs": lambda: _("The salon has no place for you then."),
}
_THEIR_MUST: dict[str, Words] = {
    "skill": lambda: _("does not have the skill"),
    "skill_dates": lambda: _("does not have the skill on that day"),
    "available": lambda: _("did not say that they can work then"),
    "blocked": lambda: _("cannot work at your salon"),
    "refused": lambda: _("was asked for it already"),
    "no_text": lambda: _("cannot be texted"),
    "live_offer": lambda: _("is being asked for another shift first"),
    "home-travel": lambda: _("lives further away than they want to go"),
    "hourly-cost": lambda: _("asks for more pay than this shift has"),
    "overlap": lambda: _("works somewhere at that time"),
    "travel-gap": lambda: _("cannot get there in time from other work"),
    "rest": lambda: _("would rest too little between two days"),
    "day-minutes": lambda: _("would work too long that day"),
    "window-minutes": lambda: _("would work more hours than they may or want to"),
    "window-days": lambda: _("would have no day off"),
    "not-with": lambda: _("cannot work beside who is there"),
    "chairs": lambda: _("no chair is free then"),
}
# In the order in which they count. Worse first, then better.
_WAYS: dict[str, tuple[Words, Words]] = {
    "fairness": (
        lambda: _("Others are further away from the hours they wish for."),
        lambda: _("Wishes for hours would be met better."),
    ),
    "cost": (
        lambda: _("The salons would pay more in all."),
        lambda: _("The salons would pay less in all."),
    ),
    "travel": (
        lambda: _("There would be more travel in all."),
        lambda: _("There would be less travel in all."),
    ),
    "preference": (
        lambda: _("Fewer wishes for salons would come true."),
        lambda: _("More wishes for salons would come true."),
    ),
}


def told_to_stylist(answer: Answer, cards: Mapping[int, ShiftCard]) -> Told:
    """The answer to somebody who asks about themselves. `cards` has the shifts they would leave."""
    if "must" not in answer:
        return Told(_("This shift has begun, or is not to be worked any more."))
    if answer["must"]:
        must = tuple(dict.fromkeys(_must(_MY_MUST, rule) for rule in answer["must"]))
        return Told(_("It must not be you, because of this:"), must)
    left = tuple(
        _(
            "You would have to leave the shift you are being asked for: %(shift)s.",
            shift=_named(cards[shift_id]),
        )
        for shift_id in answer["left"]
        if shift_id in cards
    )
    against, in_return = _ways(answer, _open_shifts(answer, answer["opened_count"]), left)
    if answer["is_better"]:
        lead = _("As things are now, you would be the better choice. Who was asked first keeps the turn.")
    elif against:
        lead = _("You fit. Somebody else comes first, because with you:")
    else:
        lead = _("Nothing stands against you. More people fit than are asked at once.")
    return Told(lead, against, in_return, _notes(answer, against, _("If they say no, you may be next.")))


def told_to_owner(
    answer: Answer, name: str, cards: Mapping[int, ShiftCard], owned: frozenset[int], currency: str
) -> Told:
    """The answer to an owner about somebody called `name`. Of `cards` only shifts at `owned` salons are
    named."""
    if "must" not in answer:
        return Told(_("This shift has begun, or is not to be worked any more."))
    if answer["must"]:
        must = tuple(dict.fromkeys(_must(_THEIR_MUST, rule) for rule in answer["must"]))
        return Told(_("%(name)s must not have it:", name=name), must)
    own = [cards[shift] for shift in answer["opened"] if shift in cards and cards[shift].salon_id in owned]
    opened = (
        *(_left_open(card) for card in own),
        *_open_shifts(answer, answer["opened_count"] - len(own)),
    )
    against, in_return = _ways(answer, opened, (), currency)
    if answer["is_better"]:
        lead = _(
            "As things are now, %(name)s would be the better choice. Who was asked first keeps the turn.",
            name=name,
        )
    elif against:
        lead = _("%(name)s fits. Somebody else comes first, because with %(name)s:", name=name)
    else:
        lead = _("Nothing stands against %(name)s. More people fit than are asked at once.", name=name)
    next_one = _("If they say no, %(name)s may be next.", name=name)
    return Told(lead, against, in_return, _notes(answer, against, next_one))


def _must(words: Mapping[str, Words], rule: str) -> str:
    return words[rule]() if rule in words else _("Another rule stands against it.")


def _ways(
    answer: Answer, opened: tuple[str, ...], left: tuple[str, ...], currency: str = ""
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What would be worse and what better, in the order in which it counts."""
    terms = dict(answer["terms"])
    worse = [*opened, *left]
    better = [_filled(answer["filled_count"])] if answer["filled_count"] else []
    if answer["moved_count"]:
        worse.append(_moved(answer["moved_count"]))
    for term, (more, less) in _WAYS.items():
        difference = terms.get(term, 0)
        words = more if difference > 0 else less
        told = _amount(difference, currency) if currency and term == "cost" else words()
        if difference:
            (worse if difference > 0 else better).append(told)
    return tuple(worse), tuple(better)


def _amount(difference: int, currency: str) -> str:
    amount = money(Money(abs(difference), currency))
    if difference > 0:
        return _("The salons would pay %(amount)s more in all.", amount=amount)
    return _("The salons would pay %(amount)s less in all.", amount=amount)


def _open_shifts(answer: Answer, count: int) -> tuple[str, ...]:
    if count <= 0:
        return ()
    return (
        ngettext(
            "A shift somewhere else would have nobody.",
            "%(num)s shifts somewhere else would have nobody.",
            count,
        ),
    )


def _left_open(card: ShiftCard) -> str:
    if card.priority == 1:
        return _("Your shift %(shift)s would have nobody, and guests are booked.", shift=_named(card))
    return _("Your shift %(shift)s would have nobody.", shift=_named(card))


def _filled(count: int) -> str:
    return ngettext(
        "A shift that has nobody now would have somebody.",
        "%(num)s shifts that have nobody now would have somebody.",
        count,
    )


def _moved(count: int) -> str:
    return ngettext(
        "Somebody who is being asked for another shift would have to be asked for a different one.",
        "%(num)s people who are being asked for other shifts would have to be asked for different ones.",
        count,
    )


def _named(card: ShiftCard) -> str:
    zone = card.zone
    hours = f"{local_time(card.starts_at, zone)}–{local_time(card.ends_at, zone)}"
    return f"{day_short(card.starts_at, zone)} {hours} {card.salon_name}"


def _notes(answer: Answer, against: tuple[str, ...], next_one: str) -> tuple[str, ...]:
    notes = []
    if answer["said_yes"]:
        notes.append(_("Somebody said yes to this shift, and a yes is never taken back."))
    elif not against or answer["is_better"]:
        notes.append(next_one)
    if len(against) > 1:
        notes.append(_("What is named first counts more than all that follows."))
    if not answer["is_proven"]:
        notes.append(_("We looked for a few seconds only: there may be a way we did not see."))
    return tuple(notes)
