"""The desk's log of texts: what became of each, whose it is, and what is shown to nobody."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import transaction
from salonpool.domain.message import MessageStatus
from salonpool.models import Account, Assignment
from salonpool.queries.messages import PAGE
from tests import builders as b
from tests.web.desk_shop import book, open_desk
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
from tests.web.signing_in import sign_in


@pytest.fixture
def shop(app: Any, client: Any) -> SimpleNamespace:
    """A salon, its owner signed in, and a rival next door."""
    return open_desk(app, client)


@ON_SQLITE
def test_strangers_are_asked_to_sign_in_and_stylists_are_turned_away(
    client: Any, shop: SimpleNamespace
) -> None:
    sign_in(client, b.an_account(shop.network, stylist=shop.wen))
    assert client.get(PAGE_URL).status_code == 403
    client.delete_cookie("session")
    assert client.get(PAGE_URL).location.startswith("/in?next=")


@ON_SQLITE
def test_the_desk_next_door_sees_and_changes_nothing(client: Any, shop: SimpleNamespace) -> None:
    booking = book(shop)
    message, words = end_text(booking), add_words(shop, "hello")
    sign_in(client, shop.rival)
    page = read_page(client)
    assert "林太太" not in page
    assert "hello" not in page
    paths = (f"{message}/again", f"{message}/done", f"words/{words}/done", f"visits/{booking}/done")
    for path in (*paths, "999/again", "words/999/done", "visits/999/done"):
        assert press(client, path).status_code == 404
    for query in (f"?with={message}", f"?from={words}", "?with=999", "?with=x", "?from=" + "9" * 30):
        assert client.get(PAGE_URL + query).status_code == 404
    assert len(list_texts(booking)) == 1


@ON_SQLITE
def test_without_the_forms_token_nothing_changes(client: Any, shop: SimpleNamespace) -> None:
    booking = book(shop)
    message = end_text(booking)
    assert client.post(f"{PAGE_URL}/{message}/again").status_code == 403
    assert client.get(f"{PAGE_URL}/{message}/again").status_code == 405
    assert len(list_texts(booking)) == 1


def test_the_log_is_of_both_ways_newest_first_fifty_a_page(client: Any, shop: SimpleNamespace) -> None:
    for number in range(PAGE + 5):
        at = b.NOW - timedelta(minutes=2 * number + 1)
        add_text(
            shop, LIN, "C14", event_id=f"old {number}", body=f"text number {number}.", created_at=at,
            status="delivered",
        )  # fmt: skip
    add_words(shop, "words in between", received_at=b.NOW - timedelta(minutes=3), outcome="booked")
    first, second = read_page(client), read_page(client, "?page=2")
    order = [first.index(words) for words in ("number 0.", "number 1.", "words in between", "number 2.")]
    assert order == sorted(order)  # words are older than the answer to them
    assert "text number 48." in first
    assert "text number 49." not in first
    assert [number for number in range(60) if f"text number {number}." in second] == [49, 50, 51, 52, 53, 54]
    assert 'id="month"' not in second
    assert "No older texts." in read_page(client, "?page=999999")
    for query in ("?page=²", "?page=0", "?page=-1", "?page=x"):
        assert "text number 0." in read_page(client, query)


@ON_SQLITE
def test_the_list_of_lost_texts_holds_nothing_else(client: Any, shop: SimpleNamespace) -> None:
    booking = book(shop)
    for status in MessageStatus:
        add_text(
            shop, LIN, "C14", event_id=status, body=f"is {status}.", status=status, booking_id=booking
        )  # fmt: skip
    add_text(shop, LIN, "S2", body="a question nobody needed", status="expired")
    add_text(shop, LIN, "C14", event_id="over", body="was never heard of", status="unknown", sid="SM1")
    add_words(shop, "their words")
    page = read_page(client, "?only=lost")
    assert set(re.findall(r"is (\w+)\.<", page)) == {"failed", "undelivered", "expired"}
    assert "was never heard of" in page
    assert "a question nobody needed" not in page
    assert "their words" not in page


@ON_SQLITE
def test_the_texts_of_one_person_are_found_by_one_of_them(client: Any, shop: SimpleNamespace) -> None:
    message = end_text(book(shop), "delivered")
    words = add_words(shop, "thank you", outcome="booked")
    add_text(shop, "+886912000001", "S4", body="to the stylist")
    for query in (f"?with={message}", f"?from={words}"):
        page = read_page(client, query)
        assert "<h1>林太太</h1>" in page
        assert "thank you" in page
        assert "to the stylist" not in page
        assert LIN[1:] not in re.sub(r'href="tel:[^"]+"', "", page)  # no number in any other address


@ON_SQLITE
@pytest.mark.parametrize("text_id", ["C9", "S1"])
def test_codes_and_keys_of_links_are_not_shown(client: Any, shop: SimpleNamespace, text_id: str) -> None:
    secret = add_text(shop, LIN, text_id, body="314159 is your code")
    add_text(shop, LIN, "S4L", body="Yours. b.example/o/Ab3dEf6hIjK and more")
    for page in (read_page(client), read_page(client, f"?with={secret}")):
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
    add_text(shop, number, "S4", expires_at=b.NOW + timedelta(days=3))
    assert "Mia" in tasks_on(read_page(client))
    assert number not in read_page(client)
    with transaction() as session:
        session.add(
            Assignment(
                network_id=shop.network, salon_id=shop.salon, shift_id=shift, stylist_id=mia, status="active",
                source="offer", starts_at=b.NOW + timedelta(hours=20), ends_at=b.NOW + timedelta(hours=24),
                hourly_pay_minor=30000, created_at=b.NOW,
            )
        )  # fmt: skip
    assert f"tel:{number}" in tasks_on(read_page(client))


@ON_SQLITE
def test_the_number_of_a_guest_who_has_another_by_now_is_not_shown(
    client: Any, shop: SimpleNamespace
) -> None:
    booking = book(shop)
    message = end_text(booking)
    with transaction() as session:
        session.execute(sa.text("UPDATE customer SET phone = NULL"))
    page = read_page(client, f"?with={message}")
    assert "林太太" in page
    assert LIN not in page


@ON_SQLITE
@pytest.mark.parametrize("status", list(MessageStatus))
def test_every_state_has_its_word(client: Any, shop: SimpleNamespace, status: str) -> None:
    add_text(shop, LIN, "C14", status=status)
    badge = re.search(r'id="text-\d+".*?class="badge[^"]*">([^<]+)', read_page(client), re.DOTALL)
    assert badge
    assert badge[1].strip()


@ON_SQLITE
def test_an_owner_of_nothing_is_turned_away(client: Any, shop: SimpleNamespace) -> None:
    with transaction() as session:
        session.get_one(Account, shop.owner).disabled_at = b.NOW
    assert client.get(PAGE_URL).status_code == 302
