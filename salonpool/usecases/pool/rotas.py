"""Rota patterns become shifts and assignments, 90 days ahead: the only source of availability."""

from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from salonpool.database import db, lock, transaction
from salonpool.domain.local_time import DAY, day_span, local_day, to_minutes
from salonpool.domain.refusal import Missing
from salonpool.domain.rota import AHEAD, RotaDay, WeeklyPattern, check_pattern, days_of
from salonpool.domain.shift import (
    AssignmentSource,
    AssignmentStatus,
    ShiftSource,
    ShiftStatus,
)
from salonpool.models import Assignment, Occupancy, RotaBreak, RotaPattern, Salon, Shift, Stylist
from salonpool.queries.endangered import Endangered, list_endangered
from salonpool.usecases import audit

Span = tuple[datetime, datetime]


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
        return _begin_pattern(session, pattern, salon, stylist, actor, now)


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
            .options(selectinload(RotaPattern.breaks))
            .order_by(RotaPattern.id)
        ).all()
        stylist = session.get_one(Stylist, stylist_id)
        added = 0
        for pattern, zone in rows:
            tz = ZoneInfo(zone)
            today = local_day(now, tz)
            added += len(_materialise(session, pattern, stylist, tz, today, today + AHEAD, now))
        if added:
            stylist.version += 1
        return added


def _begin_pattern(
    session: Session, pattern: WeeklyPattern, salon: Salon, stylist: Stylist, actor: str, now: datetime
) -> list[Endangered]:
    tz = ZoneInfo(salon.zone)
    today = local_day(now, tz)
    _end_patterns(session, stylist.id, salon.id, pattern.weekday, pattern.valid_from, now)
    row = _add_pattern(session, pattern, salon, stylist)
    added = _materialise(session, row, stylist, tz, min(today, row.valid_from), today + AHEAD, now)
    stylist.version += 1
    audit.record(
        session,
        now,
        actor=actor,
        action="set_rota",
        subject="rota_pattern",
        subject_id=row.id,
        after={"weekday": row.weekday, "starts": row.starts.isoformat(), "ends": row.ends.isoformat()},
    )
    begins, _ = day_span(max(row.valid_from, today), tz)
    # A break that a booking stood in the way of was not written.
    breaks = [(to_minutes(a), to_minutes(b)) for day in added for a, b in day.breaks]
    return list_endangered(salon.id, begins, None, now, stylist_id=stylist.id, breaks={stylist.id: breaks})


def _materialise(
    session: Session,
    pattern: RotaPattern,
    stylist: Stylist,
    tz: ZoneInfo,
    first: date,
    last: date,
    now: datetime,
) -> list[RotaDay]:
    """Add the missing days of one pattern, between joining and leaving; returns those added.

    Days on which the stylist is already somewhere are passed over: one shift a day. A break gives way to a
    booking that was there first.
    """
    there = set(session.scalars(sa.select(Shift.works_on).where(Shift.rota_pattern_id == pattern.id)))
    first, last = max(first, stylist.joined_on), min(last, stylist.left_on or last)
    days = [day for day in days_of(_weekly(pattern), first, last, tz) if day.works_on not in there]
    if not days:
        return []
    reach = day_span(days[0].works_on, tz)[0], days[-1].ends_at + DAY
    present = _taken(session, f"presence:{stylist.id}", *reach)
    away = {local_day(starts_at, tz) for starts_at, _ in present}
    free = [
        day
        for day in days
        if day.works_on not in away and not _overlaps((day.starts_at, day.ends_at), present)
    ]
    _write_days(session, pattern, free, _taken(session, f"stylist:{stylist.id}", *reach), now)
    return free


def _write_days(
    session: Session, pattern: RotaPattern, free: list[RotaDay], hands: list[Span], now: datetime
) -> None:
    shifts = [_shift(pattern, day, now) for day in free]
    session.add_all(shifts)
    session.flush()
    assignments = [_assignment(pattern, shift, now) for shift in shifts]
    session.add_all(assignments)
    session.flush()
    for day, assignment in zip(free, assignments, strict=True):
        spans = [(f"presence:{pattern.stylist_id}", day.starts_at, day.ends_at)]
        spans += [
            (f"stylist:{pattern.stylist_id}", a, b) for a, b in day.breaks if not _overlaps((a, b), hands)
        ]
        session.add_all(
            Occupancy(resource=resource, starts_at=a, ends_at=b, assignment_id=assignment.id)
            for resource, a, b in spans
        )
    session.flush()


def _overlaps(span: Span, taken: Sequence[Span]) -> bool:
    return any(starts_at < span[1] and span[0] < ends_at for starts_at, ends_at in taken)


def _weekly(pattern: RotaPattern) -> WeeklyPattern:
    return WeeklyPattern(
        pattern.weekday,
        pattern.starts,
        pattern.ends,
        tuple((b.starts, b.ends) for b in pattern.breaks),
        pattern.valid_from,
        pattern.valid_to,
    )


def _add_pattern(session: Session, pattern: WeeklyPattern, salon: Salon, stylist: Stylist) -> RotaPattern:
    row = RotaPattern(
        network_id=salon.network_id,
        salon_id=salon.id,
        stylist_id=stylist.id,
        weekday=pattern.weekday,
        starts=pattern.starts,
        ends=pattern.ends,
        valid_from=pattern.valid_from,
        valid_to=pattern.valid_to,
        breaks=[RotaBreak(starts=a, ends=b) for a, b in pattern.breaks],
    )
    session.add(row)
    session.flush()
    return row


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


def _taken(session: Session, resource: str, first: datetime, last: datetime) -> list[Span]:
    rows = session.execute(
        sa.select(Occupancy.starts_at, Occupancy.ends_at).where(
            Occupancy.resource == resource,
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
