"""The one way to the database: session, transaction, lock, wake-up list and the UTC column type."""

import functools
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

import sqlalchemy as sa
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import event
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection, Dialect, Engine, ExceptionContext
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

# Constraint names are part of the schema: migrations and error mapping refer to them.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

READING = "salonpool.reading"
FULL_AT = "salonpool.full_at"
WRITING: dict[str, dict[str, Any]] = {
    "sqlite": {"writing": True},
    "postgresql": {"writing": True, "isolation_level": "READ COMMITTED"},
}
BUSY_TIMEOUT_MS = 5000
RETRIES = 3
RETRIABLE_SQLSTATES = {"40P01", "40001"}  # deadlock detected, serialization failure
FULL_SQLSTATE = "53100"  # disk full
FULL_FOR_SECONDS = 30.0
OVERLAP_SQLSTATE = "23P01"  # exclusion violation
OVERLAP_MESSAGE = "occupancy_overlap"  # raised by the SQLite triggers in migrations/guards.py

P = ParamSpec("P")
R = TypeVar("R")


class Base(DeclarativeBase):
    """Parent of every table."""

    metadata = sa.MetaData(naming_convention=NAMING)


class OneByOne(FlaskSession):
    """Outside transaction() each statement stands alone on PostgreSQL, as at READ COMMITTED it does anyway.

    BEGIN and ROLLBACK around reads are two ways to the server for nothing, and after a ROLLBACK psycopg
    forgets the statements it had prepared.
    """

    def get_bind(self, *args: Any, **options: Any) -> Engine | Connection:
        """The app's engine, or for PostgreSQL its view that commits by itself."""
        reading: Engine = current_app.extensions[READING]
        return reading

    def connection(self, *args: Any, **options: Any) -> Connection:
        """The session's connection; inside transaction() the one it began on, without looking for it anew."""
        writing: Connection | None = self.info.get("connection")
        return writing or super().connection(*args, **options)


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"class_": OneByOne})


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware UTC instant on both databases; a naive value is refused instead of guessed."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: give an aware one")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class WholeMinutes(sa.types.TypeDecorator[datetime]):
    """An aware UTC instant kept as whole minutes since the epoch.

    For the rows the search reads by the thousand: type_coerce(column, Integer) gives the bare number, without
    building a datetime for each.
    """

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: give an aware one")
        return int(value.timestamp()) // 60

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value * 60, UTC)


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit what a use case did, or roll all of it back. Does not nest.

    Ends the session's open read first, so on SQLite the write lock is taken before anything is read
    (BEGIN IMMEDIATE); nothing loaded before may be used inside.
    """
    session = db.session()
    if "woken" in session.info:
        raise RuntimeError("transaction() does not nest: only public use cases open it")
    session.rollback()
    session.info["woken"], session.info["locked"] = [], set()
    try:
        options = WRITING[session.get_bind().dialect.name]
        session.info["connection"] = session.connection(execution_options=options)
        yield session
        session.commit()
        woken = session.info["woken"]
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("woken", None)
        session.info.pop("locked", None)
        session.info.pop("connection", None)
    deliver = current_app.extensions.get("salonpool.wake")
    if deliver and woken:
        deliver(woken)


def fetch(statement: sa.Executable, values: dict[str, Any] | None = None) -> Sequence[Any]:
    """All rows of a select of columns, in the session's transaction, without the ORM's loading.

    For the reads of the search, where loading would cost more than the query.
    """
    session = db.session()
    session.flush()
    return session.connection().execute(statement, values).all()


def retried(use_case: Callable[P, R]) -> Callable[P, R]:
    """Run a use case again, up to 3 times, when PostgreSQL chose it as the victim of a deadlock."""

    @functools.wraps(use_case)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(RETRIES):
            try:
                return use_case(*args, **kwargs)
            except DBAPIError as error:
                if sqlstate(error) not in RETRIABLE_SQLSTATES or attempt == RETRIES - 1:
                    raise
        raise AssertionError("unreachable")

    return run


def locking(names: sa.Select[Any] | None = None) -> sa.Select[Any]:
    """A statement for lock(), built once: it holds the names given, and those that a select of texts finds.

    One way to the server for all of them, sorted as Python sorts, whatever the locale of the database.
    """
    given = sa.select(sa.func.unnest(sa.bindparam("keys", type_=postgresql.ARRAY(sa.Text))).label("name"))
    wanted = (given if names is None else given.union(names)).subquery("wanted")
    in_order = sa.select(wanted.c.name).order_by(sa.collate(wanted.c.name, "C")).subquery("in_order")
    hold = sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(in_order.c.name, 0))
    return sa.select(in_order.c.name, hold)


_GIVEN = locking()


def lock(session: Session, *names: str, by: sa.Select[Any] = _GIVEN, **values: Any) -> None:
    """Hold the named things until the transaction ends, in sorted order so that no two callers cross.

    PostgreSQL: transaction-scoped advisory locks; what is held already is not asked for again. SQLite: the
    transaction already holds the only write lock. `by`: a statement of locking() that finds more names.
    """
    missing = set(names) - session.info["locked"]
    if writes_alone(session) or not (missing or values):
        return
    rows = session.connection().execute(by, {"keys": sorted(missing), **values})
    session.info["locked"] |= {row.name for row in rows}


def is_locked(session: Session, name: str) -> bool:
    """Does this transaction hold it?"""
    return writes_alone(session) or name in session.info["locked"]


def writes_alone(session: Session) -> bool:
    """Does the transaction hold the only write lock, SQLite's, so that lock() has nothing to do?"""
    return session.connection().dialect.name == "sqlite"


