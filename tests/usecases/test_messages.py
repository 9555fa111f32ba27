"""The outbox: told once, sent once, whatever the provider and the machine do."""

import threading
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salonpool.database import db, transaction
from salonpool.domain.message import LEASE, MAX_ATTEMPTS, MessageStatus
from salonpool.messaging.capabilities import DEFAULT
from salonpool.messaging.gateway import (
    Accepted,
    GatewayUnavailable,
    Outcome,
    RefusalCode,
    Refused,
    Report,
    Unknown,
)
from salonpool.messaging.simulator import SimulatorGateway
from salonpool.messaging.twilio_gateway import TwilioGateway
from salonpool.models import Message
from salonpool.usecases.texts import messages, opt_outs, outbox, receipts
from salonpool.usecases.texts.outbox import LOOK_AFTER
from tests.builders import NOW, a_network
from tests.twilio_stand_in import ACCOUNT_SID, AUTH_TOKEN, StandIn

TO = "+886900000001"
HOUR = timedelta(hours=1)


class ScriptedGateway:
    """A provider that answers as told, then accepts; remembers what it was asked."""

    def __init__(self, *outcomes: Outcome, found: str | None = None, reachable: bool = True) -> None:
        self.outcomes = list(outcomes)
        self.found = found
        self.reachable = reachable
        self.sent: list[str] = []
        self.looked: list[tuple[str, datetime]] = []

    def send(self, to: str, body: str, *, reference: str) -> Outcome:
        self.sent.append(reference)
        return self.outcomes.pop(0) if self.outcomes else Accepted(f"SM{reference}")

    def find_sent(self, to: str, body: str, since: datetime, *, known: Collection[str] = ()) -> str | None:
        self.looked.append((to, since))
        if not self.reachable:
            raise GatewayUnavailable("no answer")
        return self.found

    def check(self) -> Refused | None:
        return None

    def read_report(self, sid: str) -> Report | None:
        return None


@pytest.fixture
def enqueue(app: Flask) -> Callable[..., int | None]:
    """Adds one text about signing in; returns its id."""
    network_id = a_network()

    def add(event_id: str = "sign_in:1", link: str = "s.example/in/1", **changes: Any) -> int | None:
        given = {
            "network_id": network_id, "event_id": event_id, "text_id": "S1", "to": TO, "language": "en",
            "values": {"u": link}, "within": DEFAULT, "now": NOW, **changes,
        }  # fmt: skip
        with transaction() as session:
            return messages.enqueue(session, **given)

    return add


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running


def _row(message_id: int | None) -> Message:
    db.session.rollback()
    return db.session.get_one(Message, message_id)


def _send(gateway: Any, at: datetime = NOW, **changes: Any) -> outbox.Tally:
    return outbox.send_due(at, at, gateway, **changes)


def test_a_text_is_a_row_in_the_language_of_its_reader(enqueue):
    row = _row(enqueue())
    assert (row.status, row.to, row.due_at, row.attempts) == ("pending", TO, NOW, 0)
    assert row.body == "salonpool sign-in, good for 10 minutes: s.example/in/1 Not you? Ignore this."


def test_what_is_rolled_back_is_not_told(app, enqueue):
    woken: list[Any] = []
    app.extensions["salonpool.wake"] = woken.extend
    with pytest.raises(KeyError):
        enqueue(language="fr")
    assert db.session.scalar(sa.select(sa.func.count(Message.id))) == 0
    assert woken == []


def test_a_text_wakes_the_clock_after_the_commit(app, enqueue):
    woken: list[Any] = []
    app.extensions["salonpool.wake"] = woken.extend
    assert woken == [("message", enqueue())]


def test_an_event_is_told_once(enqueue):
    enqueue()
    assert enqueue(link="s.example/in/2") is None


