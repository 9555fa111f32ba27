"""D5: post a shift, and see who was asked and why a seat is still free."""

import json
import secrets
from typing import Any

from flask import g, make_response, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from salonpool.domain.links import digest
from salonpool.domain.local_time import DAY, local_day, typed_local
from salonpool.domain.money import Money, minor_units
from salonpool.domain.refusal import InvalidInput
from salonpool.domain.shift import HORIZON, most_hourly_pay
from salonpool.queries import access, quarantines, shifts
from salonpool.queries.salons import SalonRow
from salonpool.queries.shifts import Gap
from salonpool.usecases.pool import shifts as shift_usecases
from salonpool.web.desk import blueprint
from salonpool.web.desk.by_hand import list_seats
from salonpool.web.desk.reasons import lacking_words, nobody_words, remaining_words, removed_words
from salonpool.web.desk.remedies import list_remedies
from salonpool.web.desk.run_words import paused_words
from salonpool.web.desk.salon import own_salon, owns
from salonpool.web.desk.typed import read_clock, read_day
from salonpool.web.extensions import account, language, now
from salonpool.web.wording import in_words

FIELDS = ("on", "starts", "ends", "skill", "seats", "hourly_pay", "priority")
# What the use case calls a field, and what the form calls it.
FORM_FIELDS = {"starts_at": "starts", "ends_at": "ends"}


@blueprint.get("/shift/new")
@login_required
def show_new() -> Response:
    """An empty form for the day asked for."""
    salon = own_salon()
    day = request.args.get("on", "")[:10] or str(local_day(now(), salon.tz))
    empty = {
        "on": day,
        "starts": "",
        "ends": "",
        "skill": "",
        "seats": "1",
        "hourly_pay": "",
        "priority": "2",
    }
    return _form(salon, empty, {}, secrets.token_urlsafe(16), 200)


@blueprint.post("/shift/new")
@login_required
def post() -> Response:
    """Post the shift and go to its page, where the asking can be watched."""
    salon = own_salon()
    g.page_url = url_for("desk.show_new")
    typed = {name: request.form.get(name, "").strip() for name in FIELDS}
    page_key = request.form.get("idempotency_key") or secrets.token_urlsafe(16)
    # Sent twice unchanged is one shift; gone back to and changed is another.
    key = digest(json.dumps([page_key, typed]))
    try:
        posted = shift_usecases.post(account(), salon.slug, **_read(typed, salon), key=key, now=now())
    except InvalidInput as refusal:
        field = FORM_FIELDS.get(refusal.field or "", refusal.field or "on")
        return _form(salon, typed, {field: in_words(refusal)}, page_key, 422)
    return redirect(url_for("desk.show_shift", shift_id=posted.id), 303)


@blueprint.get("/shift/<int(max=9223372036854775807):shift_id>")
@login_required
def show_shift(shift_id: int) -> str:
    """Seats, who was asked, why not, what would help."""
    page = shifts.get_shift(access.get_staffed_shift_id(account(), shift_id), now(), language())
    gap = page.gap
    return render_template(
        "desk/shift.html",
        salon=page.salon,
        is_owner=owns(page.salon),
        shift=page.shift,
        today=local_day(now(), page.salon.tz),
        paused=paused_words(quarantines.find_quarantined(page.salon.network_id)),
        people=page.people,
        given=list_seats(page.shift),
        asks=page.asks,
        asks_at=page.asks_at,
        funnel=_funnel(gap) if gap else [],
        reasons=[
            {"text": removed_words(rule), "count": count}
            for rule, count in sorted(gap.funnel, key=lambda pair: -pair[1])
            if count
        ]
        if gap
        else [],
        lacking=lacking_words(gap.sole) if gap else [],
        remedies=list_remedies(page, language()),
        nobody=nobody_words(gap) if gap and not gap.remedies else "",
        replaced_by=page.replaced_by,
    )


def _funnel(gap: Gap) -> list[dict[str, Any]]:
    """The steps as words, people left and their share of the pool in percent."""
    return [
        {"text": remaining_words(rule), "count": count, "share": 100 * count // max(1, gap.pool)}
        for rule, count in gap.steps
    ]


def _form(
    salon: SalonRow, form: dict[str, str], errors: dict[str, str], page_key: str, status: int
) -> Response:
    skills = shifts.list_skills(salon.network_id, language())
    if not form["skill"] and skills:
        form = form | {"skill": str(skills[0].id)}
    page = render_template(
        "desk/shift_new.html", salon=salon, skills=skills, form=form, errors=errors,
        today=local_day(now(), salon.tz), most_hourly_pay=most_hourly_pay(salon.currency),
        idempotency_key=page_key,
    )  # fmt: skip
    return make_response(page, status)


def _read(typed: dict[str, str], salon: SalonRow) -> dict[str, Any]:
    """The form as the use case wants it; an end at or before the start means the next day.

    Raises InvalidInput.
    """
    today = local_day(now(), salon.tz)
    on = read_day(typed["on"], field="on", least=today, most=today + HORIZON)
    starts = read_clock(typed["starts"], field="starts", example="11:30")
    ends = read_clock(typed["ends"], field="ends", example="14:00")
    last = on if ends > starts else on + DAY
    return {
        "starts_at": typed_local(on, starts, salon.tz, field="starts"),
        "ends_at": typed_local(last, ends, salon.tz, field="ends"),
        "skill": _skill(typed["skill"], salon),
        "seats": _whole(typed["seats"], "seats", "1"),
        "hourly_pay": _hourly_pay(typed["hourly_pay"], salon.currency),
        "priority": _whole(typed["priority"], "priority", "2"),
    }


def _whole(typed: str, field: str, example: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 9):
        raise InvalidInput("number_unreadable", field=field, example=example)
    return int(typed)


def _hourly_pay(typed: str, currency: str) -> Money:
    return Money(_whole(typed, "hourly_pay", "400") * minor_units(currency), currency)


def _skill(typed: str, salon: SalonRow) -> str:
    for skill in shifts.list_skills(salon.network_id, language()):
        if str(skill.id) == typed:
            return skill.code
    raise InvalidInput("unknown_choice", field="skill")
