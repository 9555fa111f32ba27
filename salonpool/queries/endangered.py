"""Bookings that cannot take place as they stand: the salon is closed, or somebody in them is not on duty."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.booking import OPEN_STATES, BookingStatus
from salonpool.domain.closure import Danger, Work, danger_of
from salonpool.domain.course import Span
from salonpool.domain.local_time import DAY, to_minutes
from salonpool.domain.shift import WORKING_STATES
from salonpool.models import Assignment, Booking, Occupancy, Segment, Stylist
from salonpool.queries.availability import closed


@dataclass(frozen=True, slots=True)
class Endangered:
    """A booking, or a hold that still runs, and why it cannot take place as it stands."""

    booking_id: int
    starts_at: datetime
    danger: Danger


def list_endangered(
    salon_id: int,
    starts_at: datetime,
    ends_at: datetime | None,
    now: datetime,
    *,
    stylist_id: int | None = None,
    breaks: Mapping[int, Sequence[Span]] | None = None,
) -> list[Endangered]:
    """Those of a salon that begin after now and meet the stretch (without an end: all from its start on), in
    order of time.

    Everybody who does a part counts, not only who begins; `stylist_id` leaves out visits without them.
    `breaks`: hours (epoch minutes) by stylist that could not be written because of a booking.
    """
    begins = _at_stake(salon_id, starts_at, ends_at, now, stylist_id)
    if not begins:
        return []
    works = _works(list(begins))
    first, last = min(begins.values()), max(begins.values()) + 2 * DAY
    shut = [
        (to_minutes(a), to_minutes(b))
        for a, b in db.session.execute(
            sa.select(Occupancy.starts_at, Occupancy.ends_at).where(
                Occupancy.resource == closed(salon_id),
                Occupancy.ends_at > first,
                Occupancy.starts_at < last,
            )
        )
    ]
    duties = _duties(salon_id, first, last)
    found = (
        (booking_id, at, danger_of(works[booking_id], shut, duties, breaks or {}))
        for booking_id, at in begins.items()
    )
    return [Endangered(booking_id, at, danger) for booking_id, at, danger in found if danger is not None]


def list_booked_with(
    stylist_id: int, salon_id: int, starts_at: datetime, ends_at: datetime, now: datetime
) -> list[int]:
    """Bookings of the salon that somebody does a part of, and holds that still run, in a stretch to come."""
    return list(_at_stake(salon_id, starts_at, ends_at, now, stylist_id))


def _at_stake(
    salon_id: int, starts_at: datetime, ends_at: datetime | None, now: datetime, stylist_id: int | None
) -> dict[int, datetime]:
    alive = sa.or_(
        Booking.status.in_(OPEN_STATES),
        sa.and_(Booking.status == BookingStatus.HELD, Booking.held_until > now),
    )
    statement = sa.select(Booking.id, Booking.starts_at).where(
        Booking.salon_id == salon_id, Booking.starts_at > now, Booking.ends_at > starts_at, alive
    )
    if ends_at is not None:
        statement = statement.where(Booking.starts_at < ends_at)
    if stylist_id is not None:
        theirs = sa.select(Segment.booking_id).where(Segment.stylist_id == stylist_id)
        statement = statement.where(Booking.id.in_(theirs.where(Segment.starts_at > now)))
    rows = db.session.execute(statement.order_by(Booking.starts_at, Booking.id))
    return {row.id: row.starts_at for row in rows}


def _works(booking_ids: list[int]) -> dict[int, list[Work]]:
    """The stretches of each; who takes no second guest is bound while something processes, too."""
    rows = db.session.execute(
        sa.select(Segment.booking_id, Segment.stylist_id, Segment.starts_at, Segment.ends_at, Segment.hands)
        .add_columns(Stylist.takes_second_guest)
        .join(Stylist, Stylist.id == Segment.stylist_id)
        .where(Segment.booking_id.in_(booking_ids))
    )
    works: dict[int, list[Work]] = defaultdict(list)
    for booking_id, stylist_id, begins, ends, hands, second in rows:
        span = (to_minutes(begins), to_minutes(ends))
        works[booking_id].append(Work(stylist_id, span, hands or not second))
    return works


def _duties(salon_id: int, starts_at: datetime, ends_at: datetime) -> dict[int, list[Span]]:
    rows = db.session.execute(
        sa.select(Assignment.stylist_id, Assignment.starts_at, Assignment.ends_at).where(
            Assignment.salon_id == salon_id,
            Assignment.starts_at < ends_at,
            Assignment.starts_at > starts_at - DAY,
            Assignment.ends_at > starts_at,
            Assignment.status.in_(WORKING_STATES),
        )
    )
    duties: dict[int, list[Span]] = defaultdict(list)
    for stylist_id, begins, ends in rows:
        duties[stylist_id].append((to_minutes(begins), to_minutes(ends)))
    return duties
