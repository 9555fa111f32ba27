"""What the doctor finds about texts, and what it says to do."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from salonpool.database import db, engine, transaction
from salonpool.domain.booking import Wish
from salonpool.models import Booking, Counter, InboundMessage, Message, Provider, Salon
from salonpool.queries import doctor, text_checks
from salonpool.queries.webhooks import ALARM, KEY
from salonpool.usecases.booking import bookings
from tests.builders import NOW, a_network, a_rota, a_salon, a_service, a_stylist, at

MINUTE = timedelta(minutes=1)
PUBLIC = "https://book.example"


@pytest.fixture
def booked(app) -> str:
    """A visit at 14:00 whose text waits; its salon's slug."""
    network_id = a_network()
    salon_id = a_salon(network_id)
    a_rota(a_stylist(network_id, home=salon_id), salon_id)
    slug = db.session.get_one(Salon, salon_id).slug
    bookings.book(
        salon_slug=slug, wish=Wish((a_service(salon_id),)),
        starts_at=at("14:00"), guest=bookings.Guest("0912 345 678"), key="k1",
        language="en", now=NOW, texting=app.extensions["salonpool.texting"],
    )  # fmt: skip
    return slug


def _found(now=NOW) -> list[str]:
    db.session.rollback()
    with engine().connect() as connection:
        findings = list(text_checks.list_findings(connection, now, now))
    assert all(finding.remedy for finding in findings)
    return [finding.what for finding in findings]


def _add(*rows: object) -> None:
    with transaction() as session:
        session.add_all(rows)


def _set(row: type, **values: object) -> None:
    with transaction() as session:
        session.execute(sa.update(row).values(**values))


def test_a_provider_that_stopped_us_or_takes_nothing_is_found(booked):
    _add(Provider(name="sms", failing_since=NOW, failures=3))
    _set(Message, attempts=1, due_at=NOW + 10 * MINUTE)
    assert _found(NOW + 5 * MINUTE) == []
    assert _found(NOW + 6 * MINUTE) == ["the provider takes no text since 2026-10-19 01:00 UTC"]
    _set(Provider, stopped_at=NOW, reason="credentials")
    assert _found() == ["no text leaves since 2026-10-19 01:00 UTC: the provider refuses us (credentials)"]


def test_texts_that_came_in_and_were_not_read_are_found(app):
    _add(InboundMessage(sid="SM1", sender="+886912345678", body="1", raw={}, received_at=NOW))
    assert _found(NOW + 4 * MINUTE) == []
    assert _found(NOW + 5 * MINUTE) == ["1 texts that came in were not read"]


@pytest.mark.parametrize(
    "lost",
    [
        {"status": "failed"},
        {"status": "undelivered"},
        {"status": "expired"},
        {"status": "unknown", "sid": "SM1"},
    ],
)
def test_texts_given_up_for_visits_ahead_are_counted_by_salon(booked, lost):
    assert _found() == []
    _set(Message, **lost)
    assert _found() == [f"1 texts about visits ahead did not arrive at {booked}"]
    assert _found(at("14:00")) == []
    _set(Message, desk_done_at=NOW)
    assert _found() == []


def test_a_lost_text_of_a_cancelled_visit_or_with_a_newer_one_is_none(booked):
    _set(Message, status="failed")
    with transaction() as session:
        first = session.scalars(sa.select(Message)).one()
        copied = {column.name: getattr(first, column.name) for column in sa.inspect(Message).columns}
        session.add(Message(**copied | {"id": None, "event_id": "x", "body": "newer", "status": "sent"}))
    assert _found() == []
    with transaction() as session:
        session.execute(sa.delete(Message).where(Message.event_id == "x"))
    assert len(_found()) == 1
    _set(Booking, status="cancelled", cancel_cause="guest")
    assert _found() == []


@pytest.mark.parametrize(("refused", "is_found"), [(ALARM - 1, False), (ALARM, True)])
def test_refused_webhooks_are_found_with_the_address_to_call(app, refused, is_found):
    _add(Counter(key=KEY, window_starts_at=NOW, hits=refused))
    found = text_checks.check_webhooks(PUBLIC, NOW)
    assert bool(found) is is_found
    assert all(f"{PUBLIC}/sms/twilio/inbound" in finding.remedy for finding in found)
    assert text_checks.check_webhooks(PUBLIC, NOW + timedelta(hours=1)) == []


@pytest.mark.parametrize(
    ("public_url", "link_host", "remedies"),
    [
        (PUBLIC, "s.example", []),
        ("https://93.184.215.14", "s.example", []),
        ("http://book.example", "s.example", ["PUBLIC_URL"]),
        ("http://127.0.0.1:8000", "s.example", ["PUBLIC_URL"]),
        ("https://192.168.1.5", "s.example", ["PUBLIC_URL"]),
        ("https://[::1]", "s.example", ["PUBLIC_URL"]),
        ("https://salon", "s.example", ["PUBLIC_URL"]),
        (PUBLIC, "127.0.0.1:8000", ["SMS_LINK_HOST"]),
        ("http://localhost:8000", "localhost:8000", ["PUBLIC_URL", "SMS_LINK_HOST"]),
    ],
)
def test_a_set_up_that_cannot_carry_real_texts_is_found(public_url, link_host, remedies):
    found = text_checks.check_set_up(public_url, link_host)
    assert [finding.remedy.split()[1] for finding in found] == remedies


def test_a_full_disk_is_found(app, monkeypatch):
    monkeypatch.setattr(doctor, "has_room", lambda: False)
    assert [finding.what.split(",")[0] for finding in doctor.list_findings(NOW, NOW)] == [
        "the database's disk is full"
    ]
