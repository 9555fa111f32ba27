"""Why not? answers for each quarter of an hour exactly when the search does not offer it."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from salonpool.domain.booking import Companion, Wish
from salonpool.domain.closure import LocalSpan
from salonpool.domain.explain import Rule
from salonpool.domain.local_time import from_minutes, to_minutes
from salonpool.domain.person import Gender
from salonpool.queries.availability import find_openings
from salonpool.queries.salons import get_salon
from salonpool.queries.visits import get_visit
from salonpool.queries.why_not import explain
from salonpool.usecases.booking import bookings
from salonpool.usecases.salons import closures
from tests import builders as b

QUARTER = timedelta(minutes=15)
TUESDAY = b.TODAY + timedelta(days=1)


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """Two chairs; Wen cuts, Zhe cuts and colours, and one booking of each on Tuesday; a closed hour."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe", chairs=2)
    cut = b.a_service(salon)
    colour = b.a_service(salon, code="colour", skill="colour", segments=((30, True), (45, False), (30, True)))
    wen = b.a_stylist(network, home=salon, gender="woman", speaks=["en"])
    zhe = b.a_stylist(network, home=salon, skills=("cut", "colour"), gender="man")
    b.a_rota(wen, salon, weekdays=(1,), breaks=(("13:00", "13:30"),))
    b.a_rota(zhe, salon, weekdays=(1,), starts="12:00", ends="20:00")
    for service, clock in ((cut, "11:00"), (colour, "15:00")):
        bookings.hold(
            salon_slug="qinghe", wish=Wish((service,)), starts_at=b.at(clock, TUESDAY), language="en",
            now=b.NOW, texting=app.extensions["salonpool.texting"],
        )  # fmt: skip
    closures.close(
        salon_ids=[salon],
        span=LocalSpan(TUESDAY, TUESDAY, b.at("18:00").astimezone(b.TAIPEI).time(), None),
        reason=None,
        actor="test",
        now=b.NOW,
    )
    return SimpleNamespace(salon=salon, cut=cut, colour=colour, wen=wen, zhe=zhe)


def _rules(wish: Wish, clock: str) -> list[Rule]:
    visit = get_visit(get_salon("qinghe", "en"), wish, "en")
    return [blocked.rule for blocked in explain(visit, b.at(clock, TUESDAY), b.NOW).blocked]


def test_the_answer_is_empty_exactly_when_the_start_is_offered(shop: SimpleNamespace) -> None:
    wishes = [
        Wish((shop.cut,)),
        Wish((shop.cut,), shop.wen),
        Wish((shop.colour,), shop.wen),
        Wish((shop.cut, shop.colour)),
        Wish((shop.cut,), gender=Gender.WOMAN),
        Wish((shop.colour,), speaks="en"),
        Wish((shop.cut,), companions=(Companion((shop.cut,)),)),
    ]
    for wish in wishes:
        visit = get_visit(get_salon("qinghe", "en"), wish, "en")
        offered = {
            opening.start
            for opening in find_openings(visit, b.at("09:00", TUESDAY), b.at("21:00", TUESDAY), b.NOW)
        }
        assert (
            0 < len(offered) < 48 or wish.speaks or (wish.stylist_id and wish.service_ids == (shop.colour,))
        )
        for quarter in range(48):
            start = to_minutes(b.at("09:00", TUESDAY)) + 15 * quarter
            blocked = explain(visit, from_minutes(start), b.NOW).blocked
            assert (blocked == ()) == (start in offered), (wish, quarter, blocked)


def test_each_reason_is_the_one_in_the_way(shop: SimpleNamespace) -> None:
    assert _rules(Wish((shop.cut,)), "09:00") == [Rule.DUTY]
    assert _rules(Wish((shop.cut,)), "11:00") == [Rule.HANDS]
    assert _rules(Wish((shop.colour,), shop.wen), "16:00") == [Rule.SKILL]
    assert _rules(Wish((shop.cut,)), "18:00") == [Rule.CLOSED]
    assert _rules(Wish((shop.cut,), gender=Gender.MAN), "10:00") == [Rule.WISH]
    assert _rules(Wish((shop.cut,)), "10:05") == [Rule.GRID]
    visit = get_visit(get_salon("qinghe", "en"), Wish((shop.cut,)), "en")
    assert explain(visit, b.NOW - QUARTER, b.NOW).blocked[0].rule is Rule.PAST
    assert explain(visit, b.NOW + timedelta(days=200), b.NOW).blocked[0].rule is Rule.HORIZON


def test_whose_booking_is_in_the_way_and_who_works_that_day_is_told(shop: SimpleNamespace) -> None:
    visit = get_visit(get_salon("qinghe", "en"), Wish((shop.cut,), shop.wen), "en")
    explained = explain(visit, b.at("10:30", TUESDAY), b.NOW)
    taken = (to_minutes(b.at("11:00", TUESDAY)), to_minutes(b.at("12:00", TUESDAY)))
    assert [found.by_stylist for found in explained.blocked] == [{shop.wen: (taken,)}]
    assert [(at - b.NOW).days for _, at, _ in explained.at_work] == [1, 1]
    assert set(explained.names) == {shop.wen, shop.zhe}
