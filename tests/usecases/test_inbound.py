"""Texts that come in: kept raw, acted on once, always answered with the truth."""

import itertools
import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.booking import Wish
from salonpool.domain.offer import OfferStatus
from salonpool.messaging.capabilities import DEFAULT
from salonpool.messaging.simulator import SimulatorGateway
from salonpool.models import Assignment, InboundMessage, Message, Offer, OptOut
from salonpool.usecases.booking import bookings
from salonpool.usecases.pool import offers
from salonpool.usecases.texts import inbound, messages, outbox
from tests.builders import (
    NOW,
    TODAY,
    a_network,
    a_pooled_stylist,
    a_rota,
    a_salon,
    a_service,
    a_shift,
    a_stylist,
    an_account,
    an_offer,
    at,
)

PHONE = "+886912000001"
MINUTE = timedelta(minutes=1)
_sids = itertools.count(1)


@pytest.fixture
def texting(app):
    return app.extensions["salonpool.texting"]


class Pool:
    """A salon, a pooled stylist with PHONE, and offers to her."""

    def __init__(self) -> None:
        self.network_id = a_network()
        self.salon_id = a_salon(self.network_id)
        self.stylist_id = self.stylist(phone=PHONE)

    def stylist(self, **changes: Any) -> int:
        return a_pooled_stylist(self.network_id, **{"language": "en", **changes})

    def offer(self, stylist_id: int | None = None, shift_id: int | None = None, **changes: Any) -> int:
        return an_offer(shift_id or a_shift(self.salon_id), stylist_id or self.stylist_id, **changes)


@pytest.fixture
def pool(app):
    return Pool()


@pytest.fixture
def text(texting):
    """Sends us a text and has it handled; returns what became of it."""

    def send(body: str, at_=NOW + MINUTE, sender: str = PHONE, handled_at=None) -> str | None:
        inbound_id = inbound.receive(f"SM{next(_sids)}", sender, body, {"Body": body}, at_)
        return inbound.handle(inbound_id, handled_at or at_, texting)

    return send


def _told(to: str = PHONE) -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Message.text_id).where(Message.to == to).order_by(Message.id)))


def _offer(offer_id: int) -> str:
    db.session.rollback()
    return db.session.get_one(Offer, offer_id).status


def _deliver(at_=NOW) -> None:
    outbox.send_due(at_, at_, SimulatorGateway())


def test_a_text_is_kept_as_it_came_and_wakes_the_clock(app):
    woken: list[Any] = []
    app.extensions["salonpool.wake"] = woken.extend
    inbound_id = inbound.receive("SM1", PHONE, "1\0", {"From": PHONE, "Body": "1\0"}, NOW)
    row = db.session.get_one(InboundMessage, inbound_id)
    assert (row.sender, row.body, row.received_at, row.handled_at) == (PHONE, "1", NOW, None)
    assert row.raw["From"] == PHONE
    assert woken == [("inbound", inbound_id)]
    assert inbound.list_unhandled() == [inbound_id]


def test_the_same_text_delivered_again_changes_nothing(pool, texting):
    offer_id = pool.offer()
    first = inbound.receive("SM1", PHONE, "2", {}, NOW)
    inbound.handle(first, NOW, texting)
    assert inbound.receive("SM1", PHONE, "1", {}, NOW) == first
    assert inbound.handle(first, NOW, texting) is None
    assert inbound.list_unhandled() == []
    assert _offer(offer_id) == OfferStatus.DECLINED


@pytest.mark.parametrize("body", ["1", " １ ", "ok", "好"])
def test_a_yes_takes_the_one_open_offer(pool, text, body):
    offer_id = pool.offer()
    assert text(body) == "accepted"
    assert _offer(offer_id) == OfferStatus.ACCEPTED
    assert db.session.scalar(sa.select(Assignment.stylist_id)) == pool.stylist_id
    assert _told() == ["S4"]


def test_a_no_is_noted_and_answered(pool, text):
    offer_id = pool.offer()
    assert text("2") == "declined"
    assert _offer(offer_id) == OfferStatus.DECLINED
    assert _told() == ["S5D"]


def test_saying_yes_again_is_harmless_and_hears_the_same(pool, text):
    pool.offer()
    text("1")
    _deliver(NOW + MINUTE)
    assert text("1", NOW + 3 * MINUTE) == "told_accepted"
    assert _told() == ["S4", "S4"]
    assert db.session.scalar(sa.select(sa.func.count(Assignment.id))) == 1


def test_who_comes_second_hears_that_it_is_taken(pool, text):
    shift_id, other = a_shift(pool.salon_id), pool.stylist(phone="+886912000002")
    mine, theirs = pool.offer(shift_id=shift_id), pool.offer(other, shift_id)
    text("1", sender="+886912000002")
    assert text("1", NOW + 2 * MINUTE) == "told_taken"
    assert (_offer(mine), _offer(theirs)) == ("superseded", "accepted")
    assert _told()[0] == "S5"


