"""G3: one booking, seen, kept in a calendar and cancelled by its link."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from salonpool.domain.booking import OPEN_STATES, BookingStatus, CancelCause
from salonpool.domain.calendar import CalendarEntry, google_url, icalendar
from salonpool.domain.links import LinkOver
from salonpool.domain.local_time import DAY, local_day
from salonpool.domain.money import Money
from salonpool.domain.refusal import InvalidInput, Refusal
from salonpool.queries.asked_moves import AskedMoveRow
from salonpool.queries.bookings import BookingPage, get_booking
from salonpool.queries.desk import SeriesRow, list_series
from salonpool.queries.salons import get_salon_by_id
from salonpool.usecases.booking import cancellations, series
from salonpool.usecases.booking.stored import stored_wish
from salonpool.web.extensions import language, now, texting
from salonpool.web.guest import blueprint
from salonpool.web.guest.choices import arguments
from salonpool.web.guest.wait import show_place
from salonpool.web.links import opened_booking
from salonpool.web.text_trouble import texts_may_be_late
from salonpool.web.wording import in_words

AGAIN_AFTER = timedelta(weeks=5)
FEE_DIGITS = 10


@blueprint.errorhandler(LinkOver)
def show_over(over: LinkOver) -> tuple[str, int]:
    """Nothing of the visit, and where to go on."""
    return render_template("guest/over.html", salon=get_salon_by_id(over.salon_id, language())), 410


@blueprint.get("/b/<string:token>")
def show_booking(token: str) -> str:
    """The booking in whatever state it is, or a place held for who waits; looking changes nothing."""
    booking = get_booking(opened_booking(token), language())
    return show_place(booking, token) or show(booking, token)


@blueprint.get("/b/<string:token>.ics")
def show_calendar(token: str) -> Response:
    """The booking as a file for any calendar; cancelled, it takes itself out again."""
    booking = get_booking(opened_booking(token), language())
    entry = _entry(booking, token)
    response = make_response(icalendar(entry, now()))
    response.headers["Content-Type"] = f"text/calendar; charset=utf-8; method={entry.method}"
    response.headers["Content-Disposition"] = 'attachment; filename="booking.ics"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/b/<string:token>/cancel")
def ask_cancel(token: str) -> str:
    """One question, one button, and what it costs before it."""
    booking = get_booking(opened_booking(token), language())
    return _ask_cancel(booking, token) if booking.can_change(now()) else show(booking, token)


@blueprint.post("/b/<string:token>/cancel")
def cancel(token: str) -> BaseResponse | tuple[str, int]:
    """Cancel for the fee that was shown, and show that it is; ask again when it costs more by now."""
    booking_id = opened_booking(token)
    g.page_url = url_for("guest.show_booking", token=token)
    try:
        agreed = read_fee(request.form.get("fee", "0"))
        give_up = series.cancel_later if request.form.get("later") == "1" else cancellations.cancel
        give_up(booking_id=booking_id, now=now(), texting=texting(), agreed_fee_minor=agreed)
    except Refusal as refusal:
        booking = get_booking(booking_id, language())
        if refusal.code == "fee_changed" or isinstance(refusal, InvalidInput):
            status = 422 if isinstance(refusal, InvalidInput) else 409
            return _ask_cancel(booking, token, in_words(refusal)), status
        return show(booking, token), 409
    return redirect(url_for("guest.show_booking", token=token, done="cancelled"), 303)


def show(booking: BookingPage, token: str, problem: str = "") -> str:
    """The page of a booking; `problem` says why what was asked for cannot be."""
    done = request.args.get("done", "")
    is_open = booking.status in OPEN_STATES
    return render_template(
        "guest/booking.html",
        salon=booking.salon,
        booking=shown(booking),
        token=token,
        problem=problem,
        just_booked=done == "booked" and is_open,
        just_moved=done == "moved" and is_open and booking.sequence > 0 and not _asked(booking),
        just_cancelled=done == "cancelled" and booking.status == BookingStatus.CANCELLED,
        texts_late=done in {"booked", "moved"} and is_open and booking.gets_texts and texts_may_be_late(),
        can_change=booking.can_change(now()),
        past=booking.ends_at <= now(),
        map_url=_map_url(booking),
        google_url=google_url(_entry(booking, token)),
        book_again=_book_again(booking),
        series=_series(booking),
    )


def shown(booking: BookingPage) -> dict[str, Any]:
    """A booking as its pages show it, and what changing it costs."""
    late_fee = booking.fee_at(booking.cut_off_at)
    charges = late_fee.amount_minor > 0
    return {
        "status": booking.status,
        "starts_at": booking.starts_at,
        "services_text": booking.services_text,
        "minutes": booking.minutes,
        "price": booking.price,
        "stylist_name": booking.stylist_name,
        "serving": booking.serving,
        "change_until": booking.cut_off_at,
        "free_until": booking.free_until if charges and booking.is_free_at(now()) else None,
        "late_fee": late_fee if charges else None,
        "fee": booking.fee if booking.fee.amount_minor else None,
        "answer_by": booking.answer_by,
        "asked": _asked(booking),
        "gets_texts": booking.gets_texts,
        "gets_link": texting().capabilities.links,
        "by_salon": booking.cancel_cause not in {None, CancelCause.GUEST},
    }


def _asked(booking: BookingPage) -> AskedMoveRow | None:
    """Another time that still waits for the salon's yes."""
    return booking.asked if booking.asked and booking.asked.is_open(now()) else None


