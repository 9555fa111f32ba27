"""The list of salons: each one's soonest time by one search, one network only, by service if asked."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event

from salonpool.database import db
from tests import builders as b


@pytest.fixture
def town(app: Any) -> SimpleNamespace:
    """Three salons that work on Mondays, and one of another network."""
    network = b.a_network()
    for number, (slug, price) in enumerate({"qinghe": 80000, "kapok": 60000, "river": 90000}.items()):
        salon = b.a_salon(network, slug=slug, name_en=slug.title(), x_km=float(number))
        b.a_service(salon, price_minor=price)
        b.a_rota(b.a_stylist(network, home=salon), salon, weekdays=(0,), starts=f"1{number + 1}:00")
    other = b.a_network()
    b.a_service(b.a_salon(other, slug="stranger", name_en="Stranger"))
    return SimpleNamespace(network=network)


@pytest.fixture
def statements(app: Any) -> Iterator[list[str]]:
    """Every statement that reaches the database."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, sql: str, *more: Any) -> None:
        seen.append(sql)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_every_salon_shows_its_soonest_time_by_one_search(
    client: Any, town: SimpleNamespace, statements: list[str]
) -> None:
    page = client.get("/").text
    for number in range(3):
        assert f"Soonest today 1{number + 1}:00" in page
    assert len([sql for sql in statements if not sql.startswith(("BEGIN", "ROLLBACK"))]) <= 6


def test_another_network_is_not_mixed_in(client: Any, town: SimpleNamespace) -> None:
    assert "Stranger" not in client.get("/").text
    page = client.get("/?near=stranger").text
    assert "Stranger" in page
    assert "Qinghe" not in page


def test_a_name_nobody_has_shows_all_salons(client: Any, town: SimpleNamespace) -> None:
    page = client.get("/?q=zzz").text
    assert "No salon with that name" in page
    assert "Qinghe" in page
    found = client.get("/?q=kap").text
    assert "Kapok" in found
    assert 'href="/s/qinghe"' not in found


def _order(client: Any, query: str) -> list[str]:
    page = client.get(f"/?{query}")
    assert page.status_code == 200
    list_only = page.text[page.text.index('id="soonest"') :]
    names = ("Qinghe", "Kapok", "River")
    return sorted((n for n in names if n in list_only), key=lambda name: list_only.index(name))


def test_one_service_is_listed_by_time_distance_or_price(client: Any, town: SimpleNamespace) -> None:
    assert _order(client, "service=cut") == ["Qinghe", "Kapok", "River"]
    assert _order(client, "service=cut&order=price") == ["Kapok", "Qinghe", "River"]
    assert _order(client, "service=cut&order=distance&near=river") == ["River", "Kapok", "Qinghe"]
    assert "NT$600" in client.get("/?service=cut").text


@pytest.mark.parametrize(
    "query",
    ["service=nothing", "near=nowhere", "service=cut&order=rating", "service=cut&order=distance", "order=x"],
)
def test_a_wrong_choice_is_said_and_the_salons_are_still_there(
    client: Any, town: SimpleNamespace, query: str
) -> None:
    page = client.get(f"/?{query}")
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert "Qinghe" in page.text


def test_a_day_without_times_is_said(client: Any, town: SimpleNamespace, stopped_clock: Any) -> None:
    stopped_clock.now += timedelta(days=170)
    assert "Full this week" in client.get("/").text
    assert "Nothing free for this" in client.get("/?service=cut").text