def test_who_was_told_since_they_wrote_is_not_told_twice(pool, text):
    shift_id, other = a_shift(pool.salon_id), pool.stylist(phone="+886912000002")
    pool.offer(shift_id=shift_id)
    pool.offer(other, shift_id)
    text("1", sender="+886912000002", at_=NOW + MINUTE)
    _deliver(NOW + MINUTE)
    assert text("1", NOW + MINUTE, handled_at=NOW + 2 * MINUTE) == "told_taken"
    assert _told() == ["S5"]


@pytest.mark.parametrize(
    ("status", "text_id"),
    [("superseded", "S5"), ("declined", "S5D"), ("expired", "S5E"), ("withdrawn", "S5W")],
)
@pytest.mark.parametrize("body", ["1", "2"])
def test_an_answer_to_a_closed_offer_hears_what_became_of_it(pool, text, body, status, text_id):
    offer_id = pool.offer(status=status)
    assert text(body).startswith("told_")
    assert (_offer(offer_id), _told()) == (status, [text_id])


def test_an_answer_after_the_deadline_is_not_acted_on(pool, text):
    offer_id = pool.offer()
    assert text("1", NOW + 30 * MINUTE) == "told_expired"
    assert _offer(offer_id) != OfferStatus.ACCEPTED
    assert _told() == ["S5E"]


@pytest.mark.parametrize(("body", "outcome"), [("1", "accepted"), ("2", "declined")])
def test_an_answer_in_time_counts_however_late_it_is_read(pool, texting, body, outcome):
    offer_id = pool.offer()
    inbound_id = inbound.receive("SM1", PHONE, body, {}, NOW + 29 * MINUTE)
    later = NOW + 31 * MINUTE
    assert offers.sweep_expired(later) == 0, "an unread text may be the answer"
    assert inbound.handle(inbound_id, later, texting) == outcome
    assert _offer(offer_id) == outcome


def test_an_unread_text_keeps_no_offer_open_that_it_cannot_answer(pool):
    mine, other = pool.offer(), pool.offer(pool.stylist())
    inbound.receive("SM1", PHONE, "1", {}, NOW + 30 * MINUTE)
    assert offers.sweep_expired(NOW + 31 * MINUTE) == 2
    assert {_offer(mine), _offer(other)} == {OfferStatus.EXPIRED}


def test_no_unread_text_keeps_an_offer_open_beyond_the_start(pool):
    starts_at = at("09:20")
    shift_id = a_shift(pool.salon_id, "09:20", "12:00", day=TODAY)
    offer_id = pool.offer(shift_id=shift_id, expires_at=starts_at)
    inbound.receive("SM1", PHONE, "1", {}, NOW + MINUTE)
    offers.sweep_expired(starts_at)
    assert _offer(offer_id) == OfferStatus.EXPIRED


@pytest.mark.parametrize(
    ("left_on", "outcome"), [(TODAY, "accepted"), (TODAY - timedelta(days=1), "unknown_sender")]
)
def test_who_leaves_is_heard_until_the_last_day_is_over(pool, text, left_on, outcome):
    shift_id = a_shift(pool.salon_id, day=TODAY)
    pool.offer(pool.stylist(phone="+886912000002", left_on=left_on), shift_id)
    assert text("1", sender="+886912000002") == outcome


def test_a_text_never_answers_a_question_asked_after_it(pool, text):
    offer_id = pool.offer(offered_at=NOW + 2 * MINUTE)
    assert text("1", NOW + MINUTE, handled_at=NOW + 3 * MINUTE) == "nothing_open"
    assert _offer(offer_id) == OfferStatus.OFFERED


def test_a_question_that_waits_for_another_try_has_not_asked_yet(pool, text):
    offer_id = pool.offer()
    with transaction() as session:
        messages.enqueue(
            session, network_id=pool.network_id, event_id="offer:1:made", text_id="S2", to=PHONE,
            language="en", values=dict.fromkeys("svdrph", "x"), within=DEFAULT, now=NOW, offer_id=offer_id,
            due_at=NOW + 60 * MINUTE,
        )  # fmt: skip
    assert text("1") == "nothing_open"
    assert _offer(offer_id) == OfferStatus.OFFERED


def test_a_text_of_the_offers_end_that_waits_hides_no_question(pool, text):
    offer_id = pool.offer(status="superseded")
    with transaction() as session:
        messages.enqueue(
            session, network_id=pool.network_id, event_id="offer:1:taken", text_id="S5", to=PHONE,
            language="en", values=dict.fromkeys("sdr", "x"), within=DEFAULT, now=NOW, offer_id=offer_id,
            due_at=NOW + 60 * MINUTE,
        )  # fmt: skip
    assert text("1") == "told_taken"


