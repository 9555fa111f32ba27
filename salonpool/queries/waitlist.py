"""The waitlist as the clock asks it: who waits at a salon, what they were offered, what they answer."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from salonpool.database import db
from salonpool.domain.booking import OCCUPYING_STATES, BookingStatus, CancelCause
from salonpool.domain.course import Span
from salonpool.domain.local_time import DAY, to_minutes
from salonpool.domain.phone import for_reading
from salonpool.domain.waitlist import OFFERS_A_DAY, Past, Place, WaitlistOrder, WaitlistStatus, Window
from salonpool.models import (
    Booking,
    Customer,
    InboundMessage,
    Network,
    OptOut,
    Salon,
    WaitlistEntry,
    WaitlistSalon,
    WaitlistWindow,
)

IdColumn = InstrumentedAttribute[int] | int

RECENT = timedelta(hours=48)
READ_WITHIN = timedelta(minutes=2)  # a text that nobody can read must not stop a salon's offers


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A guest who waits and may be asked now. `codes` are `code` or `code:length`."""

    id: int
    customer_id: int
    codes: tuple[str, ...]
    stylist_ids: tuple[int, ...]
    windows: tuple[Window, ...]
    language: str
    joined_at: datetime

    def waits_for(self, starts_at: datetime) -> bool:
        """Does the start lie in one of the windows?"""
        return any(first <= starts_at < last for first, last in self.windows)


@dataclass(frozen=True, slots=True)
class PlaceQuestion:
    """A place somebody was offered by text. `is_open`: an answer that came in then counts; `tel`: the salon's
    number, as people read it."""

    booking_id: int
    entry_id: int
    entry_link_version: int
    link_version: int
    is_open: bool
    is_booked: bool
    asked_at: datetime
    starts_at: datetime
    salon: str
    slug: str
    tel: str
    tz: ZoneInfo
    language: str


def list_salon_ids(now: datetime) -> list[int]:
    """The salons somebody waits at."""
    waiting = (
        sa.select(WaitlistSalon.salon_id)
        .join(WaitlistEntry, WaitlistEntry.id == WaitlistSalon.entry_id)
        .join(WaitlistWindow, WaitlistWindow.entry_id == WaitlistEntry.id)
        .where(WaitlistEntry.status == WaitlistStatus.WAITING, WaitlistWindow.ends_at > now)
    )
    return list(db.session.scalars(waiting.distinct().order_by(WaitlistSalon.salon_id)))


def get_order(salon_id: int) -> WaitlistOrder:
    """Whom the salon asks first."""
    found = db.session.scalars(sa.select(Salon.waitlist_order).where(Salon.id == salon_id)).one()
    return WaitlistOrder(found)


def list_line(salon_id: int, now: datetime) -> list[EntryRow]:
    """Who waits at the salon and may be asked: nothing held for them, not asked too often, can be texted."""
    rows = db.session.execute(
        sa.select(WaitlistEntry)
        .join(Customer, Customer.id == WaitlistEntry.customer_id)
        .where(
            WaitlistEntry.status == WaitlistStatus.WAITING,
            WaitlistEntry.id.in_(sa.select(WaitlistSalon.entry_id).where(WaitlistSalon.salon_id == salon_id)),
            Customer.phone.is_not(None),
            Customer.phone.not_in(sa.select(OptOut.phone)),
            ~has_place(WaitlistEntry.customer_id),
            ~_is_booked(WaitlistEntry.id),
            asked_today(WaitlistEntry.customer_id, now) < OFFERS_A_DAY,
        )
        .order_by(WaitlistEntry.created_at, WaitlistEntry.id)
    ).scalars()
    entries = list(rows)
    windows = _windows([entry.id for entry in entries], now)
    return [
        EntryRow(
            id=entry.id,
            customer_id=entry.customer_id,
            codes=tuple(entry.codes),
            stylist_ids=tuple(entry.stylist_ids),
            windows=tuple(windows[entry.id]),
            language=entry.language,
            joined_at=entry.created_at,
        )
        for entry in entries
        if entry.id in windows
    ]


def has_place(customer_id: IdColumn) -> sa.ColumnElement[bool]:
    """Is a place held for this customer now? Then a bare "1" has its meaning already."""
    other = sa.orm.aliased(WaitlistEntry)
    return sa.exists().where(other.customer_id == customer_id, other.status == WaitlistStatus.OFFERED)


def asked_today(customer_id: IdColumn, now: datetime) -> sa.ScalarSelect[int]:
    """How many places were held for this customer in the last 24 hours."""
    return (
        sa.select(sa.func.count(Booking.id))
        .where(
            Booking.customer_id == customer_id,
            Booking.waitlist_entry_id.is_not(None),
            Booking.created_at > now - DAY,
        )
        .scalar_subquery()
    )


def is_taken(booking: Booking) -> bool:
    """Has a guest booked it, whether or not the salon had to agree?"""
    return booking.confirmed_at is not None or booking.answer_by is not None


def was_taken() -> sa.ColumnElement[bool]:
    """The same as a condition."""
    return sa.or_(Booking.confirmed_at.is_not(None), Booking.answer_by.is_not(None))


