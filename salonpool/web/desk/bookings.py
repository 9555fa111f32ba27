"""One booking at the desk: who it is, what they kept to, and what the salon does with it."""

from datetime import datetime
from typing import Any

from flask import g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import login_required
from werkzeug.wrappers import Response

from salonpool.domain.attendance import FORGOTTEN, Attendance, taken_back_until
from salonpool.domain.booking import OPEN_STATES, BookingStatus, SlotTaken, check_turn
from salonpool.domain.local_time import DAY, day_span, local_day
from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.queries import access
from salonpool.queries.availability import find_openings, free_starts
from salonpool.queries.desk import DeskBooking, get_desk_booking
from salonpool.queries.salons import get_salon_by_id
from salonpool.usecases.booking import approvals, at_desk, move_answers, moves
from salonpool.usecases.booking.stored import stored_wish
from salonpool.web.desk import blueprint
from salonpool.web.desk.times import HORIZON_DAYS, offered, read_start
from salonpool.web.desk.typed import read_day, read_id
from salonpool.web.extensions import account, language, now, texting
from salonpool.web.wording import in_words

ID = "<int(max=9223372036854775807):booking_id>"
TURNS = {
    "arrived": BookingStatus.CHECKED_IN,
    "done": BookingStatus.COMPLETED,
    "missed": BookingStatus.NO_SHOW,
    "undo": BookingStatus.CONFIRMED,
}


@blueprint.get(f"/booking/{ID}")
@login_required
def show_booking(booking_id: int) -> str:
    """The booking and what can be done with it now."""
    return _page(access.get_owned_booking_id(account(), booking_id))


@blueprint.post(f"/booking/{ID}/<string:word>")
@login_required
def change_booking(booking_id: int, word: str) -> Response | tuple[str, int]:
    """Approve, decline, yes or no to another time, arrived, done, missed or not, undo or cancel; then back to
    where one came from."""
    booking_id = access.get_owned_booking_id(account(), booking_id)
    here = url_for("desk.show_booking", booking_id=booking_id)
    g.page_url = here
    who: dict[str, Any] = {"booking_id": booking_id, "account_id": account().id, "now": now()}
    try:
        _change(word, who)
    except Missing:
        raise
    except SlotTaken:
        return _page(
            booking_id, problem=_("Somebody else has that time by now. Offer another one, or say no.")
        ), 409
    except Refusal as refusal:
        return _page(booking_id, problem=in_words(refusal)), 422 if isinstance(refusal, InvalidInput) else 409
    return redirect(url_for("desk.show_today") if request.form.get("back") == "today" else here, 303)


def _change(word: str, who: dict[str, Any]) -> None:
    """What the word asks for. Raises Missing for any other, Refusal."""
    if word in TURNS:
        at_desk.turn(into=TURNS[word], **who)
    elif word == "not-missed":
        at_desk.take_back_miss(**who)
    elif word == "cancel":
        at_desk.cancel(texting=texting(), and_later=request.form.get("later") == "1", **who)
    elif word in _DECISIONS:
        _DECISIONS[word](texting=texting(), **who)
    elif word in _MOVE_ANSWERS:
        asked_at, person = read_start(request.form.get("starts_at", "")), request.form.get("stylist", "")
        stylist_id = read_id(person, field="stylist") if person else None
        _MOVE_ANSWERS[word](starts_at=asked_at, stylist_id=stylist_id, texting=texting(), **who)
    else:
        raise Missing


_DECISIONS: dict[str, Any] = {
    "approve": approvals.approve,
    "decline": approvals.decline,
}
_MOVE_ANSWERS: dict[str, Any] = {
    "approve-move": move_answers.approve,
    "decline-move": move_answers.decline,
}


@blueprint.get(f"/booking/{ID}/move")
@login_required
def show_move(booking_id: int) -> Response:
    """Other times for the same visit, from a day on."""
    return _move_page(access.get_owned_booking_id(account(), booking_id), 200)


