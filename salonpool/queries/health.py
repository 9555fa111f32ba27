"""Is this installation fit to serve? Database, schema, guards, room; and how texts, clock and plans do."""

import os
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
from salonpool.database import engine, was_full
from salonpool.domain.message import MessageStatus
from salonpool.models import DemoClock, Lease, Message
from salonpool.queries.provider import ProviderState, find_state
from salonpool.queries.quarantines import list_quarantined

CLOCK = "clock"
# A lease lasts 20 s; one that ends further ahead was taken before somebody put the machine's time back.
LONGEST_LEASE = timedelta(seconds=40)
LEAST_ROOM = 16 * 2**20  # bytes: SQLite's journal of a large plan, and some thousand bookings


@dataclass(frozen=True, slots=True)
class Health:
    """What /readyz says. `outbox_age` is how long the oldest due text has waited, None when none does;
    `unknown_texts` may have been sent or not; `quarantined` is how many networks are not planned because
    their runs fail; `clock_until` is when the clock's lease ends, by system time."""

    database: bool
    schema: bool = False
    guards_missing: tuple[str, ...] = ()
    has_room: bool = True
    outbox_age: timedelta | None = None
    unknown_texts: int = 0
    provider: ProviderState = ProviderState()
    clock_until: datetime | None = None
    quarantined: int = 0

    @property
    def ready(self) -> bool:
        """May requests be sent here? Late texts, a stopped clock and plans that fail are reported, but
        pages still work."""
        return self.database and self.schema and not self.guards_missing and self.has_room


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
                has_room=has_room(),
                outbox_age=_outbox_age(connection, system_now),
                unknown_texts=connection.scalar(sa.select(sa.func.count()).where(_MAYBE_SENT)) or 0,
                provider=find_state(connection),
                clock_until=_clock_until(connection, system_now),
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


def has_room() -> bool:
    """Can bookings be written? No where the disk of SQLite's file is nearly full, or where this process was
    told lately that the database's is."""
    free = free_bytes()
    return not was_full() and (free is None or free >= LEAST_ROOM)


def free_bytes() -> int | None:
    """Room left where SQLite's file is; None for a server, whose disk is not ours to see."""
    url = engine().url
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    room = os.statvfs(Path(url.database).parent)
    return room.f_bavail * room.f_frsize


# The unknown ones that have a sid were taken; only their end was never heard of.
_MAYBE_SENT = sa.and_(Message.status == MessageStatus.UNKNOWN, Message.sid.is_(None))
_UNDER_WAY = sa.or_(Message.status.in_((MessageStatus.PENDING, MessageStatus.SENDING)), _MAYBE_SENT)


def _outbox_age(connection: Connection, system_now: datetime) -> timedelta | None:
    now = system_now + demo_offset(connection)
    oldest = connection.scalar(
        sa.select(sa.func.min(Message.due_at)).where(_UNDER_WAY, Message.due_at <= now)
    )
    return now - oldest if oldest else None


def demo_offset(connection: Connection) -> timedelta:
    """How far people's time is ahead of the system's: only in the demo."""
    return timedelta(seconds=connection.scalar(sa.select(DemoClock.offset_seconds)) or 0)


def _clock_until(connection: Connection, system_now: datetime) -> datetime | None:
    """None when the clock does not run."""
    until = connection.scalar(sa.select(Lease.expires_at).where(Lease.name == CLOCK))
    return until if until and system_now < until <= system_now + LONGEST_LEASE else None
