"""Weekly patterns become bookable days, ninety days ahead, on both databases."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.booking import Wish
from salonpool.domain.closure import Danger
from salonpool.domain.local_time import at_local
from salonpool.domain.refusal import InvalidInput, Missing
from salonpool.models import (
    Assignment,
    AuditEntry,
    Booking,
    BookingItem,
    Occupancy,
    RotaPattern,
    Segment,
    Shift,
    Stylist,
)
from salonpool.queries.availability import find_openings
from salonpool.queries.endangered import Endangered
from salonpool.queries.salons import get_salon_by_id
from salonpool.queries.visits import get_visit
from salonpool.usecases.pool import rotas
from tests import builders as b

MONDAY, TUESDAY = 0, 1
NEXT_MONDAY = b.TODAY + timedelta(days=7)


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """A salon with one stylist who has no hours yet, and a sister salon."""
    network = b.a_network()
    salon, sister = b.a_salon(network), b.a_salon(network, chairs=1)
    stylist = b.a_stylist(network, home=salon)
    cut = b.a_service(salon, code="trim")
    return SimpleNamespace(network=network, salon=salon, sister=sister, stylist=stylist, cut=cut)


def _set(
    shop: SimpleNamespace,
    hours: str = "10:00-19:00",
    *,
    breaks: Sequence[str] = (),
    weekday: int = MONDAY,
    valid_from: date = b.TODAY,
    now: datetime = b.NOW,
    **changes: Any,
) -> list[Endangered]:
    span = lambda text: tuple(time.fromisoformat(part) for part in text.split("-"))  # noqa: E731
    starts, ends = span(hours)
    values = {"stylist_id": shop.stylist, "salon_id": shop.salon, "actor": "account:1"} | changes
    return rotas.set_pattern(
        weekday=weekday, starts=starts, ends=ends, breaks=[span(b) for b in breaks], valid_from=valid_from,
        now=now, **values,
    )  # fmt: skip


def _on_duty(shop: SimpleNamespace, tz: ZoneInfo = b.TAIPEI) -> list[tuple[date, str]]:
    """Working assignments of the stylist: day and hours on the wall."""
    rows = db.session.execute(
        sa.select(Assignment.starts_at, Assignment.ends_at)
        .where(Assignment.stylist_id == shop.stylist, Assignment.status == "active")
        .order_by(Assignment.starts_at)
    ).all()
    local = [(a.astimezone(tz), z.astimezone(tz)) for a, z in rows]
    return [(a.date(), f"{a:%H:%M}-{z:%H:%M}") for a, z in local]


def _busy(resource: str) -> list[tuple[datetime, datetime]]:
    found = sa.select(Occupancy.starts_at, Occupancy.ends_at).where(Occupancy.resource == resource)
    return [(a, z) for a, z in db.session.execute(found.order_by(Occupancy.starts_at))]


def _count(model: type[Any]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def _booking(shop: SimpleNamespace, starts: datetime, minutes: int = 60) -> int:
    """A confirmed booking with its rows, as the commit would write them."""
    ends = starts + timedelta(minutes=minutes)
    booking = b.add(
        Booking(
            network_id=shop.network, salon_id=shop.salon, stylist_id=shop.stylist, status="confirmed",
            starts_at=starts, ends_at=ends, price_minor=1, currency="TWD", language="en", created_at=b.NOW,
        )
    )  # fmt: skip
    who = {"stylist_id": shop.stylist, "booking_id": booking}
    item = b.add(BookingItem(salon_id=shop.salon, service_id=shop.cut, position=0, price_minor=1, **who))
    b.add(Segment(item_id=item, starts_at=starts, ends_at=ends, hands=True, **who))
    for resource in (f"stylist:{shop.stylist}", "chair:1"):
        b.add(Occupancy(resource=resource, starts_at=starts, ends_at=ends, booking_id=booking))
    return int(booking)


def test_a_pattern_fills_ninety_days_with_shift_assignment_presence_and_breaks(shop: SimpleNamespace) -> None:
    assert _set(shop, breaks=["13:00-13:30"]) == []
    days = [b.TODAY + timedelta(days=7 * week) for week in range(13)]
    assert _on_duty(shop) == [(day, "10:00-19:00") for day in days]
    assert _busy(f"presence:{shop.stylist}") == [(b.at("10:00", d), b.at("19:00", d)) for d in days]
    assert _busy(f"stylist:{shop.stylist}") == [(b.at("13:00", d), b.at("13:30", d)) for d in days]
    shift = db.session.scalars(sa.select(Shift).order_by(Shift.id)).first()
    assert (shift.source, shift.status, shift.works_on, shift.seats) == ("rota", "filled", b.TODAY, 1)
    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert (entry.actor, entry.action, entry.subject) == ("account:1", "set_rota", "rota_pattern")


def test_materialising_again_adds_nothing_and_a_day_later_the_next_day(shop: SimpleNamespace) -> None:
    _set(shop)
    assert rotas.materialise_all(b.NOW) == 0
    tomorrow = b.NOW + timedelta(days=1)  # 91 days from today is a Monday
    assert [rotas.materialise_all(tomorrow) for _ in range(2)] == [1, 0]
    assert rotas.materialise_all(tomorrow + timedelta(days=6)) == 0
    assert len(set(db.session.scalars(sa.select(Shift.works_on)))) == _count(Shift) == 14


def test_the_stylists_version_rises_only_when_days_were_added(shop: SimpleNamespace) -> None:
    _set(shop)
    version = db.session.get_one(Stylist, shop.stylist).version
    rotas.materialise_all(b.NOW)
    assert db.session.get_one(Stylist, shop.stylist).version == version
    rotas.materialise_all(b.NOW + timedelta(days=1))
    assert db.session.get_one(Stylist, shop.stylist).version == version + 1


def test_the_database_keeps_one_shift_per_pattern_and_day(shop: SimpleNamespace) -> None:
    _set(shop)
    shift = db.session.scalars(sa.select(Shift).order_by(Shift.id)).first()
    twin = {
        column.key: getattr(shift, column.key)
        for column in sa.inspect(Shift).column_attrs
        if column.key != "id"
    }
    with pytest.raises(sa.exc.IntegrityError):
        b.add(Shift(**twin))


def test_a_new_pattern_ends_the_old_one_the_day_before(shop: SimpleNamespace) -> None:
    _set(shop)
    _set(shop, "12:00-20:00", valid_from=NEXT_MONDAY)
    found = _on_duty(shop)
    assert found[:2] == [(b.TODAY, "10:00-19:00"), (NEXT_MONDAY, "12:00-20:00")]
    assert {hours for _, hours in found[1:]} == {"12:00-20:00"}
    assert len(_busy(f"presence:{shop.stylist}")) == len(found) == 13
    ended = db.session.scalars(sa.select(RotaPattern.valid_to).order_by(RotaPattern.id)).all()
    assert ended == [NEXT_MONDAY - timedelta(days=1), None]


def test_a_shift_that_has_begun_keeps_its_hours(shop: SimpleNamespace) -> None:
    _set(shop)
    _set(shop, "12:00-20:00", now=b.at("11:00"))
    assert _on_duty(shop)[:2] == [(b.TODAY, "10:00-19:00"), (NEXT_MONDAY, "12:00-20:00")]


def test_other_weekdays_are_left_alone(shop: SimpleNamespace) -> None:
    _set(shop, weekday=TUESDAY)
    _set(shop)
    _set(shop, "12:00-20:00")
    assert {hours for day, hours in _on_duty(shop) if day.weekday() == TUESDAY} == {"10:00-19:00"}


@pytest.mark.parametrize("hours", ["12:00-20:00", "20:00-23:00"])
def test_a_day_already_edited_stays_as_it_is(shop: SimpleNamespace, hours: str) -> None:
    _set(shop)
    _edit(shop, NEXT_MONDAY, "11:00", "15:00")
    _set(shop, hours)
    rotas.materialise_all(b.NOW)
    found = dict(_on_duty(shop))
    assert len(_on_duty(shop)) == len(found)
    assert (found[b.TODAY], found[NEXT_MONDAY]) == (hours, "11:00-15:00")


def _edit(shop: SimpleNamespace, day: date, starts: str, ends: str) -> None:
    """What a desk's edit of one day leaves behind."""
    span = {"starts_at": b.at(starts, day), "ends_at": b.at(ends, day)}
    with transaction() as session:
        shift = session.scalars(sa.select(Shift).where(Shift.works_on == day)).one()
        shift.edited_at, shift.starts_at, shift.ends_at = b.NOW, span["starts_at"], span["ends_at"]
        assignment = session.scalars(sa.select(Assignment).where(Assignment.shift_id == shift.id)).one()
        session.execute(sa.update(Occupancy).where(Occupancy.assignment_id == assignment.id).values(**span))
        assignment.starts_at, assignment.ends_at = span["starts_at"], span["ends_at"]


