"""Bookings as the desk of their salon sees them: with the phone, the note, and how the guest kept to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.attendance import Attendance, Slip, attendance
from salonpool.domain.booking import BookingStatus
from salonpool.domain.money import Money
from salonpool.domain.refusal import Missing
from salonpool.models import AskedMove, Booking, Card, Customer, Segment, Stylist
from salonpool.queries.asked_moves import IS_ASKED, AskedMoveRow, find_asked_move
from salonpool.queries.attendance import still_weighs
from salonpool.queries.messages import takes_no_texts
from salonpool.queries.naming import list_named, visit_name


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One service of a visit; guest 0 is the one who booked. `stylist_names`: all who do it, in order."""

    guest: int
    guest_name: str | None
    service_name: str
    stylist_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """Another visit of the same series."""

    id: int
    starts_at: datetime
    status: str
    link_version: int
    fee_minor: int


@dataclass(frozen=True, slots=True)
class DeskBooking:
    """A booking for its salon's desk. `will_come`: its guest said so when reminded. `takes_no_texts`: the
    last text to its number found no mobile phone there."""

    id: int
    salon_id: int
    status: str
    starts_at: datetime
    ends_at: datetime
    guest_name: str | None
    phone: str | None
    note: str | None
    items: tuple[ItemRow, ...]
    services_text: str
    price: Money
    no_sms_reason: str | None
    will_come: bool
    takes_no_texts: bool
    answer_by: datetime | None
    cancel_cause: str | None
    asked: AskedMoveRow | None
    attendance: Attendance
    series: tuple[SeriesRow, ...]


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A booking in one of the desk's lists; `answer_by` while it waits for the salon's yes.

    `asked_starts_at`: the booking stands, and what waits is another time its guest asks for, with the person
    of `asked_stylist_id`; None is anyone.
    """

    id: int
    status: str
    starts_at: datetime
    asked_starts_at: datetime | None
    asked_stylist_id: int | None
    asked_stylist_name: str | None
    answer_by: datetime | None
    guest_name: str | None
    services_text: str
    stylist_names: tuple[str, ...]
    attendance: Attendance


def get_desk_booking(booking_id: int, language: str, now: datetime) -> DeskBooking:
    """The booking, worded in `language`. Raises Missing; ask access.py for the id first."""
    found = db.session.execute(
        sa.select(Booking, Customer.phone, Card.name)
        .outerjoin(Customer, Customer.id == Booking.customer_id)
        .outerjoin(Card, sa.and_(Card.customer_id == Customer.id, Card.salon_id == Booking.salon_id))
        .where(Booking.id == booking_id)
    ).one_or_none()
    if found is None:
        raise Missing
    booking, phone, card_name = found
    items = _items([booking_id], language)[booking_id]
    asked = find_asked_move(booking_id)
    return DeskBooking(
        id=booking.id,
        salon_id=booking.salon_id,
        status=booking.status,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        guest_name=items[0].guest_name or card_name,
        phone=phone,
        note=booking.note,
        items=items,
        services_text=_line(items, language),
        price=Money(booking.price_minor, booking.currency),
        no_sms_reason=booking.no_sms_reason,
        will_come=booking.will_come_at is not None,
        takes_no_texts=phone is not None and takes_no_texts(phone),
        answer_by=booking.answer_by,
        cancel_cause=booking.cancel_cause,
        asked=asked if asked and asked.is_open(now) else None,
        attendance=_attendance(booking.salon_id, [booking.customer_id], now).get(
            booking.customer_id, Attendance()
        ),
        series=tuple(list_series(booking.series_id)) if booking.series_id else (),
    )


def list_pending(salon_id: int, language: str, now: datetime) -> list[DeskRow]:
    """What waits for the salon's answer, the most urgent first."""
    waits = sa.or_(
        sa.and_(Booking.status == BookingStatus.PENDING, Booking.answer_by > now, Booking.starts_at > now),
        AskedMove.answer_by > now,
    )
    return sorted(_rows(salon_id, waits, language, now), key=lambda row: (row.answer_by, row.id))