def test_the_same_words_are_not_sent_twice_while_the_first_are_on_their_way(enqueue):
    first = enqueue("sign_in:1")
    assert enqueue("sign_in:2") is None
    _send(SimulatorGateway())
    assert _row(first).status == MessageStatus.SENT
    assert enqueue("sign_in:3") is not None


def test_who_sent_stop_gets_no_text_until_start(enqueue):
    with transaction() as session:
        opt_outs.opt_out(session, TO, NOW)
    assert enqueue() is None
    with transaction() as session:
        opt_outs.resume(session, TO)
    assert enqueue() is not None


def test_stop_also_stops_what_waits_in_the_outbox(enqueue):
    message_id = enqueue(due_at=NOW + HOUR)
    with transaction() as session:
        opt_outs.opt_out(session, TO, NOW)
    gateway = ScriptedGateway()
    _send(gateway, NOW + HOUR)
    assert (_row(message_id).status, _row(message_id).error, gateway.sent) == ("failed", "opted_out", [])


def test_everything_due_is_sent_in_one_pass(enqueue):
    ids = [enqueue(f"sign_in:{n}", f"s.example/in/{n}", to=f"+8869000001{n:02d}") for n in range(40)]
    gateway = ScriptedGateway()
    assert _send(gateway).sent == 40
    assert sorted(map(int, gateway.sent)) == ids
    row = _row(ids[7])
    assert (row.status, row.sid, row.sent_at, row.attempts) == ("sent", f"SM{ids[7]}", NOW, 1)
    assert _send(gateway).sent == 0


def test_a_pass_takes_no_more_than_its_limit(enqueue):
    for n in range(5):
        enqueue(f"sign_in:{n}", f"s.example/in/{n}")
    assert [_send(ScriptedGateway(), limit=3).sent, _send(ScriptedGateway(), limit=3).sent] == [3, 2]


def test_a_text_waits_until_it_is_due(enqueue):
    enqueue(due_at=NOW + HOUR)
    assert _send(ScriptedGateway(), NOW + HOUR - timedelta(seconds=1)).sent == 0
    assert _send(ScriptedGateway(), NOW + HOUR).sent == 1


def test_the_time_people_see_decides_what_is_due_and_the_machine_time_the_lease(enqueue):
    message_id = enqueue(due_at=NOW + HOUR)
    outbox.send_due(NOW + HOUR, NOW, ScriptedGateway())
    row = _row(message_id)
    assert row.sent_at == NOW + HOUR
    assert row.claimed_at is not None
    assert NOW <= row.claimed_at < NOW + timedelta(minutes=1)


def test_a_text_of_no_more_use_is_not_sent(enqueue):
    message_id = enqueue(expires_at=NOW + HOUR)
    gateway = ScriptedGateway()
    assert _send(gateway, NOW + HOUR).expired == 1
    assert (_row(message_id).status, gateway.sent) == ("expired", [])


def test_what_may_succeed_later_is_tried_again_with_growing_waits(enqueue):
    message_id = enqueue()
    busy = Refused(RefusalCode.RATE_LIMITED, permanent=False, provider_code="20429")
    gateway = ScriptedGateway(busy, busy)
    assert _send(gateway).later == 1
    row = _row(message_id)
    assert (row.status, row.due_at, row.error) == (
        "pending",
        NOW + timedelta(seconds=5),
        "rate_limited 20429",
    )
    _send(gateway, row.due_at)
    assert _row(message_id).due_at == NOW + timedelta(seconds=15)
    _send(gateway, _row(message_id).due_at)
    assert (_row(message_id).status, _row(message_id).error, len(gateway.sent)) == ("sent", None, 3)


def test_the_waits_can_be_shortened(enqueue):
    message_id = enqueue()
    busy = Refused(RefusalCode.UNREACHABLE, permanent=False)
    _send(ScriptedGateway(busy), backoff_scale=0.1)
    assert _row(message_id).due_at == NOW + timedelta(seconds=0.5)


