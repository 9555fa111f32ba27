"""Texts as rows: told once, while they are of use and wanted; receipts move them forward."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.message import MessageStatus
from salonpool.messaging.gateway import RefusalCode, Refused, Unknown
from salonpool.messaging.simulator import SimulatorGateway
from salonpool.models import Message
from salonpool.usecases.texts import messages, opt_outs, receipts
from tests.builders import NOW
from tests.outgoing import TO, ScriptedGateway, look, row, send, stop

pytestmark = pytest.mark.usefixtures("no_time_passes")
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
LATER = Refused(RefusalCode.UNREACHABLE, permanent=False)


def test_a_text_is_a_row_in_the_language_of_its_reader(enqueue):
    text = row(enqueue())
    assert (text.status, text.to, text.due_at, text.attempts) == ("pending", TO, NOW, 0)
    assert text.body == "salonpool sign-in, good for 10 minutes: s.example/in/1 Not you? Ignore this."


def test_what_is_rolled_back_is_not_told(app, enqueue):
    woken: list[Any] = []
    app.extensions["salonpool.wake"] = woken.extend
    with pytest.raises(KeyError):
        enqueue(language="fr")
    assert db.session.scalar(sa.select(sa.func.count(Message.id))) == 0
    assert woken == []


@only_sqlite
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
    send(SimulatorGateway())
    assert row(first).status == MessageStatus.SENT
    assert enqueue("sign_in:3") is not None


def test_who_sent_stop_gets_no_text_until_start(enqueue):
    stop()
    assert enqueue() is None
    with transaction() as session:
        opt_outs.resume(session, TO)
    assert enqueue() is not None


@only_sqlite
def test_stop_also_stops_what_waits_in_the_outbox(enqueue):
    message_id = enqueue(due_at=NOW + HOUR)
    stop()
    gateway = ScriptedGateway()
    send(gateway, NOW + HOUR)
    assert (row(message_id).status, row(message_id).error, gateway.sent) == ("failed", "opted_out", [])


@only_sqlite
def test_a_text_is_tried_for_as_long_as_it_is_of_use(enqueue):
    message_id = enqueue(expires_at=NOW + 24 * HOUR)
    with transaction() as session:
        session.get_one(Message, message_id).attempts = 200
    assert send(ScriptedGateway(LATER), NOW + 23 * HOUR).later == 1
    assert send(ScriptedGateway(LATER), NOW + 24 * HOUR).expired == 1
    assert row(message_id).status == MessageStatus.EXPIRED


def test_what_is_withdrawn_while_it_waits_is_not_sent(enqueue):
    message_id = enqueue()
    with transaction() as session:
        messages.withdraw(session, Message.id == message_id)
    gateway = ScriptedGateway()
    send(gateway)
    assert (row(message_id).status, gateway.sent) == ("expired", [])


@pytest.mark.parametrize("outcome", [Unknown("timeout"), LATER])
def test_what_is_withdrawn_while_it_is_under_way_is_not_sent_a_second_time(app, enqueue, outcome):
    message_id = enqueue()

    def withdraw(reference: str) -> None:
        with app.app_context(), transaction() as session:
            messages.withdraw(session, Message.id == message_id)

    gateway = ScriptedGateway(outcome, doing=withdraw)
    send(gateway)
    look(gateway, NOW + timedelta(minutes=2))
    send(gateway, NOW + timedelta(minutes=3))
    assert (row(message_id).status, len(gateway.sent)) == ("expired", 1)


@pytest.mark.parametrize("taken", [False, True])
def test_words_that_are_true_again_are_told_again_although_nobody_knows_if_they_left_before(enqueue, taken):
    first = enqueue("moved:1")
    send(ScriptedGateway(Unknown("timeout")))
    with transaction() as session:
        messages.withdraw(session, Message.id == first)
    again = enqueue("moved:2")
    assert enqueue("moved:1") is None
    if taken:
        _receipt(first, "delivered")
    gateway = ScriptedGateway()
    send(gateway)
    look(gateway, NOW + timedelta(minutes=2))
    assert [row(first).status, row(again).status] == ["delivered" if taken else "expired", "sent"]
    assert gateway.sent == [str(again)]


def _receipt(message_id: int | None, word: str, sid: str | None = None) -> bool:
    return receipts.record_receipt(
        sid=sid or f"SM{message_id}", reference=str(message_id), to=TO, word=word, error_code="", now=NOW
    )


def test_receipts_only_move_a_text_forward(enqueue):
    message_id = enqueue()
    send(ScriptedGateway())
    words = ["queued", "delivered", "sent", "delivered", "undelivered", "nonsense"]
    assert [_receipt(message_id, word) for word in words] == [False, True, False, False, False, False]
    assert row(message_id).status == MessageStatus.DELIVERED


def test_a_receipt_that_is_faster_than_the_answer_counts_and_the_cost_is_known_all_the_same(app, enqueue):
    message_id = enqueue()

    def receive(reference: str) -> None:
        with app.app_context():
            _receipt(message_id, "delivered")

    assert send(ScriptedGateway(doing=receive)).sent == 1
    assert (row(message_id).status, row(message_id).segments) == ("delivered", 1)


def test_a_text_that_came_back_before_the_answer_to_it_is_handed_over_once_more(app, enqueue):
    message_id = enqueue()

    def come_back(reference: str) -> None:
        with app.app_context():
            receipts.record_receipt(
                sid=f"SM{reference}",
                reference=reference,
                to=TO,
                word="undelivered",
                error_code="30003",
                now=NOW,
            )

    send(ScriptedGateway(doing=come_back))
    assert (row(message_id).status, row(message_id).sid, row(message_id).redeliveries) == ("pending", None, 1)
    gateway = ScriptedGateway(Unknown("timeout"))
    assert send(gateway, row(message_id).due_at).unknown == 1


def test_a_receipt_settles_a_text_of_unknown_outcome(enqueue):
    message_id = enqueue()
    send(ScriptedGateway(Unknown("timeout")))
    assert _receipt(message_id, "sent", "SMlater")
    gateway = ScriptedGateway()
    look(gateway, NOW + HOUR)
    send(gateway, NOW + HOUR)
    assert (row(message_id).status, row(message_id).sid, gateway.sent) == ("sent", "SMlater", [])


def test_a_receipt_without_our_number_is_found_by_its_sid(enqueue):
    message_id = enqueue()
    send(ScriptedGateway())
    bare = {"reference": "", "to": "", "word": "delivered", "error_code": "", "now": NOW}
    assert receipts.record_receipt(sid=f"SM{message_id}", **bare)
    assert not receipts.record_receipt(sid="SMstranger", **bare)
    assert not _receipt(message_id, "failed", "SManother")


def test_what_was_said_of_a_text_before_its_name_was_known_counts(app, enqueue):
    message_id = enqueue()

    def receive(reference: str) -> None:
        with app.app_context():
            receipts.record_receipt(
                sid=f"SM{reference}", reference="", to=TO, word="delivered", error_code="", now=NOW
            )

    send(ScriptedGateway(doing=receive))
    assert row(message_id).status == MessageStatus.DELIVERED
