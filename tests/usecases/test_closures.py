"""Closing a salon for days or hours, opening it again, and the bookings in the way, on both databases."""

from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.booking import Wish
from salonpool.domain.closure import Danger, LocalSpan
from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.models import AuditEntry, Closure, Occupancy
from salonpool.queries.availability import find_openings
from salonpool.queries.closures import list_closures
from salonpool.queries.endangered import list_endangered
from salonpool.queries.salons import get_salon_by_id
from salonpool.queries.visits import get_visit
from salonpool.usecases.booking import bookings
from salonpool.usecases.booking.bookings import Booked, Guest
from salonpool.usecases.salons import closures
from tests import builders as b

MONDAY = b.TODAY + timedelta(days=7)


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """A salon with a cutter and a colourist, who share a colour with cut, and a sister salon."""
    network = b.a_network()
    salon, sister = b.a_salon(network, slug="qinghe"), b.a_salon(network, slug="kapok")
    wen, mia = b.a_stylist(network, home=salon), b.a_stylist(network, home=salon, skills=("colour",))
    for stylist in (wen, mia):
        b.a_rota(stylist, salon)
    segments = ((30, True), (30, True, "chair", "colour"))
    return SimpleNamespace(
        network=network, salon=salon, sister=sister, wen=wen, mia=mia, cut=b.a_service(salon),
        both=b.a_service(salon, code="both", segments=segments),
        texting=app.extensions["salonpool.texting"],
    )  # fmt: skip


def _book(shop: SimpleNamespace, starts_at: datetime, service: str = "cut") -> Booked:
    return bookings.book(
        salon_slug="qinghe", wish=Wish((getattr(shop, service),)), starts_at=starts_at, language="en",
        guest=Guest("0912 345 678"), key=f"key-{starts_at}", now=b.NOW, texting=shop.texting,
    )  # fmt: skip


def _hold(shop: SimpleNamespace, starts_at: datetime) -> Booked:
    return bookings.hold(
        salon_slug="qinghe", wish=Wish((shop.cut,)), starts_at=starts_at, language="en", now=b.NOW,
        texting=shop.texting,
    )  # fmt: skip


def _close(shop: SimpleNamespace, first: date, last: date | None = None, **changes: Any) -> closures.Closed:
    hours = {name: changes.pop(name) for name in ("starts", "ends") if name in changes}
    values: dict[str, Any] = {"salon_ids": [shop.salon], "reason": "春節", "actor": "account:1", "now": b.NOW}
    return closures.close(span=LocalSpan(first, last or first, **hours), **values | changes)


def _starts(shop: SimpleNamespace, first: date, days: int = 1) -> set[datetime]:
    visit = get_visit(get_salon_by_id(shop.salon, "en"), Wish((shop.cut,)), "en")
    found = find_openings(visit, b.at("00:00", first), b.at("00:00", first + timedelta(days=days)), b.NOW)
    return {datetime.fromtimestamp(opening.start * 60, b.TAIPEI) for opening in found}


def _rows(salon_id: int) -> list[timedelta]:
    rows = sa.select(Occupancy.starts_at, Occupancy.ends_at).where(Occupancy.resource == f"closed:{salon_id}")
    return [ends - begins for begins, ends in db.session.execute(rows.order_by(Occupancy.starts_at))]


def test_a_closed_day_is_not_on_sale_and_says_so_when_booked(shop: SimpleNamespace) -> None:
    assert _starts(shop, MONDAY)
    _close(shop, MONDAY, MONDAY + timedelta(days=2))
    assert _rows(shop.salon) == [timedelta(days=1)] * 3
    assert _starts(shop, MONDAY, 3) == set()
    with pytest.raises(InvalidInput) as refused:
        _book(shop, b.at("11:00", MONDAY))
    assert (refused.value.code, refused.value.field) == ("closed", "starts_at")
    assert refused.value.values["until"] == "2026-10-29 00:00"


def test_closed_hours_leave_the_rest_of_the_day(shop: SimpleNamespace) -> None:
    _close(shop, MONDAY, starts=time(12), ends=time(17))
    hours = {start.hour for start in _starts(shop, MONDAY)}
    assert hours == {10, 11, 17, 18}
    assert max(s for s in _starts(shop, MONDAY) if s.hour < 12).strftime("%H:%M") == "11:00"
    with pytest.raises(InvalidInput, match="closed"):
        _book(shop, b.at("11:30", MONDAY))


def test_closing_names_the_bookings_in_the_way_and_leaves_them(shop: SimpleNamespace) -> None:
    inside, before = _book(shop, b.at("14:00", MONDAY)), _book(shop, b.at("10:00", MONDAY))
    held = _hold(shop, b.at("15:00", MONDAY))
    made = _close(shop, MONDAY, starts=time(12), ends=time(19))
    assert [(e.booking_id, e.danger) for e in made.endangered] == [
        (inside.id, Danger.CLOSED),
        (held.id, Danger.CLOSED),
    ]
    later = list_endangered(shop.salon, b.NOW, None, b.NOW + timedelta(minutes=6))
    assert [e.booking_id for e in later] == [inside.id]  # the hold has run out
    assert before.id not in {e.booking_id for e in later}


