"""Booking through the JSON API, on both databases."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.models import Booking, Message, Occupancy
from tests import builders as b


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """One salon, two chairs, two stylists on duty 10:00-19:00 on Monday and Tuesday, a cut and a colour."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe")
    cut = b.a_service(salon)
    colour = b.a_service(
        salon,
        code="colour",
        skill="colour",
        segments=((30, True), (40, False), (50, True)),
        price_minor=220000,
    )
    wen = b.a_stylist(network, home=salon, skills=("cut", "colour"))
    zhe = b.a_stylist(network, home=salon)
    b.a_rota(wen, salon)
    b.a_rota(zhe, salon)
    return SimpleNamespace(network=network, salon=salon, cut=cut, colour=colour, wen=wen, zhe=zhe)


def _body(shop: SimpleNamespace, clock: str = "14:00", **changes: Any) -> dict[str, Any]:
    body = {
        "salon": "qinghe",
        "services": [shop.cut],
        "stylist": shop.wen,
        "starts_at": b.at(clock).isoformat(),
        "customer": {"phone": "0912 345 678", "name": "林太太"},
    }
    return {key: value for key, value in (body | changes).items() if value is not None}


def _book(client: Any, shop: SimpleNamespace, clock: str = "14:00", *, key: str = "", **changes: Any) -> Any:
    headers = {"Idempotency-Key": key or f"key-{clock}-{changes}"}
    return client.post("/api/v1/bookings", json=_body(shop, clock, **changes), headers=headers)


def test_a_booking_takes_the_stylist_and_a_chair_and_texts_the_guest(
    client: Any, shop: SimpleNamespace
) -> None:
    answer = _book(client, shop)
    assert answer.status_code == 201, answer.json
    assert answer.json["status"] == "confirmed"
    assert answer.json["starts_at"] == "2026-10-19T06:00:00Z"
    assert answer.json["ends_at"] == "2026-10-19T07:00:00Z"
    assert answer.json["price"] == {"amount_minor": 80000, "currency": "TWD"}
    rows = db.session.execute(
        sa.select(Occupancy.resource)
        .where(Occupancy.booking_id == answer.json["id"])
        .order_by(Occupancy.resource)
    ).scalars()
    assert [resource.split(":")[0] for resource in rows] == ["chair", "stylist"]
    text = db.session.scalars(sa.select(Message)).one()
    assert (text.text_id, text.to, text.event_id) == (
        "C1",
        "+886912345678",
        f"booking:{answer.json['id']}:confirmed",
    )
    assert f"/b/{answer.json['manage_token']}" in text.body


def test_a_taken_start_is_refused_with_the_three_nearest(client: Any, shop: SimpleNamespace) -> None:
    assert _book(client, shop).status_code == 201
    answer = _book(client, shop, key="other", customer={"phone": "0922 345 678"})
    assert answer.status_code == 409
    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"] == "slot_taken"
    assert [n["starts_at"] for n in answer.json["nearest"]] == [
        "2026-10-19T04:45:00Z",
        "2026-10-19T05:00:00Z",
        "2026-10-19T07:00:00Z",
    ]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 1


def test_an_overlapping_start_is_refused(client: Any, shop: SimpleNamespace) -> None:
    assert _book(client, shop, "14:00").status_code == 201
    assert _book(client, shop, "14:30").status_code == 409
    assert _book(client, shop, "13:15").status_code == 409
    assert _book(client, shop, "15:00").status_code == 201


def test_processing_frees_the_stylist_and_keeps_the_chair(client: Any, shop: SimpleNamespace) -> None:
    short = b.a_service(shop.salon, code="fringe", segments=((30, True),))
    assert (
        _book(client, shop, "14:00", services=[shop.colour]).status_code == 201
    )  # hands 14:00-14:30, 15:10-16:00
    assert _book(client, shop, "14:30", services=[short]).status_code == 201
    # Wen is free 15:00-15:10 only; both chairs are free again after 15:00.
    assert (
        _book(client, shop, "14:45", services=[short], stylist=shop.zhe).status_code == 409
    )  # two chairs taken
    assert _book(client, shop, "15:00", services=[short], stylist=shop.zhe).status_code == 201


def test_anyone_takes_whoever_has_less_to_do(client: Any, shop: SimpleNamespace) -> None:
    assert _book(client, shop, "10:00", stylist=shop.wen).status_code == 201
    answer = _book(client, shop, "14:00", stylist=None)
    assert answer.json["stylist"]["id"] == shop.zhe
    again = _book(client, shop, "14:00", stylist=None, key="again")
    assert again.json["stylist"]["id"] == shop.wen
    assert _book(client, shop, "14:00", stylist=None, key="third").status_code == 409


