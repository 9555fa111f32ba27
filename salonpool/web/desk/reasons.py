"""Why a seat is free, in the owner's words: no planner jargon on a screen."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

from salonpool.domain.local_time import MINUTE, local_day
from salonpool.domain.money import Money
from salonpool.queries.salons import SalonRow
from salonpool.queries.shifts import Gap, ShiftRow
from salonpool.web.filters import day_long, local_time, money

Words = Callable[[], str]

# Functions, not strings: gettext must run for each reader. Keys: rule names and
# reasons of `excluded`, docs/planner.md.
_REMAINING: dict[str, Words] = {
    "pool": lambda: _("in the pool"),
    "skill": lambda: _("have the skill"),
    "available": lambda: _("can work at that time"),
    "blocked": lambda: _("work with your salon"),
    "refused": lambda: _("were not asked before"),
    "live_offer": lambda: _("are not being asked for another shift"),
    "no_text": lambda: _("can be texted"),
    "skill_dates": lambda: _("have the skill on that day"),
    "home-travel": lambda: _("live near enough"),
    "hourly-cost": lambda: _("work for that pay"),
    "overlap": lambda: _("are free then"),
    "travel-gap": lambda: _("can get there in time"),
    "rest": lambda: _("have rested enough"),
    "day-minutes": lambda: _("stay within their hours that day"),
    "window-minutes": lambda: _("stay within the hours they may work"),
    "window-days": lambda: _("may work one more day"),
    "not-with": lambda: _("get along with who is there"),
    "chairs": lambda: _("find a free chair"),
}
_REMOVED: dict[str, Words] = {
    "skill": lambda: _("without the skill"),
    "available": lambda: _("cannot work at that time"),
    "blocked": lambda: _("do not work with your salon"),
    "refused": lambda: _("were asked already"),
    "live_offer": lambda: _("being asked for another shift now"),
    "no_text": lambda: _("cannot be texted"),
    "skill_dates": lambda: _("without the skill on that day"),
    "home-travel": lambda: _("live too far away"),
    "hourly-cost": lambda: _("ask for more pay"),
    "overlap": lambda: _("busy at that time"),
    "travel-gap": lambda: _("cannot get there in time"),
    "rest": lambda: _("would not rest enough"),
    "day-minutes": lambda: _("over their hours that day"),
    "window-minutes": lambda: _("over the hours they may work"),
    "window-days": lambda: _("short of days off"),
    "not-with": lambda: _("do not work beside who is there"),
    "chairs": lambda: _("no free chair"),
}

# What somebody lacks who would fit otherwise, to follow "lack only". Whom somebody keeps away from stays
# theirs: no word of `blocked` and `not-with` here.
_LACKING: dict[str, Words] = {
    "skill": lambda: _("the skill"),
    "available": lambda: _("the time, as they cannot work then"),
    "refused": lambda: _("a yes, as they were asked already"),
    "live_offer": lambda: _("an answer to another shift"),
    "no_text": lambda: _("a number we can text"),
    "skill_dates": lambda: _("the skill on that day"),
    "home-travel": lambda: _("a shorter way to your salon"),
    "hourly-cost": lambda: _("more pay"),
    "overlap": lambda: _("the time, as they work then"),
    "travel-gap": lambda: _("the travel time"),
    "rest": lambda: _("the rest between two days"),
    "day-minutes": lambda: _("hours left that day"),
    "window-minutes": lambda: _("hours they may still work"),
    "window-days": lambda: _("a day they may still work"),
    "chairs": lambda: _("a free chair"),
}


def remaining_words(rule: str) -> str:
    """What the people left after a rule have in common: 9 'have the skill'."""
    return _REMAINING[rule]() if rule in _REMAINING else _("fit otherwise")


def removed_words(rule: str) -> str:
    """Why a rule removed people: 6 'busy at that time'."""
    return _REMOVED[rule]() if rule in _REMOVED else _("for another reason")


def lacking_words(sole: Iterable[tuple[str, int]]) -> list[str]:
    """Whom one thing keeps away: '3 people lack only the travel time', most people first."""
    told = ((count, _LACKING[rule]()) for rule, count in sole if rule in _LACKING)
    return [
        ngettext("%(num)s person lacks only %(what)s", "%(num)s people lack only %(what)s", count, what=what)
        for count, what in sorted(told, key=lambda pair: -pair[0])
    ]


def nobody_words(gap: Gap) -> str:
    """What to do when no change at all brings anybody."""
    if gap.pool and dict(gap.funnel).get("skill") == gap.pool:
        return _(
            "Nobody in the pool has this skill. Post the shift for another one, or invite somebody with it."
        )
    return _(
        "Nobody in the pool could come, whatever you change. Invite people to it, or ask a salon nearby."
    )


def remedy_words(
    change: Mapping[str, Any], shift: ShiftRow, salon: SalonRow, skills: Mapping[str, str]
) -> str:
    """A change that would bring people, as advice; `skills` are the names by code."""
    scene = _Scene(change, shift, salon.zone, skills)
    return " + ".join(words(scene) for key, words in _CHANGES.items() if key in change)


@dataclass(frozen=True, slots=True)
class _Scene:
    change: Mapping[str, Any]
    shift: ShiftRow
    zone: str
    skills: Mapping[str, str]

    def minutes(self, key: str) -> int:
        return int(self.change.get(key, 0))

    @property
    def starts_at(self) -> datetime:
        moved = self.minutes("start_minutes") + self.minutes("later_start_minutes")
        return self.shift.starts_at + moved * MINUTE

    @property
    def ends_at(self) -> datetime:
        moved = self.minutes("start_minutes") - self.minutes("earlier_end_minutes")
        return self.shift.ends_at + moved * MINUTE


def _start(scene: _Scene) -> str:
    minutes = scene.minutes("start_minutes")
    zone, at = scene.zone, scene.starts_at
    if local_day(at, ZoneInfo(zone)) != local_day(scene.shift.starts_at, ZoneInfo(zone)):
        return _("Move it to %(day)s %(time)s", day=day_long(at, zone), time=local_time(at, zone))
    if abs(minutes) > 60:
        return _("Start at %(time)s", time=local_time(at, zone))
    if minutes > 0:
        return ngettext("Start %(num)s minute later", "Start %(num)s minutes later", minutes)
    return ngettext("Start %(num)s minute earlier", "Start %(num)s minutes earlier", -minutes)


def _pay(scene: _Scene) -> str:
    before = scene.shift.hourly_pay
    pay = Money(int(scene.change["max_hourly_cost"]), before.currency)
    more = Money(pay.amount_minor - before.amount_minor, before.currency)
    return _("Pay %(pay)s an hour, %(more)s more", pay=money(pay), more=money(more))


def _skill(scene: _Scene) -> str:
    code = str(scene.change["skill"])
    return _(
        "Ask for %(skill)s instead of %(needed)s",
        skill=scene.skills.get(code, code),
        needed=scene.shift.skill_name,
    )


_CHANGES: dict[str, Callable[[_Scene], str]] = {
    "start_minutes": _start,
    "later_start_minutes": lambda scene: _(
        "Start only at %(time)s", time=local_time(scene.starts_at, scene.zone)
    ),
    "earlier_end_minutes": lambda scene: _("End at %(time)s", time=local_time(scene.ends_at, scene.zone)),
    "max_hourly_cost": _pay,
    "skill": _skill,
    "max_travel_minutes": lambda scene: _(
        "Ask people who live up to %(num)s minutes further away", num=scene.change["max_travel_minutes"]
    ),
    "split_at": lambda scene: _(
        "Split the shift at %(time)s",
        time=local_time(datetime.fromisoformat(scene.change["split_at"]), scene.zone),
    ),
    "ask_again": lambda scene: _("Ask those again who were asked before"),
}