def test_after_many_tries_a_text_is_given_up(enqueue):
    message_id = enqueue()
    with transaction() as session:
        session.get_one(Message, message_id).attempts = MAX_ATTEMPTS - 1
    _send(ScriptedGateway(Refused(RefusalCode.UNREACHABLE, permanent=False)))
    assert _row(message_id).status == MessageStatus.FAILED


def test_a_bad_number_is_not_tried_again(enqueue):
    message_id = enqueue()
    gateway = ScriptedGateway(Refused(RefusalCode.BAD_NUMBER, permanent=True, provider_code="21211"))
    assert _send(gateway).failed == 1
    _send(gateway, NOW + HOUR)
    assert (_row(message_id).status, len(gateway.sent)) == ("failed", 1)


def test_a_stop_the_provider_knows_of_becomes_ours(enqueue):
    enqueue()
    _send(ScriptedGateway(Refused(RefusalCode.OPTED_OUT, permanent=True, provider_code="21610")))
    assert enqueue("sign_in:2", "s.example/in/2") is None


def test_a_text_of_unknown_outcome_that_the_provider_has_is_not_sent_again(enqueue):
    message_id = enqueue()
    gateway = ScriptedGateway(Unknown("timeout"), found="SMfound")
    assert _send(gateway).unknown == 1
    assert _row(message_id).status == MessageStatus.UNKNOWN
    _send(gateway, NOW + LOOK_AFTER / 2)
    assert gateway.looked == []
    _send(gateway, NOW + LOOK_AFTER * 2)
    row = _row(message_id)
    assert (row.status, row.sid, gateway.sent) == ("sent", "SMfound", [str(message_id)])
    assert gateway.looked == [(TO, row.claimed_at)]


def test_a_text_of_unknown_outcome_that_the_provider_lacks_is_sent_again(enqueue):
    message_id = enqueue()
    gateway = ScriptedGateway(Unknown("timeout"))
    _send(gateway)
    assert _send(gateway, NOW + LOOK_AFTER * 2).sent == 1
    assert (_row(message_id).status, len(gateway.looked), len(gateway.sent)) == ("sent", 1, 2)


def test_while_the_provider_gives_no_answer_nothing_is_sent_again(enqueue):
    message_id = enqueue()
    gateway = ScriptedGateway(Unknown("timeout"), reachable=False)
    _send(gateway)
    _send(gateway, NOW + HOUR)
    assert (_row(message_id).status, len(gateway.sent)) == ("unknown", 1)
    gateway.reachable = True
    _send(gateway, NOW + 2 * HOUR)
    assert (_row(message_id).status, len(gateway.sent)) == ("sent", 2)


def test_a_text_that_became_useless_while_its_outcome_was_unknown_expires(enqueue):
    message_id = enqueue(expires_at=NOW + HOUR)
    _send(ScriptedGateway(Unknown("timeout")))
    _send(ScriptedGateway(), NOW + 2 * HOUR)
    _send(ScriptedGateway(), NOW + 2 * HOUR)
    assert _row(message_id).status == MessageStatus.EXPIRED


def test_what_a_killed_sender_left_is_asked_for_before_it_is_sent(enqueue):
    message_id = enqueue()
    with transaction() as session:
        row = session.get_one(Message, message_id)
        row.status, row.attempts = MessageStatus.SENDING, 1
        row.claimed_at, row.lease_until = NOW, NOW + LEASE
    gateway = ScriptedGateway(found="SMfound")
    _send(gateway, NOW + LEASE - timedelta(seconds=1))
    assert (_row(message_id).status, gateway.looked) == ("sending", [])
    _send(gateway, NOW + LEASE)
    assert (_row(message_id).status, _row(message_id).sid, gateway.sent) == ("sent", "SMfound", [])


