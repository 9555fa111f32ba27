"""What a booking asks of the database: few statements, each row written once."""

from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, is_locked, lock, transaction
from salonpool.domain.booking import Wish
from salonpool.usecases.booking import bookings
from salonpool.usecases.booking.caps import Asker
from salonpool.usecases.booking.settling import Guest
from tests import builders as b

POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
# Before and besides the transaction: the salon and its services. Locks are for PostgreSQL only.
MOST_STATEMENTS = {"sqlite": 19, "postgresql": 20}


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """Two stylists who are both free, and a cut."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe", chairs=2)
    for _ in range(2):
        b.a_rota(b.a_stylist(network, home=salon), salon, weekdays=(0,))
    return SimpleNamespace(cut=b.a_service(salon), texting=app.extensions["salonpool.texting"])


@pytest.fixture
def seen(app: Any) -> Any:
    """The statements that reach the database, BEGIN aside."""
    statements: list[str] = []
    note = lambda *given: statements.append(given[2])  # noqa: E731
    sa.event.listen(db.engine, "before_cursor_execute", note)
    yield statements
    sa.event.remove(db.engine, "before_cursor_execute", note)


def _book(shop: SimpleNamespace, clock: str) -> None:
    bookings.book(
        salon_slug="qinghe", wish=Wish((shop.cut,)), starts_at=b.at(clock), language="en", now=b.NOW,
        guest=Guest("0912 345 678", "Lin"), key=f"key-{clock}", texting=shop.texting,
        asker=Asker("127.0.0.1"),
    )  # fmt: skip


def test_a_booking_of_anyone_free_takes_few_statements(shop: SimpleNamespace, seen: list[str]) -> None:
    _book(shop, "14:00")
    statements = [statement for statement in seen if not statement.startswith("BEGIN")]
    assert len(statements) <= MOST_STATEMENTS[db.engine.dialect.name], "\n".join(statements)


def test_a_booking_is_written_complete_and_not_changed_again(shop: SimpleNamespace, seen: list[str]) -> None:
    _book(shop, "14:00")
    assert [statement for statement in seen if statement.startswith("UPDATE")] == []
    assert sum(statement.startswith("INSERT INTO booking ") for statement in seen) == 1


def test_a_guest_who_is_known_costs_no_more(shop: SimpleNamespace, seen: list[str]) -> None:
    _book(shop, "14:00")
    first = len(seen)
    _book(shop, "15:00")
    assert len(seen) == 2 * first


@POSTGRESQL
def test_what_a_transaction_holds_is_not_asked_for_again(app: Any, seen: list[str]) -> None:
    with transaction() as session:
        lock(session, "chairs:1", "key:book:a")
        lock(session, "chairs:1")
        assert sum("pg_advisory" in statement for statement in seen) == 1
        assert is_locked(session, "chairs:1")
        assert not is_locked(session, "chairs:2")
    with transaction() as session:
        assert not is_locked(session, "chairs:1")
        lock(session, "chairs:1")
        assert sum("pg_advisory" in statement for statement in seen) == 2
