"""What texts leave to a person at the desk comes first, once each; and once more is only once."""

import re
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.message import POISON_TRIES
from salonpool.domain.refusal import Refusal
from salonpool.models import AuditEntry, Booking, Message, OptOut
from salonpool.usecases.booking import cancellations, moves
from salonpool.usecases.texts import desk as desk_usecases
from salonpool.usecases.texts import inbound, switch
from tests import builders as b
from tests.web.desk_shop import TOMORROW, book, open_desk
from tests.web.desk_texts import (
    LIN,
    ON_SQLITE,
    PAGE_URL,
    add_text,
    add_words,
    end_text,
    list_texts,
    press,
    read_page,
    tasks_on,
)


@pytest.fixture
def shop(app: Any, client: Any) -> SimpleNamespace:
    """A salon, its owner signed in, and a rival next door."""
    return open_desk(app, client)


def test_open_questions_come_first_each_with_its_number(client: Any, shop: SimpleNamespace) -> None:
    lost, stopped = book(shop), book(shop, "16:00", "王太太")
    end_text(lost, error="unreachable 30003")
    with transaction() as session:
        session.get_one(Booking, stopped).no_sms_reason = "opted_out"
    add_words(shop, "Can I bring my dog?")
    tasks = tasks_on(read_page(client))
    order = [tasks.index(words) for words in ("Can I bring my dog?", "out of reach", "Gets no texts")]
    assert order == sorted(order)
    assert tasks.count(f'href="tel:{LIN}"') == 3
    assert "林太太" in tasks
    assert "王太太" in tasks
    assert "Messages: 3 things to see to" in client.get("/desk").text


def test_what_was_seen_to_is_asked_no_more_and_each_is_noted_once(client: Any, shop: SimpleNamespace) -> None:
    lost, stopped = book(shop), book(shop, "16:00")
    message = end_text(lost)
    with transaction() as session:
        session.get_one(Booking, stopped).no_sms_reason = "opted_out"
    add_words(shop, "one")
    words = add_words(shop, "two")
    for path in (f"{message}/done", f"words/{words}/done", f"visits/{stopped}/done"):
        for _ in range(2):
            assert press(client, path).status_code == 303
    assert 'id="tasks"' not in read_page(client)
    actions = set(db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.actor != "guest")))
    assert actions >= {"settle_text", "settle_words", "tell_guest"}
    noted = sa.select(sa.func.count()).where(
        AuditEntry.action.in_(["settle_text", "settle_words", "tell_guest"])
    )
    assert db.session.scalar(noted) == 3


@ON_SQLITE
@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("from_guest", "林太太 wrote"),
        ("unclear", "林太太 wrote"),
        ("link_only", "林太太 wrote"),
        ("cannot_work", "林太太 cannot work"),
        ("told_too_late", "林太太 cannot come"),
        ("poison", "did not answer"),
        ("accepted", ""),
        ("opted_out", ""),
        (None, ""),
    ],
)
def test_words_that_only_a_person_can_deal_with_are_to_be_seen_to(
    client: Any, shop: SimpleNamespace, outcome: str | None, words: str
) -> None:
    book(shop)
    add_words(shop, "hm", outcome=outcome)
    tasks = tasks_on(read_page(client))
    assert words in tasks
    assert bool(tasks) == bool(words)


@ON_SQLITE
def test_a_guest_without_texts_is_to_be_told_again_after_each_change(
    client: Any, shop: SimpleNamespace
) -> None:
    booking = book(shop)
    with transaction() as session:
        session.get_one(Booking, booking).no_sms_reason = "opted_out"
    press(client, f"visits/{booking}/done")
    assert "Gets no texts" not in read_page(client)
    moves.move(
        booking_id=booking, starts_at=b.at("17:00", TOMORROW), actor=f"account:{shop.owner}", now=b.NOW,
        texting=shop.texting,
    )  # fmt: skip
    assert "Gets no texts" in tasks_on(read_page(client))


@ON_SQLITE
def test_words_that_came_after_those_seen_to_stay_open(client: Any, shop: SimpleNamespace) -> None:
    first = add_words(shop, "one")
    add_words(shop, "two")
    press(client, f"words/{first}/done")
    tasks = tasks_on(read_page(client))
    assert "one" not in re.findall(r'class="sms quote">([^<]+)', tasks)
    assert "two" in re.findall(r'class="sms quote">([^<]+)', tasks)


@ON_SQLITE
@pytest.mark.parametrize("status", ["pending", "sending", "sent", "delivered", "unknown"])
def test_a_text_that_arrived_or_still_may_is_no_task(client: Any, shop: SimpleNamespace, status: str) -> None:
    end_text(book(shop), status)
    assert 'id="tasks"' not in read_page(client)


