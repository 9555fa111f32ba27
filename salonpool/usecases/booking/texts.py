"""The texts a booking causes: to the guest only; desk and stylist see it on their pages."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.messaging import formats
from salonpool.models import Booking, BookingItem, CatalogueEntry, Customer, Service, Stylist
from salonpool.queries.naming import name_in
from salonpool.queries.salons import SalonRow
from salonpool.usecases.texts import messages
from salonpool.usecases.texts.texting import Texting


def text_booked(session: Session, booking: Booking, salon: SalonRow, now: datetime, texting: Texting) -> None:
    """C1: what was booked, and the link that changes it."""
    names = session.scalars(
        sa.select(name_in(booking.language, CatalogueEntry))
        .join(
            Service,
            sa.and_(CatalogueEntry.network_id == Service.network_id, CatalogueEntry.code == Service.code),
        )
        .join(BookingItem, BookingItem.service_id == Service.id)
        .where(BookingItem.booking_id == booking.id)
        .order_by(BookingItem.position)
    ).all()
    stylist = session.get_one(Stylist, booking.stylist_id)
    path = texting.links.booking_path(booking.id, booking.link_version)
    values = {"v": "+".join(names), "n": stylist.name, "u": texting.links.text_url(path)}
    _text(session, booking, salon, "C1", "confirmed", values, now)


def text_cancelled(
    session: Session, booking: Booking, salon: SalonRow, now: datetime, texting: Texting
) -> None:
    """C4: it is cancelled, and where to book again."""
    _text(session, booking, salon, "C4", "cancelled", {"u": texting.links.text_url(f"/s/{salon.slug}")}, now)


def _text(
    session: Session,
    booking: Booking,
    salon: SalonRow,
    text_id: str,
    event: str,
    values: dict[str, str],
    now: datetime,
) -> None:
    customer = session.get(Customer, booking.customer_id) if booking.customer_id else None
    if customer is None or customer.phone is None or booking.no_sms_reason is not None:
        return
    messages.enqueue(
        session,
        network_id=booking.network_id,
        event_id=f"booking:{booking.id}:{event}",
        text_id=text_id,
        to=customer.phone,
        language=booking.language,
        values={
            "s": salon.sms_name,
            "d": formats.short_date(booking.starts_at, salon.tz, booking.language),
            "t": formats.clock_time(booking.starts_at, salon.tz),
            **values,
        },
        now=now,
        booking_id=booking.id,
        expires_at=booking.starts_at,
    )
