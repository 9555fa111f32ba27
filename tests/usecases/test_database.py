"""The one way to the database: transactions, locks, wake-ups, retries and instants."""

import os
import socket
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from psycopg.pq import TransactionStatus
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from salonpool.database import (
    RETRIES,
    UtcDateTime,
    db,
    is_unavailable,
    lock,
    retried,
    transaction,
    wake,
    wal_is_safe,
)
from salonpool.models import Counter
from tests.builders import NOW

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def _count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Counter)) or 0


def _add(key: str) -> None:
    db.session.add(Counter(key=key, window_starts_at=NOW))


def _fail_after(work: Callable[[], None]) -> None:
    with transaction() as session:
        work()
        session.flush()
        raise ZeroDivisionError


def test_a_transaction_keeps_all_of_it_or_nothing(app: Any) -> None:
    with transaction():
        _add("kept")
    with pytest.raises(ZeroDivisionError):
        _fail_after(lambda: _add("lost"))
    assert db.session.scalars(sa.select(Counter.key)).all() == ["kept"]


def test_a_transaction_does_not_nest_and_the_outer_one_is_undone(app: Any) -> None:
    def nest() -> None:
        with transaction():
            _add("outer")
            with transaction():
                _add("inner")

    with pytest.raises(RuntimeError, match="does not nest"):
        nest()
    assert _count() == 0
    with transaction():
        _add("afterwards")
    assert _count() == 1


def test_a_refused_commit_leaves_a_usable_session(app: Any) -> None:
    def twice() -> None:
        with transaction():
            _add("same")
            _add("same")

    with pytest.raises(IntegrityError):
        twice()
    assert _count() == 0


@POSTGRESQL  # on SQLite an open read keeps other sessions from committing at all
def test_what_was_read_before_is_read_again_inside(app: Any) -> None:
    with transaction():
        _add("first")
    row = db.session.scalars(sa.select(Counter)).one()
    _in_another_session(sa.update(Counter).values(hits=7))
    with transaction():
        assert row.hits == 7


@POSTGRESQL
def test_a_read_outside_leaves_nothing_open_and_what_was_prepared_stays_prepared(app: Any) -> None:
    server: Any = db.session.connection().connection.dbapi_connection
    for _ in range(server.prepare_threshold + 2):
        assert _count() == 0
        assert server.info.transaction_status == TransactionStatus.IDLE
        db.session.rollback()
    prepared = db.session.scalars(sa.text("SELECT statement FROM pg_prepared_statements")).all()
    assert any("FROM counter" in statement for statement in prepared)
    with transaction() as session:
        assert _count() == 0
        server = session.connection().connection.dbapi_connection
        assert server.info.transaction_status == TransactionStatus.INTRANS


def _in_another_session(statement: sa.Executable) -> None:
    with db.engine.connect().execution_options(writing=True) as connection:
        connection.execute(statement)
        connection.commit()


@POSTGRESQL
def test_whoever_waits_for_a_server_that_is_gone_hears_of_it_within_15_seconds(app: Any) -> None:
    fileno = db.session.connection().connection.driver_connection.fileno()
    with socket.socket(fileno=os.dup(fileno)) as wire:
        idle, interval, count = (
            wire.getsockopt(socket.IPPROTO_TCP, option)
            for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        )
    assert idle + interval * count <= 15


def test_wake_ups_are_handed_over_after_the_commit_and_forgotten_on_rollback(app: Any) -> None:
    seen: list[tuple[list[tuple[str, int]], int]] = []

    def deliver(woken: list[tuple[str, int]]) -> None:
        with db.engine.connect() as connection:
            rows = connection.scalar(sa.select(sa.func.count()).select_from(Counter))
        seen.append((woken, rows))

    app.extensions["salonpool.wake"] = deliver
    with transaction():
        _add("kept")
        wake("send", 1)
        wake("plan", 2)
        assert seen == []
    assert seen == [([("send", 1), ("plan", 2)], 1)]
    with pytest.raises(ZeroDivisionError):
        _fail_after(lambda: wake("send", 3))
    with transaction():
        _add("quiet")
    assert len(seen) == 1


@SQLITE
def test_on_sqlite_the_write_lock_is_taken_before_anything_is_read(app: Any, database_url: str) -> None:
    with (
        sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=0) as other,
        transaction(),
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")
    other.close()


@SQLITE
def test_sqlite_connections_are_set_up_to_keep_what_they_promise(app: Any) -> None:
    pragma = lambda name: db.session.execute(sa.text(f"PRAGMA {name}")).scalar()  # noqa: E731
    assert (pragma("foreign_keys"), pragma("synchronous"), pragma("busy_timeout")) == (1, 2, 5000)
    assert pragma("journal_mode") == ("wal" if wal_is_safe() else "delete")


@pytest.mark.parametrize(
    ("version", "safe"),
    [((3, 40, 1), False), ((3, 44, 5), False), ((3, 44, 6), True), ((3, 45, 0), False), ((3, 50, 6), False),
     ((3, 50, 7), True), ((3, 51, 0), False), ((3, 51, 2), False), ((3, 51, 3), True), ((3, 52, 0), True)],
)  # fmt: skip
def test_wal_is_used_only_with_the_fix(version: tuple[int, ...], safe: bool) -> None:
    assert wal_is_safe(version) is safe