def wake(task: str, subject_id: int) -> None:
    """Ask the clock to look at a row soon; handed over after the commit, forgotten on rollback."""
    db.session.info["woken"].append((task, subject_id))


def sqlstate(error: DBAPIError) -> str | None:
    """PostgreSQL's error code, or None on SQLite."""
    return getattr(error.orig, "sqlstate", None)


def is_overlap(error: IntegrityError) -> bool:
    """Did the database refuse the row because its resource is taken then?"""
    return sqlstate(error) == OVERLAP_SQLSTATE or OVERLAP_MESSAGE in str(error.orig)


def is_unavailable(error: DBAPIError) -> bool:
    """Is the database busy, locked, full or away, so that the same call may succeed later?"""
    if isinstance(error.orig, sqlite3.Error):
        return isinstance(error.orig, sqlite3.OperationalError) and any(
            word in str(error.orig) for word in ("locked", "busy", "full", "unable to open", "disk I/O")
        )
    state = sqlstate(error) or ""
    unreachable = not state and isinstance(error, OperationalError | InterfaceError)
    return bool(error.connection_invalidated) or state[:2] in {"08", "53", "57", "40", "55"} or unreachable


def is_full(error: BaseException) -> bool:
    """Did the database refuse to write for want of room?"""
    return getattr(error, "sqlstate", None) == FULL_SQLSTATE or (
        isinstance(error, sqlite3.OperationalError) and "full" in str(error)
    )


def was_full() -> bool:
    """Did it refuse this process a write for want of room in the last half minute? After that nobody knows
    until one is tried again."""
    full_at: float = current_app.extensions.get(FULL_AT, float("-inf"))
    return time.monotonic() < full_at + FULL_FOR_SECONDS


def init_app(app: Flask) -> None:
    """Bind the session to the app's database and set up each new connection."""
    db.init_app(app)
    with app.app_context():
        engine = db.engine
    event.listen(engine, "handle_error", functools.partial(_note_full, app))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        app.extensions[READING] = engine
    else:
        app.extensions[READING] = engine.execution_options(isolation_level="AUTOCOMMIT")


def wal_is_safe(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Has the linked SQLite the WAL-reset fix (3.51.3, 3.50.7, 3.44.6 or later of those lines)?"""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def _note_full(app: Flask, context: ExceptionContext) -> None:
    if is_full(context.original_exception):
        app.extensions[FULL_AT] = time.monotonic()


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's begin event decides how a transaction starts
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    if wal_is_safe():
        connection.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def engine() -> Engine:
    """The app's engine, for health checks."""
    return db.engine