def test_a_change_lists_the_bookings_it_endangers(shop: SimpleNamespace) -> None:
    _set(shop)
    inside, late = b.at("12:00", NEXT_MONDAY), b.at("17:30", NEXT_MONDAY)
    across = b.at("15:30", NEXT_MONDAY + timedelta(days=7))
    _booking(shop, inside)
    endangered = [_booking(shop, late), _booking(shop, across)]
    assert _set(shop, "10:00-16:00") == [
        Endangered(endangered[0], late, Danger.OFF_DUTY),
        Endangered(endangered[1], across, Danger.OFF_DUTY),
    ]


def test_a_new_break_gives_way_to_a_booking_and_names_it(shop: SimpleNamespace) -> None:
    _set(shop)
    starts = b.at("13:00", NEXT_MONDAY)
    booking = _booking(shop, starts)
    assert _set(shop, breaks=["13:30-14:00"]) == [Endangered(booking, starts, Danger.BREAK)]
    breaks = [span for span in _busy(f"stylist:{shop.stylist}") if span[1] - span[0] == timedelta(minutes=30)]
    assert len(breaks) == 12
    assert b.at("13:30", NEXT_MONDAY) not in {first for first, _ in breaks}


def test_cancelled_bookings_and_those_before_the_change_are_not_in_danger(shop: SimpleNamespace) -> None:
    _set(shop)
    _booking(shop, b.at("18:00"))
    cancelled = _booking(shop, b.at("18:00", NEXT_MONDAY))
    with transaction() as session:
        session.get_one(Booking, cancelled).status = "cancelled"
    assert _set(shop, "10:00-16:00", valid_from=NEXT_MONDAY) == []


