"""What a booking was made for, read back from its rows, so that it can be committed again."""

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.booking import Companion, Wish
from salonpool.domain.person import Gender
from salonpool.domain.refusal import Missing
from salonpool.models import Booking, BookingItem
from salonpool.queries.salons import get_salon_by_id
from salonpool.queries.visits import get_visit
from salonpool.usecases.booking.commit import Wanted


def stored_wish(booking_id: int, language: str) -> Wanted:
    """The visit and time of a booking. Only a move changes any of it, and raises its `sequence`.

    Raises Missing, and InvalidInput when the salon no longer offers one of its services.
    """
    booking = db.session.get(Booking, booking_id)
    if booking is None:
        raise Missing
    visit = get_visit(get_salon_by_id(booking.salon_id, language), _wish(booking), language)
    return Wanted(visit, booking.starts_at)


def _wish(booking: Booking) -> Wish:
    items = db.session.scalars(
        sa.select(BookingItem).where(BookingItem.booking_id == booking.id).order_by(BookingItem.position)
    ).all()
    guests = [[item for item in items if item.guest == guest] for guest in sorted({i.guest for i in items})]
    [own, *others] = guests
    return Wish(
        service_ids=tuple(item.service_id for item in own),
        stylist_id=own[0].named_stylist_id,
        companions=tuple(
            Companion(tuple(i.service_id for i in mine), mine[0].guest_name, mine[0].named_stylist_id)
            for mine in others
        ),
        parallel=booking.parallel,
        gender=Gender(booking.wanted_gender) if booking.wanted_gender else None,
        speaks=booking.wanted_language,
    )
