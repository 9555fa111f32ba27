"""G3: one booking, seen and cancelled by its link."""

from typing import Any

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from salonpool.domain.booking import BookingStatus
from salonpool.domain.refusal import Refusal
from salonpool.queries import access
from salonpool.queries.bookings import BookingPage, get_booking
from salonpool.usecases.booking import cancellations
from salonpool.web.extensions import language, now, texting
from salonpool.web.guest import blueprint
from salonpool.web.links import opened


@blueprint.get("/b/<string:token>")
def show_booking(token: str) -> str:
    """The booking in whatever state it is; looking changes nothing."""
    return _show(get_booking(opened(access.booking_id_by_link, token), language()), token)


@blueprint.get("/b/<string:token>/cancel")
def ask_cancel(token: str) -> str:
    """One question, one button."""
    booking = get_booking(opened(access.booking_id_by_link, token), language())
    if not booking.can_change(now()):
        return _show(booking, token)
    return render_template("guest/cancel.html", salon=booking.salon, booking=_shown(booking), token=token)


@blueprint.post("/b/<string:token>/cancel")
def cancel(token: str) -> Response | tuple[str, int]:
    """Cancel, and show that it is."""
    booking_id = opened(access.booking_id_by_link, token)
    g.page_url = url_for("guest.show_booking", token=token)
    try:
        cancellations.cancel(booking_id=booking_id, now=now(), texting=texting())
    except Refusal:
        return _show(get_booking(booking_id, language()), token), 409
    return redirect(url_for("guest.show_booking", token=token, done="cancelled"), 303)


def _show(booking: BookingPage, token: str) -> str:
    stylist = booking.stylist_id if booking.stylist_named else ""
    done = request.args.get("done", "")
    return render_template(
        "guest/booking.html",
        salon=booking.salon,
        booking=_shown(booking),
        token=token,
        just_booked=done == "booked" and booking.status == BookingStatus.CONFIRMED,
        just_cancelled=done == "cancelled" and booking.status == BookingStatus.CANCELLED,
        can_cancel=booking.can_change(now()),
        past=booking.ends_at <= now(),
        book_again_url=url_for(
            "guest.show_book", slug=booking.salon.slug, service=booking.service_ids[0], stylist=stylist
        ),
    )


def _shown(booking: BookingPage) -> dict[str, Any]:
    return {
        "status": booking.status,
        "starts_at": booking.starts_at,
        "services_text": " + ".join(booking.service_names),
        "minutes": booking.minutes,
        "price": booking.price,
        "stylist_name": booking.stylist_name,
        "cancel_until": booking.cut_off_at,
    }
