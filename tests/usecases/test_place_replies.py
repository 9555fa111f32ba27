"""What a guest texts back about a place that is held for them."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.refusal import Refusal
from salonpool.models import Assignment, Message
from salonpool.queries import waitlist
from salonpool.usecases.booking import cancellations, places
from salonpool.usecases.texts import inbound
from tests import builders as b
from tests.usecases import waiting as w

_sids = itertools.count(1)
ANSWERED_AT = b.NOW + w.MINUTE


@pytest.fixture
def shop(app: Any) -> Any:
    """A salon, and a place held for the guest with w.E164."""
    shop = w.a_shop()
    taken = w.book(shop)
    shop.entry = w.join(shop)
    w.cancel(taken)
    assert w.offer() == 1
    shop.place = w.held_for(shop.entry).id
    return shop


def _text(body: str, at: Any = ANSWERED_AT, *, sender: str = w.E164, read_at: Any = None) -> str | None:
    inbound_id = inbound.receive(f"SM{next(_sids)}", sender, body, {}, at)
    return inbound.handle(inbound_id, read_at or at, w.texting())


def _statuses(shop: Any) -> tuple[str, str]:
    return w.held_for(shop.entry).status, w.entry(shop.entry).status


def _body(text_id: str) -> str:
    db.session.rollback()
    return db.session.scalars(sa.select(Message.body).where(Message.text_id == text_id)).one()


@pytest.mark.parametrize("body", ["1", "１", "ok", "好"])
def test_a_yes_books_the_place(shop, body):
    assert _text(body) == "booked"
    assert _statuses(shop) == ("confirmed", "booked")
    assert w.texts_to() == ["C8", "C1"]


def test_a_yes_again_hears_that_it_is_booked(shop):
    _text("1")
    assert _text("1", ANSWERED_AT + w.MINUTE) == "told_booked"
    assert w.texts_to() == ["C8", "C1", "C8B"]
    assert w.texting().links.booking_path(shop.place, 1) in _body("C8B")


def test_a_no_lets_the_place_go_and_is_answered(shop):
    assert _text("2") == "let_go"
    assert _statuses(shop) == ("cancelled", "waiting")
    assert w.texts_to() == ["C8", "C8N"]
    assert w.texting().links.waitlist_path(shop.entry, 1) in _body("C8N")


def test_a_yes_after_a_no_hears_that_it_is_gone(shop):
    _text("2")
    assert _text("1", ANSWERED_AT + w.MINUTE) == "told_place_gone"
    assert _statuses(shop) == ("cancelled", "waiting")


def test_a_yes_too_late_is_not_acted_on_and_answered(shop):
    over = w.held_for(shop.entry).held_until
    assert _text("1", over) == "told_place_gone"
    assert _statuses(shop)[0] == "held"
    assert w.texts_to() == ["C8", "C8E"]


def test_a_yes_in_time_counts_however_late_it_is_read(shop):
    over = w.held_for(shop.entry).held_until
    in_time = over - timedelta(seconds=1)
    w.offer(over + w.MINUTE)
    assert _text("1", in_time, read_at=over + 5 * w.MINUTE) == "booked"
    assert _statuses(shop) == ("confirmed", "booked")


def test_a_yes_read_when_the_place_went_to_another_hears_the_truth(shop):
    over = w.held_for(shop.entry).held_until
    w.book(shop, phone="0987 654 399", now=over)
    assert _text("1", over - timedelta(seconds=1), read_at=over + w.MINUTE) == "told_place_gone"
    assert w.texts_to() == ["C8", "C8E"]


def test_a_yes_after_the_visit_was_cancelled_hears_that_it_is_gone(shop):
    _text("1")
    cancellations.cancel(booking_id=shop.place, now=ANSWERED_AT, texting=w.texting())
    assert _text("1", ANSWERED_AT + w.MINUTE) == "told_place_gone"


def test_a_yes_that_needs_more_than_a_text_is_sent_to_the_page(shop, monkeypatch):
    def refuse(*_: Any, **__: Any) -> None:
        raise Refusal("too_many_open", limit=3)

    monkeypatch.setattr(places.bookings, "confirm", refuse)
    assert _text("1") == "told_too_many_open"
    assert _statuses(shop) == ("held", "offered")
    assert w.texting().links.booking_path(shop.place, 1) in _body("C8H")


def test_a_no_that_crosses_a_yes_on_the_page_hears_that_it_is_booked(shop, monkeypatch):
    asked = waitlist.list_questions(w.E164, ANSWERED_AT)
    places.take(shop.place, now=b.NOW, texting=w.texting())
    monkeypatch.setattr(waitlist, "list_questions", lambda *_: asked)
    assert _text("2") == "told_booked"
    assert _statuses(shop) == ("confirmed", "booked")


def test_other_words_leave_the_place_as_it_is(shop):
    assert _text("can I come at 3?") == "from_guest"
    assert _statuses(shop) == ("held", "offered")
    assert w.texts_to() == ["C8", "C14"]


def test_a_stranger_answers_for_nobody(shop):
    assert _text("1", sender="+886912000009") == "unknown_sender"
    assert _statuses(shop) == ("held", "offered")


def test_with_a_place_and_a_shift_open_on_one_phone_a_yes_takes_neither(shop):
    stylist = b.a_pooled_stylist(shop.network, phone=w.E164, language="en")
    b.an_offer(b.a_shift(shop.salon), stylist, offered_at=b.NOW)
    assert _text("1") == "several_open"
    assert _statuses(shop) == ("held", "offered")
    places.let_go(shop.place, now=ANSWERED_AT)
    assert _text("1", ANSWERED_AT + w.MINUTE) == "accepted"
    assert db.session.scalar(sa.select(Assignment.stylist_id).where(Assignment.stylist_id == stylist))


def test_a_stylist_who_waits_as_a_guest_books_with_one(shop):
    stylist = b.a_pooled_stylist(shop.network, phone=w.E164)
    b.an_offer(b.a_shift(shop.salon), stylist, status="declined", offered_at=b.NOW - w.MINUTE)
    assert _text("1") == "booked"
    assert _text("1", ANSWERED_AT + w.MINUTE) == "told_booked"
    assert "is booked for you" in _body("C8B"), "in the language they asked in"


def test_the_newer_of_two_closed_questions_is_spoken_of(shop):
    stylist = b.a_pooled_stylist(shop.network, phone=w.E164)
    b.an_offer(b.a_shift(shop.salon), stylist, status="superseded", offered_at=b.NOW + w.MINUTE)
    places.let_go(shop.place, now=b.NOW)
    assert _text("1", b.NOW + 2 * w.MINUTE) == "told_taken"
