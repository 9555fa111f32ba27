"""The search across salons: the soonest of each, in the order asked for, whatever was read first."""

from collections.abc import Iterator
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event

from salonpool.database import db
from salonpool.domain.booking import Wish
from salonpool.domain.local_time import day_span
from salonpool.domain.person import Gender
from salonpool.domain.refusal import InvalidInput
from salonpool.queries import availability, nearby, salons
from salonpool.queries.nearby import Order, Search
from salonpool.queries.visits import get_visit
from salonpool.usecases.booking import bookings
from tests import builders as b

TUESDAY = b.TODAY + timedelta(days=1)
NEXT_MONDAY = b.TODAY + timedelta(days=7)


@pytest.fixture
def town(app: Any) -> SimpleNamespace:
    """Three salons in a row. Near: works Mondays. Far: cheaper. Late: only next Monday afternoon."""
    network = b.a_network()
    town = SimpleNamespace(network=network, stylists={})
    for number, (slug, price) in enumerate({"near": 80000, "far": 50000, "late": 60000}.items()):
        salon = b.a_salon(network, slug=slug, x_km=float(number))
        b.a_service(salon, price_minor=price)
        town.stylists[slug] = b.a_stylist(network, home=salon, name=slug)
        setattr(town, slug, salon)
    b.a_rota(town.stylists["near"], town.near, weekdays=(0, 1))
    b.a_rota(town.stylists["far"], town.far, weekdays=(0, 1), starts="11:00")
    b.a_rota(town.stylists["late"], town.late, weekdays=(0,), starts="14:00", now=b.NOW + timedelta(days=2))
    town.texting = app.extensions["salonpool.texting"]
    return town


def _soonest(near: str | None = None, on: date = b.TODAY, **wanted: Any) -> list[nearby.Nearby]:
    members = salons.list_of_network(near, "en")
    wanted.setdefault("near", next((s.position for s in members if s.slug == near), None))
    search = Search(codes=wanted.pop("codes", ("cut",)), first_on=on, days=wanted.pop("days", 14), **wanted)
    return nearby.soonest(members, search, b.NOW, "en")


def _starts(found: list[nearby.Nearby]) -> list[tuple[str, str]]:
    return [(n.salon.slug, n.start.starts_at.astimezone(b.TAIPEI).strftime("%d %H:%M")) for n in found]


def test_each_salon_shows_its_soonest_starts_and_time_decides(town: SimpleNamespace) -> None:
    assert _starts(_soonest(per_salon=1)) == [("near", "19 10:00"), ("far", "19 11:00"), ("late", "26 14:00")]
    assert len(_soonest(per_salon=3)) == 9


def test_distance_and_price_may_decide_instead(town: SimpleNamespace) -> None:
    by_distance = _soonest("late", order=Order.DISTANCE, per_salon=1)
    assert [(n.salon.slug, n.walk_minutes) for n in by_distance] == [("late", 1), ("far", 15), ("near", 30)]
    by_price = _soonest(order=Order.PRICE, per_salon=1)
    assert [(n.salon.slug, n.start.price.amount_minor) for n in by_price] == [
        ("far", 50000),
        ("late", 60000),
        ("near", 80000),
    ]