def _locked_keys(use: Callable[[], None]) -> list[str]:
    keys: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_: Any) -> None:
        if "pg_advisory_xact_lock" in statement:
            keys.extend(given["keys"])

    sa.event.listen(db.engine, "before_cursor_execute", note)
    use()
    sa.event.remove(db.engine, "before_cursor_execute", note)
    return keys


@POSTGRESQL
def test_locks_are_taken_once_each_in_sorted_order(app: Any) -> None:
    def take() -> None:
        with transaction() as session:
            lock(session, "stylist:9", "chairs:4", "stylist:10", "chairs:4")

    assert _locked_keys(take) == ["chairs:4", "stylist:10", "stylist:9"]


@POSTGRESQL
def test_a_lock_is_held_until_the_transaction_ends(app: Any) -> None:
    free = sa.text("SELECT pg_try_advisory_xact_lock(hashtextextended('stylist:1', 0))")
    with transaction() as session:
        lock(session, "stylist:1")
        with db.engine.connect() as other:
            assert other.scalar(free) is False
    with db.engine.connect() as other:
        assert other.scalar(free) is True


@POSTGRESQL
def test_a_victim_of_a_deadlock_tries_again_and_both_succeed(app: Any) -> None:
    meet = threading.Barrier(2)
    tries: list[str] = []

    def work(first: str, second: str) -> None:
        @retried
        def cross() -> None:
            with transaction() as session:
                session.execute(sa.text("SET LOCAL deadlock_timeout = '50ms'"))
                lock(session, first)
                if len(tries) < 2:
                    tries.append(first)
                    meet.wait(10)
                lock(session, second)
                _add(first)

        with app.app_context():
            cross()

    threads = [threading.Thread(target=work, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert _count() == 2


def _failing(sqlstate: str, times: int) -> tuple[Callable[[], str], list[int]]:
    tries: list[int] = []

    class Orig(Exception):
        pass

    orig = Orig()
    orig.sqlstate = sqlstate  # type: ignore[attr-defined]

    @retried
    def use_case() -> str:
        tries.append(1)
        if len(tries) <= times:
            raise DBAPIError("SELECT 1", {}, orig)
        return "done"

    return use_case, tries


@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
def test_a_deadlock_is_tried_three_times_then_given_up(sqlstate: str) -> None:
    use_case, tries = _failing(sqlstate, RETRIES - 1)
    assert use_case() == "done"
    assert len(tries) == 3
    use_case, tries = _failing(sqlstate, 99)
    with pytest.raises(DBAPIError):
        use_case()
    assert len(tries) == 3


def test_other_errors_are_not_tried_again() -> None:
    use_case, tries = _failing("23505", 99)
    with pytest.raises(DBAPIError):
        use_case()
    assert len(tries) == 1


@pytest.mark.parametrize(
    ("error", "unavailable"),
    [
        (OperationalError("", {}, sqlite3.OperationalError("database is locked")), True),
        (OperationalError("", {}, sqlite3.OperationalError("database or disk is full")), True),
        (OperationalError("", {}, sqlite3.OperationalError("unable to open database file")), True),
        (OperationalError("", {}, sqlite3.OperationalError("no such table: booking")), False),
        (IntegrityError("", {}, sqlite3.IntegrityError("UNIQUE constraint failed")), False),
        (OperationalError("", {}, Exception("connection refused")), True),
        (DBAPIError("", {}, Exception("a bug of ours")), False),
    ],
)
def test_only_a_database_that_is_busy_or_away_is_unavailable(error: DBAPIError, unavailable: bool) -> None:
    assert is_unavailable(error) is unavailable


def test_an_instant_must_say_its_zone_and_comes_back_in_utc(app: Any) -> None:
    taipei = datetime(2026, 10, 19, 14, 30, 15, 123456, tzinfo=ZoneInfo("Asia/Taipei"))
    with transaction() as session:
        session.add(Counter(key="k", window_starts_at=taipei))
    db.session.expire_all()
    stored = db.session.scalars(sa.select(Counter.window_starts_at)).one()
    assert stored == taipei
    assert stored.utcoffset() == timedelta()
    naive = datetime.combine(date(2026, 10, 19), taipei.time())
    with pytest.raises(sa.exc.StatementError, match="naive datetime"), transaction() as session:
        session.add(Counter(key="n", window_starts_at=naive))
    assert _count() == 1


def test_instants_are_ordered_by_the_database_as_by_the_clock(app: Any) -> None:
    moments = [NOW + timedelta(microseconds=n) for n in (0, 1, 999_999, 1_000_000, 60_000_000)]
    with transaction() as session:
        session.add_all(Counter(key=str(n), window_starts_at=at) for n, at in enumerate(reversed(moments)))
    found = db.session.scalars(sa.select(Counter.window_starts_at).order_by(Counter.window_starts_at)).all()
    assert found == moments
    before = sa.select(sa.func.count()).select_from(Counter).where(Counter.window_starts_at < moments[3])
    assert db.session.scalar(before) == 3


def test_no_instant_is_null_is_kept() -> None:
    assert UtcDateTime().process_bind_param(None, None) is None  # type: ignore[arg-type]
    assert UtcDateTime().process_result_value(None, None) is None  # type: ignore[arg-type]
    assert UtcDateTime().process_result_value(datetime(2026, 1, 1, tzinfo=UTC), None) == datetime(  # type: ignore[arg-type]
        2026, 1, 1, tzinfo=UTC
    )
