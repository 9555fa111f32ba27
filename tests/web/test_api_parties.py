"""Company, services at the same time, whom one would like, and visits that repeat, through the JSON API."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.models import Booking, BookingItem, Stylist
from tests import builders as b

WEEK = timedelta(weeks=1)


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """Three chairs; a woman who speaks English and a man on duty on Mondays, both cut and colour."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe", chairs=3)
    people = ({"gender": "woman", "speaks": ["zh", "en"]}, {"gender": "man", "speaks": ["zh"]})
    wen, zhe = (b.a_stylist(network, home=salon, skills=("cut", "nails"), **who) for who in people)
    for stylist in (wen, zhe):
        b.a_rota(stylist, salon, weekdays=(0,))
    return SimpleNamespace(
        salon=salon, wen=wen, zhe=zhe, cut=b.a_service(salon),
        nails=b.a_service(salon, code="nails", skill="nails", price_minor=50000),
    )  # fmt: skip


def _post(client: Any, shop: SimpleNamespace, path: str = "bookings", **changes: Any) -> Any:
    clock = changes.pop("clock", "14:00")
    body = {"salon": "qinghe", "services": [shop.cut], "starts_at": b.at(clock).isoformat()}
    if path == "bookings":
        body["customer"] = {"phone": changes.pop("phone", "0912 345 678"), "name": "林太太"}
    key = f"{path} {clock} {sorted(changes)}"
    return client.post(f"/api/v1/{path}", json=body | changes, headers={"Idempotency-Key": key})


def _slots(client: Any, shop: SimpleNamespace, **query: Any) -> Any:
    asked = {"service": shop.cut, "from": str(b.TODAY)} | query
    return client.get("/api/v1/salons/qinghe/slots", query_string=asked)


def _name(stylist_id: int) -> str:
    return db.session.get_one(Stylist, stylist_id).name


def _count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) or 0


def test_a_party_begins_together_and_is_one_booking(client: Any, shop: SimpleNamespace) -> None:
    made = _post(client, shop, companions=[{"services": [shop.cut], "name": "小明", "stylist": shop.zhe}])
    assert made.status_code == 201, made.json
    assert made.json["price"]["amount_minor"] == 160000
    rows = sa.select(BookingItem.guest, BookingItem.guest_name, BookingItem.stylist_id)
    assert [tuple(row) for row in db.session.execute(rows.order_by(BookingItem.position))] == [
        (0, "林太太", shop.wen),
        (1, "小明", shop.zhe),
    ]


def test_a_party_for_whom_there_are_not_hands_enough_gets_nothing(client: Any, shop: SimpleNamespace) -> None:
    party = [{"services": [shop.cut]}, {"services": [shop.cut]}]
    answer = _post(client, shop, companions=party)
    assert (answer.status_code, answer.json["code"], answer.json["nearest"]) == (409, "slot_taken", [])
    assert _count() == 0


def test_services_at_the_same_time_need_two_people_and_half_the_time(
    client: Any, shop: SimpleNamespace
) -> None:
    both = {"services": [shop.cut, shop.nails]}
    one_after_the_other = _post(client, shop, "holds", clock="10:00", **both)
    together = _post(client, shop, "holds", clock="16:00", parallel=True, **both)
    assert one_after_the_other.json["ends_at"] == "2026-10-19T04:00:00Z"
    assert together.json["ends_at"] == "2026-10-19T09:00:00Z"


def test_of_services_at_the_same_time_the_stylist_asked_for_does_the_first(
    client: Any, shop: SimpleNamespace
) -> None:
    asked = {"stylist": shop.zhe, "parallel": True}
    held = _post(client, shop, "holds", clock="10:00", services=[shop.cut, shop.nails], **asked)
    other = _post(client, shop, "holds", clock="16:00", services=[shop.nails, shop.cut], **asked)
    who_does = [
        {one["service"]: one["stylist"]["id"] for one in hold.json["serving"]} for hold in (held, other)
    ]
    assert who_does == [
        {shop.cut: shop.zhe, shop.nails: shop.wen},
        {shop.nails: shop.zhe, shop.cut: shop.wen},
    ]
    page = client.get(f"/s/qinghe/confirm?hold={held.json['hold_token']}").text
    assert f"{_name(shop.zhe)}: Cut<br>{_name(shop.wen)}: Nails" in page


def test_who_serves_whom_is_told_before_and_after_a_party_books(client: Any, shop: SimpleNamespace) -> None:
    made = _post(client, shop, companions=[{"services": [shop.nails], "stylist": shop.wen}]).json
    assert [(one["guest"], one["stylist"]["id"]) for one in made["serving"]] == [(0, shop.zhe), (1, shop.wen)]
    page = client.get(f"/b/{made['manage_token']}").text
    assert f"{_name(shop.zhe)}: Cut<br>{_name(shop.wen)}: Nails" in page
    alone = _post(client, shop, clock="17:00", phone="0912 345 679").json
    assert f"{alone['stylist']['name']}: Cut" not in client.get(f"/b/{alone['manage_token']}").text


