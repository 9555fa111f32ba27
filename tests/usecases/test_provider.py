"""How the provider is doing: keys that are refused stop all texts, doubt lets one out at a time."""

import logging
from datetime import timedelta

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.message import DOUBT_AFTER, MessageStatus
from salonpool.messaging.gateway import RefusalCode, Refused, Unknown
from salonpool.models import Message, Provider
from salonpool.queries.provider import ProviderState, find_state
from salonpool.usecases.texts import outbox, provider
from tests.builders import NOW
from tests.outgoing import ScriptedGateway, look, row, send

pytestmark = pytest.mark.usefixtures("no_time_passes")
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SENDER = Refused(RefusalCode.SENDER, permanent=False, provider_code="21606")
KEYS = Refused(RefusalCode.CREDENTIALS, permanent=False, provider_code="20003")
LATER = Refused(RefusalCode.UNREACHABLE, permanent=False)


def _state() -> ProviderState:
    db.session.rollback()
    return find_state()


def _all_due(at: object) -> None:
    with transaction() as session:
        session.execute(sa.update(Message).where(Message.status == MessageStatus.PENDING).values(due_at=at))


def test_keys_that_are_refused_stop_a_hundred_texts_after_a_few_tries_and_one_line_says_so(enqueue, caplog):
    caplog.set_level(logging.ERROR)
    enqueue.many(100)
    gateway = ScriptedGateway(*[KEYS] * 100, checked=KEYS)
    for seconds in range(0, 60, 10):
        send(gateway, NOW + timedelta(seconds=seconds))
    assert 3 <= len(gateway.sent) <= 8
    assert (_state().stopped_at, _state().reason) == (NOW, "credentials")
    assert [record.alert for record in caplog.records] == ["texts_stopped"]
    assert db.session.scalar(sa.select(sa.func.count(Message.id)).where(Message.status == "pending")) == 100


def test_stopped_texts_ask_about_the_keys_less_and_less_and_leave_after_a_good_answer(enqueue):
    enqueue.many(20)
    gateway = ScriptedGateway(*[KEYS] * 8, checked=KEYS)
    send(gateway)
    tried = len(gateway.sent)
    for minutes in range(60):
        send(gateway, NOW + minutes * MINUTE)
    assert (gateway.checks, len(gateway.sent)) == (6, tried)
    gateway.checked, gateway.outcomes = None, []
    _all_due(NOW)
    assert send(gateway, NOW + 75 * MINUTE).sent == 20
    assert _state() == ProviderState()


@only_sqlite
def test_one_number_our_sender_is_refused_for_keeps_nobody_else_from_a_text(enqueue):
    enqueue("sign_in:odd", to="+8869000002", expires_at=NOW + 600 * MINUTE)
    gateway = ScriptedGateway(*[SENDER] * 4)
    for minutes in range(4):
        send(gateway, NOW + minutes * MINUTE)
    assert (len(gateway.sent), _state().stopped_at) == (4, None)
    other = enqueue("sign_in:other", "s.example/in/2")
    send(gateway, NOW + 4 * MINUTE)
    assert row(other).status == "sent"


@only_sqlite
def test_keys_refused_for_the_one_text_there_is_stop_texts_all_the_same(enqueue):
    enqueue(expires_at=NOW + 600 * MINUTE)
    gateway = ScriptedGateway(*[KEYS] * 4, checked=KEYS)
    for minutes in range(4):
        send(gateway, NOW + minutes * MINUTE)
    assert (len(gateway.sent), _state().reason) == (3, "credentials")


@only_sqlite
def test_a_sender_refused_for_several_numbers_stops_texts(enqueue):
    enqueue.many(9)
    send(ScriptedGateway(*[SENDER] * 9))
    assert _state().stopped_at == NOW


