"""When the salon takes nobody: holidays, days off, repairs, and the bookings that stand in the way."""

from datetime import date

from flask import g, make_response, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from salonpool.domain.closure import FARTHEST, LocalSpan
from salonpool.domain.local_time import local_day
from salonpool.domain.refusal import InvalidInput
from salonpool.queries import access
from salonpool.queries.closures import list_closures
from salonpool.queries.desk import list_by_id
from salonpool.queries.endangered import list_endangered
from salonpool.queries.salons import SalonRow
from salonpool.usecases.salons import closures
from salonpool.web.desk import blueprint
from salonpool.web.desk.salon import own_salon
from salonpool.web.desk.typed import read_clock, read_day
from salonpool.web.extensions import account, language, now
from salonpool.web.wording import in_words

FIELDS = ("first_on", "last_on", "starts", "ends", "reason")
MOST_LISTED = 50


@blueprint.get("/closures")
@login_required
def show_closures() -> Response:
    """What is closed, what that endangers, and a form."""
    return _page(own_salon(), dict.fromkeys(FIELDS, ""), {}, 200)


@blueprint.post("/closures")
@login_required
def close() -> Response:
    """Close, and show the bookings that stand in the way."""
    salon = own_salon()
    g.page_url = url_for("desk.show_closures")
    typed = {name: request.form.get(name, "").strip() for name in FIELDS}
    try:
        closures.close(
            salon_ids=[salon.id],
            span=_read(typed, local_day(now(), salon.tz)),
            reason=typed["reason"],
            actor=f"account:{account().id}",
            now=now(),
        )
    except InvalidInput as refusal:
        return _page(salon, typed, {refusal.field or "first_on": in_words(refusal)}, 422)
    return redirect(url_for("desk.show_closures"), 303)


@blueprint.post("/closures/<int(max=9223372036854775807):closure_id>/reopen")
@login_required
def reopen(closure_id: int) -> Response:
    """Take bookings again."""
    closure_id = access.get_owned_closure_id(account(), closure_id)
    closures.reopen(closure_id=closure_id, actor=f"account:{account().id}", now=now())
    return redirect(url_for("desk.show_closures"), 303)


def _page(salon: SalonRow, form: dict[str, str], errors: dict[str, str], status: int) -> Response:
    found = list_endangered(salon.id, now(), None, now())
    dangers = {one.booking_id: str(one.danger) for one in found[:MOST_LISTED]}
    today = local_day(now(), salon.tz)
    page = render_template(
        "desk/closures.html",
        salon=salon,
        closures=list_closures(salon.id, now()),
        endangered=list_by_id(salon.id, dangers, language(), now()),
        dangers=dangers,
        more=max(0, len(found) - MOST_LISTED),
        form=form,
        errors=errors,
        today=today,
        last_on=today + FARTHEST,
    )
    return make_response(page, status)


def _read(typed: dict[str, str], today: date) -> LocalSpan:
    """The form as the use case wants it; one day when the last is left empty. Raises InvalidInput."""
    days = {"least": today, "most": today + FARTHEST}
    first_on = read_day(typed["first_on"], field="first_on", **days)
    last_on = read_day(typed["last_on"], field="last_on", **days) if typed["last_on"] else first_on
    starts, ends = (
        read_clock(typed[name], field=name, example=example) if typed[name] else None
        for name, example in (("starts", "14:00"), ("ends", "19:00"))
    )
    return LocalSpan(first_on, last_on, starts, ends)