@pytest.mark.parametrize("hours", ["10:00-19:00", "08:00-11:00", "20:00-22:00"])
def test_a_stylist_who_is_elsewhere_that_day_is_passed_over(shop: SimpleNamespace, hours: str) -> None:
    _set(shop, "12:00-18:00", salon_id=shop.sister, valid_from=NEXT_MONDAY, valid_to=NEXT_MONDAY)
    _set(shop, hours)
    found = _on_duty(shop)
    assert found[:3] == [(b.TODAY, hours), (NEXT_MONDAY, "12:00-18:00"), (NEXT_MONDAY + timedelta(7), hours)]
    assert len(found) == 13


def test_a_day_passed_over_is_filled_once_the_stylist_is_free_again(shop: SimpleNamespace) -> None:
    _set(shop, "12:00-18:00", salon_id=shop.sister, valid_from=NEXT_MONDAY, valid_to=NEXT_MONDAY)
    _set(shop)
    with transaction() as session:
        elsewhere = sa.select(Assignment.id).where(Assignment.salon_id == shop.sister)
        session.execute(sa.delete(Occupancy).where(Occupancy.assignment_id.in_(elsewhere)))
        session.execute(
            sa.update(Assignment).where(Assignment.salon_id == shop.sister).values(status="released")
        )
    assert rotas.materialise_all(b.NOW) == 1
    assert (NEXT_MONDAY, "10:00-19:00") in _on_duty(shop)


