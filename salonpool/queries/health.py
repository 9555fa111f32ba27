"""Is this installation fit to serve? Database, schema, guards, and how far behind texts are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

import migrations
from migrations import guards
from salonpool.database import engine
from salonpool.domain.message import UNFINISHED
from salonpool.models import DemoClock, Lease, Message
from salonpool.queries.quarantines import list_quarantined

CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Health:
    """What /readyz says. `outbox_age` is how long the oldest due text has waited, None when none does;
    `quarantined` is how many networks are not planned because their runs fail."""

    database: bool
    schema: bool = False
    guards_missing: tuple[str, ...] = ()
    outbox_age: timedelta | None = None
    clock: bool = False
    quarantined: int = 0

    @property
    def ready(self) -> bool:
        """May requests be sent here? Late texts, a stopped clock and plans that fail are reported, but
        pages still work."""
        return self.database and self.schema and not self.guards_missing


def read(system_now: datetime) -> Health:
    """Look at everything once, on a connection of its own; never raises for an absent database."""
    try:
        with engine().connect() as connection:
            if MigrationContext.configure(connection).get_current_revision() != newest_revision():
                return Health(database=True)
            return Health(
                database=True,
                schema=True,
                guards_missing=tuple(guards.missing(connection)),
                outbox_age=_outbox_age(connection, system_now),
                clock=_clock_runs(connection, system_now),
                quarantined=len(list_quarantined(connection)),
            )
    except SQLAlchemyError:
        return Health(database=False)


def in_short(error: SQLAlchemyError) -> str:
    """The first line of what the database said, without the statement and its values."""
    said = str(error.orig if isinstance(error, DBAPIError) and error.orig else error)
    return said.partition("\n")[0] or type(error).__name__


@cache
def newest_revision() -> str | None:
    """The revision this code was written for."""
    return ScriptDirectory(str(Path(migrations.__file__).parent)).get_current_head()


def _outbox_age(connection: Connection, system_now: datetime) -> timedelta | None:
    now = system_now + _demo_offset(connection)
    oldest = connection.scalar(
        sa.select(sa.func.min(Message.due_at)).where(Message.status.in_(UNFINISHED), Message.due_at <= now)
    )
    return now - oldest if oldest else None


def _demo_offset(connection: Connection) -> timedelta:
    return timedelta(seconds=connection.scalar(sa.select(DemoClock.offset_seconds)) or 0)


def _clock_runs(connection: Connection, system_now: datetime) -> bool:
    held = sa.select(Lease.fencing).where(Lease.name == CLOCK, Lease.expires_at > system_now)
    return connection.scalar(held) is not None
