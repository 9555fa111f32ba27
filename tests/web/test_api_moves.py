"""Moving and cancelling through the JSON API: terms shown first, bad input refused, on both databases."""

from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.models import AuditEntry, Booking, IdempotencyKey, Message, Occupancy, Salon
from tests import builders as b

TWD = {"currency": "TWD"}


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """Two stylists on Mondays; cancelling is free until a day before, then 200 dollars, then too late."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe", free_minutes=1440, late_fee_minor=20000)
    wen, zhe = b.a_stylist(network, home=salon), b.a_stylist(network, home=salon)
    for stylist in (wen, zhe):
        b.a_rota(stylist, salon)
    return SimpleNamespace(network=network, salon=salon, cut=b.a_service(salon), wen=wen, zhe=zhe)


def _book(client: Any, shop: SimpleNamespace, clock: str = "14:00", **changes: Any) -> Any:
    body = {
        "salon": "qinghe", "services": [shop.cut], "stylist": shop.wen, "starts_at": b.at(clock).isoformat(),
        "customer": {"phone": "0912 345 678"},
    } | changes  # fmt: skip
    return client.post("/api/v1/bookings", json=body, headers={"Idempotency-Key": f"{clock}{changes}"}).json


def _post(
    client: Any, booked: Any, what: str = "move", key: str = "", token: str = "", **request: Any
) -> Any:
    headers = {"Authorization": f"Bearer {token or booked['manage_token']}"}
    headers |= {"Idempotency-Key": key} if key else {}
    return client.post(f"/api/v1/bookings/{booked['id']}/{what}", headers=headers, **request)


def _move(client: Any, booked: Any, clock: str = "16:00", key: str = "", **changes: Any) -> Any:
    return _post(client, booked, key=key, json={"starts_at": b.at(clock).isoformat()} | changes)


def _state() -> list[Any]:
    db.session.rollback()
    tables = (Booking, Occupancy, Message, AuditEntry, IdempotencyKey)
    return [db.session.execute(sa.select(t.__table__).order_by(t.__table__.c.id)).all() for t in tables]


def test_a_move_answers_the_booking_as_it_is_now(client: Any, shop: SimpleNamespace) -> None:
    booked = _book(client, shop)
    moved = _move(client, booked)
    assert moved.status_code == 200, moved.json
    visits = [booked["visits"][0] | {key: moved.json[key] for key in ("starts_at", "ends_at")}]
    assert moved.json == booked | {
        "visits": visits, "fee": booked["late_fee"],  # late by now, and moving is no way around it
        "starts_at": "2026-10-19T08:00:00Z", "ends_at": "2026-10-19T09:00:00Z",
        "change_until": "2026-10-19T05:00:00Z", "free_until": "2026-10-18T08:00:00Z",
    }  # fmt: skip
    assert _move(client, booked).json == moved.json


def test_a_salon_that_approves_first_is_asked_and_the_booking_answers_as_it_stands(
    client: Any, shop: SimpleNamespace
) -> None:
    booked = _book(client, shop)
    assert (booked["answer_by"], booked["asked_starts_at"]) == (None, None)
    with transaction() as session:
        session.execute(sa.update(Salon).values(approve_minutes=120))
    asked = _move(client, booked)
    assert asked.status_code == 200
    assert asked.json == booked | {
        "asked_starts_at": "2026-10-19T08:00:00Z", "answer_by": "2026-10-19T03:00:00Z",
    }  # fmt: skip
    assert _move(client, booked, "14:00").json == booked
    waiting = _book(client, shop, "17:00", customer={"phone": "0922 345 678"})
    assert (waiting["status"], waiting["answer_by"]) == ("pending", "2026-10-19T03:00:00Z")


def test_the_terms_are_told_before_and_the_fee_after(client: Any, shop: SimpleNamespace) -> None:
    booked = _book(client, shop)
    assert booked["change_until"] == "2026-10-19T03:00:00Z"
    assert (booked["free_until"], booked["late_fee"]["amount_minor"]) == ("2026-10-18T06:00:00Z", 20000)
    assert booked["fee"] == TWD | {"amount_minor": 0}
    assert _post(client, booked, "cancel").json["fee"] == TWD | {"amount_minor": 20000}
    assert "$200" in db.session.scalars(sa.select(Message.body).where(Message.text_id == "C4F")).one()


def test_a_hold_tells_the_terms_too(client: Any, shop: SimpleNamespace) -> None:
    body = {"salon": "qinghe", "services": [shop.cut], "starts_at": b.at("14:00").isoformat()}
    held = client.post("/api/v1/holds", json=body).json
    assert held["late_fee"] == TWD | {"amount_minor": 20000}


def test_the_person_stays_changes_or_may_be_anyone(client: Any, shop: SimpleNamespace) -> None:
    booked = _book(client, shop)
    assert _move(client, booked, "16:00").json["stylist"]["id"] == shop.wen
    assert _move(client, booked, "16:00", stylist=shop.zhe).json["stylist"]["id"] == shop.zhe
    _book(client, shop, "17:00", stylist=shop.zhe)
    assert _move(client, booked, "17:00").status_code == 409
    assert _move(client, booked, "17:00", stylist=None).json["stylist"]["id"] == shop.wen


def test_a_taken_time_comes_with_the_nearest_and_the_booking_stays(
    client: Any, shop: SimpleNamespace
) -> None:
    booked = _book(client, shop)
    _book(client, shop, "16:00")
    before = _state()
    taken = _move(client, booked, "16:00")
    assert (taken.status_code, taken.json["code"]) == (409, "slot_taken")
    assert [slot["starts_at"][11:16] for slot in taken.json["nearest"]] == ["06:45", "07:00", "09:00"]
    assert _state() == before


def test_a_key_makes_a_retry_harmless(client: Any, shop: SimpleNamespace) -> None:
    booked = _book(client, shop)
    first = _move(client, booked, "16:00", key="m")
    _move(client, booked, "17:00")
    assert _move(client, booked, "16:00", key="m").json == first.json
    reused = _move(client, booked, "18:00", key="m")
    assert (reused.status_code, reused.json["code"]) == (422, "idempotency_key_reused")
    assert _move(client, booked, "18:00", key="k" * 256).json["code"] == "idempotency_key_bad"


def test_past_the_cut_off_neither_way_is_open(client: Any, shop: SimpleNamespace, stopped_clock: Any) -> None:
    booked = _book(client, shop)
    stopped_clock.now = b.at("11:01")
    before = _state()
    answers = [_move(client, booked), _post(client, booked, "cancel")]
    assert [(a.status_code, a.json["code"]) for a in answers] == [(409, "past_cut_off")] * 2
    assert _state() == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "starts_at"),
        ({"starts_at": None}, "starts_at"),
        ({"starts_at": ""}, "starts_at"),
        ({"starts_at": 7}, "starts_at"),
        ({"starts_at": ["2026-10-19T08:00:00Z"]}, "starts_at"),
        ({"starts_at": "2026-10-19T16:00:00"}, "starts_at"),
        ({"starts_at": "2027-02-30T08:00:00Z"}, "starts_at"),
        ({"starts_at": "2026-10-19T08:07:00Z"}, "starts_at"),
        ({"starts_at": "2026-10-19T00:00:00Z"}, "starts_at"),
        ({"starts_at": "2027-10-19T08:00:00Z"}, "starts_at"),
        ({"starts_at": "2026-10-19T13:00:00Z"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+12:00"}, "starts_at"),
        ({"starts_at": "2026-10-19T08:00:00Z", "stylist": 987654}, "stylist"),
        ({"starts_at": "2026-10-19T08:00:00Z", "stylist": -1}, "stylist"),
        ({"starts_at": "2026-10-19T08:00:00Z", "stylist": 2**63}, "stylist"),
        ({"starts_at": "2026-10-19T08:00:00Z", "stylist": "1"}, "stylist"),
        ({"starts_at": "2026-10-19T08:00:00Z", "stylist": True}, "stylist"),
        ({"starts_at": "2026-10-19T08:00:00Z", "salon": "other"}, "salon"),
        ({"starts_at": "2026-10-19T08:00:00Z", "price": 1}, "price"),
        ({"starts_at": "2026-10-19T08:00:00Z", "ends_at": "2026-10-19T08:05:00Z"}, "ends_at"),
        ({"starts_at": "2026-10-19T08:00:00Z", "services": [1]}, "services"),
    ],
)
def test_bad_input_names_the_field_and_changes_nothing(
    client: Any, shop: SimpleNamespace, body: dict[str, Any], field: str
) -> None:
    booked = _book(client, shop)
    before = _state()
    answer = _post(client, booked, json=body)
    assert answer.status_code == 422, answer.json
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert _state() == before


def test_bodies_that_are_no_json_are_refused(client: Any, shop: SimpleNamespace) -> None:
    booked = _book(client, shop)
    before = _state()
    json = {"content_type": "application/json"}
    assert _post(client, booked, data="{", **json).status_code == 400
    assert _post(client, booked, data=b'{"starts_at": "\xff"}', **json).status_code == 400
    assert (
        _post(client, booked, data="a=1", content_type="application/x-www-form-urlencoded").status_code == 415
    )
    assert _post(client, booked, data="x" * 300_000, **json).status_code == 413
    assert _post(client, booked, json=["a"]).status_code == 422
    assert _state() == before


def test_only_its_own_token_moves_a_booking(client: Any, shop: SimpleNamespace) -> None:
    booked, other = _book(client, shop), _book(client, shop, "16:00")
    before, body = _state(), {"starts_at": b.at("17:00").isoformat()}
    for token in (other["manage_token"], "AAAAAAAAAAA", "../../x", "A" * 5000):
        assert _post(client, booked, token=token, json=body).status_code == 404
    assert _post(client, booked | {"id": 999}, json=body).status_code == 404
    assert _post(client, booked | {"id": 2**70}, json=body).status_code == 404
    assert client.post(f"/api/v1/bookings/{booked['id']}/move", json=body).status_code == 404
    assert _state() == before
