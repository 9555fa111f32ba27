"""Sending: what is due leaves, in its order, once, and when it may not, later."""

import itertools
import threading
from datetime import timedelta
from typing import Any

import pytest

from salonpool.database import transaction
from salonpool.domain.message import LEASE, RETRY_MOST, MessageStatus
from salonpool.messaging.gateway import RefusalCode, Refused
from salonpool.models import Message
from salonpool.usecases.texts import claims, outbox, parallel, switch
from tests.builders import NOW
from tests.outgoing import ScriptedGateway, row, send, stop

pytestmark = pytest.mark.usefixtures("no_time_passes")
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
LATER = Refused(RefusalCode.UNREACHABLE, permanent=False)


def test_nothing_is_begun_after_a_stop_that_comes_while_a_pass_is_under_way(app, enqueue):
    ids = enqueue.many(20)

    def stop_the_last(reference: str) -> None:
        with app.app_context():
            stop("+886900000119")

    gateway = ScriptedGateway(doing=stop_the_last)
    assert send(gateway).sent == 19
    assert (row(ids[-1]).status, str(ids[-1]) in gateway.sent) == ("failed", False)


def test_everything_due_is_sent_in_one_pass(enqueue):
    ids = enqueue.many(40)
    gateway = ScriptedGateway()
    assert send(gateway).sent == 40
    assert sorted(map(int, gateway.sent)) == ids
    text = row(ids[7])
    assert (text.status, text.sid, text.sent_at, text.attempts) == ("sent", f"SM{ids[7]}", NOW, 1)
    assert (text.segments, text.lease_until) == (1, None)
    assert send(gateway).sent == 0


@only_sqlite
def test_a_pass_takes_no_more_than_its_limit(enqueue):
    enqueue.many(5)
    assert [send(ScriptedGateway(), limit=3).sent, send(ScriptedGateway(), limit=3).sent] == [3, 2]


@only_sqlite
def test_nothing_is_begun_when_the_pass_may_not_go_on(enqueue):
    ids = enqueue.many(12)
    gateway = ScriptedGateway()
    assert send(gateway, may_go_on=lambda: not gateway.sent).sent == 8
    assert [row(message_id).status for message_id in ids[8:]] == ["pending"] * 4


@only_sqlite
def test_the_kill_switch_counts_while_a_pass_is_under_way(app, enqueue):
    ids = enqueue.many(12)

    def turn_off(reference: str) -> None:
        with app.app_context():
            switch.turn_texts(on=False)

    assert send(ScriptedGateway(doing=turn_off)).sent == 8
    assert [row(message_id).status for message_id in ids[8:]] == ["pending"] * 4


def test_sign_in_links_and_codes_leave_first_then_what_was_due_first(enqueue, monkeypatch):
    monkeypatch.setattr(outbox, "AT_ONCE", 1)
    late, early, code = (
        enqueue("a", "s.example/1", to="+886900000011", due_at=NOW + SECOND),
        enqueue("b", "s.example/2", to="+886900000012", due_at=NOW),
        enqueue("c", "s.example/3", to="+886900000013", due_at=NOW + 2 * SECOND),
    )
    with transaction() as session:
        for message_id in (late, early):
            session.get_one(Message, message_id).text_id = "C1"
    gateway = ScriptedGateway()
    send(gateway, NOW + HOUR)
    assert gateway.sent == [str(code), str(early), str(late)]


def test_no_text_overtakes_another_to_the_same_number(enqueue, monkeypatch):
    monkeypatch.setattr(parallel, "LOOK_AROUND_SECONDS", 0.01)
    ids = [enqueue(f"sign_in:{n}", f"s.example/in/{n}") for n in range(3)]
    looked_again, claim = threading.Semaphore(0), outbox._claim

    def claim_and_tell(*arguments: Any) -> Any:
        claimed = claim(*arguments)
        looked_again.release()
        return claimed

    monkeypatch.setattr(outbox, "_claim", claim_and_tell)
    talking: list[str] = []

    def talk_until_others_were_looked_for(reference: str) -> None:
        talking.append(reference)
        assert all(looked_again.acquire(timeout=20) for _ in range(3))
        assert talking == [reference]
        talking.clear()

    gateway = ScriptedGateway(doing=talk_until_others_were_looked_for)
    assert send(gateway).sent == 3
    assert gateway.sent == list(map(str, ids))


@only_sqlite
def test_many_texts_to_one_number_hold_up_no_other(enqueue, monkeypatch):
    monkeypatch.setattr(outbox, "LOOK_AHEAD", 2)
    for n in range(5):
        enqueue(f"sign_in:{n}", f"s.example/in/{n}")
    other = enqueue("sign_in:other", "s.example/in/other", to="+886900000002")
    gateway = ScriptedGateway()
    assert send(gateway, limit=2).sent == 2
    assert str(other) in gateway.sent


@only_sqlite
def test_a_text_waits_until_it_is_due(enqueue):
    enqueue(due_at=NOW + HOUR)
    assert send(ScriptedGateway(), NOW + HOUR - SECOND).sent == 0
    assert send(ScriptedGateway(), NOW + HOUR).sent == 1


@only_sqlite
def test_the_time_people_see_decides_what_is_due_and_the_machine_time_the_lease(enqueue):
    message_id = enqueue(due_at=NOW + HOUR)
    outbox.send_due(NOW + HOUR, NOW, ScriptedGateway())
    assert (row(message_id).sent_at, row(message_id).claimed_at) == (NOW + HOUR, NOW)