def test_a_question_of_last_week_is_not_spoken_of_again(pool, text):
    pool.offer(status="expired", offered_at=NOW - timedelta(days=3))
    assert text("1") == "nothing_open"


def test_with_two_questions_open_a_yes_takes_neither(pool, text):
    elsewhere = Pool()
    mine, theirs = pool.offer(), elsewhere.offer()
    assert text("1") == "several_open"
    assert (_offer(mine), _offer(theirs)) == ("offered", "offered")


@pytest.mark.parametrize(
    ("body", "text_id"),
    [
        ("see you there", "S14"),
        ("1 but later", "S14"),
        ("7", "S14"),
        ("1", "S5Q"),
        ("9", "S10T"),
        ("?", "S15"),
    ],
)
def test_other_words_are_answered_once_an_hour(pool, text, body, text_id):
    text(body)
    _deliver(NOW + MINUTE)
    text(body, NOW + 30 * MINUTE)
    assert _told() == [text_id]
    text(body, NOW + 62 * MINUTE)
    assert _told() == [text_id, text_id]


def test_an_owner_is_answered_too(pool, text):
    an_account(pool.network_id, owns=(pool.salon_id,), phone="+886912000003")
    text("hello", sender="+886912000003")
    assert _told("+886912000003") == ["S14"]


def test_an_answer_that_never_left_has_told_nobody(pool, texting):
    pool.offer(status="superseded")
    first, second = (inbound.receive(f"SM{n}", PHONE, "1", {}, NOW) for n in (1, 2))
    inbound.handle(first, NOW, texting)
    with transaction() as session:
        session.execute(sa.update(Message).values(status="expired"))
    inbound.handle(second, NOW + MINUTE, texting)
    assert _told() == ["S5", "S5"]


def test_a_guest_is_shown_the_booking(pool, text, texting):
    stylist_id = a_stylist(pool.network_id, home=pool.salon_id)
    service_id = a_service(pool.salon_id)
    a_rota(stylist_id, pool.salon_id)
    from salonpool.models import Salon

    slug = db.session.get_one(Salon, pool.salon_id).slug
    bookings.book(
        salon_slug=slug, wish=Wish((service_id,)), starts_at=at("14:00"),
        guest=bookings.Guest("0987 654 321"), key="k1", language="en", now=NOW, texting=texting,
    )  # fmt: skip
    assert text("can I come at 3?", sender="+886987654321") == "from_guest"
    reply = db.session.scalars(sa.select(Message).where(Message.text_id == "C14")).one()
    assert f"{texting.links.host}/b/" in reply.body


@pytest.mark.parametrize("sender", ["+886987000000", "12345", "SALON", ""])
def test_strangers_and_machines_get_no_answer(pool, text, sender):
    assert text("1", sender=sender) in {"unknown_sender", "not_a_number"}
    assert db.session.scalar(sa.select(sa.func.count(Message.id))) == 0


@pytest.mark.parametrize("body", ["STOP", "stop.", "退訂"])
def test_stop_ends_every_text_until_start(pool, text, body):
    assert text(body) == "opted_out"
    assert db.session.scalar(sa.select(OptOut.phone)) == PHONE
    text("hello")
    assert _told() == []
    assert text("START") == "resumed"
    text("hello")
    assert _told() == ["S14"]


def test_stop_works_for_a_number_nobody_knows(text):
    assert text("STOP", sender="+886987000000") == "opted_out"


@pytest.mark.parametrize("body", ["1", "2"])
def test_two_readers_of_one_text_have_one_effect(app, pool, texting, body):
    pool.offer()
    inbound_id = inbound.receive("SM1", PHONE, body, {}, NOW)
    db.session.remove()
    outcomes: list[str | None] = []
    together = threading.Barrier(2)

    def read() -> None:
        with app.app_context():
            together.wait()
            outcomes.append(inbound.handle(inbound_id, NOW + MINUTE, texting))

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([outcome for outcome in outcomes if outcome]) == 1
    assert len(_told()) == 1


def test_a_crash_before_the_text_is_marked_loses_and_doubles_nothing(pool, texting, monkeypatch):
    offer_id = pool.offer()
    inbound_id = inbound.receive("SM1", PHONE, "1", {}, NOW)

    def crash(*_: Any) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(inbound, "_mark", crash)
        with pytest.raises(KeyboardInterrupt):
            inbound.handle(inbound_id, NOW, texting)
    assert inbound.list_unhandled() == [inbound_id]
    assert inbound.handle(inbound_id, NOW + MINUTE, texting) == "told_accepted"
    assert (_offer(offer_id), _told()) == ("accepted", ["S4"])
