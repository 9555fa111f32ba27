"""The days ahead of a visit: the same starts as the search, who could do it, and why a day has none."""

from dataclasses import replace
from datetime import time
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event

from salonpool.database import db
from salonpool.domain.booking import Companion, Wish
from salonpool.domain.closure import LocalSpan
from salonpool.domain.local_time import DAY, day_span, from_minutes, local_day
from salonpool.domain.person import Gender
from salonpool.models import Salon
from salonpool.queries.availability import find_openings
from salonpool.queries.outlook import DayState, Outlook, get_outlook
from salonpool.queries.salons import get_salon_by_id
from salonpool.queries.visits import get_visit
from salonpool.usecases.salons import closures
from tests import builders as b

LAST = b.TODAY + 6 * DAY


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """Wen cuts and colours on Mondays, Zhe cuts on Mondays and Tuesdays; two chairs."""
    network = b.a_network()
    salon = b.a_salon(network)
    cut = b.a_service(salon)
    colour = b.a_service(
        salon, code="colour", skill="colour", segments=((30, True), (30, False), (30, True, "chair", "cut"))
    )
    wen = b.a_stylist(network, home=salon, skills=("cut", "colour"), gender="woman", speaks=["zh", "en"])
    zhe = b.a_stylist(network, home=salon, gender="man", speaks=["zh"])
    b.a_rota(wen, salon, weekdays=(0,))
    b.a_rota(zhe, salon, weekdays=(0, 1))
    return SimpleNamespace(salon=salon, cut=cut, colour=colour, wen=wen, zhe=zhe)


def _look(shop: SimpleNamespace, wish: Wish) -> Outlook:
    visit = get_visit(get_salon_by_id(shop.salon, "en"), wish, "en")
    return get_outlook(visit, b.TODAY, LAST, b.NOW)


def _wishes(shop: SimpleNamespace) -> list[Wish]:
    cut, colour = Wish((shop.cut,)), Wish((shop.colour,))
    return [
        cut,
        replace(cut, stylist_id=shop.wen),
        replace(cut, gender=Gender.MAN),
        replace(cut, speaks="en"),
        replace(cut, companions=(Companion((shop.cut,)),)),
        colour,
        replace(colour, stylist_id=shop.wen),
        replace(colour, service_ids=(shop.colour, shop.cut)),
    ]


def test_its_starts_are_those_of_the_search(shop: SimpleNamespace) -> None:
    for wish in _wishes(shop):
        seen = _look(shop, wish)
        tz = seen.visit.salon.tz
        found = find_openings(seen.visit, day_span(b.TODAY, tz)[0], day_span(LAST, tz)[1], b.NOW)
        wanted = list(dict.fromkeys(from_minutes(opening.start) for opening in found))
        assert wanted
        assert [start for starts in seen.starts.values() for start in starts] == wanted
        assert all(local_day(start, tz) == day for day, starts in seen.starts.items() for start in starts)
        assert seen.visit.wish == wish


def test_who_can_do_a_part_helps_where_one_alone_has_no_time(shop: SimpleNamespace) -> None:
    network = db.session.get_one(Salon, shop.salon).network_id
    kim = b.a_stylist(network, home=shop.salon, skills=("bleach",), gender="man")
    b.a_rota(kim, shop.salon)
    bleach = b.a_service(shop.salon, code="bleach", skill="bleach")
    both = b.a_stylist(network, home=shop.salon, skills=("bleach", "cut"))
    b.a_rota(both, shop.salon, starts="10:00", ends="12:00")
    seen = _look(shop, Wish((bleach, shop.cut)))
    assert [one.id for one in seen.candidates] == [both]
    found = find_openings(seen.visit, b.NOW, b.NOW + 7 * DAY, b.NOW)
    wanted = list(dict.fromkeys(from_minutes(opening.start) for opening in found))
    assert wanted[-1] == b.at("17:00", b.TODAY + DAY)  # bleached by Kim, cut by Zhe
    assert [start for starts in seen.starts.values() for start in starts] == wanted


def test_who_is_asked_for_must_be_able_to_do_it(shop: SimpleNamespace) -> None:
    by_zhe = _look(shop, Wish((shop.colour,), shop.zhe))
    assert by_zhe.visit.wish.stylist_id is None
    assert [one.id for one in by_zhe.candidates] == [shop.wen]
    assert [one.id for one in _look(shop, Wish((shop.cut,))).candidates] == [shop.wen, shop.zhe]


def test_a_wish_that_nobody_there_meets_is_left_out(shop: SimpleNamespace) -> None:
    seen = _look(shop, Wish((shop.cut,), speaks="fr"))
    assert seen.visit.wish.speaks is None
    assert len(seen.candidates) == 2
    assert [one.id for one in _look(shop, Wish((shop.cut,), gender=Gender.WOMAN)).candidates] == [shop.wen]


def test_a_day_without_starts_says_why(shop: SimpleNamespace) -> None:
    tuesday, wednesday = b.TODAY + DAY, b.TODAY + 2 * DAY
    named = _look(shop, Wish((shop.cut,), shop.wen))
    assert (named.state_of(b.TODAY), named.state_of(tuesday)) == (DayState.FREE, DayState.OFF)
    span = LocalSpan(tuesday, wednesday)
    closures.close(salon_ids=[shop.salon], span=span, reason=None, actor="command", now=b.NOW)
    seen = _look(shop, Wish((shop.cut,)))
    assert [seen.state_of(day) for day in (tuesday, wednesday)] == [DayState.CLOSED] * 2
    assert seen.state_of(b.TODAY + 3 * DAY) is DayState.OFF


def test_a_day_that_is_only_partly_closed_is_full(shop: SimpleNamespace) -> None:
    span = LocalSpan(b.TODAY, b.TODAY, time(10, 45))
    closures.close(salon_ids=[shop.salon], span=span, reason=None, actor="command", now=b.NOW)
    assert _look(shop, Wish((shop.cut,))).state_of(b.TODAY) is DayState.FULL


def test_days_beyond_the_horizon_hold_nothing(shop: SimpleNamespace) -> None:
    visit = get_visit(get_salon_by_id(shop.salon, "en"), Wish((shop.cut,)), "en")
    far = b.TODAY + 400 * DAY
    assert get_outlook(visit, far, far + 6 * DAY, b.NOW).starts == {}


def test_a_month_costs_as_many_statements_as_a_day(shop: SimpleNamespace) -> None:
    visit = get_visit(get_salon_by_id(shop.salon, "en"), Wish((shop.cut,)), "en")
    counted: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda c, cursor, sql, *more: counted.append(sql))
    for last in (b.TODAY, b.TODAY + 30 * DAY):
        counted.clear()
        get_outlook(visit, b.TODAY, last, b.NOW)
        assert sum(not sql.startswith("BEGIN") for sql in counted) == 2
