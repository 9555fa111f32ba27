"""STOP and START: at once, in the order they came, for texts that wait and for visits ahead."""

import itertools
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from salonpool.database import db, transaction
from salonpool.domain.booking import Wish
from salonpool.messaging.capabilities import DEFAULT
from salonpool.models import Booking, InboundMessage, Message, OptOut, Salon
from salonpool.queries import people
from salonpool.usecases.booking import bookings, cancellations
from salonpool.usecases.texts import inbound, messages
from tests import builders as b

PHONE = "+886987654321"
STOPS = (
    "STOP", "StopAll", "unsubscribe", "Cancel", "END", "quit", "revoke", "OptOut", "opt-out", "stop all",
    "Opt out.", "退訂", "退订", "取消訂閱", "取消订阅", "TD",
)  # fmt: skip
STARTS = ("START", "unstop", "開始", "开始")
MINUTE = timedelta(minutes=1)
_sids = itertools.count(1)


@pytest.fixture
def texting(app):
    return app.extensions["salonpool.texting"]


@pytest.fixture
def visit(app, texting) -> Callable[[], int]:
    """Books a visit ahead for PHONE; its id."""
    network_id = b.a_network()
    salon_id = b.a_salon(network_id)
    service_id = b.a_service(salon_id)
    b.a_rota(b.a_stylist(network_id, home=salon_id), salon_id)
    slug = db.session.get_one(Salon, salon_id).slug
    hours = itertools.count(13)

    def book() -> int:
        hour = next(hours)
        booked = bookings.book(
            salon_slug=slug, wish=Wish((service_id,)), starts_at=b.at(f"{hour}:00"),
            guest=bookings.Guest(PHONE), key=f"k{hour}", language="en", now=b.NOW, texting=texting,
        )  # fmt: skip
        return booked.id

    return book


def _receive(body: str, at=b.NOW, **raw: str) -> int:
    return inbound.receive(f"SM{next(_sids)}", PHONE, body, {"Body": body, **raw}, at)


def _is_out() -> bool:
    db.session.rollback()
    return db.session.scalar(sa.select(OptOut.phone)) == PHONE


def _texts() -> list[tuple[str, str]]:
    db.session.rollback()
    return [
        tuple(row)
        for row in db.session.execute(sa.select(Message.text_id, Message.status).order_by(Message.id))
    ]


def _why_none(booking_id: int) -> str | None:
    db.session.rollback()
    return db.session.scalar(sa.select(Booking.no_sms_reason).where(Booking.id == booking_id))


def test_each_word_to_stop_stops_at_once_and_each_word_to_start_resumes(app):
    network_id = b.a_network()
    starts = itertools.cycle(STARTS)
    for number, stop in enumerate(STOPS):
        for turn in ("before", "after"):
            if turn == "after":
                _receive(stop)
            with transaction() as session:
                added = messages.enqueue(
                    session, network_id=network_id, event_id=f"{turn}:{number}", text_id="S1", to=PHONE,
                    language="en", values={"u": f"s.example/{turn}{number}"}, within=DEFAULT, now=b.NOW,
                )  # fmt: skip
            assert (added is None) == (turn == "after"), stop
        assert _is_out(), stop
        start = next(starts)
        _receive(start)
        assert not _is_out(), start
    assert {status for _, status in _texts()} == {"failed"}


@pytest.mark.parametrize("body", ["please stop", "stop it", "取消", "I want to cancel", "yes"])
def test_other_words_stop_nobody(app, body):
    _receive(body)
    assert not _is_out()


def test_a_visit_ahead_says_why_its_guest_hears_nothing_until_start(visit, texting):
    booked = visit()
    _receive("STOP")
    assert _why_none(booked) == "opted_out"
    while_out = visit()
    assert _why_none(while_out) == "opted_out"
    assert _texts() == [("C1", "failed")]
    _receive("START")
    assert (_why_none(booked), _why_none(while_out)) == (None, None)
    cancellations.cancel(booking_id=while_out, now=b.NOW, texting=texting)
    assert _texts() == [("C1", "failed"), ("C4", "pending")]


def test_a_start_that_is_read_late_does_not_undo_a_later_stop(app, texting):
    start = _receive("START")
    stop = _receive("STOP", b.NOW + MINUTE)
    assert inbound.handle(stop, b.NOW + MINUTE, texting) == "opted_out"
    assert inbound.handle(start, b.NOW + 2 * MINUTE, texting) == "resumed"
    assert _is_out()


@pytest.mark.parametrize(
    ("was_out", "body", "kind", "is_out", "outcome"),
    [
        (False, "解約", "STOP", True, "opted_out"),
        (True, "YES", "START", False, "resumed"),
        (False, "YES", "START", False, "unknown_sender"),  # an answer
        (False, "INFO", "HELP", False, "helped"),
    ],
)
def test_words_the_provider_has_acted_on_count_here(app, texting, was_out, body, kind, is_out, outcome):
    if was_out:
        _receive("STOP")
    text_id = _receive(body, OptOutType=kind)
    assert _is_out() == is_out
    assert inbound.handle(text_id, b.NOW, texting) == outcome


def _breaks(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any) -> None:
        raise error

    return fail


def test_a_text_that_cannot_be_read_three_times_is_left_to_people(app, texting, monkeypatch, caplog):
    text_id = _receive("hello")
    monkeypatch.setattr(people, "find_person", _breaks(KeyError("any")))
    for turn in range(3):
        assert inbound.list_unhandled() == [text_id], turn
        with pytest.raises(KeyError):
            inbound.handle(text_id, b.NOW, texting)
    db.session.rollback()
    row = db.session.get_one(InboundMessage, text_id)
    assert (row.tries, row.outcome, row.handled_at) == (3, "poison", b.NOW)
    assert inbound.list_unhandled() == []
    assert [record.alert for record in caplog.records if hasattr(record, "alert")] == ["poison_inbound"]


def test_a_busy_database_is_not_the_text_s_fault(app, texting, monkeypatch):
    text_id = _receive("hello")
    busy = OperationalError("SELECT", {}, sqlite3.OperationalError("database is locked"))
    with monkeypatch.context() as patched:
        patched.setattr(people, "find_person", _breaks(busy))
        for _ in range(4):
            with pytest.raises(OperationalError):
                inbound.handle(text_id, b.NOW, texting)
    assert inbound.handle(text_id, b.NOW, texting) == "unknown_sender"
