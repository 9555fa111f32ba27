"""The desk's page of texts: what needs a person first, what became of each, and once more is only once."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool import clock
from salonpool.database import db, transaction
from salonpool.domain.booking import Wish
from salonpool.domain.message import MessageStatus
from salonpool.domain.refusal import Refusal
from salonpool.domain.text_price import TextPrice
from salonpool.models import (
    Account,
    Assignment,
    AuditEntry,
    Booking,
    Counter,
    InboundMessage,
    Message,
    OptOut,
    Provider,
)
from salonpool.queries import webhooks
from salonpool.queries.messages import PAGE
from salonpool.usecases.booking import bookings, cancellations, moves
from salonpool.usecases.booking.settling import Guest
from salonpool.usecases.texts import desk as desk_usecases
from salonpool.usecases.texts import inbound, switch
from tests import builders as b
from tests.web.signing_in import sign_in

TOMORROW = b.TODAY + timedelta(days=1)
LIN = "+886912345678"
PAGE_URL = "/desk/messages"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def shop(app: Any, client: Any) -> SimpleNamespace:
    """A salon, its owner signed in, and a rival next door."""
    network = b.a_network()
    salon, other = b.a_salon(network, slug="qinghe"), b.a_salon(network, slug="kapok")
    wen = b.a_stylist(network, home=salon, name="小雯", phone="+886912000001")
    b.a_rota(wen, salon, weekdays=(0, 1, 2, 3, 4, 5, 6))
    shop = SimpleNamespace(
        network=network, salon=salon, other=other, wen=wen, cut=b.a_service(salon),
        owner=b.an_account(network, owns=(salon,)), rival=b.an_account(network, owns=(other,)),
        texting=app.extensions["salonpool.texting"],
    )  # fmt: skip
    sign_in(client, shop.owner)
    return shop


def _book(shop: SimpleNamespace, clock: str = "14:00", name: str = "林太太") -> int:
    return bookings.book(
        salon_slug="qinghe", wish=Wish((shop.cut,)), starts_at=b.at(clock, TOMORROW), language="en",
        guest=Guest("0912 345 678", name), key=f"k {clock}", now=b.NOW, texting=shop.texting,
    ).id  # fmt: skip


def _texts(booking_id: int) -> list[Message]:
    db.session.rollback()
    return list(
        db.session.scalars(sa.select(Message).where(Message.booking_id == booking_id).order_by(Message.id))
    )


def _end(booking_id: int, status: str = "undelivered", **values: Any) -> int:
    """What became of the last text about the booking; its id."""
    message_id = _texts(booking_id)[-1].id
    with transaction() as session:
        change = sa.update(Message).where(Message.id == message_id)
        session.execute(change.values(status=status, sent_at=b.NOW, **values))
    return message_id


def _text(shop: SimpleNamespace, to: str, text_id: str, **values: Any) -> int:
    known = {
        "network_id": shop.network, "salon_id": shop.salon, "event_id": f"{text_id} {to}", "language": "en",
        "body": f"words of {text_id}", "status": "undelivered", "created_at": b.NOW, "due_at": b.NOW,
    }  # fmt: skip
    return int(b.add(Message(to=to, text_id=text_id, **known | values)))


def _words(shop: SimpleNamespace, body: str, sender: str = LIN, **values: Any) -> int:
    sid = f"SM{body}{sender}"[:60]
    known = {"raw": {}, "received_at": b.NOW, "handled_at": b.NOW, "outcome": "from_guest"}
    row = InboundMessage(sid=sid, sender=sender, body=body, salon_id=shop.salon, **known | values)
    return int(b.add(row))


def _page(client: Any, query: str = "") -> str:
    answer = client.get(PAGE_URL + query)
    assert answer.status_code == 200
    return str(answer.text)


def _tasks(page: str) -> str:
    """The part of the page that is to be seen to."""
    return page.partition('id="tasks"')[2].partition("</section>")[0]


def _post(client: Any, path: str) -> Any:
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/desk/booking/new").text)
    assert csrf
    return client.post(f"{PAGE_URL}/{path}", data={"csrf_token": csrf[1]})


@ON_SQLITE
def test_strangers_are_asked_to_sign_in_and_stylists_are_turned_away(
    client: Any, shop: SimpleNamespace
) -> None:
    sign_in(client, b.an_account(shop.network, stylist=shop.wen))
    assert client.get(PAGE_URL).status_code == 403
    client.delete_cookie("session")
    assert client.get(PAGE_URL).location.startswith("/in?next=")


def test_open_questions_come_first_each_with_its_number(client: Any, shop: SimpleNamespace) -> None:
    lost, stopped = _book(shop), _book(shop, "16:00", "王太太")
    _end(lost, error="unreachable 30003")
    with transaction() as session:
        session.get_one(Booking, stopped).no_sms_reason = "opted_out"
    _words(shop, "Can I bring my dog?")
    tasks = _tasks(_page(client))
    order = [tasks.index(words) for words in ("Can I bring my dog?", "out of reach", "Gets no texts")]
    assert order == sorted(order)
    assert tasks.count(f'href="tel:{LIN}"') == 3
    assert "林太太" in tasks
    assert "王太太" in tasks
    assert "Messages: 3 things to see to" in client.get("/desk").text


def test_what_was_seen_to_is_asked_no_more_and_each_is_noted_once(client: Any, shop: SimpleNamespace) -> None:
    lost, stopped = _book(shop), _book(shop, "16:00")
    message = _end(lost)
    with transaction() as session:
        session.get_one(Booking, stopped).no_sms_reason = "opted_out"
    _words(shop, "one")
    words = _words(shop, "two")
    for path in (f"{message}/done", f"words/{words}/done", f"visits/{stopped}/done"):
        for _ in range(2):
            assert _post(client, path).status_code == 303
    assert 'id="tasks"' not in _page(client)
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
    _book(shop)
    _words(shop, "hm", outcome=outcome)
    tasks = _tasks(_page(client))
    assert words in tasks
    assert bool(tasks) == bool(words)


@ON_SQLITE
def test_a_guest_without_texts_is_to_be_told_again_after_each_change(
    client: Any, shop: SimpleNamespace
) -> None:
    booking = _book(shop)
    with transaction() as session:
        session.get_one(Booking, booking).no_sms_reason = "opted_out"
    _post(client, f"visits/{booking}/done")
    assert "Gets no texts" not in _page(client)
    moves.move(
        booking_id=booking, starts_at=b.at("17:00", TOMORROW), actor=f"account:{shop.owner}", now=b.NOW,
        texting=shop.texting,
    )  # fmt: skip
    assert "Gets no texts" in _tasks(_page(client))


@ON_SQLITE
def test_words_that_came_after_those_seen_to_stay_open(client: Any, shop: SimpleNamespace) -> None:
    first = _words(shop, "one")
    _words(shop, "two")
    _post(client, f"words/{first}/done")
    tasks = _tasks(_page(client))
    assert "one" not in re.findall(r'class="sms quote">([^<]+)', tasks)
    assert "two" in re.findall(r'class="sms quote">([^<]+)', tasks)


@ON_SQLITE
@pytest.mark.parametrize("status", ["pending", "sending", "sent", "delivered", "unknown"])
def test_a_text_that_arrived_or_still_may_is_no_task(client: Any, shop: SimpleNamespace, status: str) -> None:
    _end(_book(shop), status)
    assert 'id="tasks"' not in _page(client)


@ON_SQLITE
@pytest.mark.parametrize("status", ["failed", "undelivered", "expired", "unknown"])
def test_a_text_that_did_not_arrive_is_a_task_while_its_visit_is_ahead_and_nothing_newer_was_said(
    client: Any, shop: SimpleNamespace, stopped_clock: Any, status: str
) -> None:
    booking = _book(shop)
    _end(booking, status, sid="SM1")
    assert "林太太" in _tasks(_page(client))
    stopped_clock.now = b.at("14:00", TOMORROW)
    assert 'id="tasks"' not in _page(client)
    stopped_clock.now = b.NOW
    moves.move(
        booking_id=booking, starts_at=b.at("15:00", TOMORROW), actor="guest", now=b.NOW, texting=shop.texting
    )
    assert 'id="tasks"' not in _page(client)


def test_send_again_says_how_the_booking_stands_now_and_two_clicks_are_one_text(
    client: Any, shop: SimpleNamespace
) -> None:
    booking = _book(shop)
    with transaction() as session:  # as if moved without a word
        session.get_one(Booking, booking).starts_at += timedelta(minutes=30)
        session.get_one(Booking, booking).moved_at = b.NOW
    message = _end(booking)
    for _ in range(2):
        assert _post(client, f"{message}/again").location == f"{PAGE_URL}?done=again"
    texts = _texts(booking)
    assert [(text.text_id, text.status) for text in texts] == [("C1", "undelivered"), ("C3", "pending")]
    assert "14:30" in texts[1].body
    assert "14:00" not in texts[1].body
    assert texts[1].salon_id == shop.salon
    page = _page(client)
    assert 'id="tasks"' not in page
    assert f"/{message}/again" not in page


def _cancelled(shop: SimpleNamespace, client: Any) -> int:
    booking = _book(shop)
    message = _end(booking)
    cancellations.cancel(booking_id=booking, now=b.NOW, texting=shop.texting)
    return message


def _stopped(shop: SimpleNamespace, client: Any) -> int:
    message = _end(_book(shop), "failed", error="opted_out")
    b.add(OptOut(phone=LIN, opted_out_at=b.NOW))
    return message


def _leaving(shop: SimpleNamespace, client: Any) -> int:
    return _end(_book(shop), "unknown")


def _a_code(shop: SimpleNamespace, client: Any) -> int:
    return _text(shop, LIN, "C9", booking_id=_book(shop))


def _of_no_visit(shop: SimpleNamespace, client: Any) -> int:
    return _text(shop, LIN, "C14")


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
    answer = _post(client, f"{message}/again")
    assert answer.status_code == 409
    assert words in answer.text
    assert f"/{message}/again" not in answer.text
    assert db.session.scalar(sa.select(sa.func.count(Message.id))) == before


@ON_SQLITE
def test_nothing_is_said_again_while_texts_are_off_or_the_number_has_had_all_it_may(
    client: Any, shop: SimpleNamespace
) -> None:
    booking = _book(shop)
    message = _end(booking)
    switch.turn_texts(on=False)
    assert _post(client, f"{message}/again").status_code == 503
    switch.turn_texts(on=True)
    none_left = replace(shop.texting, limits_scale=0.0)
    with pytest.raises(Refusal, match="too_many_texts"):
        desk_usecases.send_again(message_id=message, account_id=shop.owner, now=b.NOW, texting=none_left)
    assert db.session.get_one(Booking, booking).no_sms_reason is None
    assert len(_texts(booking)) == 1


@ON_SQLITE
def test_the_desk_next_door_sees_and_changes_nothing(client: Any, shop: SimpleNamespace) -> None:
    booking = _book(shop)
    message, words = _end(booking), _words(shop, "hello")
    sign_in(client, shop.rival)
    page = _page(client)
    assert "林太太" not in page
    assert "hello" not in page
    paths = (f"{message}/again", f"{message}/done", f"words/{words}/done", f"visits/{booking}/done")
    for path in (*paths, "999/again", "words/999/done", "visits/999/done"):
        assert _post(client, path).status_code == 404
    for query in (f"?with={message}", f"?from={words}", "?with=999", "?with=x", "?from=" + "9" * 30):
        assert client.get(PAGE_URL + query).status_code == 404
    assert len(_texts(booking)) == 1


@ON_SQLITE
def test_without_the_forms_token_nothing_changes(client: Any, shop: SimpleNamespace) -> None:
    booking = _book(shop)
    message = _end(booking)
    assert client.post(f"{PAGE_URL}/{message}/again").status_code == 403
    assert client.get(f"{PAGE_URL}/{message}/again").status_code == 405
    assert len(_texts(booking)) == 1


def test_the_log_is_of_both_ways_newest_first_fifty_a_page(client: Any, shop: SimpleNamespace) -> None:
    for number in range(PAGE + 5):
        at = b.NOW - timedelta(minutes=2 * number + 1)
        _text(
            shop, LIN, "C14", event_id=f"old {number}", body=f"text number {number}.", created_at=at,
            status="delivered",
        )  # fmt: skip
    _words(shop, "words in between", received_at=b.NOW - timedelta(minutes=3), outcome="booked")
    first, second = _page(client), _page(client, "?page=2")
    order = [first.index(words) for words in ("number 0.", "number 1.", "words in between", "number 2.")]
    assert order == sorted(order)  # words are older than the answer to them
    assert "text number 48." in first
    assert "text number 49." not in first
    assert [number for number in range(60) if f"text number {number}." in second] == [49, 50, 51, 52, 53, 54]
    assert 'id="month"' not in second
    assert "No older texts." in _page(client, "?page=999999")
    for query in ("?page=²", "?page=0", "?page=-1", "?page=x"):
        assert "text number 0." in _page(client, query)


@ON_SQLITE
def test_the_list_of_lost_texts_holds_nothing_else(client: Any, shop: SimpleNamespace) -> None:
    booking = _book(shop)
    for status in MessageStatus:
        _text(
            shop, LIN, "C14", event_id=status, body=f"is {status}.", status=status, booking_id=booking
        )  # fmt: skip
    _text(shop, LIN, "S2", body="a question nobody needed", status="expired")
    _text(shop, LIN, "C14", event_id="over", body="was never heard of", status="unknown", sid="SM1")
    _words(shop, "their words")
    page = _page(client, "?only=lost")
    assert set(re.findall(r"is (\w+)\.<", page)) == {"failed", "undelivered", "expired"}
    assert "was never heard of" in page
    assert "a question nobody needed" not in page
    assert "their words" not in page


@ON_SQLITE
def test_the_texts_of_one_person_are_found_by_one_of_them(client: Any, shop: SimpleNamespace) -> None:
    message = _end(_book(shop), "delivered")
    words = _words(shop, "thank you", outcome="booked")
    _text(shop, "+886912000001", "S4", body="to the stylist")
    for query in (f"?with={message}", f"?from={words}"):
        page = _page(client, query)
        assert "<h1>林太太</h1>" in page
        assert "thank you" in page
        assert "to the stylist" not in page
        assert LIN[1:] not in re.sub(r'href="tel:[^"]+"', "", page)  # no number in any other address


@ON_SQLITE
@pytest.mark.parametrize("text_id", ["C9", "S1"])
def test_codes_and_keys_of_links_are_not_shown(client: Any, shop: SimpleNamespace, text_id: str) -> None:
    secret = _text(shop, LIN, text_id, body="314159 is your code")
    _text(shop, LIN, "S4L", body="Yours. b.example/o/Ab3dEf6hIjK and more")
    for page in (_page(client), _page(client, f"?with={secret}")):
        assert "314159" not in page
        assert "not shown here" in page
        assert "Ab3dEf6hIjK" not in page
        assert "b.example/o/… and more" in page


@ON_SQLITE
def test_a_pooled_stylists_number_is_shown_around_their_shift_here_only(
    client: Any, shop: SimpleNamespace
) -> None:
    number = "+886912777001"
    mia = b.a_pooled_stylist(shop.network, home=shop.other, name="Mia", phone=number)
    shift = b.a_shift(shop.salon, day=b.TODAY + timedelta(days=3))
    _text(shop, number, "S4", expires_at=b.NOW + timedelta(days=3))
    assert "Mia" in _tasks(_page(client))
    assert number not in _page(client)
    with transaction() as session:
        session.add(
            Assignment(
                network_id=shop.network, salon_id=shop.salon, shift_id=shift, stylist_id=mia, status="active",
                source="offer", starts_at=b.NOW + timedelta(hours=20), ends_at=b.NOW + timedelta(hours=24),
                hourly_pay_minor=30000, created_at=b.NOW,
            )
        )  # fmt: skip
    assert f"tel:{number}" in _tasks(_page(client))


@ON_SQLITE
def test_the_number_of_a_guest_who_has_another_by_now_is_not_shown(
    client: Any, shop: SimpleNamespace
) -> None:
    booking = _book(shop)
    message = _end(booking)
    with transaction() as session:
        session.execute(sa.text("UPDATE customer SET phone = NULL"))
    page = _page(client, f"?with={message}")
    assert "林太太" in page
    assert LIN not in page


@ON_SQLITE
def test_the_month_tells_known_prices_from_those_to_come(client: Any, shop: SimpleNamespace) -> None:
    def sent(number: int, **values: Any) -> None:
        known = {"status": "delivered", "sent_at": b.NOW, "segments": 1, "event_id": f"sent {number}"}
        _text(shop, LIN, "C14", **known | values)

    sent(1, segments=2, price_micro=104_600, price_currency="USD")
    sent(2, price_micro=52_300, price_currency="USD")
    sent(3)
    sent(4, created_at=datetime(2026, 9, 30, 15, 59, tzinfo=UTC))  # the last minute of September in Taipei
    sent(5, created_at=datetime(2026, 9, 30, 16, 0, tzinfo=UTC))
    sent(6, sent_at=None, status="failed")
    sent(7, salon_id=shop.other)
    page = re.sub(r"\s+", " ", _page(client)).partition('id="month"')[2]
    assert "<dt>Texts sent</dt><dd>4</dd>" in page
    assert "<dt>Parts charged</dt><dd>5</dd>" in page
    assert "<dt>Cost so far</dt><dd>US$0.16</dd>" in page
    assert "the price of 2 texts yet" in page


def _provider(**values: Any) -> None:
    with transaction() as session:
        session.merge(Provider(name="sms", **values))


@ON_SQLITE
def test_staff_read_on_every_page_that_texts_do_not_leave_and_guests_that_theirs_may_be_late(
    client: Any, shop: SimpleNamespace
) -> None:
    hold = bookings.hold(
        salon_slug="qinghe", wish=Wish((shop.cut,)), starts_at=b.at("11:00", TOMORROW), language="en",
        now=b.NOW, texting=shop.texting,
    )  # fmt: skip
    confirm = f"/s/qinghe/confirm?hold={shop.texting.links.hold_token(hold.id)}"
    desk, late = ("/desk", PAGE_URL, "/desk/closures", "/desk/shift/new"), "The text may be late"

    def said() -> set[str]:
        words = ("no text has left", "No texts leave", "Texts are switched off")
        found = {word for path in desk for word in words if word in client.get(path).text}
        return found | ({late} if late in client.get(confirm).text else set())

    _text(shop, LIN, "C14", status="pending", attempts=3)
    _provider(failing_since=clock.system_now() - timedelta(minutes=4))
    assert said() == set()
    _provider(failing_since=clock.system_now() - timedelta(minutes=7))
    assert said() == {"no text has left", late}
    assert "For 7 min" in client.get("/desk/sisters").text
    assert "no text has left" not in client.get("/s/qinghe").text
    _provider(stopped_at=clock.system_now(), reason="credentials")
    assert said() == {"No texts leave", late}
    switch.turn_texts(on=False)
    assert said() == {"Texts are switched off", late}


@ON_SQLITE
def test_staff_read_that_answers_do_not_reach_them_when_the_webhooks_are_refused(
    client: Any, shop: SimpleNamespace
) -> None:
    words = "Answers by text do not reach you"
    counter = b.add(Counter(key=webhooks.KEY, window_starts_at=b.NOW, hits=webhooks.ALARM - 1))
    assert words not in _page(client)
    with transaction() as session:
        session.get_one(Counter, counter).hits += 1
    page = _page(client)
    assert words in page
    assert "Call guests who must know something today" not in page


@ON_SQLITE
def test_the_estimate_of_what_has_no_price_yet_is_said_beside_what_is_known(
    app: Any, client: Any, shop: SimpleNamespace
) -> None:
    app.extensions["salonpool.texting"] = replace(shop.texting, price=TextPrice(60_000, "USD"))
    for number in range(2):
        _text(shop, LIN, "C14", event_id=f"sent {number}", sent_at=b.NOW, segments=2)
    page = _page(client).partition('id="month"')[2]
    assert "<dt>Still to come, about</dt><dd>US$0.24</dd>" in page
    assert "Cost so far" not in page
    assert "price of 2 texts yet; it is estimated" in page


@ON_SQLITE
@pytest.mark.parametrize("sender", [LIN, "+886912000001"])
def test_words_that_broke_us_reach_the_desk_of_whoever_wrote_them(
    client: Any, shop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, sender: str
) -> None:
    _book(shop)
    text = inbound.receive("SM1", sender, "words that break", {}, b.NOW)
    monkeypatch.setattr(inbound, "act", lambda *_: 1 // 0)
    for _ in range(inbound.MOST_TRIES):
        with pytest.raises(ZeroDivisionError):
            inbound.handle(text, b.NOW, shop.texting)
    tasks = _tasks(_page(client))
    assert "words that break" in tasks
    assert "did not answer" in tasks
    assert f"tel:{sender}" in tasks


@ON_SQLITE
@pytest.mark.parametrize("status", list(MessageStatus))
def test_every_state_has_its_word(client: Any, shop: SimpleNamespace, status: str) -> None:
    _text(shop, LIN, "C14", status=status)
    badge = re.search(r'id="text-\d+".*?class="badge[^"]*">([^<]+)', _page(client), re.DOTALL)
    assert badge
    assert badge[1].strip()


@ON_SQLITE
def test_an_owner_of_nothing_is_turned_away(client: Any, shop: SimpleNamespace) -> None:
    with transaction() as session:
        session.get_one(Account, shop.owner).disabled_at = b.NOW
    assert client.get(PAGE_URL).status_code == 302