def list_by_id(salon_id: int, booking_ids: Iterable[int], language: str, now: datetime) -> list[DeskRow]:
    """Those bookings of the salon, in order of time."""
    return _rows(salon_id, Booking.id.in_(list(booking_ids)), language, now)


def _rows(salon_id: int, which: sa.ColumnElement[bool], language: str, now: datetime) -> list[DeskRow]:
    rows = db.session.execute(
        sa.select(Booking, Card.name, AskedMove.starts_at, AskedMove.answer_by, AskedMove.stylist_id)
        .add_columns(Stylist.name)
        .outerjoin(AskedMove, IS_ASKED)
        .outerjoin(Stylist, Stylist.id == AskedMove.stylist_id)
        .outerjoin(Customer, Customer.id == Booking.customer_id)
        .outerjoin(Card, sa.and_(Card.customer_id == Customer.id, Card.salon_id == Booking.salon_id))
        .where(Booking.salon_id == salon_id, which)
        .order_by(Booking.starts_at, Booking.id)
    ).all()
    items = _items([booking.id for booking, *_ in rows], language)
    kept = _attendance(salon_id, [booking.customer_id for booking, *_ in rows], now)
    return [
        DeskRow(
            id=booking.id,
            status=booking.status,
            starts_at=booking.starts_at,
            asked_starts_at=asked_starts_at,
            asked_stylist_id=asked_stylist_id,
            asked_stylist_name=asked_name,
            answer_by=answer_by or booking.answer_by,
            guest_name=items[booking.id][0].guest_name or card_name,
            services_text=_line(items[booking.id], language),
            stylist_names=_stylists(items[booking.id]),
            attendance=kept.get(booking.customer_id, Attendance()),
        )
        for booking, card_name, asked_starts_at, answer_by, asked_stylist_id, asked_name in rows
    ]


def list_series(series_id: int) -> list[SeriesRow]:
    """The visits made by one wish to repeat, in order of time."""
    rows = db.session.execute(
        sa.select(Booking.id, Booking.starts_at, Booking.status, Booking.link_version, Booking.fee_minor)
        .where(Booking.series_id == series_id)
        .order_by(Booking.starts_at)
    )
    return [SeriesRow(*row) for row in rows]


def _attendance(
    salon_id: int, customer_ids: Iterable[int | None], now: datetime
) -> dict[int | None, Attendance]:
    """How guests kept to their bookings at this salon; what they did elsewhere is not its business."""
    rows = db.session.execute(
        sa.select(Booking.customer_id, Booking.status, Booking.starts_at).where(
            Booking.salon_id == salon_id,
            Booking.customer_id.in_({customer_id for customer_id in customer_ids if customer_id}),
            still_weighs(now),
        )
    )
    slips: dict[int | None, list[tuple[Slip, datetime]]] = {}
    for customer_id, status, starts_at in rows:
        slip = Slip.NO_SHOW if status == BookingStatus.NO_SHOW else Slip.LATE_CANCEL
        slips.setdefault(customer_id, []).append((slip, starts_at))
    return {customer_id: attendance(found, now) for customer_id, found in slips.items()}


def _stylists(items: Iterable[ItemRow]) -> tuple[str, ...]:
    """Each once, in the order of the services they do."""
    return tuple(dict.fromkeys(name for item in items for name in item.stylist_names))


def _line(items: Iterable[ItemRow], language: str) -> str:
    return visit_name(((item.guest, item.service_name) for item in items), language)


def _items(booking_ids: list[int], language: str) -> dict[int, tuple[ItemRow, ...]]:
    names: dict[int, list[str]] = {}
    for item_id, name in db.session.execute(
        sa.select(Segment.item_id, Stylist.name)
        .join(Stylist, Stylist.id == Segment.stylist_id)
        .where(Segment.booking_id.in_(booking_ids))
        .order_by(Segment.starts_at)
    ):
        names.setdefault(item_id, []).append(name)
    return {
        booking_id: tuple(
            ItemRow(item.guest, item.guest_name, item.name, tuple(dict.fromkeys(names.get(item.id, ()))))
            for item in items
        )
        for booking_id, items in list_named(db.session(), booking_ids, language).items()
    }
