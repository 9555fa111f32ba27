"""Caps and codes through the API: what a program is told, and that it is told the same of every number."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.models import Booking, Counter, Message, PhoneCode
from tests import builders as b

PHONE = "0912 345 678"
STRANGER = "0987 654 321"
HOURS = ("10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00", "17:00", "18:00")


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """Three salons with one stylist each on Mondays and Tuesdays."""
    network = b.a_network()
    cut = {}
    for slug in ("qinghe", "kapok", "lane"):
        salon = b.a_salon(network, slug=slug)
        b.a_rota(b.a_stylist(network, home=salon), salon)
        cut[slug] = b.a_service(salon)
    return SimpleNamespace(network=network, cut=cut)


def _wish(shop: SimpleNamespace, clock: str, slug: str) -> dict[str, Any]:
    return {"salon": slug, "services": [shop.cut[slug]], "starts_at": b.at(clock).isoformat()}


def _book(
    client: Any, shop: SimpleNamespace, clock: str, slug: str = "qinghe", *, key: str = "", **customer: Any
) -> Any:
    body = _wish(shop, clock, slug) | {"customer": {"phone": PHONE} | customer}
    return client.post("/api/v1/bookings", json=body, headers={"Idempotency-Key": key or f"{clock} {slug}"})


def _ask(client: Any, phone: str = PHONE, salon: str = "qinghe") -> Any:
    return client.post("/api/v1/phone-codes", json={"phone": phone, "salon": salon})


def _code() -> str:
    db.session.rollback()
    body = db.session.scalars(
        sa.select(Message.body).where(Message.text_id == "C9").order_by(Message.id.desc())
    ).first()
    found = re.search(r"\d{6}", body or "")
    assert found
    return found[0]


def _fill(client: Any, shop: SimpleNamespace) -> None:
    for slug in shop.cut:
        assert _book(client, shop, "10:00", slug).status_code == 201


def test_the_fourth_visit_ahead_needs_a_code_and_a_retry_gets_the_same_answer(
    client: Any, shop: SimpleNamespace
) -> None:
    _fill(client, shop)
    refused = _book(client, shop, "12:00")
    assert (refused.status_code, refused.json["code"]) == (403, "phone_unproved")
    assert refused.json["errors"][0]["field"] == "customer.phone"
    assert "call the salon" in refused.json["detail"]
    asked = _ask(client)
    assert (asked.status_code, asked.json) == (202, {"minutes": 10})
    code = _code()
    wrong = _book(client, shop, "12:00", code="000000" if code != "000000" else "000001")
    assert (wrong.status_code, wrong.json["code"]) == (403, "code_wrong")
    booked = _book(client, shop, "12:00", code=code)
    assert booked.status_code == 201
    assert _book(client, shop, "12:00", code=code).json == booked.json
    again = _book(client, shop, "13:00", "kapok", code=code)
    assert (again.status_code, again.json["code"]) == (403, "code_wrong")


def test_a_hold_is_confirmed_with_a_code_too(client: Any, shop: SimpleNamespace) -> None:
    _fill(client, shop)
    hold = client.post("/api/v1/holds", json=_wish(shop, "12:00", "qinghe")).json
    path, token = f"/api/v1/holds/{hold['id']}/confirm", {"Authorization": f"Bearer {hold['hold_token']}"}
    refused = client.post(path, json={"customer": {"phone": PHONE}}, headers=token)
    assert (refused.status_code, refused.json["code"]) == (403, "phone_unproved")
    _ask(client)
    done = client.post(path, json={"customer": {"phone": PHONE, "code": _code()}}, headers=token)
    assert done.status_code == 201


def test_the_fourth_visit_at_one_salon_is_refused_with_a_way_out(client: Any, shop: SimpleNamespace) -> None:
    for clock in HOURS[:3]:
        assert _book(client, shop, clock).status_code == 201
    refused = _book(client, shop, "13:00")
    assert (refused.status_code, refused.json["code"]) == (409, "too_many_open")
    assert "call the salon" in refused.json["detail"]


@pytest.mark.parametrize(
    "typed", ["12345", "1234567", "12345a", "１２３４５６", "٤٨٢٩١٣", "123456\n", "", 123456]
)
def test_a_code_of_another_form_is_refused_by_field(client: Any, shop: SimpleNamespace, typed: Any) -> None:
    refused = _book(client, shop, "12:00", code=typed)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "customer.code")
    assert db.session.scalars(sa.select(Booking.id)).all() == []


def test_known_and_unknown_numbers_get_the_same_bytes(client: Any, shop: SimpleNamespace) -> None:
    _fill(client, shop)
    answers = [_ask(client, phone) for phone in (PHONE, STRANGER)]
    assert answers[0].data == answers[1].data
    assert {(answer.status_code, *sorted(answer.headers.items())) for answer in answers} == {
        (202, *sorted(answers[0].headers.items()))
    }
    db.session.rollback()
    assert len(db.session.scalars(sa.select(PhoneCode.id)).all()) == 2
    assert db.session.scalars(sa.select(Message.to).where(Message.text_id == "C9")).all() == ["+886912345678"]


def test_too_many_codes_are_told_how_long_to_wait(client: Any, shop: SimpleNamespace) -> None:
    for _ in range(3):
        assert _ask(client).status_code == 202
    refused = _ask(client)
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_codes")
    assert refused.headers["Retry-After"] == "600"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"phone": PHONE}, 422),
        ({"salon": "qinghe"}, 422),
        ({"phone": PHONE, "salon": "qinghe", "role": "owner"}, 422),
        ({"phone": [PHONE], "salon": "qinghe"}, 422),
        ({"phone": "02 2591 2345", "salon": "qinghe"}, 422),
        ({"phone": "+44 7400 123456", "salon": "qinghe"}, 422),
        ({"phone": PHONE, "salon": "nowhere"}, 404),
        ({"phone": PHONE, "salon": "x" * 300_000}, 413),
    ],
)
def test_what_is_no_request_for_a_code_is_refused_and_counts_for_nothing(
    client: Any, shop: SimpleNamespace, body: dict[str, Any], status: int
) -> None:
    assert client.post("/api/v1/phone-codes", json=body).status_code == status
    assert db.session.scalars(sa.select(Counter.id)).all() == []
    assert db.session.scalars(sa.select(PhoneCode.id)).all() == []


def test_one_address_holds_twenty_places_in_ten_minutes(client: Any, shop: SimpleNamespace) -> None:
    wishes = [_wish(shop, clock, slug) for slug in shop.cut for clock in HOURS]
    answers = [client.post("/api/v1/holds", json=wish) for wish in wishes]
    assert [answer.status_code for answer in answers] == [201] * 20 + [429] * 7
    assert answers[-1].json["code"] == "too_many_places"
    assert "call the salon" in answers[-1].json["detail"]
    assert answers[-1].headers["Retry-After"] == "600"
    elsewhere = client.post("/api/v1/holds", json=wishes[-1], environ_base={"REMOTE_ADDR": "198.51.100.9"})
    assert elsewhere.status_code == 201
