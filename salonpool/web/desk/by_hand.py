"""Somebody said yes by phone: who can be given the shift, who for a reason, who never; and doing it."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from werkzeug.wrappers import Response

from salonpool.domain.refusal import Missing, Refusal
from salonpool.queries import access, shifts
from salonpool.queries.by_hand import GivenRow, list_given
from salonpool.queries.shifts import ShiftRow
from salonpool.usecases.pool import by_hand
from salonpool.usecases.pool.by_hand import Candidate, Obstacle
from salonpool.web.desk import blueprint
from salonpool.web.desk.salon import owns
from salonpool.web.errors import status_of
from salonpool.web.extensions import account, language, now, texting
from salonpool.web.wording import in_words

SHIFT = "/shift/<int(max=9223372036854775807):shift_id>/by-hand"
PERSON = f"{SHIFT}/<int(max=9223372036854775807):stylist_id>"

# Of one person, by rule; functions, because gettext must run for each reader. Who blocked whom stays theirs.
_LAW: dict[str, Callable[[], str]] = {
    "skill": lambda: _("does not have the skill"),
    "skill_dates": lambda: _("does not have the skill on that day"),
    "blocked": lambda: _("cannot work at this salon"),
    "overlap": lambda: _("works somewhere at that time"),
    "travel-gap": lambda: _("cannot get there in time from other work"),
    "rest": lambda: _("would rest less than the law asks for"),
    "day-minutes": lambda: _("would work longer that day than the law allows"),
    "window-minutes": lambda: _("would work more hours than the law allows"),
    "window-days": lambda: _("would have fewer days off than the law asks for"),
    "not-with": lambda: _("cannot work beside who is there"),
    "chairs": lambda: _("no chair is free then"),
}
_POLICY: dict[str, Callable[[], str]] = {
    "available": lambda: _("did not say that they can work then"),
    "refused": lambda: _("said no to this shift"),
    "home-travel": lambda: _("lives further away than they want to go"),
    "hourly-cost": lambda: _("asks for more pay than this shift has"),
    "rest": lambda: _("would rest less than agreed"),
    "day-minutes": lambda: _("would work longer that day than agreed"),
    "window-minutes": lambda: _("would work more hours than agreed"),
    "window-days": lambda: _("would have fewer days off than agreed"),
}


@blueprint.get(SHIFT)
@login_required
def choose_person(shift_id: int) -> Response:
    """Everybody it may have been; the shift's page, when it looks for nobody any more."""
    page = shifts.get_shift(access.get_staffed_shift_id(account(), shift_id), now(), language())
    try:
        found = by_hand.list_candidates(account(), shift_id, now(), language())
    except Missing:
        raise
    except Refusal:
        return redirect(url_for("desk.show_shift", shift_id=shift_id), 303)
    free = [one for one in found if not one.obstacles]
    barred = [one for one in found if one.is_barred]
    rest = [one for one in found if one.obstacles and not one.is_barred]
    return make_response(
        render_template(
            "desk/by_hand.html", salon=page.salon, shift=page.shift, is_owner=owns(page.salon),
            free=_people(free), for_a_reason=_people(rest), barred=_people(barred),
        )
    )  # fmt: skip


@blueprint.get(PERSON)
@login_required
def show_person(shift_id: int, stylist_id: int) -> Response:
    """What giving it to this person means, and what is in the way."""
    access.get_staffed_shift_id(account(), shift_id)
    try:
        one = by_hand.get_candidate(account(), shift_id, stylist_id, now(), language())
    except Missing:
        raise
    except Refusal:
        return redirect(url_for("desk.show_shift", shift_id=shift_id), 303)
    return _page(shift_id, one, reason="")


@blueprint.post(PERSON)
@login_required
def give(shift_id: int, stylist_id: int) -> Response:
    """Note the yes and go to the shift's page, where the person now stands."""
    g.page_url = url_for("desk.show_person", shift_id=shift_id, stylist_id=stylist_id)
    reason = request.form.get("reason", "")
    try:
        by_hand.give(
            account(),
            shift_id,
            stylist_id,
            set_aside=request.form.get("set_aside", "").split(),
            reason=reason,
            now=now(),
            texting=texting(),
        )
    except Missing:
        raise
    except Refusal as refusal:
        return _again(shift_id, stylist_id, reason, refusal)
    return redirect(url_for("desk.show_shift", shift_id=shift_id), 303)


def given_words(row: GivenRow) -> str:
    """Who gave the seat to whom, and in spite of what, for what reason."""
    if not row.rules:
        return _("%(owner)s noted that %(name)s said yes by phone.", owner=row.by, name=row.stylist_name)
    rules = _joined(_POLICY[rule]() if rule in _POLICY else _("another rule") for rule in row.rules)
    who = {"owner": row.by, "name": row.stylist_name, "rules": rules}
    if row.reason is None:
        return _("%(owner)s gave the shift to %(name)s, although: %(rules)s.", **who)
    return _(
        "%(owner)s gave the shift to %(name)s, although: %(rules)s. Reason: %(reason)s",
        **who,
        reason=row.reason,
    )


def list_seats(shift: ShiftRow) -> list[dict[str, Any]]:
    """For the shift's page, each seat given by hand: {words, path}; path = where to take it back, None once
    the shift has begun."""
    return [
        {
            "words": given_words(row),
            "path": url_for("desk.ask_take_back", shift_id=shift.id, assignment_id=row.assignment_id)
            if shift.starts_at > now()
            else None,
        }
        for row in list_given(shift.id)
    ]


def obstacle_words(obstacle: Obstacle) -> str:
    """What is in the way of one person: 'asks for more pay than this shift has'."""
    words = (_LAW if obstacle.is_law else _POLICY).get(obstacle.rule)
    return words() if words else _("another rule")


def _again(shift_id: int, stylist_id: int, reason: str, refusal: Refusal) -> Response:
    """The same page as things are now, with what was typed and what was wrong."""
    try:
        one = by_hand.get_candidate(account(), shift_id, stylist_id, now(), language())
    except Missing:
        raise
    except Refusal:
        one = None
    return _page(shift_id, one, reason=reason, refusal=refusal)


def _page(shift_id: int, one: Candidate | None, *, reason: str, refusal: Refusal | None = None) -> Response:
    """One person's page; without a candidate the shift looks for nobody any more."""
    page = shifts.get_shift(shift_id, now(), language())
    errors = {refusal.field: in_words(refusal)} if refusal and refusal.field else {}
    problem = in_words(refusal) if refusal and not refusal.field else ""
    shown = render_template(
        "desk/by_hand_person.html", salon=page.salon, shift=page.shift, is_owner=owns(page.salon),
        person=one.person if one else None,
        obstacles=_obstacle_words(one) if one else [],
        is_barred=one is not None and one.is_barred, set_aside=" ".join(one.policy) if one else "",
        reason=reason, errors=errors, problem=problem,
    )  # fmt: skip
    return make_response(shown, status_of(refusal) if refusal else 200)


def _people(candidates: Iterable[Candidate]) -> list[dict[str, Any]]:
    return [{"person": one.person, "obstacles": _obstacle_words(one)} for one in candidates]


def _obstacle_words(one: Candidate) -> list[str]:
    """Of who is barred only what nobody may set aside: the rest would not help."""
    return [obstacle_words(obstacle) for obstacle in one.obstacles if obstacle.is_law or not one.is_barred]


def _joined(words: Iterable[str]) -> str:
    return (", " if language() == "en" else "、").join(words)
