"""The page before the button: what it promises is true, and what was typed is kept."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.models import Booking, Message, Salon
from tests import builders as b

PHONE = "0912 345 678"


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """One salon with one stylist on Mondays and Tuesdays, 10:00 to 19:00."""
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


def _hold(client: Any, shop: SimpleNamespace, clock: str = "14:00", **choice: Any) -> Any:
    page = client.get("/s/qinghe")
    form = {"csrf_token": _token(page), "service": shop.cut, "starts_at": b.at(clock).isoformat()}
    return client.post("/s/qinghe/hold", data=form | choice)


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


def _rules(**values: Any) -> None:
    """What the salon asks of its guests."""
    with transaction() as session:
        session.execute(sa.update(Salon).values(**values))


def _words(page: Any) -> str:
    """The page without its tags, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def test_until_when_a_change_is_free_stands_before_the_button(client: Any, shop: SimpleNamespace) -> None:
    page = _words(client.get(_hold(client, shop).location))
    assert "You can change or cancel free of charge until Mon 19 Oct 11:00" in page
    assert "Held for you until 09:05" in page
    assert "We choose for you" in page
    assert "承德路三段 1 號" in page


def test_no_time_that_has_passed_is_promised(client: Any, shop: SimpleNamespace, stopped_clock: Any) -> None:
    held = _hold(client, shop, "10:30")
    page = _words(client.get(held.location))
    assert "too soon to be changed or cancelled online" in page
    assert "free of charge" not in page
    stopped_clock.now += timedelta(minutes=6)
    assert "Held for you" not in _words(client.get(held.location))


