"""Texts of unknown outcome: the provider is asked, in time, and only what it has not got is sent again."""

import logging
import threading
from datetime import timedelta

import pytest

from salonpool.database import transaction
from salonpool.domain.message import LEASE, LOOK_AFTER, LOOK_AFTER_CODE, LOOK_FOR, MessageStatus
from salonpool.messaging.gateway import RefusalCode, Refused, Unknown
from salonpool.models import Message
from salonpool.usecases.texts import receipts, reports
from tests.builders import NOW
from tests.outgoing import TO, ScriptedGateway, look, row, send

pytestmark = pytest.mark.usefixtures("no_time_passes")
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
LOST = Unknown("timeout")


def _set(message_id: int | None, **values: object) -> None:
    with transaction() as session:
        message = session.get_one(Message, message_id)
        for name, value in values.items():
            setattr(message, name, value)


def _left_behind(message_id: int | None) -> None:
    """As a sender that was killed leaves a row."""
    _set(message_id, status="sending", attempts=1, claimed_at=NOW, lease_until=NOW + LEASE)


def test_what_the_provider_has_is_not_sent_again(enqueue):
    message_id = enqueue()
    gateway = ScriptedGateway(LOST, found="SMfound")
    assert send(gateway).unknown == 1
    assert (row(message_id).status, row(message_id).error) == ("unknown", "timeout")
    look(gateway, NOW + LOOK_AFTER - SECOND)
    assert gateway.looked == []
    assert look(gateway, NOW + LOOK_AFTER).sent == 1
    text = row(message_id)
    assert (text.status, text.sid, text.segments, text.error) == ("sent", "SMfound", 1, None)
    assert (gateway.looked, gateway.sent) == ([(TO, NOW)], [str(message_id)])


def test_what_the_provider_lacks_is_sent_again(enqueue):
    message_id = enqueue()
    gateway = ScriptedGateway(LOST)
    send(gateway)
    assert look(gateway, NOW + LOOK_AFTER).later == 1
    assert send(gateway, NOW + LOOK_AFTER).sent == 1
    assert (row(message_id).status, len(gateway.looked), len(gateway.sent)) == ("sent", 1, 2)


def test_a_code_is_given_longer_to_show_before_it_is_sent_again(enqueue):
    sent, left = enqueue.many(2)
    for message_id in (sent, left):
        _set(message_id, text_id="C9")
    _set(left, status="sending", claimed_at=NOW, lease_until=NOW + LEASE, attempts=1)
    gateway = ScriptedGateway(LOST)
    send(gateway)
    look(gateway, NOW + LEASE)
    assert [row(each).lease_until - NOW for each in (sent, left)] == [
        LOOK_AFTER_CODE, LEASE + LOOK_AFTER_CODE,
    ]  # fmt: skip
    assert look(gateway, NOW + LOOK_AFTER_CODE - SECOND).later == 0
    assert look(gateway, NOW + LOOK_AFTER_CODE).later == 1
    assert send(gateway, NOW + LOOK_AFTER_CODE).sent == 1


@only_sqlite
def test_it_is_looked_for_since_the_first_try_whichever_was_the_last(enqueue):
    message_id, first = enqueue(), NOW + 10 * SECOND
    gateway = ScriptedGateway(LOST, LOST)
    send(gateway, first)
    look(gateway, first + LOOK_AFTER)
    send(gateway, first + LOOK_AFTER)
    look(gateway, first + 3 * LOOK_AFTER)
    assert (gateway.looked, row(message_id).claimed_at) == ([(TO, first), (TO, first)], first)


def test_other_texts_to_the_number_are_not_taken_for_it_nor_its_own_that_came_back(enqueue):
    first = enqueue()
    send(ScriptedGateway())
    enqueue("sign_in:2")
    gateway = ScriptedGateway(LOST)
    send(gateway)
    receipts.record_receipt(
        sid=f"SM{first}", reference="", to=TO, word="undelivered", error_code="30003", now=NOW
    )
    look(gateway, NOW + LOOK_AFTER)
    assert gateway.known == [{f"SM{first}"}]


@only_sqlite
def test_a_text_that_comes_back_is_handed_over_once_more_and_its_first_name_is_not_taken_for_the_second(
    enqueue,
):
    message_id = enqueue()
    send(ScriptedGateway())
    came_back = {"reference": "", "to": TO, "word": "undelivered", "error_code": "30003", "now": NOW}
    receipts.record_receipt(sid=f"SM{message_id}", **came_back)
    gateway = ScriptedGateway(LOST)
    assert send(gateway, row(message_id).due_at).unknown == 1
    look(gateway, NOW + HOUR)
    assert gateway.known == [{f"SM{message_id}"}]