@only_sqlite
def test_time_goes_on_while_a_pass_does(enqueue, monkeypatch):
    passed = itertools.count()
    message_id = enqueue()
    monkeypatch.setattr(claims, "since_boot", lambda: float(next(passed)))
    ids = [message_id, enqueue("sign_in:2", "s.example/in/2", due_at=NOW + 2 * SECOND)]
    assert send(ScriptedGateway()).sent == 2
    first, second = (row(each) for each in ids)
    assert NOW < first.sent_at < second.sent_at


@only_sqlite
def test_a_text_whose_use_ends_while_a_pass_is_under_way_is_not_begun(enqueue, monkeypatch):
    gateway = ScriptedGateway()
    monkeypatch.setattr(claims, "since_boot", lambda: 60.0 if gateway.sent else 0.0)
    enqueue("sign_in:1")
    second = enqueue("sign_in:2", "s.example/in/2", expires_at=NOW + timedelta(seconds=30))
    assert send(gateway).sent == 1
    assert row(second).status == MessageStatus.PENDING
    assert send(gateway, NOW + timedelta(minutes=1)).expired == 1


@only_sqlite
def test_a_text_of_no_more_use_is_not_sent(enqueue):
    message_id = enqueue(expires_at=NOW + HOUR)
    gateway = ScriptedGateway()
    assert send(gateway, NOW + HOUR).expired == 1
    assert (row(message_id).status, gateway.sent) == ("expired", [])


def test_a_process_that_was_frozen_after_its_claim_does_not_send(enqueue, monkeypatch):
    message_id = enqueue()
    taking = outbox.take

    def take_and_freeze(*arguments: Any, **values: Any) -> Any:
        taken = taking(*arguments, **values)
        monkeypatch.setattr(claims, "since_boot", lambda: 6.0)
        return taken

    monkeypatch.setattr(outbox, "take", take_and_freeze)
    gateway = ScriptedGateway()
    tally = send(gateway, limit=1)
    assert (tally.later, tally.sent, gateway.sent) == (1, 0, [])
    assert (row(message_id).status, row(message_id).lease_until) == ("pending", None)


@only_sqlite
def test_what_may_succeed_later_is_tried_again_with_growing_waits(enqueue):
    message_id = enqueue()
    busy = Refused(RefusalCode.RATE_LIMITED, permanent=False, provider_code="20429")
    gateway = ScriptedGateway(busy, busy)
    assert send(gateway).later == 1
    first = row(message_id).due_at
    assert NOW + 4 * SECOND <= first <= NOW + 6 * SECOND
    assert (row(message_id).status, row(message_id).error) == ("pending", "rate_limited 20429")
    send(gateway, first)
    assert first + 8 * SECOND <= row(message_id).due_at <= first + 12 * SECOND
    send(gateway, row(message_id).due_at)
    assert (row(message_id).status, row(message_id).error, len(gateway.sent)) == ("sent", None, 3)


@only_sqlite
def test_texts_that_failed_together_do_not_come_back_together(enqueue):
    ids = enqueue.many(6)
    send(ScriptedGateway(*[LATER] * 6))
    assert len({row(message_id).due_at for message_id in ids}) == 6


@only_sqlite
@pytest.mark.parametrize(("asked", "least"), [(60 * SECOND, 60 * SECOND), (24 * HOUR, RETRY_MOST)])
def test_a_provider_that_says_when_to_come_back_is_not_asked_before(enqueue, asked, least):
    message_id = enqueue()
    send(ScriptedGateway(Refused(RefusalCode.RATE_LIMITED, permanent=False, retry_after=asked)))
    assert row(message_id).due_at == NOW + least


@only_sqlite
def test_the_waits_can_be_shortened(enqueue):
    message_id = enqueue()
    send(ScriptedGateway(LATER), backoff_scale=0.1)
    assert row(message_id).due_at <= NOW + timedelta(seconds=0.6)


@only_sqlite
def test_a_bad_number_is_not_tried_again(enqueue):
    message_id = enqueue()
    gateway = ScriptedGateway(Refused(RefusalCode.BAD_NUMBER, permanent=True, provider_code="21211"))
    assert send(gateway).failed == 1
    send(gateway, NOW + HOUR)
    assert (row(message_id).status, len(gateway.sent)) == ("failed", 1)


@only_sqlite
def test_a_stop_the_provider_knows_of_becomes_ours(enqueue):
    enqueue()
    send(ScriptedGateway(Refused(RefusalCode.OPTED_OUT, permanent=True, provider_code="21610")))
    assert enqueue("sign_in:2", "s.example/in/2") is None


def test_when_the_clock_is_put_back_what_was_just_written_still_leaves(enqueue):
    fresh = enqueue("sign_in:1")
    planned = enqueue("sign_in:2", "s.example/in/2", to="+886900000002", due_at=NOW + 5 * SECOND)
    tried = enqueue("sign_in:3", "s.example/in/3", to="+886900000003")
    with transaction() as session:
        again = session.get_one(Message, tried)
        again.attempts, again.due_at = 1, NOW + 10 * SECOND
    gateway = ScriptedGateway()
    send(gateway, NOW - 2 * HOUR)
    assert sorted(gateway.sent) == sorted([str(fresh), str(tried)])
    assert row(planned).status == MessageStatus.PENDING


def test_a_lease_is_longer_than_any_call_begun_under_it():
    from salonpool.messaging.twilio_gateway import TIMEOUT_SECONDS

    assert timedelta(seconds=TIMEOUT_SECONDS) < outbox.CALL_MOST < LEASE
