"""Lists name everybody who serves a visit, with as many statements for ten visits as for one."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.booking import Companion, Wish
from salonpool.queries.bookings import list_day_at_salon, list_day_of_stylist
from salonpool.queries.desk import list_by_id
from salonpool.queries.my_visits import list_my_visits
from salonpool.usecases.booking import bookings
from salonpool.usecases.booking.settling import Guest
from tests import builders as b

DAY = (b.at("00:00"), b.at("23:45"))


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """Two people, a cut that both can do, and a wash of the second alone."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe", chairs=2)
    wen = b.a_stylist(network, home=salon, name="Wen")
    zhe = b.a_stylist(network, home=salon, name="Zhe", skills=("cut", "wash"))
    for stylist in (wen, zhe):
        b.a_rota(stylist, salon)
    wash = b.a_service(salon, code="wash", skill="wash")
    return SimpleNamespace(
        salon=salon, wen=wen, zhe=zhe, cut=b.a_service(salon), wash=wash,
        texting=app.extensions["salonpool.texting"],
    )  # fmt: skip


def _book(shop: SimpleNamespace, clock: str, wish: Wish) -> int:
    return bookings.book(
        salon_slug="qinghe", wish=wish, starts_at=b.at(clock), guest=Guest("0912 345 678", "林太太"),
        key=clock, language="en", now=b.NOW, texting=shop.texting,
    ).id  # fmt: skip


def _lists(shop: SimpleNamespace) -> dict[str, Callable[[], list[Any]]]:
    return {
        "day": lambda: list_day_at_salon(shop.salon, *DAY, "en"),
        "stylist": lambda: list_day_of_stylist(shop.zhe, *DAY, "en"),
        "desk": lambda: list_by_id(shop.salon, range(1, 99), "en", b.NOW),
        "mine": lambda: list_my_visits("+886912345678", b.NOW, "en"),
    }


def _statements(read: Callable[[], Any]) -> int:
    read()  # what only the first of a connection costs is no matter here
    said: list[str] = []

    def note(*given: Any) -> None:
        said.append(given[2])

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        read()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    return len(said)


@pytest.mark.parametrize("which", ["day", "stylist", "desk", "mine"])
def test_everybody_who_serves_a_visit_is_named_in_the_order_they_begin(
    shop: SimpleNamespace, which: str
) -> None:
    _book(shop, "10:00", Wish((shop.cut, shop.wash), shop.wen))
    _book(shop, "13:00", Wish((shop.cut,), shop.zhe))
    _book(shop, "15:00", Wish((shop.cut,), shop.wen, (Companion((shop.cut,)),)))
    names = [row.stylist_names for row in _lists(shop)[which]()]
    assert names[:2] == [("Wen", "Zhe"), ("Zhe",)]
    assert [sorted(each) for each in names[2:]] == [["Wen", "Zhe"]]


@pytest.mark.parametrize("which", ["day", "stylist", "desk", "mine"])
def test_more_visits_need_no_more_statements(shop: SimpleNamespace, which: str) -> None:
    read = _lists(shop)[which]
    assert read() == []
    _book(shop, "10:00", Wish((shop.cut,), shop.zhe))
    for_one = _statements(read)
    _book(shop, "13:00", Wish((shop.cut,), shop.zhe))
    _book(shop, "15:00", Wish((shop.cut,), shop.wen, (Companion((shop.cut,)),)))
    assert len(read()) == 3
    assert _statements(read) == for_one