@only_sqlite
def test_while_the_provider_gives_no_answer_nothing_is_sent_again_and_it_is_asked_less_and_less(enqueue):
    message_id = enqueue(expires_at=NOW + 24 * HOUR)
    gateway = ScriptedGateway(LOST, reachable=False)
    send(gateway)
    waits = []
    at = NOW + LOOK_AFTER
    for _ in range(4):
        assert look(gateway, at).unknown == 1
        waits.append(row(message_id).lease_until - at)
        at = row(message_id).lease_until
    planned = [5 * SECOND, 10 * SECOND, 20 * SECOND, 40 * SECOND]
    assert all(0.8 <= wait / plan <= 1.2 for wait, plan in zip(waits, planned, strict=True))
    assert send(gateway, at).sent == 0
    gateway.reachable = True
    look(gateway, at)
    assert (send(gateway, at).sent, len(gateway.sent)) == (1, 2)


@only_sqlite
def test_after_three_days_without_an_answer_a_text_is_given_up(enqueue):
    message_id = enqueue()
    gateway = ScriptedGateway(LOST, reachable=False)
    send(gateway)
    assert look(gateway, NOW + LOOK_FOR - SECOND).unknown == 1
    assert look(gateway, NOW + LOOK_FOR + HOUR).failed == 1
    assert (row(message_id).status, row(message_id).error) == ("failed", "unknown")


@only_sqlite
def test_what_became_useless_meanwhile_expires(enqueue):
    message_id = enqueue(expires_at=NOW + LOOK_AFTER)
    gateway = ScriptedGateway(LOST)
    send(gateway)
    assert look(gateway, NOW + LOOK_AFTER).expired == 1
    assert (row(message_id).status, len(gateway.sent)) == ("expired", 1)


def test_what_a_killed_sender_left_waits_a_minute_before_it_is_looked_up(enqueue):
    message_id = enqueue()
    _left_behind(message_id)
    gateway = ScriptedGateway(found="SMfound")
    assert look(gateway, NOW + LEASE - SECOND).unknown == 0
    assert look(gateway, NOW + LEASE).unknown == 1
    assert (row(message_id).lease_until, gateway.looked) == (NOW + LEASE + LOOK_AFTER, [])
    send(gateway, NOW + LEASE)
    assert look(gateway, NOW + LEASE + LOOK_AFTER).sent == 1
    assert (row(message_id).sid, gateway.sent) == ("SMfound", [])


def test_a_killed_sender_delays_a_text_by_less_than_two_minutes():
    longest = LEASE + LOOK_AFTER
    assert longest <= timedelta(seconds=85)


@only_sqlite
def test_a_row_of_a_wrong_clock_is_looked_up_by_ours(enqueue):
    message_id = enqueue()
    _left_behind(message_id)
    yesterday = NOW - timedelta(days=1)
    gateway = ScriptedGateway()
    assert look(gateway, yesterday).unknown == 1
    _set(message_id, lease_until=NOW)
    assert look(gateway, yesterday).unknown == 1
    assert (gateway.looked, row(message_id).lease_until) == ([], yesterday + LOOK_AFTER)
    assert look(gateway, yesterday + LOOK_AFTER).later == 1


@pytest.mark.parametrize(
    "outcome", [Refused(RefusalCode.RATE_LIMITED, permanent=False), None], ids=["refused", "taken"]
)
def test_a_sender_that_comes_back_late_does_not_undo_what_happened_since(app, enqueue, outcome):
    message_id = enqueue()

    def meanwhile(reference: str) -> None:
        with app.app_context():
            other = ScriptedGateway(found="SMfound")
            look(other, NOW + LEASE)
            look(other, NOW + LEASE + LOOK_AFTER)

    outcomes = [outcome] if outcome else []
    assert send(ScriptedGateway(*outcomes, doing=meanwhile)).sent == 0
    assert (row(message_id).status, row(message_id).sid) == ("sent", "SMfound")


def test_a_late_answer_counts_while_nobody_has_asked_yet(app, enqueue):
    message_id = enqueue()

    def meanwhile(reference: str) -> None:
        with app.app_context():
            look(ScriptedGateway(), NOW + LEASE)

    assert send(ScriptedGateway(doing=meanwhile)).sent == 1
    assert (row(message_id).status, row(message_id).sid) == ("sent", f"SM{message_id}")