@pytest.mark.parametrize(
    ("wanted", "who"), [({"gender": "man"}, "zhe"), ({"gender": "woman"}, "wen"), ({"speaks": "en"}, "wen")]
)
def test_whom_a_guest_would_like_is_found_and_booked(
    client: Any, shop: SimpleNamespace, wanted: dict[str, str], who: str
) -> None:
    expected = getattr(shop, who)
    assert {slot["stylist"]["id"] for slot in _slots(client, shop, **wanted).json["slots"]} == {expected}
    made = _post(client, shop, **wanted)
    assert made.json["stylist"]["id"] == expected


def test_the_search_knows_of_company_and_of_services_at_the_same_time(
    client: Any, shop: SimpleNamespace
) -> None:
    alone = len(_slots(client, shop).json["slots"])
    company = _slots(client, shop, companions=f"{shop.cut}@{shop.zhe}").json["slots"]
    assert 0 < len(company) < alone
    assert {slot["stylist"]["id"] for slot in company} == {shop.wen}
    assert _slots(client, shop, companions=f"{shop.cut};{shop.nails}").json["slots"] == []
    parallel = {"service": [shop.cut, shop.nails], "parallel": "true"}
    assert _slots(client, shop, **parallel).json["slots"][0]["ends_at"] == "2026-10-19T03:00:00Z"


def test_a_series_is_booked_at_once_and_each_visit_has_its_own_link(
    client: Any, shop: SimpleNamespace
) -> None:
    made = _post(client, shop, repeat={"every_weeks": 2, "times": 3})
    assert made.status_code == 201, made.json
    visits = made.json["visits"]
    assert [visit["starts_at"][:10] for visit in visits] == ["2026-10-19", "2026-11-02", "2026-11-16"]
    assert len({visit["manage_token"] for visit in visits}) == 3
    assert visits[0]["id"] == made.json["id"]
    again = _post(client, shop, repeat={"every_weeks": 2, "times": 3})
    assert again.json == made.json
    second = visits[1]
    answer = client.post(
        f"/api/v1/bookings/{second['id']}/cancel", json={"later": True},
        headers={"Authorization": f"Bearer {second['manage_token']}"},
    )  # fmt: skip
    assert [visit["id"] for visit in answer.json["visits"]] == [visit["id"] for visit in visits[1:]]
    repeated = client.post(
        f"/api/v1/bookings/{second['id']}/cancel", json={"later": True},
        headers={"Authorization": f"Bearer {second['manage_token']}"},
    )  # fmt: skip
    assert (repeated.status_code, repeated.json["status"]) == (200, "cancelled")


def test_a_series_that_does_not_fit_names_the_dates_and_what_is_near(
    client: Any, shop: SimpleNamespace
) -> None:
    _post(client, shop, phone="0922 345 678", starts_at=(b.at("14:00") + WEEK).isoformat(), stylist=shop.wen)
    answer = _post(client, shop, stylist=shop.wen, repeat={"every_weeks": 1, "times": 2})
    assert (answer.status_code, answer.json["code"]) == (409, "series_taken")
    [unfit] = answer.json["dates"]
    assert (unfit["starts_at"], unfit["code"]) == ("2026-10-26T06:00:00Z", "slot_taken")
    assert len(unfit["nearest"]) == 3
    assert "2026-10-26 14:00" in answer.json["detail"]
    assert _count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"companions": []}, "companions"),
        ({"companions": [{"services": []}]}, "companions"),
        ({"companions": [{"services": [1]}] * 4}, "companions"),
        ({"companions": [{"services": [1], "phone": "1"}]}, "companions"),
        ({"parallel": 1}, "parallel"),
        ({"parallel": "true"}, "parallel"),
        ({"gender": "robot"}, "gender"),
        ({"speaks": "English please"}, "speaks"),
        ({"repeat": {"every_weeks": 0, "times": 2}}, "repeat"),
        ({"repeat": {"every_weeks": 1, "times": 13}}, "repeat"),
        ({"repeat": {"every_weeks": 1}}, "repeat"),
        ({"repeat": []}, "repeat"),
    ],
)
def test_wishes_that_make_no_sense_are_refused(
    client: Any, shop: SimpleNamespace, wrong: dict[str, Any], field: str
) -> None:
    answer = _post(client, shop, **wrong)
    assert answer.status_code == 422
    assert any(error["field"].startswith(field) for error in answer.json["errors"]), answer.json
    assert _count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"companions": ""},
        {"companions": "a"},
        {"companions": "1;"},
        {"companions": "99999999999999999999"},
        {"companions": "1@2@3"},
        {"companions": "1;1;1;1"},
        {"parallel": "1"},
        {"gender": "WOMAN"},
        {"speaks": ""},
    ],
)
def test_a_search_that_makes_no_sense_is_refused(
    client: Any, shop: SimpleNamespace, wrong: dict[str, str]
) -> None:
    assert _slots(client, shop, **wrong).status_code == 422


@pytest.mark.parametrize("companion", [{"services": [999]}, {"services": [1], "stylist": 999}])
def test_a_companion_cannot_ask_for_what_is_not_there(
    client: Any, shop: SimpleNamespace, companion: dict[str, Any]
) -> None:
    answer = _post(client, shop, companions=[companion])
    assert (answer.status_code, answer.json["code"]) == (422, "unknown_choice")
    assert _count() == 0
