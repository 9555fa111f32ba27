"""The outbox while the provider, the database and our own processes misbehave: none lost, none doubled."""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from salonpool.clock import system_now
from salonpool.database import db, transaction
from salonpool.messaging.gateway import Accepted, Outcome, RefusalCode, Refused, Unknown
from salonpool.messaging.twilio_gateway import TwilioGateway
from salonpool.models import Message
from salonpool.usecases.texts import claims, messages, opt_outs, outbox, parallel
from tests.builders import NOW
from tests.outgoing import TO, ScriptedGateway, look, row, send
from tests.twilio_stand_in import ACCOUNT_SID, AUTH_TOKEN, StandIn
from tests.usecases import waiting

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
PATIENCE = 20.0
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running


def _twilio(stand_in: StandIn, seconds: float = 0.5) -> TwilioGateway:
    return TwilioGateway(
        ACCOUNT_SID, AUTH_TOKEN, sender="+15005550006", api_base=stand_in.base, timeout_seconds=seconds
    )


def _statuses(ids: list[int]) -> Counter[str]:
    return Counter(row(message_id).status for message_id in ids)


FAULTS = (
    "500", "429", "refuse", "garbage", "reset", "close", "hang",
    "accept_then_500", "accept_then_hang", "accept_then_close", "accept_then_garbage",
)  # fmt: skip


@only_sqlite
@pytest.mark.parametrize("mode", FAULTS)
def test_twenty_texts_arrive_once_each_and_no_code_twice(enqueue, stand_in, mode):
    ids = enqueue.many(20, now=system_now())
    codes = ids[:3]
    with transaction() as session:
        session.execute(sa.update(Message).where(Message.id.in_(codes)).values(text_id="C9"))
    stand_in.fault(mode, times=14, seconds=5, code=14107)
    gateway, at = _twilio(stand_in), system_now()
    for minutes in range(0, 30, 3):
        look(gateway, at + minutes * MINUTE)
        send(gateway, at + minutes * MINUTE)
    taken = Counter(message["to"] for message in stand_in.messages)
    rows = [row(message_id) for message_id in ids]
    assert [taken[text.to] for text in rows if text.id not in codes] == [1] * 17
    assert all(taken[text.to] == (text.status == "sent") for text in rows if text.id in codes)
    sids = {message["to"]: message["sid"] for message in stand_in.messages}
    assert {text.to: text.sid for text in rows if text.sid} == sids


@only_sqlite
def test_a_provider_that_hangs_holds_a_pass_no_longer_than_its_calls(enqueue, stand_in):
    enqueue.many(30, now=system_now())
    stand_in.fault("hang", times=None, seconds=60)
    may_end = time.monotonic() + 0.2
    tally = send(_twilio(stand_in, 0.8), system_now(), may_go_on=lambda: time.monotonic() < may_end)
    assert time.monotonic() - may_end < 5
    assert 0 < tally.unknown <= outbox.AT_ONCE


@only_sqlite
def test_a_call_that_hangs_delays_no_other_text(app, enqueue, monkeypatch):
    monkeypatch.setattr(parallel, "LOOK_AROUND_SECONDS", 0.02)
    first = enqueue()
    second_left = threading.Event()

    def hang_for_the_first(reference: str) -> None:
        if reference != str(first):
            second_left.set()
            return
        with app.app_context():
            enqueue("sign_in:2", "s.example/in/2", to="+886900000002")
        assert second_left.wait(PATIENCE)

    assert send(ScriptedGateway(doing=hang_for_the_first)).sent == 2