@only_sqlite
def test_whoever_starts_the_clock_again_has_the_keys_asked_about_at_once(enqueue):
    enqueue.many(3)
    gateway = ScriptedGateway(*[KEYS] * 3, checked=KEYS)
    send(gateway)
    send(gateway, NOW + 50 * timedelta(seconds=1))
    assert gateway.checks == 0
    provider.ask_now(NOW + MINUTE / 2)
    gateway.checked = None
    assert (send(gateway, NOW + MINUTE - timedelta(seconds=1)).sent, gateway.checks) == (3, 1)


@only_sqlite
def test_keys_that_seem_good_but_are_refused_again_cost_one_text_a_try(enqueue):
    enqueue.many(20)
    gateway = ScriptedGateway(*[KEYS] * 50)
    send(gateway)
    tried = len(gateway.sent)
    for minutes in range(60):
        _all_due(NOW)
        send(gateway, NOW + minutes * MINUTE)
    assert gateway.checks == len(gateway.sent) - tried == 6


@only_sqlite
def test_keys_are_asked_for_though_no_text_waits_and_though_the_clock_was_put_back(enqueue):
    enqueue.many(3)
    gateway = ScriptedGateway(*[KEYS] * 3, reachable=False)
    send(gateway)
    with transaction() as session:
        session.execute(sa.delete(Message))
    send(gateway, NOW - 2 * HOUR)
    assert (gateway.checks, _state().stopped_at) == (1, NOW)
    gateway.reachable = True
    send(gateway, NOW - HOUR)
    assert (gateway.checks, _state().stopped_at) == (2, None)


@only_sqlite
def test_nothing_is_looked_up_while_the_keys_are_refused(enqueue):
    enqueue.many(4)
    gateway = ScriptedGateway(Unknown("timeout"), *[KEYS] * 3, checked=KEYS)
    send(gateway, limit=1)
    send(gateway)
    look(gateway, NOW + HOUR)
    assert gateway.looked == []


@only_sqlite
@pytest.mark.parametrize("trouble", [LATER, Unknown("timeout")], ids=["unreachable", "unknown"])
def test_it_is_known_since_when_nothing_is_taken_until_something_is(enqueue, trouble):
    enqueue.many(2, expires_at=NOW + 24 * HOUR)
    assert send(ScriptedGateway(trouble, trouble)).sent == 0
    assert _state().failing_since == NOW
    look(ScriptedGateway(), NOW + HOUR)
    send(ScriptedGateway(trouble), NOW + HOUR, limit=1)
    assert _state().failing_since == NOW
    send(ScriptedGateway(), NOW + 2 * HOUR)
    assert _state().failing_since is None


@only_sqlite
def test_nobody_is_said_to_fail_when_no_text_waits(enqueue):
    message_id = enqueue(expires_at=NOW + HOUR)
    send(ScriptedGateway(LATER))
    send(ScriptedGateway(), NOW + HOUR)
    assert (row(message_id).status, _state().failing_since) == ("expired", None)


def test_in_doubt_texts_leave_one_at_a_time_until_one_is_taken(app, enqueue):
    begun_before = DOUBT_AFTER + outbox.AT_ONCE
    enqueue.many(begun_before + 6)
    at_once: list[int] = []

    def count(reference: str) -> None:
        with app.app_context():
            sending = sa.select(sa.func.count(Message.id)).where(Message.status == MessageStatus.SENDING)
            at_once.append(db.session.scalar(sending) or 0)

    gateway = ScriptedGateway(*[LATER] * (begun_before + 2), doing=count)
    assert send(gateway).sent == 4
    assert at_once[begun_before : begun_before + 3] == [1] * 3
    state = db.session.get_one(Provider, "sms")
    assert (state.failures, state.failing_since) == (0, None)


@only_sqlite
def test_what_is_wrong_with_one_number_says_nothing_about_the_provider(enqueue):
    enqueue.many(4)
    bad = Refused(RefusalCode.BAD_NUMBER, permanent=True)
    send(ScriptedGateway(bad, bad, bad))
    assert db.session.get(Provider, "sms") is None