def test_texts_whose_every_try_ends_in_an_error_are_set_aside_and_hold_up_no_other(enqueue, caplog):
    ids = enqueue.many(16)

    def fail_for_the_first(reference: str) -> None:
        if int(reference) in ids[:8]:
            raise ValueError(TO)

    gateway = ScriptedGateway(doing=fail_for_the_first)
    caplog.set_level(logging.INFO)
    assert send(gateway).sent == 8
    for minutes in (2, 4, 6):
        look(gateway, NOW + timedelta(minutes=minutes))
        send(gateway, NOW + timedelta(minutes=minutes))
    assert [(row(each).status, row(each).error) for each in ids[:8]] == [("failed", "poison")] * 8
    assert [gateway.sent.count(str(each)) for each in ids] == [3] * 8 + [1] * 8
    assert [record.alert for record in caplog.records if hasattr(record, "alert")] == ["poison_text"] * 8
    assert "ValueError at test_lookups.py:" in caplog.text
    assert TO not in caplog.text


@only_sqlite
def test_a_text_that_cannot_even_be_looked_up_is_set_aside_too(enqueue, monkeypatch):
    message_id = enqueue()
    gateway = ScriptedGateway(LOST)
    send(gateway)
    monkeypatch.setattr(gateway, "find_sent", lambda *_, **__: [][0])
    for minutes in (2, 4, 6):
        look(gateway, NOW + timedelta(minutes=minutes))
    assert (row(message_id).status, row(message_id).error) == ("failed", "poison")


def test_lookups_are_made_side_by_side(enqueue, monkeypatch):
    enqueue.many(4)
    gateway = ScriptedGateway(*[LOST] * 4)
    send(gateway)
    together = threading.Barrier(4)
    monkeypatch.setattr(gateway, "find_sent", lambda *_, **__: f"SMfound{together.wait(timeout=10)}")
    assert look(gateway, NOW + LOOK_AFTER).sent == 4


def test_two_passes_at_once_ask_once_for_each_text(app, enqueue):
    ids = enqueue.many(12)
    gateway = ScriptedGateway(*[LOST] * 12, found="SMfound")
    send(gateway)
    together = threading.Barrier(2)

    def one_pass() -> None:
        with app.app_context():
            together.wait(timeout=10)
            look(gateway, NOW + LOOK_AFTER)

    threads = [threading.Thread(target=one_pass) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(to for to, _ in gateway.looked) == sorted(row(message_id).to for message_id in ids)
    assert {row(message_id).status for message_id in ids} == {"sent"}


def test_a_text_whose_end_nobody_heard_of_for_three_days_is_of_unknown_end_until_somebody_does(enqueue):
    message_id = enqueue()
    send(ScriptedGateway())
    look(ScriptedGateway(), NOW + LOOK_FOR)
    assert row(message_id).status == MessageStatus.SENT
    reports.read_reports(NOW + HOUR, ScriptedGateway())
    look(ScriptedGateway(), NOW + LOOK_FOR - SECOND)
    assert row(message_id).status == MessageStatus.SENT
    gateway = ScriptedGateway()
    for hours in (0, 2, 4):
        look(gateway, NOW + LOOK_FOR + hours * HOUR)
    assert (row(message_id).status, row(message_id).sid, gateway.looked) == ("unknown", f"SM{message_id}", [])
    late = {"reference": "", "to": TO, "word": "delivered", "error_code": "", "now": NOW + 2 * LOOK_FOR}
    assert receipts.record_receipt(sid=f"SM{message_id}", **late)


@only_sqlite
def test_a_text_nobody_can_be_asked_about_is_given_up_after_three_days(enqueue):
    message_id, *refused = enqueue.many(4)
    keys = Refused(RefusalCode.CREDENTIALS, permanent=False, provider_code="20003")
    send(ScriptedGateway(LOST), limit=1)
    send(ScriptedGateway(keys, keys, keys))
    gateway = ScriptedGateway(checked=keys)
    look(gateway, NOW + LOOK_FOR - SECOND)
    assert [row(each).status for each in (message_id, *refused)] == ["unknown"] + 3 * ["pending"]
    assert look(gateway, NOW + LOOK_FOR).failed == 1
    assert (row(message_id).status, row(message_id).error, gateway.looked) == ("failed", "unknown", [])
