"""When a salon takes nobody, as pages show it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.closure import closed_until
from salonpool.domain.local_time import to_minutes
from salonpool.models import Closure


@dataclass(frozen=True, slots=True)
class ClosureRow:
    """A stretch without bookings; `reason` is what guests read, if one was given."""

    id: int
    starts_at: datetime
    ends_at: datetime
    reason: str | None


def list_closures(salon_id: int, starts_at: datetime, ends_at: datetime | None = None) -> list[ClosureRow]:
    """The closures of a salon that meet the stretch, in order of time; without an end, all from then on."""
    statement = sa.select(Closure).where(Closure.salon_id == salon_id, Closure.ends_at > starts_at)
    if ends_at is not None:
        statement = statement.where(Closure.starts_at < ends_at)
    rows = db.session.scalars(statement.order_by(Closure.starts_at, Closure.id))
    return [ClosureRow(row.id, row.starts_at, row.ends_at, row.reason) for row in rows]


def find_closed_until(salon_id: int, starts_at: datetime, ends_at: datetime) -> datetime | None:
    """When the salon takes guests again, if a visit of that stretch meets closed hours; else None."""
    spans = (
        (to_minutes(row.starts_at), to_minutes(row.ends_at)) for row in list_closures(salon_id, starts_at)
    )
    return closed_until(spans, (to_minutes(starts_at), to_minutes(ends_at)))
