"""The clock as a whole: what is due gets done, lane beside lane, and a broken row stops nobody."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from salonpool import clock
from salonpool.database import db, transaction
from salonpool.jobs import tasks
from salonpool.jobs.lanes import Lane, Lanes
from salonpool.messaging.capabilities import DEFAULT
from salonpool.messaging.gateway import Accepted, Outcome
from salonpool.models import InboundMessage, Lease, Message, Network, WaitlistEntry, WhatIf
from salonpool.queries import access
from salonpool.usecases.planning import what_if
from salonpool.usecases.texts import inbound, messages
from tests.builders import NOW, a_network, a_pooled_stylist, a_salon, a_shift, an_account
from tests.usecases import waiting

PHONE = "+886912000001"
PATIENCE = 20.0


class Gateway:
    """Takes texts and says so; may be slow."""

    def __init__(self) -> None:
        self.took = threading.Semaphore(0)
        self.free = threading.Event()
        self.free.set()

    def send(self, to: str, body: str, *, reference: str) -> Outcome:
        self.took.release()
        self.free.wait(PATIENCE)
        return Accepted(f"SM{reference}")

    def find_sent(self, *_: Any, **__: Any) -> str | None:
        return None


@pytest.fixture
def gateway(app):
    gateway = Gateway()
    app.extensions["salonpool.gateway"] = lambda: gateway
    yield gateway
    gateway.free.set()


@pytest.fixture
def taken(app: Any, monkeypatch: pytest.MonkeyPatch) -> int:
    """A booking for whose place somebody waits, on a Monday at 09:00: no quiet hours."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    shop = waiting.a_shop()
    booking_id = waiting.book(shop)
    waiting.join(shop)
    return booking_id


@pytest.fixture
def lanes(app, gateway) -> Iterator[Lanes]:
    """A running clock whose ticks are far apart: what happens at once was woken."""
    lanes = Lanes(app, 3600)
    lanes.start()
    yield lanes
    lanes.stop()


def _text(event_id: str, to: str = PHONE) -> None:
    with transaction() as session:
        network_id = session.scalars(sa.select(Network.id)).one()
        messages.enqueue(
            session, network_id=network_id, event_id=event_id, text_id="S1", to=to,
            language="en", values={"u": event_id}, within=DEFAULT, now=clock.now(),
        )  # fmt: skip


def _read_once(column: Any) -> Any:
    """The column's one value; leaves no read open, which would keep SQLite's writers waiting."""
    found = db.session.scalar(sa.select(column))
    db.session.rollback()
    return found


def _held(lanes: Lanes) -> None:
    """Wait until the clock is ours."""
    waited = threading.Event()
    for _ in range(200):
        if lanes.keeper.fencing() is not None:
            return
        waited.wait(PATIENCE / 200)
    raise AssertionError("the clock was never taken")


def test_a_text_leaves_at_once_because_the_commit_wakes_the_clock(lanes, gateway):
    a_network()
    _held(lanes)
    _text("sign_in:1")
    assert gateway.took.acquire(timeout=PATIENCE)


def test_a_reply_is_read_and_its_answer_leaves_at_once(lanes, gateway):
    a_pooled_stylist(a_network(), phone=PHONE)
    _held(lanes)
    inbound.receive("SM1", PHONE, "hello", {}, clock.now())
    assert gateway.took.acquire(timeout=PATIENCE)
    assert _read_once(InboundMessage.outcome) == "unclear"


def test_a_provider_that_hangs_does_not_delay_the_reading_of_replies(lanes, gateway):
    a_pooled_stylist(a_network(), phone=PHONE)
    _held(lanes)
    gateway.free.clear()
    _text("sign_in:1")
    assert gateway.took.acquire(timeout=PATIENCE)
    inbound.receive("SM1", PHONE, "STOP", {}, clock.now())
    for _ in range(200):
        if _read_once(InboundMessage.outcome) == "opted_out":
            gateway.free.set()
            return
        threading.Event().wait(PATIENCE / 200)
    raise AssertionError("the reply waited for the provider")


def test_a_cancellation_is_offered_to_who_waits_at_once(taken, lanes):
    _held(lanes)
    waiting.cancel(taken)
    for _ in range(200):
        if _read_once(WaitlistEntry.status) == "offered":
            return
        threading.Event().wait(PATIENCE / 200)
    raise AssertionError("nobody was offered the place")


