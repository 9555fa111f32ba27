"""Whom the clock reminds: guests of a visit, stylists from the pool of a shift."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from salonpool.database import db, fetch
from salonpool.domain.booking import BookingStatus
from salonpool.domain.message import MessageStatus
from salonpool.domain.reminder import FURTHEST, MOST, REMINDERS, is_quiet, remind_at
from salonpool.models import Booking, ClockJob, Customer, Message, OptOut, Salon


@dataclass(frozen=True, slots=True)
class Due:
    """A visit whose reminder is due, or was while it lay ahead."""

    booking_id: int
    salon_id: int
    starts_at: datetime
    tz: ZoneInfo


def _was_reminded() -> sa.ColumnElement[bool]:
    """Of the time it has now."""
    return sa.exists().where(
        Message.booking_id == Booking.id,
        Message.text_id.in_(REMINDERS),
        sa.or_(Booking.moved_at.is_(None), Message.created_at >= Booking.moved_at),
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
_ONE = _REMINDABLE.where(Booking.id == sa.bindparam("id"))
AHEAD = frozenset({BookingStatus.CONFIRMED})
# Who came anyway needs no call; who did not may not have known.
BEGUN = frozenset({BookingStatus.CONFIRMED, BookingStatus.NO_SHOW})


def list_due(now: datetime) -> list[Due]:
    """The visits ahead whose guests should have been reminded by now and were not, the next one first.

    None at a salon where it is between 21:00 and 09:00.
    """
    return [
        due
        for due in _list(_BETWEEN, {"after": now, "until": now + FURTHEST}, AHEAD, now)
        if not is_quiet(now, due.tz)
    ]


def list_missed(since: datetime, now: datetime) -> list[Due]:
    """The visits that began in between and whose guests should have been reminded before, and were not."""
    return _list(_BETWEEN, {"after": since, "until": now}, BEGUN, now)


def find_one(booking_id: int, now: datetime) -> Due | None:
    """The visit, if its guest should have been reminded by now, or before it began, and was not."""
    found = _list(_ONE, {"id": booking_id}, BEGUN, now)
    return found[0] if found else None


def last_run(name: str) -> datetime | None:
    """When a job of the timetable was last due that was done, in the time people see; None: not for days."""
    done = sa.select(sa.func.max(ClockJob.due_at)).where(ClockJob.name == name, ClockJob.done_at.is_not(None))
    return db.session.scalar(done)


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