def test_what_is_read_in_two_stages_is_what_one_read_finds(town: SimpleNamespace) -> None:
    members = salons.list_of_network(None, "en")
    visits = nearby.list_visits(members, Search(("cut",), b.TODAY, 14), "en")
    tz = members[0].tz
    whole = day_span(b.TODAY, tz)[0], day_span(b.TODAY + timedelta(days=13), tz)[1]
    for count in (1, 3, 60):
        staged = nearby.soonest_starts(visits, [whole] * len(visits), b.NOW, count)
        at_once = availability.find_openings_at_salons(visits, *whole, b.NOW)
        starts = [sorted({opening.start for opening in found})[:count] for found in at_once]
        found = [[int(start.starts_at.timestamp()) // 60 for start in each] for each in staged]
        assert found == starts


def test_what_is_found_can_be_booked_and_is_then_gone(town: SimpleNamespace) -> None:
    first = _soonest(per_salon=1)[0]
    visit = get_visit(first.salon, Wish(tuple(s.id for s in first.services)), "en")
    assert visit.price == first.start.price
    bookings.hold(
        salon_slug=first.salon.slug,
        wish=visit.wish,
        starts_at=first.start.starts_at,
        language="en",
        now=b.NOW,
        texting=town.texting,
    )
    assert _starts(_soonest(per_salon=1))[0] != ("near", "19 10:00")


def test_only_salons_that_offer_all_of_it_are_asked(town: SimpleNamespace) -> None:
    b.a_service(town.far, code="colour")
    assert {n.salon.slug for n in _soonest(codes=("cut", "colour"))} == {"far"}
    b.a_service(town.late, code="glaze", add_on=True)
    assert _starts(_soonest(codes=("cut", "glaze"), per_salon=1)) == [("late", "26 14:00")]
    with pytest.raises(InvalidInput) as alone:
        _soonest(codes=("glaze",))
    assert alone.value.code == "unknown_choice"


def test_the_length_of_hair_asked_for_decides_the_price(town: SimpleNamespace) -> None:
    b.a_service(town.far, code="perm", length="short", price_minor=100000)
    b.a_service(town.far, code="perm", length="long", price_minor=200000)
    b.a_service(town.near, code="perm", price_minor=150000)
    prices = {
        length: {n.salon.slug: n.start.price.amount_minor for n in _soonest(codes=("perm",), length=length)}
        for length in ("long", None)
    }
    assert prices == {"long": {"far": 200000, "near": 150000}, None: {"far": 100000, "near": 150000}}


def test_a_stylist_is_found_wherever_they_work_next(town: SimpleNamespace) -> None:
    b.a_rota(town.stylists["near"], town.far, weekdays=(3,))
    found = _soonest(stylist_id=town.stylists["near"], per_salon=1)
    assert _starts(found) == [("near", "19 10:00"), ("far", "22 10:00")]
    assert {n.start.stylist_name for n in found} == {"near"}


def test_who_asks_for_a_woman_or_a_language_finds_only_those(town: SimpleNamespace) -> None:
    mei = b.a_stylist(town.network, home=town.far, gender="woman", speaks=["en"])
    b.a_rota(mei, town.far, weekdays=(3,))
    assert _starts(_soonest(gender=Gender.WOMAN, per_salon=1)) == [("far", "22 10:00")]
    assert _starts(_soonest(speaks="en", per_salon=1)) == [("far", "22 10:00")]
    assert _soonest(gender=Gender.MAN) == []


def test_networks_never_mix(town: SimpleNamespace) -> None:
    other = b.a_network()
    stranger = b.a_salon(other, slug="stranger")
    b.a_service(stranger)
    b.a_rota(b.a_stylist(other, home=stranger), stranger)
    assert {n.salon.slug for n in _soonest()} == {"near", "far", "late"}
    assert {n.salon.slug for n in _soonest("stranger")} == {"stranger"}


@pytest.mark.parametrize(
    ("near", "wanted", "field"),
    [
        (None, {"codes": ()}, "service"),
        (None, {"codes": ("nothing",)}, "service"),
        ("nowhere", {}, "near"),
        (None, {"order": Order.DISTANCE}, "near"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(
    town: SimpleNamespace, near: str | None, wanted: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        _soonest(near, **wanted)
    assert refused.value.field == field


@pytest.fixture
def statements(app: Any) -> Iterator[list[str]]:
    """Every statement that reaches the database."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, sql: str, *more: Any) -> None:
        seen.append(sql)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_six_statements_are_enough_for_any_number_of_salons(
    town: SimpleNamespace, statements: list[str]
) -> None:
    for slug in "abcdef":
        b.a_service(b.a_salon(town.network, slug=slug))
    statements.clear()
    assert len(_soonest("near")) == 9
    assert len([sql for sql in statements if not sql.startswith("BEGIN")]) <= 6
