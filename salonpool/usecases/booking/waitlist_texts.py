"""The text that offers a guest who waits a place."""

from datetime import datetime

from sqlalchemy.orm import Session

from salonpool.domain.phone import for_reading
from salonpool.domain.waitlist import QUESTIONS
from salonpool.messaging import formats
from salonpool.models import Booking, Customer, Message
from salonpool.queries.naming import list_named, visit_line
from salonpool.queries.salons import SalonRow
from salonpool.usecases.texts import messages
from salonpool.usecases.texts.texting import Texting


def text_place(
    session: Session, booking: Booking, salon: SalonRow, held_until: datetime, now: datetime, texting: Texting
) -> int | None:
    """C8, or C8L where nobody can reply: a place is held for you until then. None: it cannot be sent."""
    customer = session.get_one(Customer, booking.customer_id)
    if customer.phone is None:
        return None
    items = list_named(session, [booking.id], booking.language)[booking.id]
    path = texting.links.booking_path(booking.id, booking.link_version)
    return messages.enqueue(
        session,
        network_id=booking.network_id,
        salon_id=booking.salon_id,
        event_id=f"booking:{booking.id}:place",
        text_id=texting.capabilities.text_id("C8"),
        to=customer.phone,
        language=booking.language,
        values={
            "s": salon.sms_name,
            "d": formats.short_date(booking.starts_at, salon.tz, booking.language),
            "t": formats.clock_time(booking.starts_at, salon.tz),
            "v": visit_line(items, booking.language, "+"),
            "h": formats.clock_time(held_until, salon.tz),
            "u": texting.links.text_url(path),
            "tel": for_reading(salon.phone, salon.region),
        },
        within=texting.capabilities,
        now=now,
        booking_id=booking.id,
        expires_at=held_until,
    )


def drop_question(session: Session, booking_id: int) -> None:
    """Let the text of a place that was answered not leave any more."""
    messages.withdraw(session, Message.booking_id == booking_id, Message.text_id.in_(QUESTIONS))