@blueprint.post(f"/booking/{ID}/move")
@login_required
def move(booking_id: int) -> Response:
    """Put the visit at the time chosen; the guest is told."""
    booking_id = access.get_owned_booking_id(account(), booking_id)
    g.page_url = url_for("desk.show_move", booking_id=booking_id)
    try:
        moves.move(
            booking_id=booking_id,
            starts_at=read_start(request.form.get("starts_at", "")),
            actor=f"account:{account().id}",
            now=now(),
            texting=texting(),
        )
    except Missing:
        raise
    except Refusal as refusal:
        return _move_page(booking_id, 422 if isinstance(refusal, InvalidInput) else 409, refusal)
    return redirect(url_for("desk.show_booking", booking_id=booking_id), 303)


def attendance_words(kept: Attendance) -> str:
    """How the guest kept to their bookings here, in one sentence; '' when there is nothing to say."""
    said = []
    if kept.no_shows:
        said.append(ngettext("did not come %(num)s time", "did not come %(num)s times", kept.no_shows))
    if kept.late_cancels:
        said.append(
            ngettext("cancelled late %(num)s time", "cancelled late %(num)s times", kept.late_cancels)
        )
    if not said:
        return ""
    what = said[0] if len(said) == 1 else _("%(one)s and %(other)s", one=said[0], other=said[1])
    return str(_("In the last %(days)s days: %(what)s.", days=FORGOTTEN.days, what=what))


def _page(booking_id: int, problem: str = "") -> str:
    booking = get_desk_booking(booking_id, language(), now())
    salon = get_salon_by_id(booking.salon_id, language())
    back_until = taken_back_until(booking.starts_at, salon.tz)
    can = {word for word, into in TURNS.items() if _can(booking, into, back_until)}
    if booking.status == BookingStatus.NO_SHOW and now() < back_until:
        can.add("not-missed")
    return render_template(
        "desk/booking.html",
        salon=salon,
        booking=booking,
        can=can,
        back_until=back_until,
        is_open=booking.status in OPEN_STATES,
        attendance=attendance_words(booking.attendance),
        ask_first=booking.attendance.ask_first,
        problem=problem,
        with_link=texting().capabilities.links,
    )


def _can(booking: DeskBooking, into: BookingStatus, back_until: datetime) -> bool:
    """A hold, a wish and a missed visit have ways of their own."""
    status = BookingStatus(booking.status)
    if status not in at_desk.TURNED or ((status, into) in at_desk.STEPS_BACK and now() >= back_until):
        return False
    try:
        check_turn(status, into, booking.starts_at, now())
    except Refusal:
        return False
    return True


def _move_page(booking_id: int, status: int, refusal: Refusal | None = None) -> Response:
    booking = get_desk_booking(booking_id, language(), now())
    if booking.status not in OPEN_STATES:
        return make_response(_page(booking_id), 409)
    visit = stored_wish(booking_id, language()).visit
    tz = visit.salon.tz
    today = local_day(now(), tz)
    on = max(today, local_day(booking.starts_at, tz))
    problem = in_words(refusal) if refusal else ""
    if asked := request.args.get("on", "")[:10]:
        try:
            on = read_day(asked, field="on", least=today, most=today + HORIZON_DAYS * DAY)
        except InvalidInput as wrong:
            problem, status = in_words(wrong), 422
    nearest = list(refusal.nearest) if isinstance(refusal, SlotTaken) else []
    found = nearest or free_starts(
        find_openings(
            visit, day_span(on, tz)[0], day_span(on + DAY, tz)[1], now(), except_booking_id=booking_id
        ),
        visit,
    )
    page = render_template(
        "desk/booking_move.html",
        salon=visit.salon,
        booking=booking,
        today=today,
        on=on,
        last_on=today + HORIZON_DAYS * DAY,
        times=[start for start in offered(found) if start.starts_at != booking.starts_at],
        problem=problem,
    )
    return make_response(page, status)
