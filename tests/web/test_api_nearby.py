"""The soonest places across salons through the API: what it answers, and what it refuses by field."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests import builders as b


@pytest.fixture
def town(app: Any) -> SimpleNamespace:
    """Two salons a kilometre apart, each with a stylist on Mondays."""
    network = b.a_network()
    salons = [b.a_salon(network, slug=slug, x_km=x) for slug, x in (("qinghe", 0.0), ("kapok", 1.0))]
    cuts = [
        b.a_service(salon, price_minor=price) for salon, price in zip(salons, (80000, 60000), strict=True)
    ]
    stylists = [b.a_stylist(network, home=salon, gender="woman", speaks=["en"]) for salon in salons]
    for stylist, salon in zip(stylists, salons, strict=True):
        b.a_rota(stylist, salon)
    return SimpleNamespace(network=network, salons=salons, cuts=cuts, stylists=stylists)


def _ask(client: Any, query: str) -> Any:
    return client.get(f"/api/v1/slots?from=2026-10-19&{query}")


def test_a_program_finds_the_soonest_of_each_salon_and_can_book_it(
    client: Any, town: SimpleNamespace
) -> None:
    slots = _ask(client, "service=cut&near=qinghe&order=distance").json["slots"]
    assert [(s["salon"]["slug"], s["walk_minutes"]) for s in slots] == [("qinghe", 1)] * 3 + [
        ("kapok", 15)
    ] * 3
    first = slots[3]
    assert first["starts_at"] == "2026-10-19T02:00:00Z"
    assert first["services"] == [town.cuts[1]]
    assert first["price"] == {"amount_minor": 60000, "currency": "TWD"}
    wish = {name: first[name] for name in ("services", "starts_at")} | {"salon": first["salon"]["slug"]}
    guest = {"customer": {"phone": "0912 345 678"}, "stylist": first["stylist"]["id"]}
    booked = client.post("/api/v1/bookings", json=wish | guest, headers={"Idempotency-Key": "k"})
    assert booked.status_code == 201
    assert booked.json["price"] == first["price"]


def test_without_a_salon_nearby_nobody_walks(client: Any, town: SimpleNamespace) -> None:
    assert {slot["walk_minutes"] for slot in _ask(client, "service=cut").json["slots"]} == {None}


def test_filters_narrow_the_search(client: Any, town: SimpleNamespace) -> None:
    one = _ask(client, f"service=cut&stylist={town.stylists[1]}").json["slots"]
    assert {slot["salon"]["slug"] for slot in one} == {"kapok"}
    assert len(_ask(client, "service=cut&gender=woman&speaks=en").json["slots"]) == 6
    assert _ask(client, "service=cut&gender=man").json["slots"] == []
    assert _ask(client, "service=cut&speaks=ja").json["slots"] == []
    prices = [s["price"]["amount_minor"] for s in _ask(client, "service=cut&order=price").json["slots"]]
    assert prices == sorted(prices)


SEARCHES = [
    ("from=2026-10-19", "service"),
    ("service=cut", "from"),
    ("service=&from=2026-10-19", "service"),
    ("service=nothing&from=2026-10-19", "service"),
    ("service=1&from=2026-10-19", "service"),
    ("service=cut&service=nothing&from=2026-10-19", "service"),
    (f"service={'c' * 65}&from=2026-10-19", "service.0"),
    ("&".join(["service=cut"] * 7) + "&from=2026-10-19", "service"),
    ("service=cut%00&from=2026-10-19", "service"),
    ("service=cut&from=2026-02-30", "from"),
    ("service=cut&from=0001-01-01", "from"),
    ("service=cut&from=9999-12-31", "from"),
    (f"service=cut&from={b.TODAY + timedelta(days=181)}", "from"),
    ("service=cut&from=2026-10-19&from=2026-10-20", "from"),
    ("service=cut&from=2026-10-19&days=0", "days"),
    ("service=cut&from=2026-10-19&days=32", "days"),
    ("service=cut&from=2026-10-19&days=%EF%BC%91", "days"),
    ("service=cut&from=2026-10-19&near=nowhere", "near"),
    ("service=cut&from=2026-10-19&near=", "near"),
    ("service=cut&from=2026-10-19&near=qinghe&near=kapok", "near"),
    ("service=cut&from=2026-10-19&order=distance", "near"),
    ("service=cut&from=2026-10-19&order=rating", "order"),
    ("service=cut&from=2026-10-19&stylist=x", "stylist"),
    ("service=cut&from=2026-10-19&stylist=9223372036854775808", "stylist"),
    ("service=cut&from=2026-10-19&gender=other", "gender"),
    (f"service=cut&from=2026-10-19&speaks={'e' * 21}", "speaks"),
    ("service=cut&from=2026-10-19&page=2", "page"),
]


def test_a_search_with_anything_wrong_is_refused_by_field(client: Any, town: SimpleNamespace) -> None:
    wrong = []
    for query, field in SEARCHES:
        answer = client.get(f"/api/v1/slots?{query}")
        named = [error["field"] for error in (answer.json or {}).get("errors", [])]
        if answer.status_code != 422 or field not in named:
            wrong.append((query, answer.status_code, named))
    assert wrong == []
    assert _ask(client, "service=cut&days=31").status_code == 200


def test_an_unknown_stylist_has_no_times_anywhere(client: Any, town: SimpleNamespace) -> None:
    assert _ask(client, "service=cut&stylist=987654").json["slots"] == []