def test_a_visit_is_in_danger_when_the_one_who_only_finishes_it_is_off(shop: SimpleNamespace) -> None:
    from salonpool.usecases.pool import rotas

    booking = _book(shop, b.at("14:00", MONDAY), "both")
    assert booking.stylist_id == shop.wen
    found = rotas.set_pattern(
        stylist_id=shop.mia, salon_id=shop.salon, weekday=0, starts=time(10), ends=time(14), breaks=[],
        valid_from=b.TODAY, actor="account:1", now=b.NOW,
    )  # fmt: skip
    assert [(e.booking_id, e.danger) for e in found] == [(booking.id, Danger.OFF_DUTY)]


def test_a_whole_network_closes_at_once_and_what_is_closed_already_stays(shop: SimpleNamespace) -> None:
    _close(shop, MONDAY)
    made = _close(shop, MONDAY, salon_ids=closures.list_salon_ids(shop.network))
    assert len(made.closure_ids) == 1
    assert (_rows(shop.salon), _rows(shop.sister)) == ([timedelta(days=1)], [timedelta(days=1)])
    with pytest.raises(InvalidInput, match="already_closed"):
        _close(shop, MONDAY)


def test_opening_again_keeps_closed_what_another_closure_covers(shop: SimpleNamespace) -> None:
    [first] = _close(shop, MONDAY).closure_ids
    _close(shop, MONDAY, MONDAY + timedelta(days=1), starts=time(15))
    closures.reopen(closure_id=first, actor="account:1", now=b.NOW)
    assert {start.hour for start in _starts(shop, MONDAY, 2)} == {10, 11, 12, 13, 14}
    actions = db.session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.subject == "closure").order_by(AuditEntry.id)
    )
    assert list(actions) == ["close", "close", "reopen"]
    with pytest.raises(Missing):
        closures.reopen(closure_id=first, actor="account:1", now=b.NOW)


def test_a_closed_day_is_as_long_as_the_clocks_make_it(app: Any) -> None:
    network = b.a_network()
    salon = b.a_salon(network, zone="Europe/Berlin")
    for first, hours in ((date(2026, 10, 25), 25), (date(2027, 3, 28), 23)):
        closures.close(
            salon_ids=[salon], span=LocalSpan(first, first), reason=None, actor="account:1", now=b.NOW
        )
        [row] = list_closures(salon, datetime(first.year, first.month, first.day, tzinfo=ZoneInfo("UTC")))
        assert row.ends_at - row.starts_at == timedelta(hours=hours)
    with pytest.raises(InvalidInput) as skipped:
        closures.close(
            salon_ids=[salon], span=LocalSpan(date(2027, 3, 28), date(2027, 3, 28), time(2, 30)),
            reason=None, actor="account:1", now=b.NOW,
        )  # fmt: skip
    assert skipped.value.code == "time_skipped"


def test_a_day_of_26_hours_is_closed_and_opened_again(app: Any) -> None:
    salon = b.a_salon(b.a_network(), zone="Antarctica/Troll")  # the clocks go back by two hours there
    day = LocalSpan(date(2026, 10, 25), date(2026, 10, 25))
    for _ in range(2):
        made = closures.close(salon_ids=[salon], span=day, reason=None, actor="account:1", now=b.NOW)
        assert sum(_rows(salon), timedelta()) == timedelta(hours=26)
        closures.reopen(closure_id=made.closure_ids[0], actor="account:1", now=b.NOW)
        assert _rows(salon) == []


@pytest.mark.parametrize(
    ("first", "last", "hours", "code"),
    [
        (-1, 0, {}, "in_the_past"),
        (0, 0, {"ends": time(8)}, "in_the_past"),
        (2, 1, {}, "ends_before_start"),
        (1, 1, {"starts": time(12), "ends": time(12)}, "ends_before_start"),
        (1, 400, {}, "too_far_ahead"),
    ],
)
def test_days_nobody_could_close_change_nothing(
    shop: SimpleNamespace, first: int, last: int, hours: dict[str, time], code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        _close(shop, b.TODAY + timedelta(days=first), b.TODAY + timedelta(days=last), **hours)
    assert refused.value.code == code
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Closure)) == 0


def test_one_salon_that_is_not_there_closes_none(shop: SimpleNamespace) -> None:
    with pytest.raises(Refusal):
        _close(shop, MONDAY, salon_ids=[shop.salon, 999])
    assert _rows(shop.salon) == []