def test_a_retry_with_the_same_key_makes_one_booking(client: Any, shop: SimpleNamespace) -> None:
    first = _book(client, shop, key="same")
    again = _book(client, shop, key="same")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    other = _book(client, shop, "16:00", key="same")
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")


def test_a_missing_key_is_refused(client: Any, shop: SimpleNamespace) -> None:
    answer = client.post("/api/v1/bookings", json=_body(shop))
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_missing")
    assert answer.json["errors"][0]["field"] == "Idempotency-Key"


def _hold(client: Any, shop: SimpleNamespace, clock: str = "14:00") -> Any:
    body = _body(shop, clock)
    del body["customer"]
    return client.post("/api/v1/holds", json=body)


def _confirm(client: Any, hold: Any, phone: str = "0912 345 678") -> Any:
    return client.post(
        f"/api/v1/holds/{hold.json['id']}/confirm",
        json={"customer": {"phone": phone}},
        headers={"Authorization": f"Bearer {hold.json['hold_token']}"},
    )


def test_a_hold_keeps_the_place_and_confirms_once(client: Any, shop: SimpleNamespace) -> None:
    hold = _hold(client, shop)
    assert (hold.status_code, hold.json["status"], hold.json["held_until"]) == (
        201,
        "held",
        "2026-10-19T01:05:00Z",
    )
    assert _book(client, shop).status_code == 409
    booked = _confirm(client, hold)
    assert (booked.status_code, booked.json["status"], booked.json["id"]) == (
        201,
        "confirmed",
        hold.json["id"],
    )
    again = _confirm(client, hold)
    assert (again.status_code, again.json["code"]) == (409, "already_confirmed")


def test_an_expired_hold_gives_way_and_is_confirmed_only_while_free(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    lost, kept = _hold(client, shop, "14:00"), _hold(client, shop, "16:00")
    stopped_clock.now += timedelta(minutes=6)
    assert _book(client, shop, "14:00").status_code == 201
    assert _confirm(client, lost).json["code"] == "slot_taken"
    assert _confirm(client, kept).status_code == 201


def test_a_hold_needs_its_own_token(client: Any, shop: SimpleNamespace) -> None:
    hold, other = _hold(client, shop, "14:00"), _hold(client, shop, "16:00")
    hold.json["hold_token"] = other.json["hold_token"]
    answer = client.post(
        f"/api/v1/holds/{hold.json['id']}/confirm",
        json={"customer": {"phone": "0912 345 678"}},
        headers={"Authorization": f"Bearer {other.json['hold_token']}"},
    )
    assert answer.status_code == 404
    assert (
        client.post(f"/api/v1/holds/{hold.json['id']}/confirm", json={"customer": {"phone": "1"}}).status_code
        == 404
    )


def _cancel(client: Any, booked: Any) -> Any:
    return client.post(
        f"/api/v1/bookings/{booked.json['id']}/cancel",
        headers={"Authorization": f"Bearer {booked.json['manage_token']}"},
    )


def test_cancelling_frees_the_place_and_is_harmless_twice(client: Any, shop: SimpleNamespace) -> None:
    booked = _book(client, shop)
    assert _cancel(client, booked).json["status"] == "cancelled"
    assert _cancel(client, booked).status_code == 200
    assert db.session.scalars(sa.select(Message.text_id).order_by(Message.id)).all() == ["C1", "C4"]
    assert _book(client, shop, key="new").status_code == 201


def test_cancelling_after_the_cut_off_is_refused(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    booked = _book(client, shop)
    stopped_clock.now = b.at("11:01")
    assert (_cancel(client, booked).status_code, _cancel(client, booked).json["code"]) == (
        409,
        "past_cut_off",
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"customer": {"phone": "02 2591 2345"}}, "customer.phone"),
        ({"customer": {"phone": "abc"}}, "customer.phone"),
        ({"customer": {"phone": "0912 345 678", "name": "x" * 81}}, "customer.name"),
        ({"customer": {"phone": "0912 345 678", "name": "a\u202eb"}}, "customer.name"),
        ({"starts_at": "2026-10-19T14:00:00"}, "starts_at"),
        ({"starts_at": "2027-02-30T14:00:00Z"}, "starts_at"),
        ({"starts_at": "2026-10-19T06:07:00Z"}, "starts_at"),
        ({"starts_at": "2026-10-18T06:00:00Z"}, "starts_at"),
        ({"starts_at": "2027-10-19T06:00:00Z"}, "starts_at"),
        ({"starts_at": "2026-10-19T00:00:00Z"}, "starts_at"),
        ({"starts_at": "2026-10-19T12:00:00Z"}, "starts_at"),
        ({"services": [987654]}, "services"),
        ({"services": []}, "services"),
        ({"services": [2**63]}, "services.0"),
        ({"services": ["1"]}, "services.0"),
        ({"stylist": -1}, "stylist"),
        ({"stylist": 987654}, "stylist"),
        ({"salon_id": 7}, "salon_id"),
        ({"price": 1}, "price"),
        ({"note": "n" * 2001}, "note"),
    ],
)
def test_bad_input_names_the_field_and_changes_nothing(
    client: Any, shop: SimpleNamespace, changes: dict[str, Any], field: str
) -> None:
    answer = _book(client, shop, **changes)
    assert answer.status_code == 422, answer.json
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert all(error["message"] for error in answer.json["errors"])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 0