def test_a_sender_that_comes_back_late_does_not_undo_what_happened_since(app, enqueue):
    message_id = enqueue()

    class Frozen(ScriptedGateway):
        def send(self, to: str, body: str, *, reference: str) -> Outcome:
            with app.app_context():
                _send(ScriptedGateway(found="SMfound"), NOW + LEASE * 2)
            return Refused(RefusalCode.RATE_LIMITED, permanent=False)

    assert _send(Frozen()).later == 0
    assert (_row(message_id).status, _row(message_id).sid) == ("sent", "SMfound")


def test_two_passes_at_once_send_each_text_once(app, enqueue):
    for n in range(30):
        enqueue(f"sign_in:{n}", f"s.example/in/{n}")
    gateway = ScriptedGateway()
    together = threading.Barrier(2)

    def one_pass() -> None:
        with app.app_context():
            together.wait()
            _send(gateway)

    threads = [threading.Thread(target=one_pass) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _send(gateway)
    assert len(gateway.sent) == 30
    assert len(set(gateway.sent)) == 30


@pytest.mark.parametrize("fault", ["accept_then_hang", "accept_then_close"])
def test_a_text_twilio_took_without_saying_so_arrives_once(enqueue, stand_in, fault):
    message_id = enqueue()
    stand_in.fault(fault, seconds=5)
    gateway = TwilioGateway(
        ACCOUNT_SID, AUTH_TOKEN, sender="+15005550006", api_base=stand_in.base, timeout_seconds=0.5
    )
    assert _send(gateway, _now()).unknown == 1
    assert _send(gateway, _now() + LOOK_AFTER * 2).sent == 1
    assert [message["sid"] for message in stand_in.messages] == [_row(message_id).sid]


@pytest.mark.parametrize("fault", ["hang", "500"])
def test_a_text_twilio_did_not_take_is_sent_again_and_arrives_once(enqueue, stand_in, fault):
    message_id = enqueue()
    stand_in.fault(fault, seconds=5)
    gateway = TwilioGateway(
        ACCOUNT_SID, AUTH_TOKEN, sender="+15005550006", api_base=stand_in.base, timeout_seconds=0.5
    )
    assert _send(gateway, _now()).unknown == 1
    assert _send(gateway, _now() + LOOK_AFTER * 2).sent == 1
    assert [message["sid"] for message in stand_in.messages] == [_row(message_id).sid]


def _now() -> datetime:
    """The stand-in dates texts by the machine's clock."""
    from salonpool.clock import system_now

    return system_now()


def _receipt(message_id: int | None, word: str, sid: str | None = None) -> bool:
    return receipts.record_receipt(
        sid=sid or f"SM{message_id}", reference=str(message_id), to=TO, word=word, error_code="", now=NOW
    )


def test_receipts_only_move_a_text_forward(enqueue):
    message_id = enqueue()
    _send(ScriptedGateway())
    words = ["queued", "delivered", "sent", "delivered", "undelivered", "nonsense"]
    assert [_receipt(message_id, word) for word in words] == [False, True, False, False, False, False]
    assert _row(message_id).status == MessageStatus.DELIVERED


def test_a_receipt_settles_a_text_of_unknown_outcome(enqueue):
    message_id = enqueue()
    _send(ScriptedGateway(Unknown("timeout")))
    assert _receipt(message_id, "sent", "SMlater")
    gateway = ScriptedGateway()
    _send(gateway, NOW + HOUR)
    assert (_row(message_id).status, _row(message_id).sid, gateway.sent) == ("sent", "SMlater", [])


def test_a_receipt_without_our_number_is_found_by_its_sid(enqueue):
    message_id = enqueue()
    _send(ScriptedGateway())
    bare = {"reference": "", "to": "", "word": "delivered", "error_code": "", "now": NOW}
    assert receipts.record_receipt(sid=f"SM{message_id}", **bare)
    assert not receipts.record_receipt(sid="SMstranger", **bare)
    assert not _receipt(message_id, "failed", "SManother")