def _ask_cancel(booking: BookingPage, token: str, problem: str = "") -> str:
    later = [row for row in _rows(booking) if row.starts_at > booking.starts_at and row.status in OPEN_STATES]
    fee = booking.fee_at(now())
    fees = (booking.fee_minor_of(row.status, row.starts_at, row.fee_minor, now()) for row in later)
    return render_template(
        "guest/cancel.html",
        salon=booking.salon,
        booking=shown(booking),
        token=token,
        fee=fee,
        later=len(later),
        later_fee=Money(fee.amount_minor + sum(fees), fee.currency),
        problem=problem,
    )


def _series(booking: BookingPage) -> list[dict[str, Any]]:
    """Every visit of the series with its link, for whom holds one of them; nothing for a single visit."""
    return [
        {
            "starts_at": one.starts_at,
            "status": one.status,
            "url": None if one.id == booking.id else texting().links.booking_path(one.id, one.link_version),
        }
        for one in _rows(booking)
    ]


def _rows(booking: BookingPage) -> list[SeriesRow]:
    return [] if booking.series_id is None else list_series(booking.series_id)


def read_fee(typed: str) -> int:
    """What the page said it costs, in minor units. Raises InvalidInput."""
    if not (typed.isascii() and typed.isdigit() and len(typed) <= FEE_DIGITS):
        raise InvalidInput("fee_changed", field="fee")
    return int(typed)


def _book_again(booking: BookingPage) -> dict[str, Any]:
    """The booking page's address with the same choice, who served first, and a day five weeks on if ahead."""
    zone = booking.salon.tz
    day = local_day(booking.starts_at + AGAIN_AFTER, zone)
    in_weeks = day > local_day(now(), zone) and booking.status != BookingStatus.CANCELLED
    try:
        chosen = arguments(stored_wish(booking.id, language()).visit.wish, day if in_weeks else None)
    except InvalidInput:  # the salon no longer offers one of the services
        chosen = {}
    url = url_for("guest.show_book", slug=booking.salon.slug, **chosen, last=booking.stylist_id)
    return {"url": url, "weeks": AGAIN_AFTER // (7 * DAY) if in_weeks else None}


def _map_url(booking: BookingPage) -> str:
    """Where it is, on a map of their own choosing; we embed none."""
    where = f"{booking.salon.name} {booking.salon.address}"
    return "https://www.google.com/maps/search/?" + urlencode({"api": 1, "query": where})


def _entry(booking: BookingPage, token: str) -> CalendarEntry:
    salon = booking.salon
    links = texting().links
    url = links.url(f"/b/{token}")
    stylists = [one.stylist_name for one in booking.serving]
    notes = [
        str(_("With %(name)s", name=", ".join(stylists) or booking.stylist_name)),
        str(_("Change or cancel: %(url)s", url=url)),
        f"{salon.name} {salon.phone}",
    ]
    return CalendarEntry(
        uid=f"{links.token('calendar', booking.id, 1)}@salonpool",
        sequence=booking.sequence,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        title=f"{booking.services_text} · {salon.name}",
        place=f"{salon.name}, {salon.address}",
        notes="\n".join(notes),
        url=url,
        is_sure=booking.status != BookingStatus.PENDING,
        is_cancelled=booking.status == BookingStatus.CANCELLED,
    )