def test_a_question_why_not_is_answered_at_once(app, monkeypatch, lanes):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    network = a_network()
    stylist = a_pooled_stylist(network)
    shift = a_shift(a_salon(network))
    _held(lanes)
    account = access.find_account(an_account(network, stylist=stylist))
    what_if.ask_for_myself(account, shift, NOW)
    for _ in range(200):
        if _read_once(WhatIf.status) == "done":
            return
        threading.Event().wait(PATIENCE / 200)
    raise AssertionError("nobody answered")


def test_stopping_waits_for_what_runs_and_gives_the_lease_up(app, gateway):
    a_network()
    lanes = Lanes(app, 3600)
    lanes.start()
    _held(lanes)
    gateway.free.clear()
    _text("sign_in:1")
    assert gateway.took.acquire(timeout=PATIENCE)
    threading.Timer(0.3, gateway.free.set).start()
    lanes.stop()
    assert _read_once(Message.status) == "sent"
    assert _read_once(Lease.expires_at) <= clock.system_now()
    assert "salonpool.wake" not in app.extensions


def test_stopping_sends_nothing_that_was_not_under_way(app, gateway):
    a_network()
    for number in range(20):
        _text(f"sign_in:{number}", to=f"+88691200{number:04}")
    lanes = Lanes(app, 3600)
    gateway.free.clear()
    lanes.start()
    for _ in range(8):
        assert gateway.took.acquire(timeout=PATIENCE)
    threading.Timer(0.3, gateway.free.set).start()
    lanes.stop()
    assert not gateway.took.acquire(blocking=False)
    db.session.rollback()
    statuses = db.session.scalars(sa.select(Message.status)).all()
    assert Counter(statuses) == {"sent": 8, "pending": 12}
    db.session.rollback()


def test_trouble_with_the_database_is_logged_without_its_values(app, caplog):
    def fail() -> None:
        raise OperationalError("SELECT", {"to": PHONE}, Exception("locked"))

    Lane("outbox", app, lambda: True, fail).look()
    assert "lane outbox: OperationalError" in caplog.messages
    assert PHONE not in caplog.text


def test_a_lane_woken_while_it_runs_looks_again(app):
    runs: list[int] = []

    def work() -> None:
        runs.append(1)
        if len(runs) == 1:
            lane.woken.set()

    lane = Lane("outbox", app, lambda: True, work)
    lane.look()
    assert len(runs) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_lanes_go_on_when_the_clock_is_put_back(app, gateway, monkeypatch):
    looks = threading.Semaphore(0)
    monkeypatch.setattr(tasks, "send_messages", lambda *_: looks.release())
    lanes = Lanes(app, 0.05)
    lanes.start()
    for _ in range(3):
        assert looks.acquire(timeout=PATIENCE)
    monkeypatch.setattr("apscheduler.schedulers.base.datetime", TwoHoursAgo)
    monkeypatch.setattr(clock, "system_now", lambda: TwoHoursAgo.now(UTC))
    while looks.acquire(timeout=0.5):
        pass  # what was under way
    lanes.keep()
    for _ in range(3):
        assert looks.acquire(timeout=PATIENCE)
    lanes.stop()


class TwoHoursAgo(datetime):
    """The wall clock after somebody put it back."""

    @classmethod
    def now(cls, tz=None):
        """What it shows now."""
        return datetime.now(tz) - timedelta(hours=2)


def test_what_hangs_is_left_behind_so_that_the_next_clock_can_begin(app, gateway, caplog, monkeypatch):
    monkeypatch.setattr("salonpool.jobs.lanes.DRAIN_SECONDS", 0.2)
    a_network()
    lanes = Lanes(app, 3600)
    lanes.start()
    gateway.free.clear()
    _text("sign_in:1")
    assert gateway.took.acquire(timeout=PATIENCE)
    lanes.stop()
    assert "lane outbox is left behind" in caplog.messages
    assert _read_once(Lease.expires_at) <= clock.system_now()
    gateway.free.set()
    assert lanes.lanes["outbox"].running.acquire(timeout=PATIENCE)


def test_a_text_that_cannot_be_read_does_not_stop_the_next(app, gateway, monkeypatch):
    first = inbound.receive("SM1", PHONE, "1", {}, clock.now())
    second = inbound.receive("SM2", PHONE, "STOP", {}, clock.now())
    handle = inbound.handle

    def poisoned(inbound_id: int, *arguments: Any) -> str | None:
        if inbound_id == first:
            raise ZeroDivisionError
        return handle(inbound_id, *arguments)

    monkeypatch.setattr(inbound, "handle", poisoned)
    with pytest.raises(ZeroDivisionError):
        tasks.handle_inbound()
    tasks.handle_inbound()
    assert inbound.list_unhandled() == [first]
    assert db.session.get_one(InboundMessage, second).outcome == "opted_out"
    tasks._not_before.clear()
