"""Bookings as pages and answers show them. Who may look is decided in access.py."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.booking import OPEN_STATES, BookingStatus, cancel_fee, cut_off_at, free_until
from salonpool.domain.local_time import minutes_between
from salonpool.domain.money import Money
from salonpool.domain.refusal import Missing
from salonpool.models import Booking, BookingItem, Card, Customer, Segment, Stylist
from salonpool.queries.asked_moves import AskedMoveRow, find_asked_move
from salonpool.queries.naming import list_named, list_stylists, visit_line
from salonpool.queries.salons import SalonRow, get_salon_by_id
from salonpool.queries.serving import Serving, list_serving


@dataclass(frozen=True, slots=True)
class BookingPage:
    """One booking for the person who holds its link. Shows no phone number.

    `fee` is what cancelling has cost or, after a late move, costs at least; `answer_by` is when the salon
    has answered a request at the latest; `asked` is another time asked for, not agreed to yet.
    """

    id: int
    salon: SalonRow
    status: str
    starts_at: datetime
    ends_at: datetime
    service_ids: tuple[int, ...]
    services_text: str
    stylist_id: int
    stylist_name: str
    stylist_named: bool
    serving: tuple[Serving, ...]
    price: Money
    held_until: datetime | None
    cut_off_at: datetime
    free_until: datetime
    cancel_cause: str | None
    fee: Money
    answer_by: datetime | None
    asked: AskedMoveRow | None
    sequence: int
    gets_texts: bool
    link_version: int
    series_id: int | None

    @property
    def minutes(self) -> int:
        """Length of the visit."""
        return minutes_between(self.starts_at, self.ends_at)

    def can_change(self, now: datetime) -> bool:
        """May the guest still move or cancel it online?"""
        return self.status in OPEN_STATES and now <= self.cut_off_at

    def is_free_at(self, now: datetime) -> bool:
        """Does cancelling cost nothing then, whatever the salon's fee? After a late move it never does."""
        return now <= self.free_until and not self.fee.amount_minor

    def fee_at(self, now: datetime) -> Money:
        """What cancelling costs then."""
        fee = self.fee_minor_of(self.status, self.starts_at, self.fee.amount_minor, now)
        return Money(fee, self.price.currency)

    def fee_minor_of(self, status: str, starts_at: datetime, kept_minor: int, now: datetime) -> int:
        """The same for a visit of its series, in minor units."""
        free, late_fee = self.salon.free_minutes, self.salon.late_fee_minor
        return cancel_fee(BookingStatus(status), starts_at, free, late_fee, now, kept_minor=kept_minor)


@dataclass(frozen=True, slots=True)
class DayBooking:
    """A booking in a day's list, for the desk and the stylist who serves it."""

    id: int
    starts_at: datetime
    ends_at: datetime
    status: str
    guest_name: str | None
    services_text: str
    stylist_id: int
    stylist_names: tuple[str, ...]
    no_sms_reason: str | None

    @property
    def minutes(self) -> int:
        """Length of the visit."""
        return minutes_between(self.starts_at, self.ends_at)


def get_booking(booking_id: int, language: str) -> BookingPage:
    """The booking, worded in `language`. Raises Missing. Ask access.py for the id first."""
    found = db.session.execute(
        sa.select(Booking, Stylist.name)
        .join(Stylist, Stylist.id == Booking.stylist_id)
        .where(Booking.id == booking_id)
    ).one_or_none()
    if found is None:
        raise Missing
    booking, stylist_name = found
    salon = get_salon_by_id(booking.salon_id, language)
    items = list_named(db.session(), [booking_id], language)[booking_id]
    return BookingPage(
        id=booking.id,
        salon=salon,
        status=booking.status,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        service_ids=tuple(item.service_id for item in items),
        services_text=visit_line(items, language),
        stylist_id=booking.stylist_id,
        stylist_name=stylist_name,
        stylist_named=booking.stylist_named,
        serving=list_serving(booking_id, items),
        price=Money(booking.price_minor, booking.currency),
        held_until=booking.held_until,
        cut_off_at=cut_off_at(booking.starts_at, salon.cut_off_minutes),
        free_until=free_until(booking.starts_at, salon.free_minutes),
        cancel_cause=booking.cancel_cause,
        fee=Money(booking.fee_minor, booking.currency),
        answer_by=booking.answer_by,
        asked=find_asked_move(booking_id) if booking.status == BookingStatus.CONFIRMED else None,
        sequence=booking.sequence,
        gets_texts=booking.no_sms_reason is None,
        link_version=booking.link_version,
        series_id=booking.series_id,
    )


def is_held(booking_id: int) -> bool:
    """Is it a hold, and nothing else yet?"""
    held = sa.exists().where(Booking.id == booking_id, Booking.status == BookingStatus.HELD)
    return bool(db.session.scalar(sa.select(held)))


def list_day_at_salon(
    salon_id: int, starts_at: datetime, ends_at: datetime, language: str
) -> list[DayBooking]:
    """Bookings of a salon that start within the span, holds and cancelled ones left out."""
    return _day(Booking.salon_id == salon_id, starts_at, ends_at, language)


def list_day_of_stylist(
    stylist_id: int, starts_at: datetime, ends_at: datetime, language: str
) -> list[DayBooking]:
    """Bookings a stylist serves, alone or with others, that start within the span, at whatever salon."""
    serves = sa.exists().where(Segment.booking_id == Booking.id, Segment.stylist_id == stylist_id)
    return _day(sa.or_(Booking.stylist_id == stylist_id, serves), starts_at, ends_at, language)


def _day(
    who: sa.ColumnElement[bool], starts_at: datetime, ends_at: datetime, language: str
) -> list[DayBooking]:
    rows = db.session.execute(
        # The name given for this visit: a family may share one phone, and so one card.
        sa.select(Booking, sa.func.coalesce(BookingItem.guest_name, Card.name))
        .join(BookingItem, sa.and_(BookingItem.booking_id == Booking.id, BookingItem.position == 0))
        .outerjoin(Customer, Customer.id == Booking.customer_id)
        .outerjoin(Card, sa.and_(Card.customer_id == Customer.id, Card.salon_id == Booking.salon_id))
        .where(
            who,
            Booking.starts_at >= starts_at,
            Booking.starts_at < ends_at,
            Booking.status.not_in([BookingStatus.HELD, BookingStatus.CANCELLED]),
        )
        .order_by(Booking.starts_at, Booking.id)
    ).all()
    ids = [booking.id for booking, _ in rows]
    items, stylists = list_named(db.session(), ids, language), list_stylists(db.session(), ids)
    return [
        DayBooking(
            id=booking.id,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            status=booking.status,
            guest_name=guest_name,
            services_text=visit_line(items[booking.id], language),
            stylist_id=booking.stylist_id,
            stylist_names=stylists[booking.id],
            no_sms_reason=booking.no_sms_reason,
        )
        for booking, guest_name in rows
    ]
