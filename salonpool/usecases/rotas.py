"""Rota patterns become shifts and assignments, 90 days ahead: the only source of availability."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, lock, transaction
from salonpool.domain.booking import OPEN_STATES
from salonpool.domain.local_time import DAY, day_span, local_day
from salonpool.domain.refusal import Missing
from salonpool.domain.rota import AHEAD, RotaDay, WeeklyPattern, check_pattern, days_of
from salonpool.domain.shift import (
    WORKING_STATES,
    AssignmentSource,
    AssignmentStatus,
    ShiftSource,
    ShiftStatus,
)
from salonpool.models import Assignment, Booking, Occupancy, RotaBreak, RotaPattern, Salon, Shift, Stylist
from salonpool.usecases import audit


@dataclass(frozen=True, slots=True)
class Endangered:
    """A booking whose stylist is no longer on duty for all of it."""

    booking_id: int
    starts_at: datetime


def set_pattern(
    *,
    stylist_id: int,
    salon_id: int,
    weekday: int,
    starts: time,
    ends: time,
    breaks: Sequence[tuple[time, time]],
    valid_from: date,
    valid_to: date | None = None,
    actor: str,
    now: datetime,
) -> list[Endangered]:
    """Let the pattern of one weekday begin on `valid_from`, in the salon's wall time, ending the one before.

    Days already edited stay as they are. Returns the bookings the change endangers.
    Raises InvalidInput, Missing.
    """
    pattern = WeeklyPattern(weekday, starts, ends, tuple(breaks), valid_from, valid_to)
    check_pattern(pattern)
    with transaction() as session:
        lock(session, f"stylist:{stylist_id}")
        salon, stylist = session.get(Salon, salon_id), session.get(Stylist, stylist_id)
        if salon is None or stylist is None or stylist.network_id != salon.network_id:
            raise Missing
        _end_patterns(session, stylist_id, salon_id, weekday, valid_from, now)
        row = RotaPattern(
            network_id=salon.network_id,
            salon_id=salon_id,
            stylist_id=stylist_id,
            weekday=weekday,
            starts=starts,
            ends=ends,
            valid_from=valid_from,
            valid_to=valid_to,
            breaks=[RotaBreak(starts=a, ends=b) for a, b in breaks],
        )
        session.add(row)
        session.flush()
        today = local_day(now, ZoneInfo(salon.zone))
        _materialise(session, row, ZoneInfo(salon.zone), min(today, valid_from), today + AHEAD, now)
        stylist.version += 1
        audit.record(
            session,
            now,
            actor=actor,
            action="set_rota",
            subject="rota_pattern",
            subject_id=row.id,
            after={"weekday": weekday, "starts": starts.isoformat(), "ends": ends.isoformat()},
        )
        return _endangered(session, stylist_id, salon_id, max(valid_from, today), ZoneInfo(salon.zone))


def materialise_all(now: datetime) -> int:
    """Fill every pattern's days up to 90 days ahead; days already there are left alone. Returns days added.

    One short transaction per stylist, so that bookings never wait for all of them.
    """
    stylist_ids = db.session.scalars(sa.select(RotaPattern.stylist_id).distinct()).all()
    return sum(_materialise_stylist(stylist_id, now) for stylist_id in stylist_ids)


def _materialise_stylist(stylist_id: int, now: datetime) -> int:
    with transaction() as session:
        lock(session, f"stylist:{stylist_id}")
        rows = session.execute(
            sa.select(RotaPattern, Salon.zone)
            .join(Salon, Salon.id == RotaPattern.salon_id)
            .where(RotaPattern.stylist_id == stylist_id)
            .order_by(RotaPattern.id)
        ).all()
        added = 0
        for pattern, zone in rows:
            tz = ZoneInfo(zone)
            today = local_day(now, tz)
            added += _materialise(session, pattern, tz, today, today + AHEAD, now)
        if added:
            session.execute(
                sa.update(Stylist).where(Stylist.id == stylist_id).values(version=Stylist.version + 1)
            )
        return added


def _materialise(
    session: Session, pattern: RotaPattern, tz: ZoneInfo, first: date, last: date, now: datetime
) -> int:
    """Add the missing days of one pattern; days on which the stylist is already somewhere are passed over."""
    weekly = WeeklyPattern(
        pattern.weekday,
        pattern.starts,
        pattern.ends,
        tuple((b.starts, b.ends) for b in pattern.breaks),
        pattern.valid_from,
        pattern.valid_to,
    )
    there = set(session.scalars(sa.select(Shift.works_on).where(Shift.rota_pattern_id == pattern.id)))
    days = [day for day in days_of(weekly, first, last, tz) if day.works_on not in there]
    if not days:
        return 0
    taken = _presence(session, pattern.stylist_id, days[0].starts_at, days[-1].ends_at)
    free = [day for day in days if not any(a < day.ends_at and day.starts_at < b for a, b in taken)]
    shifts = [_shift(pattern, day, now) for day in free]
    session.add_all(shifts)
    session.flush()
    assignments = [_assignment(pattern, shift, now) for shift in shifts]
    session.add_all(assignments)
    session.flush()
    for day, assignment in zip(free, assignments, strict=True):
        spans = [(f"presence:{pattern.stylist_id}", day.starts_at, day.ends_at)]
        spans += [(f"stylist:{pattern.stylist_id}", a, b) for a, b in day.breaks]
        session.add_all(
            Occupancy(resource=resource, starts_at=a, ends_at=b, assignment_id=assignment.id)
            for resource, a, b in spans
        )
    session.flush()
    return len(free)


def _shift(pattern: RotaPattern, day: RotaDay, now: datetime) -> Shift:
    return Shift(
        network_id=pattern.network_id,
        salon_id=pattern.salon_id,
        source=ShiftSource.ROTA,
        status=ShiftStatus.FILLED,
        starts_at=day.starts_at,
        ends_at=day.ends_at,
        seats=1,
        rota_pattern_id=pattern.id,
        works_on=day.works_on,
        created_at=now,
    )


def _assignment(pattern: RotaPattern, shift: Shift, now: datetime) -> Assignment:
    return Assignment(
        network_id=pattern.network_id,
        salon_id=pattern.salon_id,
        shift_id=shift.id,
        stylist_id=pattern.stylist_id,
        status=AssignmentStatus.ACTIVE,
        source=AssignmentSource.ROTA,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        created_at=now,
    )


def _presence(
    session: Session, stylist_id: int, first: datetime, last: datetime
) -> list[tuple[datetime, datetime]]:
    rows = session.execute(
        sa.select(Occupancy.starts_at, Occupancy.ends_at).where(
            Occupancy.resource == f"presence:{stylist_id}",
            Occupancy.ends_at > first,
            Occupancy.starts_at < last,
        )
    )
    return [(a, b) for a, b in rows]


def _end_patterns(
    session: Session, stylist_id: int, salon_id: int, weekday: int, valid_from: date, now: datetime
) -> None:
    """Stop the weekday's patterns the day before, and take back their unedited days that have not begun."""
    old = session.scalars(
        sa.select(RotaPattern).where(
            RotaPattern.stylist_id == stylist_id,
            RotaPattern.salon_id == salon_id,
            RotaPattern.weekday == weekday,
            sa.or_(RotaPattern.valid_to.is_(None), RotaPattern.valid_to >= valid_from),
        )
    ).all()
    for pattern in old:
        pattern.valid_to = valid_from - DAY
        for shift in session.scalars(
            sa.select(Shift).where(
                Shift.rota_pattern_id == pattern.id,
                Shift.works_on >= valid_from,
                Shift.edited_at.is_(None),
                Shift.starts_at > now,
                Shift.status != ShiftStatus.CANCELLED,
            )
        ):
            _take_back(session, shift)


