"""The guest's pages through the client: book, confirm, see and cancel, without JavaScript."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from salonpool.database import db
from salonpool.models import Booking, Message
from tests import builders as b


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """One salon with one stylist on Mondays and Tuesdays."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe")
    cut = b.a_service(salon)
    wen = b.a_stylist(network, home=salon, name="小雯")
    b.a_rota(wen, salon)
    return SimpleNamespace(network=network, salon=salon, cut=cut, wen=wen)


def _token(page: Any) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found
    return found[1]


def _hold(client: Any, shop: SimpleNamespace, clock: str = "14:00") -> Any:
    page = client.get("/s/qinghe")
    form = {
        "csrf_token": _token(page),
        "service": shop.cut,
        "stylist": "",
        "starts_at": b.at(clock).isoformat(),
    }
    return client.post("/s/qinghe/hold", data=form)


def _confirm(client: Any, held: Any, **typed: Any) -> Any:
    page = client.get(held.location)
    key = re.search(r'name="idempotency_key" value="([^"]+)"', page.text)
    assert key
    form = {
        "csrf_token": _token(page),
        "hold": held.location.partition("hold=")[2],
        "idempotency_key": key[1],
    }
    return client.post("/s/qinghe/confirm", data=form | typed)


@pytest.mark.parametrize("query", ["", "?month=2026-10", "?service=1&guests=2&lang=en"])
def test_the_page_costs_four_statements(client: Any, shop: SimpleNamespace, query: str) -> None:
    b.a_rota(b.a_stylist(shop.network, home=shop.salon), shop.salon)
    counted: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda c, cursor, sql, *more: counted.append(sql))
    assert "starts_at" in client.get(f"/s/qinghe{query}").text
    assert sum(not sql.startswith(("BEGIN", "ROLLBACK")) for sql in counted) == 4


def test_the_page_offers_the_first_free_day(client: Any, shop: SimpleNamespace) -> None:
    page = client.get("/s/qinghe")
    assert page.status_code == 200
    assert "Qinghe Hair" in page.text
    assert 'value="2026-10-19T02:00:00+00:00"' in page.text


def test_two_posts_and_a_phone_number_make_a_booking(client: Any, shop: SimpleNamespace) -> None:
    held = _hold(client, shop)
    assert (held.status_code, held.location.partition("=")[0]) == (303, "/s/qinghe/confirm?hold")
    done = _confirm(client, held, phone="0912 345 678", name="林太太")
    assert done.status_code == 303
    shown = client.get(done.location)
    assert "You are booked" in shown.text
    assert db.session.scalars(sa.select(Booking.status)).all() == ["confirmed"]
    assert db.session.scalars(sa.select(Message.text_id)).all() == ["C1"]


def test_a_wrong_number_keeps_what_was_typed_and_says_what_to_do(client: Any, shop: SimpleNamespace) -> None:
    held = _hold(client, shop)
    page = _confirm(client, held, phone="02 2591 2345", name="林太太")
    assert page.status_code == 422
    assert "This is a landline" in page.text
    assert "林太太" in page.text
    assert "02 2591 2345" in page.text


def test_a_double_click_makes_one_booking(client: Any, shop: SimpleNamespace) -> None:
    held = _hold(client, shop)
    first = _confirm(client, held, phone="0912 345 678")
    again = client.get(held.location)
    assert again.location == first.location.partition("?")[0]


def test_a_time_just_taken_comes_back_with_the_nearest(client: Any, shop: SimpleNamespace) -> None:
    _hold(client, shop)
    client.delete_cookie("session")  # somebody else
    page = _hold(client, shop)
    assert page.status_code == 409
    assert "just taken" in page.text
    assert page.text.count('id="near-') == 3


def test_an_expired_hold_is_tried_again_silently(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    held = _hold(client, shop)
    stopped_clock.now += timedelta(minutes=10)
    assert _confirm(client, held, phone="0912 345 678").status_code == 303


def test_the_link_shows_and_cancels_and_looking_changes_nothing(client: Any, shop: SimpleNamespace) -> None:
    done = _confirm(client, _hold(client, shop), phone="0912 345 678")
    url = done.location.partition("?")[0]
    ask = client.get(f"{url}/cancel")
    assert db.session.scalars(sa.select(Booking.status)).all() == ["confirmed"]
    over = client.post(f"{url}/cancel", data={"csrf_token": _token(ask)})
    assert over.status_code == 303
    db.session.expire_all()
    assert db.session.scalars(sa.select(Booking.status)).all() == ["cancelled"]
    assert client.get(over.location).status_code == 200


def test_a_post_without_its_token_changes_nothing(client: Any, shop: SimpleNamespace) -> None:
    answer = client.post("/s/qinghe/hold", data={"service": shop.cut, "starts_at": b.at("14:00").isoformat()})
    assert answer.status_code == 403
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 0


@pytest.mark.parametrize(
    "query", ["service=99999", "stylist=abc", "on=2026-02-30", "on=2026-10-18", "service=1&on=2030-01-01"]
)
def test_a_wrong_choice_is_said_and_the_page_still_works(
    client: Any, shop: SimpleNamespace, query: str
) -> None:
    page = client.get(f"/s/qinghe?{query}")
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert "starts_at" in page.text


def test_guessing_links_ends_in_too_many_tries(client: Any, shop: SimpleNamespace) -> None:
    statuses = [client.get(f"/b/{number:011d}").status_code for number in range(32)]
    assert statuses[:30] == [404] * 30
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    "path", ["/", "/?q=qing", "/help", "/privacy", "/s/qinghe/times", "/s/qinghe?lang=zh-Hant"]
)
def test_public_pages_answer(client: Any, shop: SimpleNamespace, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"


def test_over_https_a_form_needs_no_referer(client: Any, shop: SimpleNamespace) -> None:
    secure = {"base_url": "https://localhost"}
    page = client.get("/s/qinghe", **secure)
    form = {
        "csrf_token": _token(page),
        "service": shop.cut,
        "stylist": "",
        "starts_at": b.at("14:00").isoformat(),
    }
    assert client.post("/s/qinghe/hold", data=form, **secure).status_code == 303


@pytest.mark.parametrize("query", ["slug=x", "endpoint=x", "_method=x", "_external=1"])
def test_a_strange_parameter_does_not_break_the_times(client: Any, shop: SimpleNamespace, query: str) -> None:
    page = client.get(f"/s/qinghe/times?{query}", headers={"HX-Request": "true"})
    assert page.status_code == 200
    assert page.headers["HX-Replace-Url"] == "/s/qinghe"


def test_an_address_no_database_can_look_up_is_a_missing_one(client: Any, shop: SimpleNamespace) -> None:
    assert client.get("/s/%00").status_code == 404
