"""What a provider says later of a text: forward only, whatever the order, and only of texts it was given."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.booking import Wish
from salonpool.domain.message import RANK, MessageStatus
from salonpool.models import Booking, Message, OptOut, Receipt, Salon
from salonpool.usecases.booking import bookings
from salonpool.usecases.texts import receipts
from tests import builders as b
from tests.builders import NOW
from tests.outgoing import TO, Adding
from tests.thorough import examples

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def text(enqueue: Adding) -> Callable[..., int]:
    """Adds a text that was handed over; its id."""
    return enqueue.taken


def _row(message_id: int) -> Message:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Message, message_id)


def _say(message_id: int, word: str, error_code: str = "", **changes: Any) -> bool:
    said = {"sid": f"SM{message_id}", "reference": str(message_id), "to": TO, "now": NOW + MINUTE, **changes}
    return receipts.record_receipt(word=word, error_code=error_code, **said)


def _parked() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count(Receipt.id))) or 0


def test_a_receipt_of_before_a_restore_does_not_swallow_a_text_that_never_left(text):
    message_id = text(status=MessageStatus.PENDING, sid=None, claimed_at=None, sent_at=None)
    assert not _say(message_id, "delivered", sid="SMolder")
    assert _row(message_id).status == MessageStatus.PENDING


def test_a_receipt_for_another_number_is_about_another_text(text):
    message_id = text(status=MessageStatus.SENDING, sid=None, sent_at=None)
    assert not _say(message_id, "delivered", sid="SMother", to="+886900000002")
    assert _say(message_id, "delivered")
    assert (_row(message_id).status, _row(message_id).sid) == ("delivered", f"SM{message_id}")


def test_what_is_said_before_the_sid_is_known_is_kept_and_applied(text):
    message_id = text(status=MessageStatus.SENDING, sid=None, sent_at=None)
    for word, code in (("undelivered", "30005"), ("sent", "")):
        assert not _say(message_id, word, code, reference="")
    assert not _say(message_id, "delivered", sid="SMstranger", reference="")
    with transaction() as session:
        message = session.get_one(Message, message_id)
        message.status, message.sid, message.sent_at = MessageStatus.SENT, f"SM{message_id}", NOW
        session.flush()
        receipts.apply_parked(session, message_id, f"SM{message_id}")
    row = _row(message_id)
    assert (row.status, row.error_code, row.error) == ("undelivered", "30005", "bad_number 30005")
    assert _parked() == 1  # the stranger's
    with transaction() as session:
        assert receipts.forget_old(session, NOW + 5 * MINUTE) == 0
        assert receipts.forget_old(session, NOW + 12 * MINUTE) == 1


@pytest.mark.parametrize(
    ("word", "code", "status", "error"),
    [
        ("failed", "21610", "failed", "opted_out 21610"),
        ("undelivered", "30005", "undelivered", "bad_number 30005"),
        ("undelivered", "30006", "undelivered", "bad_number 30006"),
        ("undelivered", "30004", "undelivered", "blocked 30004"),
        ("undelivered", "30007", "undelivered", "filtered 30007"),
        ("failed", "30036", "expired", "expired 30036"),
        ("failed", "99999", "failed", "not_delivered 99999"),
        ("failed", "", "failed", "not_delivered"),
        ("undelivered", "30003", "pending", "unreachable 30003"),
        ("undelivered", "30008", "pending", "unreachable 30008"),
        ("undelivered", "30001", "pending", "overloaded 30001"),
    ],
)
def test_each_code_has_its_end(text, word, code, status, error):
    message_id = text()
    assert _say(message_id, word, code)
    row = _row(message_id)
    assert (row.status, row.error) == (status, error)
    assert row.error_code == (None if status == "pending" else code or None)
    stopped = db.session.scalars(sa.select(OptOut.phone)).all()
    assert stopped == ([TO] if code == "21610" else [])


def test_a_text_that_expired_at_the_provider_stays_expired(text):
    message_id = text()
    assert _say(message_id, "failed", "30036")
    assert not _say(message_id, "sent")
    assert _row(message_id).status == MessageStatus.EXPIRED


def test_an_unreachable_phone_gets_the_text_twice_more_at_most(text):
    message_id = text()
    for turn in range(2):
        at = NOW + (1 + 20 * turn) * MINUTE
        assert _say(message_id, "undelivered", "30003", now=at)
        row = _row(message_id)
        assert (row.status, row.sid, row.redeliveries) == ("pending", None, turn + 1)
        assert at < row.due_at <= at + 10 * MINUTE
        assert not _say(message_id, "undelivered", "30003", now=at)  # said twice
        assert _row(message_id).redeliveries == turn + 1
        with transaction() as session:
            row = session.get_one(Message, message_id)
            row.status, row.sid = MessageStatus.SENT, f"SM{message_id}"
            session.execute(sa.delete(Receipt))
    assert _say(message_id, "undelivered", "30003", now=NOW + HOUR)
    assert _row(message_id).status == MessageStatus.UNDELIVERED


def test_what_is_said_of_the_first_try_is_not_about_the_second(text):
    message_id = text()
    assert _say(message_id, "undelivered", "30003")
    assert not _say(message_id, "failed", "30003")
    with transaction() as session:
        session.get_one(Message, message_id).status = MessageStatus.SENDING
        assert session.scalars(sa.select(Receipt.sid)).all() == [f"SM{message_id}"]  # no lookup finds it
    assert not _say(message_id, "undelivered", "30003")
    assert _say(message_id, "delivered", sid="SMsecond")
    assert (_row(message_id).status, _row(message_id).sid) == ("delivered", "SMsecond")


@pytest.mark.parametrize(
    "why_not",
    [
        {"expires_at": NOW + 2 * MINUTE},  # of no use by then
        {"expires_at": None, "created_at": NOW - timedelta(hours=5)},
        {"text_id": "C9"},
        {"redeliveries": 2},
    ],
)
def test_a_text_of_no_more_use_is_not_handed_over_again(text, why_not):
    message_id = text(**why_not)
    assert _say(message_id, "undelivered", "30003")
    assert _row(message_id).status == MessageStatus.UNDELIVERED


@pytest.mark.parametrize(("change", "status"), [(None, "pending"), ("moved_at", "undelivered")])
def test_words_about_a_visit_as_it_was_are_not_handed_over_again(app, change, status):
    salon_id = b.a_salon(b.a_network())
    network_id = db.session.get_one(Salon, salon_id).network_id
    service_id = b.a_service(salon_id)
    b.a_rota(b.a_stylist(network_id, home=salon_id), salon_id)
    texting, slug = app.extensions["salonpool.texting"], db.session.get_one(Salon, salon_id).slug
    booked = bookings.book(
        salon_slug=slug, wish=Wish((service_id,)), starts_at=b.at("14:00"), guest=bookings.Guest(TO),
        key="k1", language="en", now=NOW, texting=texting,
    )  # fmt: skip
    with transaction() as session:
        message = session.scalars(sa.select(Message)).one()
        message_id = message.id
        message.status, message.sid, message.claimed_at = MessageStatus.SENT, f"SM{message_id}", NOW
        if change:
            setattr(session.get_one(Booking, booked.id), change, NOW + MINUTE)
    assert _say(message_id, "undelivered", "30003")
    assert _row(message_id).status == status


def test_the_same_words_on_their_way_are_enough(text):
    message_id, other = text(), text(2)
    with transaction() as session:
        session.get_one(Message, other).status = MessageStatus.PENDING
        session.get_one(Message, other).body = session.get_one(Message, message_id).body
    assert _say(message_id, "undelivered", "30003")
    assert _row(message_id).status == MessageStatus.UNDELIVERED


def test_three_texts_taken_for_spam_within_three_days_are_told(text, caplog):
    ids = [text(number) for number in range(4)]
    with transaction() as session:
        session.get_one(Message, ids[0]).sent_at = NOW - timedelta(hours=73)
    alerts = []
    for message_id in ids:
        caplog.clear()
        assert _say(message_id, "undelivered", "30007")
        alerts.append([record.alert for record in caplog.records if hasattr(record, "alert")])
    assert alerts == [[], [], [], ["texts_filtered"]]


FINALS = [("delivered", ""), ("undelivered", "30005"), ("failed", "30004"), ("undelivered", "30007")]


def test_receipts_in_any_order_doubled_early_late_and_unknown_end_right(text):
    chance = random.Random(5)
    texts = {text(number): number for number in range(examples(60))}
    said: list[tuple[int, str, str, str]] = []
    final = {message_id: chance.choice(FINALS) for message_id in texts}
    for message_id in texts:
        words = [("queued", ""), ("sent", ""), final[message_id]]
        words += chance.choices(words, k=chance.randrange(4))
        said += [(message_id, word, code, chance.choice(["", str(message_id)])) for word, code in words]
    said += [(10_000 + number, *chance.choice(FINALS), "") for number in range(len(texts) // 5)]
    chance.shuffle(said)
    early = set(chance.sample(sorted(texts), len(texts) // 2))
    with transaction() as session:
        for message_id in early:
            message = session.get_one(Message, message_id)
            message.status, message.sid = MessageStatus.SENDING, None
    rank = dict.fromkeys(texts, 0)
    for number, (message_id, word, code, reference) in enumerate(said):
        _say(message_id, word, code, reference=reference)
        if number == len(said) // 2:
            _record_sids(early)
        if message_id in texts:
            now_at = RANK[MessageStatus(_row(message_id).status)]
            assert now_at >= rank[message_id]
            rank[message_id] = now_at
    ends = {message_id: (_row(message_id).status, _row(message_id).error_code or "") for message_id in texts}
    assert ends == final
    assert {receipt.sid[2:] for receipt in db.session.scalars(sa.select(Receipt))} <= {
        str(10_000 + number) for number in range(len(texts))
    }


def _record_sids(ids: set[int]) -> None:
    """As the outbox does when the provider's answer comes."""
    for message_id in ids:
        with transaction() as session:
            message = session.get_one(Message, message_id)
            if message.sid is None:
                message.status, message.sid = MessageStatus.SENT, f"SM{message_id}"
                session.flush()
                receipts.apply_parked(session, message_id, f"SM{message_id}")