def list_past(salon_id: int, starts_before: datetime, now: datetime) -> list[Past]:
    """What was offered and let go, or booked and given up, at the salon from now on."""
    rows = db.session.execute(
        sa.select(Booking).where(
            Booking.salon_id == salon_id,
            Booking.starts_at < starts_before,
            Booking.starts_at > now - DAY,
            Booking.ends_at > now,
            sa.or_(
                Booking.status == BookingStatus.CANCELLED,
                sa.and_(Booking.status == BookingStatus.HELD, Booking.held_until <= now),
            ),
            sa.or_(Booking.waitlist_entry_id.is_not(None), was_taken()),
        )
    ).scalars()
    found = []
    for booking in rows:
        place = Place(booking.stylist_id, (to_minutes(booking.starts_at), to_minutes(booking.ends_at)))
        if booking.waitlist_entry_id is not None:
            found.append(Past(booking.waitlist_entry_id, place, booking.created_at))
        if is_taken(booking) and booking.cancelled_at is not None:
            found.append(Past(None, place, booking.cancelled_at))
    return found


def list_own_times(customer_ids: Collection[int], now: datetime) -> dict[int, list[Span]]:
    """When these customers have a booking already, in minutes since the epoch."""
    rows = db.session.execute(
        sa.select(Booking.customer_id, Booking.starts_at, Booking.ends_at).where(
            Booking.customer_id.in_(customer_ids),
            Booking.status.in_(OCCUPYING_STATES),
            Booking.ends_at > now,
        )
    )
    found: dict[int, list[Span]] = defaultdict(list)
    for customer_id, starts_at, ends_at in rows:
        found[customer_id or 0].append((to_minutes(starts_at), to_minutes(ends_at)))
    return found


def has_unread_answer(salon_id: int, now: datetime) -> bool:
    """Has somebody whose place has just run out texted in time, and nobody has read it yet?"""
    unread = sa.exists().where(
        Booking.salon_id == salon_id,
        _is_unanswered(),
        Booking.held_until > now - READ_WITHIN,
        Customer.id == Booking.customer_id,
        InboundMessage.sender == Customer.phone,
        InboundMessage.received_at >= Booking.created_at,
        InboundMessage.received_at < Booking.held_until,
        InboundMessage.handled_at.is_(None),
    )
    return bool(db.session.scalar(sa.select(unread)))


def list_questions(phone: str, asked_by: datetime) -> list[PlaceQuestion]:
    """The places this number was offered up to `asked_by` and at most 48 hours before, newest first."""
    rows = db.session.execute(
        sa.select(Booking, WaitlistEntry, Salon, Network.region)
        .join(Customer, Customer.id == Booking.customer_id)
        .join(WaitlistEntry, WaitlistEntry.id == Booking.waitlist_entry_id)
        .join(Salon, Salon.id == Booking.salon_id)
        .join(Network, Network.id == Salon.network_id)
        .where(
            Customer.phone == phone,
            Booking.created_at <= asked_by,
            Booking.created_at > asked_by - RECENT,
        )
        .order_by(Booking.created_at.desc(), Booking.id.desc())
    )
    return [
        PlaceQuestion(
            booking_id=booking.id,
            entry_id=entry.id,
            entry_link_version=entry.link_version,
            link_version=booking.link_version,
            is_open=_waits_for_answer(booking, asked_by),
            is_booked=is_taken(booking) and booking.status != BookingStatus.CANCELLED,
            asked_at=booking.created_at,
            starts_at=booking.starts_at,
            salon=salon.sms_name_en if booking.language == "en" else salon.sms_name,
            slug=salon.slug,
            tel=for_reading(salon.phone, region),
            tz=ZoneInfo(salon.zone),
            language=booking.language,
        )
        for booking, entry, salon, region in rows
    ]


def _waits_for_answer(booking: Booking, at: datetime) -> bool:
    """Was it held at that instant, and is no answer in since? A hold may have run out before it is read."""
    ran_out = booking.status == BookingStatus.CANCELLED and booking.cancel_cause == CancelCause.HOLD_EXPIRED
    held = booking.status == BookingStatus.HELD or ran_out
    return held and booking.held_until is not None and at < booking.held_until


def _is_unanswered() -> sa.ColumnElement[bool]:
    ran_out = sa.and_(
        Booking.status == BookingStatus.CANCELLED, Booking.cancel_cause == CancelCause.HOLD_EXPIRED
    )
    return sa.and_(
        Booking.waitlist_entry_id.is_not(None), sa.or_(Booking.status == BookingStatus.HELD, ran_out)
    )


def _is_booked(entry_id: IdColumn) -> sa.ColumnElement[bool]:
    return sa.exists().where(Booking.waitlist_entry_id == entry_id, was_taken())


def _windows(entry_ids: list[int], now: datetime) -> dict[int, list[Window]]:
    rows = db.session.execute(
        sa.select(WaitlistWindow.entry_id, WaitlistWindow.starts_at, WaitlistWindow.ends_at)
        .where(WaitlistWindow.entry_id.in_(entry_ids), WaitlistWindow.ends_at > now)
        .order_by(WaitlistWindow.starts_at)
    )
    found: dict[int, list[Window]] = {}
    for entry_id, starts_at, ends_at in rows:
        found.setdefault(entry_id, []).append((starts_at, ends_at))
    return found