def test_nobody_works_before_joining_or_after_leaving(shop: SimpleNamespace) -> None:
    with transaction() as session:
        stylist = session.get_one(Stylist, shop.stylist)
        stylist.joined_on, stylist.left_on = b.TODAY + timedelta(days=1), NEXT_MONDAY + timedelta(days=7)
    _set(shop)
    assert [day for day, _ in _on_duty(shop)] == [NEXT_MONDAY, NEXT_MONDAY + timedelta(days=7)]


def test_breaks_are_not_on_sale(shop: SimpleNamespace) -> None:
    _set(shop, "10:00-12:00", breaks=["10:30-11:00"])
    service = b.a_service(shop.salon, segments=((30, True),))
    salon = get_salon_by_id(shop.salon, "en")
    visit = get_visit(salon, Wish((service,)), "en")
    found = find_openings(visit, b.at("00:00"), b.at("23:00"), b.NOW)
    assert [datetime.fromtimestamp(o.start * 60, b.TAIPEI).strftime("%H:%M") for o in found] == [
        "10:00", "11:00", "11:15", "11:30",
    ]  # fmt: skip


def test_the_wall_time_stays_the_same_over_both_changes_of_the_clocks(app: Any) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    network = b.a_network(zone=berlin.key)
    salon = b.a_salon(network, zone=berlin.key)
    shop = SimpleNamespace(network=network, salon=salon, stylist=b.a_stylist(network, home=salon))
    now = datetime(2027, 3, 1, 8, tzinfo=UTC)
    _set(shop, "09:00-17:00", breaks=["12:00-12:30"], weekday=6, valid_from=date(2027, 3, 1), now=now)
    assert {hours for _, hours in _on_duty(shop, berlin)} == {"09:00-17:00"}
    before, after = at_local(date(2027, 3, 21), time(9), berlin), at_local(date(2027, 3, 28), time(9), berlin)
    assert {(before.hour), (after.hour)} == {8, 7}
    presence = _busy(f"presence:{shop.stylist}")
    assert {before, after} <= {starts for starts, _ in presence}
    assert {ends - starts for starts, ends in presence} == {timedelta(hours=8)}


def test_a_shift_past_midnight_belongs_to_the_day_it_begins(shop: SimpleNamespace) -> None:
    _set(shop, "18:00-02:00", breaks=["23:45-00:15"])
    assert _on_duty(shop)[0] == (b.TODAY, "18:00-02:00")
    assert _busy(f"stylist:{shop.stylist}")[0] == (b.at("23:45"), b.at("00:15", b.TODAY + timedelta(days=1)))


def test_a_pattern_nobody_could_work_changes_nothing(shop: SimpleNamespace) -> None:
    _set(shop)
    with pytest.raises(InvalidInput):
        _set(shop, "10:00-19:00", breaks=["09:00-10:30"])
    assert _count(RotaPattern) == 1
    assert len(_on_duty(shop)) == 13


def test_a_salon_of_another_network_is_missing(shop: SimpleNamespace) -> None:
    foreign = b.a_salon(b.a_network(), chairs=0)
    for strange in ({"salon_id": foreign}, {"salon_id": 999}, {"stylist_id": 999}):
        with pytest.raises(Missing):
            _set(shop, **strange)
    assert _count(RotaPattern) == 0


def test_materialising_takes_few_queries_whatever_the_days(shop: SimpleNamespace) -> None:
    for weekday in range(7):
        _set(shop, weekday=weekday, breaks=["13:00-13:30"])
    statements: list[str] = []
    note = lambda *given: statements.append(given[2])  # noqa: E731
    sa.event.listen(db.engine, "before_cursor_execute", note)
    rotas.materialise_all(b.NOW)
    sa.event.remove(db.engine, "before_cursor_execute", note)
    assert len(statements) < 7 * 3 + 12
