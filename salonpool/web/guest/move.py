"""G4: another time for a booking, a week or a month at a glance; the old time is shown as now."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from salonpool.domain.booking import FreeStart, SlotTaken
from salonpool.domain.local_time import local_day
from salonpool.domain.refusal import InvalidInput, Refusal
from salonpool.queries.bookings import BookingPage, get_booking
from salonpool.queries.outlook import Outlook, get_outlook
from salonpool.queries.visits import Visit
from salonpool.usecases.booking import moves
from salonpool.usecases.booking.booked import GUEST
from salonpool.usecases.booking.stored import stored_wish
from salonpool.web.extensions import language, now, texting
from salonpool.web.guest import blueprint
from salonpool.web.guest.booking import read_fee, show, shown
from salonpool.web.guest.choices import Choice, instant, typed_day, typed_month
from salonpool.web.guest.days import Stretch, by_part, months_beside, stretch_of
from salonpool.web.links import opened_booking
from salonpool.web.wording import in_words

ANYONE = "anyone"


@blueprint.get("/b/<string:token>/move")
def show_move(token: str) -> BaseResponse | str:
    """The times it could be moved to; for htmx only the days and times."""
    booking = get_booking(opened_booking(token), language())
    if not booking.can_change(now()):
        return show(booking, token)
    is_part = bool(request.headers.get("HX-Request"))
    response = _page(booking, token, request.args, template="move_times" if is_part else "move")
    if is_part:
        kept = ("on", "month", "who", "lang")
        chosen: dict[str, Any] = {name: request.args[name] for name in kept if request.args.get(name)}
        response.headers["HX-Replace-Url"] = url_for("guest.show_move", token=token, **chosen)
    return response


@blueprint.post("/b/<string:token>/move")
def move(token: str) -> BaseResponse | tuple[str, int]:
    """Move it, and show the booking; if the time is taken, stay with the nearest three."""
    booking = get_booking(opened_booking(token), language())
    g.page_url = url_for("guest.show_move", token=token)
    try:
        starts_at = instant(request.form.get("starts_at", ""))
        moves.move(
            booking_id=booking.id,
            starts_at=starts_at,
            stylist_id=None if request.form.get("who") == ANYONE else moves.KEEP,
            actor=GUEST,
            now=now(),
            texting=texting(),
            agreed_fee_minor=read_fee(request.form.get("fee", "0")),
        )
    except SlotTaken as taken:
        return _page(booking, token, request.form, status=409, nearest=taken.nearest, taken_at=starts_at)
    except InvalidInput as refusal:
        return _page(booking, token, request.form, status=422, problem=in_words(refusal))
    except Refusal as refusal:
        if refusal.code == "fee_changed":
            return _page(booking, token, request.form, status=409, problem=in_words(refusal))
        g.page_url = url_for("guest.show_booking", token=token)
        return show(get_booking(booking.id, language()), token, in_words(refusal)), 409
    done = "moved" if starts_at != booking.starts_at else None
    return redirect(url_for("guest.show_booking", token=token, done=done), 303)


def _page(
    booking: BookingPage,
    token: str,
    given: Any,
    *,
    template: str = "move",
    status: int = 200,
    problem: str = "",
    nearest: Sequence[FreeStart] = (),
    taken_at: datetime | None = None,
) -> Response:
    try:
        visit = stored_wish(booking.id, language()).visit
    except InvalidInput:  # the salon no longer offers one of the services
        return make_response(show(booking, token, in_words(Refusal("not_open"))), 409)
    choice = _choice(booking, visit, given)
    stretch = stretch_of(choice, partial(_look, booking))
    before, after = months_beside(choice)
    text = render_template(
        f"guest/{template}.html",
        salon=booking.salon,
        booking=shown(booking),
        fee=booking.fee_at(now()),
        token=token,
        stretch=stretch,
        choice=choice,
        months={"before": before, "after": after},
        times=_times(stretch, booking),
        nearest=nearest or ([] if stretch.on in stretch.outlook.starts else stretch.nearest()),
        closed_because=stretch.closed_because(),
        taken_at=taken_at,
        problem=problem or choice.problem,
        who=ANYONE if given.get("who") == ANYONE else "",
        stylist_named=booking.stylist_named,
        asks_first=booking.salon.approve_minutes is not None,
    )
    return make_response(text, 422 if choice.problem and status == 200 else status)


def _choice(booking: BookingPage, visit: Visit, given: Any) -> Choice:
    """The visit as it would be, and the day or month to look at: without one, the day of the booking."""
    today = local_day(now(), booking.salon.tz)
    if given.get("who") == ANYONE:
        visit = replace(visit, wish=replace(visit.wish, stylist_id=None))
    on, month, problem = None, None, ""
    try:
        on, month = typed_day(given.get("on", ""), today), typed_month(given.get("month", ""), today)
    except InvalidInput as refusal:
        problem = in_words(refusal)
    on = on or max(local_day(booking.starts_at, booking.salon.tz), today)
    return Choice(booking.salon, [], visit, on, month, today, problem)


def _look(booking: BookingPage, visit: Visit, first: date, last: date) -> Outlook:
    """What the days hold for this booking: its own place gives way, its own time is no other time.

    Nobody else will do for who was asked for: then there is nothing.
    """
    outlook = get_outlook(visit, first, last, now(), except_booking_id=booking.id)
    if outlook.visit.wish != visit.wish:
        return replace(outlook, visit=visit, starts={}, duties=())
    others = {
        day: [start for start in starts if start != booking.starts_at]
        for day, starts in outlook.starts.items()
    }
    return replace(outlook, starts={day: starts for day, starts in others.items() if starts})


def _times(stretch: Stretch, booking: BookingPage) -> list[dict[str, Any]]:
    """The times of the day shown by part of the day; the one it has now is among them, and says so."""
    tz, has_now = booking.salon.tz, booking.starts_at
    starts = {*stretch.outlook.starts.get(stretch.on, ())}
    if local_day(has_now, tz) == stretch.on:
        starts.add(has_now)
    times = by_part(sorted(starts), tz)
    for slot in (slot for part in times for slot in part["slots"]):
        slot["now"] = slot["starts_at"] == has_now
    return times