def test_a_stylist_without_the_skill_is_never_booked(client: Any, shop: SimpleNamespace) -> None:
    answer = _book(client, shop, services=[shop.colour], stylist=shop.zhe)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "stylist")


def test_broken_bodies_are_refused_not_read(client: Any, shop: SimpleNamespace) -> None:
    headers = {"Idempotency-Key": "k"}
    post = lambda **request: client.post("/api/v1/bookings", headers=headers, **request)  # noqa: E731
    assert post(data="{", content_type="application/json").status_code == 400
    assert post(data="a=1", content_type="application/x-www-form-urlencoded").status_code == 415
    assert post(data=b'{"note": "\xff"}', content_type="application/json").status_code == 400
    assert post(data="x" * 300_000, content_type="application/json").status_code == 413
    assert post(json=["a", "b"]).status_code == 422


def test_the_slots_are_what_a_booking_accepts(client: Any, shop: SimpleNamespace) -> None:
    assert _book(client, shop, "14:00").status_code == 201
    url = f"/api/v1/salons/qinghe/slots?service={shop.cut}&stylist={shop.wen}&from=2026-10-19"
    starts = [slot["starts_at"] for slot in client.get(url).json["slots"]]
    assert starts[0] == "2026-10-19T02:00:00Z"
    assert starts[-1] == "2026-10-19T10:00:00Z"
    assert "2026-10-19T05:15:00Z" not in starts
    both = client.get(f"/api/v1/salons/qinghe/slots?service={shop.cut}&from=2026-10-19").json["slots"]
    assert {slot["stylist"]["id"] for slot in both if slot["starts_at"] == "2026-10-19T02:00:00Z"} == {
        shop.wen,
        shop.zhe,
    }
    assert all(
        _book(client, shop, key=start, starts_at=start).status_code in {201, 409} for start in starts[:3]
    )


def test_an_expired_hold_is_not_in_the_way_of_the_search(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    _hold(client, shop, "14:00")
    url = f"/api/v1/salons/qinghe/slots?service={shop.cut}&stylist={shop.wen}&from=2026-10-19"
    count = lambda: len(client.get(url).json["slots"])  # noqa: E731
    before = count()
    stopped_clock.now += timedelta(minutes=5)
    assert count() == before + 7


@pytest.mark.parametrize(
    "query",
    [
        "service=1",
        "from=2026-10-19",
        "service=x&from=2026-10-19",
        "service=1&from=2026-13-01",
        "service=1&from=2026-10-19&days=32",
        "service=1&from=2026-10-19&from=2026-10-20",
        "service=1&from=2026-10-19&page=1",
    ],
)
def test_a_bad_search_is_refused(client: Any, shop: SimpleNamespace, query: str) -> None:
    answer = client.get(f"/api/v1/salons/qinghe/slots?{query}")
    assert answer.status_code == 422, answer.json
    assert answer.json["errors"][0]["field"]


def test_unknown_salons_and_ids_are_the_same_404(client: Any, shop: SimpleNamespace) -> None:
    assert client.get("/api/v1/salons/nowhere").status_code == 404
    assert client.post(f"/api/v1/bookings/{2**70}/cancel").status_code == 404
    assert client.post("/api/v1/bookings/-1/cancel").status_code == 404


def test_the_api_describes_itself(client: Any, shop: SimpleNamespace) -> None:
    paths = client.get("/api/v1/openapi.json").json["paths"]
    assert {"/api/v1/bookings", "/api/v1/holds", "/api/v1/salons/{slug}/slots"} <= paths.keys()