def test_what_a_late_cancellation_costs_stands_before_the_button(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    _rules(free_minutes=4 * 60, late_fee_minor=30000)
    held = _hold(client, shop)
    page = _words(client.get(held.location))
    assert "You can change or cancel until Mon 19 Oct 11:00" in page
    assert "Cancelling is free until Mon 19 Oct 10:00, and costs NT$300 after that." in page
    stopped_clock.now = b.at("10:30")
    assert "Cancelling costs NT$300 from now on." in _words(client.get(held.location))


def test_a_salon_that_approves_first_says_by_when_it_answers(client: Any, shop: SimpleNamespace) -> None:
    _rules(approve_minutes=120)
    held = _hold(client, shop)
    page = _words(client.get(held.location))
    assert "answers every request itself, by Mon 19 Oct 11:00" in page
    assert "Ask for this time" in page
    assert _confirm(client, held, phone=PHONE).status_code == 303
    assert db.session.scalars(sa.select(Booking.status)).all() == ["pending"]


def test_change_leads_back_to_the_same_choice(client: Any, shop: SimpleNamespace) -> None:
    page = client.get(_hold(client, shop, stylist=shop.wen).location)
    assert f'href="/s/qinghe?service={shop.cut}&amp;stylist={shop.wen}&amp;on=2026-10-19"' in page.text
    assert "小雯" in page.text


def test_who_goes_back_finds_their_own_time_free_and_nobody_else_does(
    client: Any, shop: SimpleNamespace
) -> None:
    at_two = f'value="{b.at("14:00").isoformat()}"'
    held = _hold(client, shop)
    stranger = client.application.test_client()
    assert at_two in client.get("/s/qinghe").text
    assert at_two not in stranger.get("/s/qinghe").text
    assert _confirm(client, held, phone=PHONE).status_code == 303
    assert at_two not in client.get("/s/qinghe").text


def test_a_booking_whose_answer_was_lost_is_not_shown_as_free(client: Any, shop: SimpleNamespace) -> None:
    held = _hold(client, shop)
    with client.session_transaction() as session:
        kept = session["held"]
    assert _confirm(client, held, phone=PHONE).status_code == 303
    with client.session_transaction() as session:
        session["held"] = kept
    assert f'value="{b.at("14:00").isoformat()}"' not in client.get("/s/qinghe").text


def test_a_place_lost_at_the_last_moment_keeps_what_was_typed(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    held = _hold(client, shop)
    stopped_clock.now += timedelta(minutes=6)
    _hold(client.application.test_client(), shop)
    lost = _confirm(client, held, phone=PHONE, name="林太太", note="小心過敏")
    assert lost.status_code == 409
    assert lost.text.count('id="near-') == 3
    again = _hold(client, shop, "15:00")
    page = client.get(again.location)
    for typed in (PHONE, "林太太", "小心過敏"):
        assert typed in page.text
    done = _confirm(client, again, phone=PHONE)
    assert done.status_code == 303
    assert "林太太" not in client.get(_hold(client, shop, "16:00").location).text


def test_a_hold_is_no_booking_once_its_time_has_begun(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    stopped_clock.now = b.at("13:57")
    held = _hold(client, shop)
    stopped_clock.now = b.at("14:01")
    late = _confirm(client, held, phone=PHONE)
    assert late.status_code == 422
    assert "That time has passed" in late.text
    assert 'name="starts_at"' in late.text
    assert db.session.scalars(sa.select(Booking.status)).all() == ["held"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 0


def test_the_same_confirmation_sent_twice_is_one_booking(client: Any, shop: SimpleNamespace) -> None:
    held = _hold(client, shop)
    page = client.get(held.location)
    key = re.search(r'name="idempotency_key" value="([^"]+)"', page.text)
    assert key
    form = {"csrf_token": _token(page), "hold": held.location.partition("hold=")[2], "phone": PHONE}
    first, again = (
        client.post("/s/qinghe/confirm", data=form | {"idempotency_key": key[1]}) for _ in range(2)
    )
    assert first.location == again.location
    assert db.session.scalars(sa.select(Message.text_id)).all() == ["C1"]


def test_a_field_only_programs_fill_is_a_trap(client: Any, shop: SimpleNamespace) -> None:
    answer = _confirm(client, _hold(client, shop), phone=PHONE, website="https://spam.example")
    assert answer.status_code == 422
    assert db.session.scalars(sa.select(Booking.status)).all() == ["held"]


def test_a_hold_of_another_salon_is_not_found(client: Any, shop: SimpleNamespace) -> None:
    b.a_salon(shop.network, slug="other")
    held = _hold(client, shop)
    assert client.get(held.location.replace("/s/qinghe/", "/s/other/")).status_code == 404


def test_a_service_that_is_gone_by_then_is_refused_in_words(client: Any, shop: SimpleNamespace) -> None:
    b.a_service(shop.salon, code="colour")
    held = _hold(client, shop)
    page = client.get(held.location)
    with transaction() as session:
        session.execute(sa.text("UPDATE service SET bookable = (id <> :cut)"), {"cut": shop.cut})
    form = {"csrf_token": _token(page), "hold": held.location.partition("hold=")[2], "phone": PHONE}
    assert client.get(held.location).status_code == 200
    answer = client.post("/s/qinghe/confirm", data=form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(("clock", "which"), [("00:15", "first"), ("01:15", "second")])
def test_the_hour_that_comes_twice_is_told_apart(
    client: Any, shop: SimpleNamespace, stopped_clock: Any, clock: str, which: str
) -> None:
    # London, 25 October 2026: 01:00 to 02:00 twice, at 00:00 and at 01:00 UTC.
    night = b.a_salon(shop.network, slug="night", zone="Europe/London")
    b.a_service(night)
    owl = b.a_stylist(shop.network, home=night)
    b.a_rota(owl, night, weekdays=(6,), starts="00:15", ends="06:00")
    page = client.get("/s/night?on=2026-10-25")
    time = re.search(rf'value="2026-10-25T{clock}:00\+00:00"[^>]*data-said="([^"]+)"', page.text)
    assert time
    assert time[1] == f"25 Oct 01:15 ({which} time)"
