"""Close a salon, or all of a network, for days or hours, and open it again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, lock, retried, transaction, wake
from salonpool.domain.closure import LocalSpan, check_span, days_of, instants_of
from salonpool.domain.local_time import from_minutes, local_day, to_minutes
from salonpool.domain.refusal import InvalidInput, Missing
from salonpool.domain.text_input import name as clean_name
from salonpool.models import Closure, Occupancy, Salon
from salonpool.queries.availability import closed
from salonpool.queries.endangered import Endangered, list_endangered
from salonpool.usecases import audit


@dataclass(frozen=True, slots=True)
class Closed:
    """What closing made, and the bookings that stand in its way; they stay until somebody moves them."""

    closure_ids: tuple[int, ...]
    endangered: tuple[Endangered, ...]


@retried
def close(
    *, salon_ids: Collection[int], span: LocalSpan, reason: str | None, actor: str, now: datetime
) -> Closed:
    """Take no bookings in these local days or hours, each salon in its own zone; all of them or none.

    What is closed already stays so; public holidays are never closed by themselves. Raises InvalidInput:
    in_the_past, ends_before_start, too_far_ahead, time_skipped, time_twice, already_closed; Missing.
    """
    reason = clean_name(reason, field="reason")
    with transaction() as session:
        # The stations' locks: a booking commits before this, and is listed, or after it, and is refused.
        lock(session, *(f"chairs:{salon_id}" for salon_id in salon_ids))
        salons = session.scalars(sa.select(Salon).where(Salon.id.in_(salon_ids)).order_by(Salon.id)).all()
        if not salons or len(salons) != len(set(salon_ids)):
            raise Missing
        made = [row for salon in salons if (row := _close(session, salon, span, reason, actor, now))]
        if not made:
            raise InvalidInput("already_closed", field="first_on")
        endangered = (list_endangered(row.salon_id, row.starts_at, row.ends_at, now) for row in made)
        return Closed(tuple(row.id for row in made), tuple(one for found in endangered for one in found))


@retried
def reopen(*, closure_id: int, actor: str, now: datetime) -> None:
    """Take bookings again; hours that another closure covers stay closed. Raises Missing."""
    salon_id = db.session.scalar(sa.select(Closure.salon_id).where(Closure.id == closure_id))
    if salon_id is None:
        raise Missing
    with transaction() as session:
        lock(session, f"chairs:{salon_id}")
        closure = session.get(Closure, closure_id)
        if closure is None:
            raise Missing
        session.execute(sa.delete(Occupancy).where(Occupancy.closure_id == closure_id))
        session.delete(closure)
        session.flush()
        _record(session, "reopen", closure, actor, now)
        wake("waitlist", salon_id)
        others = session.scalars(
            sa.select(Closure)
            .where(
                Closure.salon_id == salon_id,
                Closure.starts_at < closure.ends_at,
                Closure.ends_at > closure.starts_at,
            )
            .order_by(Closure.id)
        ).all()
        tz = ZoneInfo(session.get_one(Salon, salon_id).zone)
        for other in others:
            _write_days(session, other, tz)


def list_salon_ids(network_id: int) -> list[int]:
    """Every salon of a network, for closing all of it."""
    return list(
        db.session.scalars(sa.select(Salon.id).where(Salon.network_id == network_id).order_by(Salon.id))
    )


def _close(
    session: Session, salon: Salon, span: LocalSpan, reason: str | None, actor: str, now: datetime
) -> Closure | None:
    tz = ZoneInfo(salon.zone)
    check_span(span, local_day(now, tz))
    starts_at, ends_at = instants_of(span, tz)
    if ends_at <= now:
        raise InvalidInput("in_the_past", field="ends")
    if not days_of(starts_at, ends_at, tz, without=_shut(session, salon.id, starts_at, ends_at)):
        return None
    closure = Closure(salon_id=salon.id, starts_at=starts_at, ends_at=ends_at, reason=reason, created_at=now)
    session.add(closure)
    session.flush()
    _write_days(session, closure, tz)
    _record(session, "close", closure, actor, now)
    return closure


def _write_days(session: Session, closure: Closure, tz: ZoneInfo) -> None:
    """A row for each local day, except where the salon is closed already."""
    shut = _shut(session, closure.salon_id, closure.starts_at, closure.ends_at)
    session.add_all(
        Occupancy(
            resource=closed(closure.salon_id),
            starts_at=from_minutes(begins),
            ends_at=from_minutes(ends),
            closure_id=closure.id,
        )
        for begins, ends in days_of(closure.starts_at, closure.ends_at, tz, without=shut)
    )
    session.flush()


def _shut(session: Session, salon_id: int, starts_at: datetime, ends_at: datetime) -> list[tuple[int, int]]:
    rows = session.execute(
        sa.select(Occupancy.starts_at, Occupancy.ends_at).where(
            Occupancy.resource == closed(salon_id),
            Occupancy.ends_at > starts_at,
            Occupancy.starts_at < ends_at,
        )
    )
    return [(to_minutes(a), to_minutes(b)) for a, b in rows]


def _record(session: Session, action: str, closure: Closure, actor: str, now: datetime) -> None:
    hours = {"starts_at": closure.starts_at.isoformat(), "ends_at": closure.ends_at.isoformat()}
    audit.record(
        session,
        now,
        actor=actor,
        action=action,
        subject="closure",
        subject_id=closure.id,
        before=hours if action == "reopen" else None,
        after=hours if action == "close" else None,
    )