def _take_back(session: Session, shift: Shift) -> None:
    assignment_ids = session.scalars(sa.select(Assignment.id).where(Assignment.shift_id == shift.id)).all()
    session.execute(sa.delete(Occupancy).where(Occupancy.assignment_id.in_(assignment_ids)))
    session.execute(
        sa.update(Assignment)
        .where(Assignment.id.in_(assignment_ids))
        .values(status=AssignmentStatus.CANCELLED)
    )
    shift.status, shift.version = ShiftStatus.CANCELLED, shift.version + 1


def _endangered(
    session: Session, stylist_id: int, salon_id: int, first: date, tz: ZoneInfo
) -> list[Endangered]:
    """Open bookings from `first` on that no assignment of the stylist at the salon covers."""
    begins, _ = day_span(first, tz)
    covered = sa.exists().where(
        Assignment.stylist_id == stylist_id,
        Assignment.salon_id == salon_id,
        Assignment.status.in_(WORKING_STATES),
        Assignment.starts_at <= Booking.starts_at,
        Assignment.ends_at >= Booking.ends_at,
    )
    rows = session.execute(
        sa.select(Booking.id, Booking.starts_at)
        .where(
            Booking.stylist_id == stylist_id,
            Booking.salon_id == salon_id,
            Booking.starts_at >= begins,
            Booking.status.in_(OPEN_STATES),
            sa.not_(covered),
        )
        .order_by(Booking.starts_at)
    )
    return [Endangered(booking_id, starts_at) for booking_id, starts_at in rows]