@ON_SQLITE
@pytest.mark.parametrize("status", ["failed", "undelivered", "expired", "unknown"])
def test_a_text_that_did_not_arrive_is_a_task_while_its_visit_is_ahead_and_nothing_newer_was_said(
    client: Any, shop: SimpleNamespace, stopped_clock: Any, status: str
) -> None:
    booking = book(shop)
    end_text(booking, status, sid="SM1")
    assert "林太太" in tasks_on(read_page(client))
    stopped_clock.now = b.at("14:00", TOMORROW)
    assert 'id="tasks"' not in read_page(client)
    stopped_clock.now = b.NOW
    moves.move(
        booking_id=booking, starts_at=b.at("15:00", TOMORROW), actor="guest", now=b.NOW, texting=shop.texting
    )
    assert 'id="tasks"' not in read_page(client)


def test_send_again_says_how_the_booking_stands_now_and_two_clicks_are_one_text(
    client: Any, shop: SimpleNamespace
) -> None:
    booking = book(shop)
    with transaction() as session:  # as if moved without a word
        session.get_one(Booking, booking).starts_at += timedelta(minutes=30)
        session.get_one(Booking, booking).moved_at = b.NOW
    message = end_text(booking)
    for _ in range(2):
        assert press(client, f"{message}/again").location == f"{PAGE_URL}?done=again"
    texts = list_texts(booking)
    assert [(text.text_id, text.status) for text in texts] == [("C1", "undelivered"), ("C3", "pending")]
    assert "14:30" in texts[1].body
    assert "14:00" not in texts[1].body
    assert texts[1].salon_id == shop.salon
    page = read_page(client)
    assert 'id="tasks"' not in page
    assert f"/{message}/again" not in page


def _cancelled(shop: SimpleNamespace, client: Any) -> int:
    booking = book(shop)
    message = end_text(booking)
    cancellations.cancel(booking_id=booking, now=b.NOW, texting=shop.texting)
    return message


def _stopped(shop: SimpleNamespace, client: Any) -> int:
    message = end_text(book(shop), "failed", error="opted_out")
    b.add(OptOut(phone=LIN, opted_out_at=b.NOW))
    return message


def _leaving(shop: SimpleNamespace, client: Any) -> int:
    return end_text(book(shop), "unknown")


def _a_code(shop: SimpleNamespace, client: Any) -> int:
    return add_text(shop, LIN, "C9", booking_id=book(shop))


def _of_no_visit(shop: SimpleNamespace, client: Any) -> int:
    return add_text(shop, LIN, "C14")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_cancelled, "nothing to say once more"),
        (_a_code, "nothing to say once more"),
        (_of_no_visit, "nothing to say once more"),
        (_stopped, "wants no texts"),
        (_leaving, "on its way, or it has arrived"),
    ],
)
@ON_SQLITE
def test_what_may_not_be_said_again_is_said_so_and_nothing_is_written(
    client: Any, shop: SimpleNamespace, make: Any, words: str
) -> None:
    message = make(shop, client)
    before = db.session.scalar(sa.select(sa.func.count(Message.id)))
    answer = press(client, f"{message}/again")
    assert answer.status_code == 409
    assert words in answer.text
    assert f"/{message}/again" not in answer.text
    assert db.session.scalar(sa.select(sa.func.count(Message.id))) == before


@ON_SQLITE
def test_nothing_is_said_again_while_texts_are_off_or_the_number_has_had_all_it_may(
    client: Any, shop: SimpleNamespace
) -> None:
    booking = book(shop)
    message = end_text(booking)
    switch.turn_texts(on=False)
    assert press(client, f"{message}/again").status_code == 503
    switch.turn_texts(on=True)
    none_left = replace(shop.texting, limits_scale=0.0)
    with pytest.raises(Refusal, match="too_many_texts"):
        desk_usecases.send_again(message_id=message, account_id=shop.owner, now=b.NOW, texting=none_left)
    assert db.session.get_one(Booking, booking).no_sms_reason is None
    assert len(list_texts(booking)) == 1


@ON_SQLITE
@pytest.mark.parametrize("sender", [LIN, "+886912000001"])
def test_words_that_broke_us_reach_the_desk_of_whoever_wrote_them(
    client: Any, shop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, sender: str
) -> None:
    book(shop)
    text = inbound.receive("SM1", sender, "words that break", {}, b.NOW)
    monkeypatch.setattr(inbound, "act", lambda *_: 1 // 0)
    for _ in range(POISON_TRIES):
        with pytest.raises(ZeroDivisionError):
            inbound.handle(text, b.NOW, shop.texting)
    tasks = tasks_on(read_page(client))
    assert "words that break" in tasks
    assert "did not answer" in tasks
    assert f"tel:{sender}" in tasks
