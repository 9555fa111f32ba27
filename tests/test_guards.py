"""The database's last word: no overlap, an audit trail that only grows, rows that stay in their salon."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.exc import DBAPIError, IntegrityError

from migrations import guards
from salonpool.database import Base, db, is_overlap, transaction
from salonpool.models import (
    Assignment,
    AuditEntry,
    Booking,
    BookingItem,
    Card,
    Customer,
    Occupancy,
    Role,
    RotaPattern,
    Salon,
    Service,
    Shift,
    Stylist,
    StylistSkill,
)
from tests import builders as b

TEN, ELEVEN, NOON = b.at("10:00"), b.at("11:00"), b.at("12:00")


@pytest.fixture
def two(app: Any) -> SimpleNamespace:
    """Two networks of one salon each; in the first a booking whose rows the tests move about."""
    here, there = b.a_network(), b.a_network()
    salon, other = b.a_salon(here, chairs=0), b.a_salon(there, chairs=0)
    stylist, stranger = b.a_stylist(here, skills=()), b.a_stylist(there, skills=())
    sister = b.a_salon(here, chairs=0)
    booking = b.add(Booking(**_booking(here, salon, stylist)))
    return SimpleNamespace(
        here=here, there=there, salon=salon, sister=sister, other=other, stylist=stylist, stranger=stranger,
        booking=booking,
    )  # fmt: skip


def _booking(network: int, salon: int, stylist: int, **changes: Any) -> dict[str, Any]:
    values = {
        "network_id": network, "salon_id": salon, "stylist_id": stylist, "status": "confirmed",
        "starts_at": TEN, "ends_at": ELEVEN, "price_minor": 1, "currency": "TWD", "language": "en",
        "created_at": b.NOW, "link_version": 1,
    }  # fmt: skip
    return values | changes


def _occupy(booking: int, starts_at: datetime, ends_at: datetime, resource: str = "stylist:1") -> int:
    row = Occupancy(resource=resource, starts_at=starts_at, ends_at=ends_at, booking_id=booking)
    return int(b.add(row))


def _move(occupancy_id: int, **changes: Any) -> None:
    with transaction() as session:
        session.execute(sa.update(Occupancy).where(Occupancy.id == occupancy_id).values(**changes))


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("starts_at", "ends_at"),
    [
        (TEN, ELEVEN),
        (TEN - MINUTE, TEN + MINUTE),
        (ELEVEN - MINUTE, NOON),
        (TEN + MINUTE, ELEVEN - MINUTE),
        (TEN - MINUTE, NOON),
    ],
)
def test_a_row_that_overlaps_is_refused(two: SimpleNamespace, starts_at: datetime, ends_at: datetime) -> None:
    _occupy(two.booking, TEN, ELEVEN)
    with pytest.raises(IntegrityError) as refused:
        _occupy(two.booking, starts_at, ends_at)
    assert is_overlap(refused.value)
    _occupy(two.booking, starts_at, ends_at, "stylist:2")


def test_the_longest_row_is_guarded_to_its_last_minute_and_none_is_longer(two: SimpleNamespace) -> None:
    last = TEN + timedelta(hours=25)
    with pytest.raises(IntegrityError):
        _occupy(two.booking, TEN, last + MINUTE)
    _occupy(two.booking, TEN, last)
    for starts_at, ends_at in (
        (TEN - MINUTE, TEN + MINUTE),
        (last - MINUTE, last),
        (last - MINUTE, last + MINUTE),
    ):
        with pytest.raises(IntegrityError) as refused:
            _occupy(two.booking, starts_at, ends_at)
        assert is_overlap(refused.value)
    _occupy(two.booking, last, last + MINUTE)


def test_rows_may_touch(two: SimpleNamespace) -> None:
    _occupy(two.booking, TEN, ELEVEN)
    _occupy(two.booking, ELEVEN, NOON)
    _occupy(two.booking, TEN - MINUTE, TEN)


def test_moving_a_row_into_a_taken_time_or_resource_is_refused(two: SimpleNamespace) -> None:
    _occupy(two.booking, TEN, ELEVEN)
    later = _occupy(two.booking, ELEVEN, NOON)
    elsewhere = _occupy(two.booking, TEN, ELEVEN, "chair:1")
    for row, changes in (
        (later, {"starts_at": ELEVEN - MINUTE}),
        (later, {"starts_at": TEN, "ends_at": ELEVEN}),
        (elsewhere, {"resource": "stylist:1"}),
    ):
        with pytest.raises(IntegrityError) as refused:
            _move(row, **changes)
        assert is_overlap(refused.value)
    _move(later, ends_at=NOON + MINUTE)
    _move(elsewhere, resource="chair:2")


def test_the_guards_are_in_place_after_every_step_of_a_migration(app: Any) -> None:
    _assert_whole()
    flask_migrate.downgrade(revision="base")
    flask_migrate.upgrade()
    _assert_whole()


def test_what_is_gone_is_named_and_comes_back(two: SimpleNamespace) -> None:
    with db.engine.begin() as connection:
        guards.drop(connection)
        gone = guards.missing(connection)
    assert gone
    assert all(name in gone or db.engine.dialect.name == "postgresql" for name in guards.SQLITE_TRIGGERS)
    _occupy(two.booking, TEN, ELEVEN, "stylist:9")
    with db.engine.begin() as connection:
        guards.create(connection)
        assert guards.missing(connection) == []
        guards.create(connection)  # twice is as good as once
    with pytest.raises(IntegrityError):
        _occupy(two.booking, TEN, ELEVEN, "stylist:9")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_table_rebuild_drops_the_triggers_and_the_guards_bring_them_back(two: SimpleNamespace) -> None:
    with db.engine.connect().execution_options(writing=True) as connection:
        operations = Operations(MigrationContext.configure(connection))
        for table in ("occupancy", "audit_entry"):
            with operations.batch_alter_table(table, recreate="always"):
                pass
        assert set(guards.missing(connection)) == set(guards.SQLITE_TRIGGERS)
        guards.create(connection)
        connection.commit()
    _assert_whole()
    _occupy(two.booking, TEN, ELEVEN)
    with pytest.raises(IntegrityError):
        _occupy(two.booking, TEN, ELEVEN)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_trigger_with_another_body_counts_as_missing(app: Any) -> None:
    name = "occupancy_no_overlap_update"
    with db.engine.connect().execution_options(writing=True) as connection:
        connection.execute(sa.text(f"DROP TRIGGER {name}"))
        connection.execute(
            sa.text(f"CREATE TRIGGER {name} BEFORE UPDATE ON occupancy WHEN 0 BEGIN SELECT 1; END")
        )
        assert guards.missing(connection) == [name]


def _assert_whole() -> None:
    with db.engine.connect() as connection:
        assert guards.missing(connection) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'nobody'",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entry WHERE id = 1",
        "INSERT INTO audit_entry (id, at, actor, action, subject, subject_id)"
        " SELECT id, at, 'nobody', action, subject, subject_id FROM audit_entry",
    ],
)
def test_the_audit_trail_only_grows(app: Any, statement: str) -> None:
    b.add(AuditEntry(at=b.NOW, actor="guest", action="book", subject="booking", subject_id=1))
    if db.engine.dialect.name == "sqlite":
        statement = statement.replace("INSERT INTO", "REPLACE INTO")
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(sa.text(statement))
    assert db.session.scalars(sa.select(AuditEntry.actor)).all() == ["guest"]
    b.add(AuditEntry(at=b.NOW, actor="guest", action="cancel", subject="booking", subject_id=1))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_audit_trail_cannot_be_truncated(app: Any) -> None:
    b.add(AuditEntry(at=b.NOW, actor="guest", action="book", subject="booking", subject_id=1))
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(sa.text("TRUNCATE audit_entry"))


def _shift(network: int, salon: int, **changes: Any) -> Shift:
    values = {
        "network_id": network, "salon_id": salon, "source": "post", "status": "posted", "starts_at": TEN,
        "ends_at": ELEVEN, "created_at": b.NOW,
    }  # fmt: skip
    return Shift(**values | changes)


def _assignment(network: int, salon: int, shift: int, stylist: int) -> Assignment:
    return Assignment(
        network_id=network, salon_id=salon, shift_id=shift, stylist_id=stylist, status="active",
        source="offer", starts_at=TEN, ends_at=ELEVEN, created_at=b.NOW,
    )  # fmt: skip


def _refused(row: Base) -> bool:
    try:
        b.add(row)
    except IntegrityError:
        return True
    return False


def test_a_booking_item_is_a_service_of_the_bookings_own_salon(two: SimpleNamespace) -> None:
    foreign = b.a_service(two.sister)
    own = b.a_service(two.salon)
    item = {"booking_id": two.booking, "price_minor": 1, "position": 0, "stylist_id": two.stylist}
    assert _refused(BookingItem(salon_id=two.salon, service_id=foreign, **item))
    assert _refused(BookingItem(salon_id=two.sister, service_id=foreign, **item))
    assert not _refused(BookingItem(salon_id=two.salon, service_id=own, **item))


def test_nobody_works_or_is_booked_in_another_network(two: SimpleNamespace) -> None:
    shift = b.add(_shift(two.here, two.salon))
    assert _refused(_assignment(two.here, two.salon, shift, two.stranger))
    assert _refused(_assignment(two.there, two.salon, shift, two.stranger))
    assert _refused(_assignment(two.here, two.sister, shift, two.stylist))
    assert not _refused(_assignment(two.here, two.salon, shift, two.stylist))
    assert _refused(Booking(**_booking(two.here, two.salon, two.stranger)))
    assert _refused(Booking(**_booking(two.there, two.salon, two.stranger)))
    assert _refused(Booking(**_booking(two.here, two.other, two.stylist)))


def test_skills_services_patterns_cards_and_roles_stay_in_their_network(two: SimpleNamespace) -> None:
    theirs = b.a_skill(two.there)
    ours = b.a_skill(two.here)
    assert _refused(_shift(two.here, two.salon, skill_id=theirs))
    assert _refused(
        StylistSkill(network_id=two.here, stylist_id=two.stylist, skill_id=theirs, valid_from=b.TODAY)
    )
    hours = {"weekday": 0, "starts": TEN.time(), "ends": NOON.time(), "valid_from": b.TODAY}
    assert _refused(RotaPattern(network_id=two.here, salon_id=two.other, stylist_id=two.stylist, **hours))
    assert _refused(RotaPattern(network_id=two.here, salon_id=two.salon, stylist_id=two.stranger, **hours))
    service = {"network_id": two.here, "salon_id": two.salon, "code": "cut", "price_minor": 1}
    assert _refused(Service(skill_id=ours, **service))  # no such entry in the catalogue
    assert _refused(Service(skill_id=theirs, **service))
    customer = b.add(Customer(network_id=two.there, phone="+886912345678", language="en", created_at=b.NOW))
    card = {"customer_id": customer, "salon_id": two.salon, "created_at": b.NOW}
    assert _refused(Card(network_id=two.here, **card))
    assert _refused(Card(network_id=two.there, **card))
    assert _refused(Booking(**_booking(two.here, two.salon, two.stylist, customer_id=customer)))
    account = b.an_account(two.there)
    assert _refused(Role(network_id=two.here, account_id=account, salon_id=two.salon, kind="owner"))
    assert _refused(Role(network_id=two.there, account_id=account, salon_id=two.salon, kind="owner"))


def test_impossible_values_are_refused(two: SimpleNamespace) -> None:
    booking = lambda **changes: Booking(**_booking(two.here, two.salon, two.stylist, **changes))  # noqa: E731
    assert _refused(booking(status="maybe"))
    assert _refused(booking(status="held"))  # without held_until
    assert _refused(booking(cancel_cause="weather"))
    assert _refused(booking(no_sms_reason="lazy"))
    assert _refused(booking(ends_at=TEN))
    assert _refused(_shift(two.here, two.salon, seats=0))
    assert _refused(_shift(two.here, two.salon, priority=4))
    assert _refused(_shift(two.here, two.salon, ends_at=TEN))
    assert _refused(_shift(two.here, two.salon, status="open"))
    span = {"resource": "stylist:1", "starts_at": TEN, "ends_at": ELEVEN}
    assert _refused(Occupancy(**span))  # nobody's
    assert _refused(Occupancy(**span | {"ends_at": TEN}, booking_id=two.booking))
    assert _refused(Occupancy(**span, booking_id=two.booking + 999))
    assert not _refused(Occupancy(**span, booking_id=two.booking))


def test_a_salon_or_stylist_with_bookings_cannot_vanish(two: SimpleNamespace) -> None:
    for table, row in ((Salon, two.salon), (Stylist, two.stylist), (Booking, two.booking)):
        _occupy(two.booking, TEN, ELEVEN, f"chair:{row}-{table.__tablename__}")
        with pytest.raises(IntegrityError), transaction() as session:
            session.execute(sa.delete(table).where(table.id == row))
