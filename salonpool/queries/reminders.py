"""Whom the clock reminds: guests of a visit, stylists from the pool of a shift."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, aliased

from salonpool.database import db, fetch
from salonpool.domain.booking import OPEN_STATES, BookingStatus
from salonpool.domain.message import MessageStatus
from salonpool.domain.reminder import (
    FURTHEST,
    MOST,
    REMINDERS,
    is_quiet,
    quiet_from,
    remind_at,
    tell_of_shift_at,
    tomorrow_event,
)
from salonpool.domain.shift import AssignmentSource, AssignmentStatus
from salonpool.models import (
    Assignment,
    Booking,
    BookingItem,
    ClockJob,
    Customer,
    Message,
    OptOut,
    Salon,
    Segment,
    Stylist,
)


@dataclass(frozen=True, slots=True)
class Due:
    """A visit whose reminder is due, or was while it lay ahead."""

    booking_id: int
    salon_id: int
    starts_at: datetime
    tz: ZoneInfo


@dataclass(frozen=True, slots=True)
class ShiftDue:
    """A shift somebody from the pool is to be told of now; no more after `until`."""

    assignment_id: int
    shift_id: int
    stylist_id: int
    until: datetime


def _was_reminded() -> sa.ColumnElement[bool]:
    """Of the time it has now. What could not leave before `lost_before` has reminded nobody."""
    return sa.exists().where(
        Message.booking_id == Booking.id,
        Message.text_id.in_(REMINDERS),
        sa.or_(Booking.moved_at.is_(None), Message.created_at >= Booking.moved_at),
        sa.or_(
            Message.status != MessageStatus.EXPIRED,
            Message.created_at >= sa.bindparam("lost_before", type_=Message.created_at.type),
        ),
    )


def _times_reminded() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count(Message.id))
        .where(
            Message.booking_id == Booking.id,
            Message.text_id.in_(REMINDERS),
            # What was dropped before it was ever sent has reminded nobody.
            sa.or_(Message.status != MessageStatus.EXPIRED, Message.attempts > 0),
        )
        .scalar_subquery()
    )


def _speaks_for_all() -> sa.ColumnElement[bool]:
    """One text for a number that booked the same time at the same salon more than once."""
    first = aliased(Booking)
    return ~sa.exists().where(
        first.customer_id == Booking.customer_id,
        first.salon_id == Booking.salon_id,
        first.starts_at == Booking.starts_at,
        first.status == BookingStatus.CONFIRMED,
        first.id < Booking.id,
    )


def _event_of(assignment_id: InstrumentedAttribute[int]) -> sa.ColumnElement[str]:
    """tomorrow_event() of a column."""
    before, after = tomorrow_event(0).split("0")
    return sa.literal(before) + sa.cast(assignment_id, sa.String(20)) + sa.literal(after)


_TOUCHED = sa.func.coalesce(Booking.moved_at, Booking.confirmed_at, Booking.created_at)
# Built once: building a statement costs more than running it.
_REMINDABLE: Any = (
    sa.select(
        Booking.id,
        Booking.salon_id,
        Booking.starts_at,
        _TOUCHED.label("made_at"),
        Booking.status,
        Salon.zone,
    )
    .select_from(Salon)
    .join(Booking, Booking.salon_id == Salon.id)
    .join(Customer, Customer.id == Booking.customer_id)
    .where(
        Booking.will_come_at.is_(None),
        Booking.no_sms_reason.is_(None),
        Customer.phone.is_not(None),
        ~sa.exists().where(OptOut.phone == Customer.phone),
        ~_was_reminded(),
        _times_reminded() < MOST,
        _speaks_for_all(),
    )
)
# By salon and start, as diaries are indexed: of however many visits only those of a day and a half are read.
# SQLite must be told so, and the state is looked at afterwards, lest it goes by the index on that: visits of
# long ago may still be "confirmed".
_BETWEEN = _REMINDABLE.where(
    Booking.salon_id.in_(sa.select(aliased(Salon).id)),
    Booking.starts_at > sa.bindparam("after", type_=Booking.starts_at.type),
    Booking.starts_at <= sa.bindparam("until", type_=Booking.starts_at.type),
).order_by(Booking.starts_at, Booking.id)
# Own staff know their rota.
FROM_POOL = (AssignmentSource.OFFER, AssignmentSource.STANDING_YES, AssignmentSource.BY_HAND)
_TOMORROW: Any = (
    sa.select(Assignment.id, Assignment.shift_id, Assignment.stylist_id)
    .add_columns(Assignment.created_at, Assignment.starts_at, Salon.zone)
    .select_from(Salon)
    .join(Assignment, Assignment.salon_id == Salon.id)
    .join(Stylist, Stylist.id == Assignment.stylist_id)
    .where(
        Assignment.salon_id.in_(sa.select(aliased(Salon).id)),
        Assignment.starts_at > sa.bindparam("after", type_=Assignment.starts_at.type),
        Assignment.starts_at <= sa.bindparam("until", type_=Assignment.starts_at.type),
        Assignment.status.in_([AssignmentStatus.ACTIVE, AssignmentStatus.CONFIRMED]),
        Assignment.source.in_(FROM_POOL),
        Stylist.phone.is_not(None),
        ~sa.exists().where(OptOut.phone == Stylist.phone),
        ~sa.exists().where(Message.event_id == _event_of(Assignment.id)),
    )
    .order_by(Assignment.starts_at, Assignment.id)
)
_ONE = _REMINDABLE.where(Booking.id == sa.bindparam("id"))
# A text that found no way out by 21:00 is written anew the next morning: the quiet hours lie in between.
ANEW_AFTER = timedelta(hours=12)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
AHEAD = frozenset({BookingStatus.CONFIRMED})
# Who came anyway needs no call; who did not may not have known.
BEGUN = frozenset({BookingStatus.CONFIRMED, BookingStatus.NO_SHOW})


def list_due(now: datetime) -> list[Due]:
    """The visits ahead whose guests should have been reminded by now and were not, the next one first.

    None at a salon where it is between 21:00 and 09:00. One whose text could not leave until the evening is
    listed again in the morning.
    """
    asked = {"after": now, "until": now + FURTHEST, "lost_before": now - ANEW_AFTER}
    return [due for due in _list(_BETWEEN, asked, AHEAD, now) if not is_quiet(now, due.tz)]


def list_missed(since: datetime, now: datetime) -> list[Due]:
    """The visits that began in between and whose guests should have been reminded before, and were not."""
    return _list(_BETWEEN, {"after": since, "until": now, "lost_before": NEVER}, BEGUN, now)


def list_shifts_told(now: datetime) -> list[ShiftDue]:
    """The shifts of tomorrow, held by people from the pool who should be told of them by now and were not."""
    return [
        ShiftDue(row.id, row.shift_id, row.stylist_id, quiet_from(now, tz))
        for row in fetch(_TOMORROW, {"after": now, "until": now + FURTHEST})
        if _is_evening_before(row, now, tz := ZoneInfo(row.zone))
    ]


def count_guests(assignment: Assignment) -> int:
    """How many people have booked with the stylist in these hours."""
    seen = (
        sa.select(Segment.booking_id, BookingItem.guest)
        .join(BookingItem, BookingItem.id == Segment.item_id)
        .join(Booking, Booking.id == Segment.booking_id)
        .where(
            Segment.stylist_id == assignment.stylist_id,
            Segment.starts_at >= assignment.starts_at,
            Segment.starts_at < assignment.ends_at,
            Booking.status.in_(OPEN_STATES),
        )
        .distinct()
        .subquery()
    )
    return db.session.scalars(sa.select(sa.func.count()).select_from(seen)).one()


def find_again(due: Due, now: datetime) -> Due | None:
    """A listed visit as it is now; None if its guest is not to be reminded of it any more."""
    lost_before = now - ANEW_AFTER if due.starts_at > now else NEVER
    found = _list(_ONE, {"id": due.booking_id, "lost_before": lost_before}, BEGUN, now)
    return found[0] if found else None


def last_run(name: str) -> datetime | None:
    """When a job of the timetable was last due that was done, in the time people see; None: not for days."""
    done = sa.select(sa.func.max(ClockJob.due_at)).where(ClockJob.name == name, ClockJob.done_at.is_not(None))
    return db.session.scalar(done)


def _is_evening_before(row: Any, now: datetime, tz: ZoneInfo) -> bool:
    tell_at = tell_of_shift_at(row.created_at, row.starts_at, tz)
    return tell_at is not None and tell_at <= now < quiet_from(tell_at, tz)


def _list(
    statement: Any, values: dict[str, Any], states: frozenset[BookingStatus], now: datetime
) -> list[Due]:
    found = []
    for row in fetch(statement, values):
        if row.status not in states:
            continue
        tz = ZoneInfo(row.zone)
        remind = remind_at(row.made_at, row.starts_at, tz)
        if remind is not None and remind <= now:
            found.append(Due(row.id, row.salon_id, row.starts_at, tz))
    return found
