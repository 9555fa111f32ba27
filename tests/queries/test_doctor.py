"""The doctor finds what the guards would have kept out, and says what to do."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from migrations import guards
from salonpool.database import db, engine, transaction
from salonpool.domain.booking import Wish
from salonpool.domain.caps import CAPS, Kind, Per, key_of
from salonpool.domain.message import LEASE, MessageStatus
from salonpool.models import Assignment, Booking, Counter, Message, Network, Occupancy, PlanningRun, Salon
from salonpool.queries import doctor
from salonpool.usecases import limits
from salonpool.usecases.booking import bookings
from salonpool.usecases.texts import receipts
from tests.builders import NOW, a_network, a_rota, a_salon, a_service, a_stylist, at


@pytest.fixture
def salon_id(app):
    """A salon with a stylist on duty and a booking at 14:00."""
    network_id = a_network()
    salon_id = a_salon(network_id)
    a_rota(a_stylist(network_id, home=salon_id), salon_id)
    bookings.book(
        salon_slug=db.session.get_one(Salon, salon_id).slug, wish=Wish((a_service(salon_id),)),
        starts_at=at("14:00"), guest=bookings.Guest("0912 345 678"), key="k1",
        language="en", now=NOW, texting=app.extensions["salonpool.texting"],
    )  # fmt: skip
    with engine().connect().execution_options(writing=True) as connection:
        guards.drop(connection)
        connection.commit()
    return salon_id


def _found(now=NOW) -> list[str]:
    """What it finds beside the guards that these tests took out."""
    db.session.rollback()
    findings = doctor.list_findings(now, now)
    assert all(finding.remedy for finding in findings)
    return [finding.what for finding in findings if "guard" not in finding.what]


def _change(*statements: sa.UpdateBase) -> None:
    with transaction() as session:
        for statement in statements:
            session.execute(statement)


def test_a_sound_database_has_nothing_to_find(app):
    assert doctor.check_database() == doctor.list_findings(NOW, NOW) == []


def test_missing_guards_are_found(salon_id):
    assert any("guard" in finding.what for finding in doctor.list_findings(NOW, NOW))
    assert _found() == []


def test_an_older_schema_is_found_first(app):
    _change(sa.text("UPDATE alembic_version SET version_num = 'older'"))  # type: ignore[arg-type]
    (finding,) = doctor.check_database()
    assert finding.remedy == "run: flask db upgrade"


def test_a_resource_taken_twice_is_found(salon_id):
    with transaction() as session:
        taken = session.scalars(sa.select(Occupancy).where(Occupancy.resource.like("chair:%"))).one()
        twin = {"resource": taken.resource, "booking_id": taken.booking_id, "ends_at": taken.ends_at}
        session.add(Occupancy(starts_at=taken.starts_at + timedelta(minutes=15), **twin))
    (what,) = _found()
    assert what.startswith("chair:")
    assert "twice" in what


@pytest.mark.parametrize("resource", ["chair:%", "stylist:%"])
def test_a_booking_without_chair_or_stylist_is_found(salon_id, resource):
    _change(sa.delete(Occupancy).where(Occupancy.resource.like(resource), Occupancy.booking_id.is_not(None)))
    (what,) = _found()
    assert "keeps no chair or no stylist" in what


def test_a_cancelled_booking_that_keeps_its_place_is_found(salon_id):
    _change(sa.update(Booking).values(status="cancelled", cancel_cause="guest"))
    assert {what.split(" but ")[0] for what in _found()} == {"booking 1 is cancelled"}


def test_an_assignment_without_presence_is_found(salon_id):
    first = sa.select(sa.func.min(Assignment.id)).scalar_subquery()
    _change(
        sa.delete(Occupancy).where(Occupancy.assignment_id == first, Occupancy.resource.like("presence:%"))
    )
    (what,) = _found()
    assert "has no presence row" in what


@pytest.mark.parametrize(("x_km", "reachable"), [(0.0, True), (10.0, False)])
def test_a_way_between_two_salons_that_takes_longer_than_there_is_time_is_found(salon_id, x_km, reachable):
    network_id = db.session.get_one(Salon, salon_id).network_id
    elsewhere = a_salon(network_id, x_km=x_km)
    both = a_stylist(network_id)
    for place, starts, ends in ((salon_id, "10:00", "13:00"), (elsewhere, "13:10", "18:00")):
        with transaction() as session:
            shift = _shift(network_id, place, starts, ends)
            session.add(shift)
            session.flush()
            work = Assignment(
                network_id=network_id, salon_id=place, shift_id=shift.id, stylist_id=both,
                starts_at=shift.starts_at, ends_at=shift.ends_at, status="active", source="offer",
                created_at=NOW,
            )  # fmt: skip
            session.add(work)
            session.flush()
            times = {"starts_at": shift.starts_at, "ends_at": shift.ends_at, "assignment_id": work.id}
            session.add(Occupancy(resource=f"presence:{both}", **times))
    assert [("cannot get" in what) for what in _found()] == ([] if reachable else [True])


def _shift(network_id: int, salon_id: int, starts: str, ends: str):
    from salonpool.models import Shift

    return Shift(
        network_id=network_id, salon_id=salon_id, source="post", status="filled", starts_at=at(starts),
        ends_at=at(ends), created_at=NOW,
    )  # fmt: skip


def test_texts_that_got_stuck_are_found(salon_id):
    # The booking's own text has waited for half an hour.
    assert _found(NOW + timedelta(minutes=30)) == ["message 1 is stuck in pending"]
    _change(
        sa.update(Message).values(
            status=MessageStatus.SENDING, attempts=1, claimed_at=NOW, lease_until=NOW + LEASE
        )
    )
    assert _found(NOW + timedelta(minutes=30)) == ["message 1 is stuck in sending"]
    to = db.session.scalar(sa.select(Message.to)) or ""
    assert receipts.record_receipt(sid="SM1", reference="1", to=to, word="sent", error_code="", now=NOW)
    assert _found(NOW + timedelta(minutes=30)) == []


@pytest.mark.parametrize(
    ("public_url", "hops", "is_found"),
    [
        ("https://book.example", 0, True),
        ("https://book.example", 1, False),
        ("http://book.example", 0, False),  # open to the world as it is
        ("http://127.0.0.1:8000", 0, False),
        ("http://localhost:8000", 0, False),
        ("http://[::1]:8000", 0, False),
    ],
)
def test_a_proxy_that_nobody_named_is_found(app, public_url, hops, is_found):
    found = doctor.check_proxy(public_url, hops, NOW)
    assert bool(found) is is_found
    assert all("TRUSTED_PROXY_HOPS=1" in finding.remedy for finding in found)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_guests_of_another_host_do_not_ask_from_this_machine(app, address):
    with transaction() as session:
        limits.take(session, Kind.HOLD, limits.at_address(address), NOW)
    assert len(doctor.check_proxy("http://book.example", 0, NOW)) == 1
    assert doctor.check_proxy("http://book.example", 1, NOW) == []
    assert doctor.check_proxy("http://localhost", 0, NOW) == []
    assert doctor.check_proxy("http://book.example", 0, NOW + timedelta(days=2)) == []


def test_half_of_a_limit_that_many_share_is_found_while_its_window_lasts(salon_id):
    [cap] = [cap for cap in CAPS if (cap.kind, cap.per) == (Kind.TEXT, Per.SALON)]
    slug = db.session.get_one(Salon, salon_id).slug
    _change(_counted(cap.name, str(salon_id), cap.half(1.0) - 1))
    assert _found() == []
    _change(_counted(cap.name, str(salon_id), cap.half(1.0)))
    assert _found() == [f"1500 of at most 3000 texts for {slug} (limit text/salon/1440)"]
    wider, later = doctor.list_findings(NOW, NOW, 2.0), doctor.list_findings(NOW + cap.window, NOW)
    assert not [finding for finding in [*wider, *later] if "limit" in finding.what]


def test_half_of_a_limit_of_one_number_is_its_own_matter(app):
    for cap in CAPS:
        _change(_counted(cap.name, "somebody", cap.most))
    found = [what.partition(" (limit ")[2] for what in _found()]
    assert sorted(found) == [
        "code/block/1440)", "code/prefix/60)", "text/prefix/60)", "text/salon/1440)",
    ]  # fmt: skip


def _counted(name: str, who: str, hits: int) -> sa.UpdateBase:
    values = {"key": key_of(name, who), "window_starts_at": NOW - timedelta(minutes=5), "hits": hits}
    insert = sqlite_insert if db.engine.dialect.name == "sqlite" else postgres_insert
    return (
        insert(Counter)
        .values(**values)
        .on_conflict_do_update(index_elements=["key", "window_starts_at"], set_={"hits": hits})
    )


def test_a_network_in_quarantine_is_found_with_why_and_until_when(app):
    network_id = a_network(slug="yuanshan")
    with transaction() as session:
        for _ in range(3):
            session.add(
                PlanningRun(
                    network_id=network_id, status="no_answer", cause="timetable", requested_at=NOW,
                    finished_at=NOW, outcome={"code": "out_of_memory", "reason": "out of memory"},
                )
            )  # fmt: skip
    (finding,) = doctor.list_findings(NOW, NOW)
    assert finding.what == (
        "network yuanshan is in quarantine: 3 planning runs failed in a row, the last (3) because: "
        f"out of memory; it is tried again at {NOW + timedelta(hours=1):%Y-%m-%d %H:%M} UTC"
    )
    assert finding.remedy.endswith("flask plan --network yuanshan")


def test_labour_rules_that_are_not_there_are_found(app):
    network_id = a_network(labour_pack="tw-4-week")
    salon_id = a_salon(network_id, labour_pack="tw-2-week")
    assert _found() == []
    salon = db.session.get_one(Salon, salon_id).slug
    _change(sa.update(Salon).values(labour_pack="tw-6-week"), sa.update(Network).values(labour_pack="gone"))
    network = db.session.get_one(Network, network_id).slug
    assert _found() == [
        f"network {network} has labour rules gone, which are not there",
        f"salon {salon} has labour rules tw-6-week, which are not there",
    ]