def test_two_passes_at_once_send_each_text_once_and_one_at_a_time_to_each_number(app, enqueue):
    for n in range(30):
        enqueue(f"sign_in:{n}", f"s.example/in/{n}", to=f"+8869000000{n % 10:02d}")
    together = threading.Barrier(2)
    talking: Counter[str] = Counter()
    overlaps: list[str] = []

    class Watching(ScriptedGateway):
        def send(self, to: str, body: str, *, reference: str) -> Outcome:
            talking[to] += 1
            if talking[to] > 1:
                overlaps.append(to)
            outcome = super().send(to, body, reference=reference)
            talking[to] -= 1
            return outcome

    gateway = Watching()

    def one_pass() -> None:
        with app.app_context():
            together.wait(PATIENCE)
            send(gateway)

    threads = [threading.Thread(target=one_pass) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    send(gateway)
    assert (len(gateway.sent), len(set(gateway.sent)), overlaps) == (30, 30, [])


@pytest.mark.parametrize("outcome", [Unknown("timeout"), Refused(RefusalCode.UNREACHABLE, permanent=False)])
def test_a_stop_between_claim_and_answer_keeps_a_text_from_a_second_try(app, enqueue, outcome):
    message_id = enqueue()

    def stop(reference: str) -> None:
        with app.app_context(), transaction() as session:
            opt_outs.opt_out(session, TO, NOW)

    gateway = ScriptedGateway(outcome, doing=stop)
    send(gateway, backoff_scale=0.0)
    look(gateway, NOW + HOUR)
    send(gateway, NOW + 2 * HOUR)
    assert (row(message_id).status, row(message_id).error, len(gateway.sent)) == ("failed", "opted_out", 1)


@only_sqlite
def test_outcomes_outlive_a_database_that_is_locked_for_a_while(app, enqueue, monkeypatch):
    ids = enqueue.many(6)
    monkeypatch.setattr(claims, "ASK_AGAIN_SECONDS", 0.01)
    path = db.engine.url.database
    locked, waited, first = threading.Event(), threading.Event(), threading.Lock()

    def hold() -> None:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        locked.set()
        waited.wait(PATIENCE)
        other.execute("ROLLBACK")
        other.close()

    holder = threading.Thread(target=hold)
    real = claims.is_unavailable

    def let_go_after_a_refusal(error: Any) -> bool:
        waited.set()
        return real(error)

    def lock(reference: str) -> None:
        if first.acquire(blocking=False):
            holder.start()
        assert locked.wait(PATIENCE)

    monkeypatch.setattr(claims, "is_unavailable", let_go_after_a_refusal)
    monkeypatch.setattr("salonpool.database.BUSY_TIMEOUT_MS", 50)
    db.engine.dispose()
    assert send(ScriptedGateway(doing=lock)).sent == 6
    holder.join(PATIENCE)
    assert _statuses(ids) == {"sent": 6}


@only_sqlite
def test_a_database_that_stays_away_ends_the_wait_for_it(enqueue, monkeypatch, caplog):
    ids = enqueue.many(3)
    passed = iter(range(0, 10**6, 10))
    monkeypatch.setattr(claims, "since_boot", lambda: float(next(passed)) / 10)
    monkeypatch.setattr(claims, "ASK_AGAIN_SECONDS", 0.0)

    def away(*_: Any) -> Any:
        raise OperationalError("", {}, sqlite3.OperationalError("database or disk is full"))

    monkeypatch.setattr(claims, "transaction", away)
    assert send(ScriptedGateway()).sent == 0
    assert _statuses(ids) == {"sending": 3}
    assert caplog.text.count("outcome not recorded: OperationalError") == 3


@only_sqlite
def test_what_is_under_way_is_settled_although_the_next_claim_fails(enqueue, monkeypatch):
    ids = enqueue.many(12)
    claim, calls = outbox._claim, iter(range(100))

    def fail_later(*arguments: Any) -> Any:
        if next(calls):
            raise OperationalError("", {}, sqlite3.OperationalError("database is locked"))
        return claim(*arguments)

    monkeypatch.setattr(outbox, "_claim", fail_later)
    with pytest.raises(OperationalError):
        send(ScriptedGateway())
    assert _statuses(ids) == {"sent": 8, "pending": 4}


@only_postgresql
def test_an_answer_the_database_refuses_stops_no_other(enqueue):
    ids = enqueue.many(4)
    send(ScriptedGateway(Accepted("SM" + "0" * 60)))
    assert _statuses(ids) == {"sending": 1, "sent": 3}


def test_after_a_cancellation_a_confirmation_of_unknown_outcome_is_not_sent_any_more(app):
    shop = waiting.a_shop()
    booking_id = waiting.book(shop)
    gateway = ScriptedGateway(Unknown("timeout"))
    send(gateway)
    waiting.cancel(booking_id)
    for minutes in (1, 3, 5):
        send(gateway, NOW + minutes * MINUTE)
        look(gateway, NOW + minutes * MINUTE)
    texts = db.session.execute(
        sa.select(Message.text_id, Message.status)
        .where(Message.booking_id == booking_id)
        .order_by(Message.id)
    )
    assert [tuple(text) for text in texts] == [("C1", "expired"), ("C4", "sent")]
    assert len(gateway.sent) == 2


def test_a_question_about_a_place_that_was_answered_is_not_asked_a_second_time(app, enqueue):
    message_id = enqueue()
    gateway = ScriptedGateway(Unknown("timeout"))
    send(gateway)
    with transaction() as session:
        messages.withdraw(session, Message.id == message_id)
    look(gateway, NOW + HOUR)
    assert (row(message_id).status, len(gateway.sent)) == ("expired", 1)
