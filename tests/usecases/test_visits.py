"""Visits of several parts, people and stations against real databases; the days on which clocks change."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.booking import Companion, SlotTaken, Wish
from salonpool.domain.local_time import DAY, from_minutes
from salonpool.domain.person import Gender
from salonpool.domain.refusal import Refusal
from salonpool.models import Booking, BookingItem, Occupancy, Segment, Station, StylistService
from salonpool.queries.availability import find_openings
from salonpool.queries.salons import get_salon_by_id
from salonpool.queries.visits import get_visit
from salonpool.usecases.booking import bookings
from salonpool.usecases.booking.booked import Booked
from salonpool.usecases.booking.bookings import Guest
from tests import builders as b

COLOUR = ((30, True), (40, False), (20, True))


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """Two chairs, a basin; Wen cuts, Zhe and Mei cut and colour; all there on Monday 10:00-15:00."""
    network = b.a_network()
    salon = b.a_salon(network, chairs=2, basins=1)
    both = ("cut", "colour")
    wen = b.a_stylist(network, home=salon, gender="woman", speaks=["zh-Hant"])
    zhe = b.a_stylist(network, home=salon, skills=both, gender="man", takes_second_guest=False, speaks=["ja"])
    mei = b.a_stylist(network, home=salon, skills=both)
    for stylist in (wen, zhe, mei):
        b.a_rota(stylist, salon, weekdays=(0,), starts="10:00", ends="15:00")
    return SimpleNamespace(
        network=network, salon=salon, wen=wen, zhe=zhe, mei=mei, cut=b.a_service(salon),
        colour=b.a_service(salon, code="colour", skill="colour", segments=COLOUR),
        wash=b.a_service(salon, code="wash", segments=((15, True, "basin"), (15, True))),
        care=b.a_service(salon, code="care", segments=((15, True),), add_on=True),
        texting=app.extensions["salonpool.texting"],
    )  # fmt: skip


def _book(shop: SimpleNamespace, clock: str, *services: int, now: datetime = b.NOW, **wish: Any) -> Booked:
    return bookings.book(
        salon_slug=get_salon_by_id(shop.salon, "en").slug,
        wish=Wish(services, **wish),
        starts_at=b.at(clock),
        guest=Guest("0912 345 678"),
        key=f"{clock} {services} {wish}",
        language="en",
        now=now,
        texting=shop.texting,
    )


def _offered(shop: SimpleNamespace, *services: int, now: datetime = b.NOW, **wish: Any) -> set[str]:
    """Starts on the wall, that Monday."""
    visit = get_visit(get_salon_by_id(shop.salon, "en"), Wish(services, **wish), "en")
    found = find_openings(visit, b.at("00:00"), b.at("00:00") + DAY, now)
    return {_wall(from_minutes(opening.start)) for opening in found}


def _wall(instant: datetime) -> str:
    return instant.astimezone(b.TAIPEI).strftime("%H:%M")


def _taken(booking_id: int, kind: str = "") -> list[tuple[str, str, str]]:
    """What a booking takes up, on the wall, in order of time."""
    rows = sa.select(Occupancy).where(
        Occupancy.booking_id == booking_id, Occupancy.resource.startswith(kind, autoescape=True)
    )
    spans = [(row.resource, _wall(row.starts_at), _wall(row.ends_at)) for row in db.session.scalars(rows)]
    return sorted(spans, key=lambda row: (row[1], row[0]))


def _parts(booking_id: int) -> list[tuple[str, str, int]]:
    rows = sa.select(Segment).where(Segment.booking_id == booking_id).order_by(Segment.starts_at, Segment.id)
    return [(_wall(s.starts_at), _wall(s.ends_at), s.stylist_id) for s in db.session.scalars(rows)]


def _everything() -> Counter[str]:
    """How many rows there are of what a booking writes."""
    db.session.rollback()
    models = (Booking, BookingItem, Segment, Occupancy)
    return Counter({m.__name__: db.session.scalar(sa.select(sa.func.count(m.id))) for m in models})


def test_guests_ahead_change_chairs_when_that_makes_room(shop: SimpleNamespace) -> None:
    first = _book(shop, "10:00", shop.cut, stylist_id=shop.wen)
    second = _book(shop, "10:30", shop.cut, stylist_id=shop.zhe)
    third = _book(shop, "11:30", shop.cut, stylist_id=shop.wen)
    [[chair, *_]], [[other, *_]] = _taken(first.id, "chair"), _taken(second.id, "chair")
    assert _taken(third.id, "chair") == [(chair, "11:30", "12:30")]
    # One chair is free until 11:30, the other from then on.
    assert "11:00" in _offered(shop, shop.cut, stylist_id=shop.mei)
    fourth = _book(shop, "11:00", shop.cut, stylist_id=shop.mei)
    assert _taken(fourth.id, "chair") == [(chair, "11:00", "12:00")]
    assert _taken(third.id, "chair") == [(other, "11:30", "12:30")]
    assert _taken(second.id, "chair") == [(other, "10:30", "11:30")]


def test_guests_who_have_begun_keep_their_chairs(shop: SimpleNamespace) -> None:
    begun = [_book(shop, "10:00", shop.cut, stylist_id=shop.wen), _book(shop, "10:30", shop.colour)]
    ahead = _book(shop, "11:30", shop.cut, stylist_id=shop.wen)
    before = [_taken(booked.id, "chair") for booked in begun]
    later = b.at("10:45")
    assert _book(shop, "11:00", shop.wash, now=later).id
    assert [_taken(booked.id, "chair") for booked in begun] == before
    assert _taken(ahead.id, "chair")[0][1:] == ("11:30", "12:30")
    with pytest.raises(SlotTaken):
        _book(shop, "11:15", shop.wash, now=later)


def test_a_guest_who_cannot_be_moved_after_all_makes_the_time_taken(app: Any) -> None:
    network = b.a_network()
    salon = b.a_salon(network, slug="day-and-night", chairs=2)
    stylist = b.a_stylist(network, home=salon)
    b.a_rota(stylist, salon)
    ask: dict[str, Any] = {
        "salon_slug": "day-and-night", "wish": Wish((b.a_service(salon),)), "language": "en", "now": b.NOW,
        "guest": bookings.Guest("0912 345 678"), "texting": app.extensions["salonpool.texting"],
    }  # fmt: skip
    long = bookings.book(**ask, starts_at=b.at("11:00", b.TODAY + 7 * DAY), key="long")
    one, other = db.session.scalars(sa.select(Station.id).order_by(Station.position)).all()
    # One behind the other for two days: all of them would have to change chairs, also whoever is too far off
    # to be looked at.
    for chair, begins, ends in (
        (one, 0, 30), (other, 30, 12 * 60), (one, 11 * 60, 23 * 60), (other, 22 * 60, 34 * 60),
        (one, 33 * 60, 45 * 60), (other, 44 * 60, 50 * 60),
    ):  # fmt: skip
        starts_at, ends_at = (b.at("11:00") + timedelta(minutes=m) for m in (begins, ends))
        b.add(Occupancy(resource=f"chair:{chair}", starts_at=starts_at, ends_at=ends_at, booking_id=long.id))
    with pytest.raises(SlotTaken):
        bookings.book(**ask, starts_at=b.at("11:00"), key="short")
    assert db.session.scalars(sa.select(Booking.id)).all() == [long.id]


def test_a_third_guest_finds_no_chair(shop: SimpleNamespace) -> None:
    for stylist in (shop.wen, shop.zhe):
        _book(shop, "12:00", shop.cut, stylist_id=stylist)
    assert "12:00" not in _offered(shop, shop.wash, stylist_id=shop.mei)
    before = _everything()
    with pytest.raises(SlotTaken):
        _book(shop, "12:00", shop.wash, stylist_id=shop.mei)
    assert _everything() == before


def test_processing_takes_a_second_guest_only_where_the_stylist_allows_it(shop: SimpleNamespace) -> None:
    for stylist, is_open in ((shop.mei, True), (shop.zhe, False)):
        colour = _book(shop, "10:00", shop.colour, stylist_id=stylist)
        assert ("10:30" in _offered(shop, shop.wash, stylist_id=stylist)) is is_open
        hands = [row[1:] for row in _taken(colour.id, "stylist")]
        assert hands == ([("10:00", "10:30"), ("11:10", "11:30")] if is_open else [("10:00", "11:30")])
    with pytest.raises(SlotTaken):
        _book(shop, "10:30", shop.wash, stylist_id=shop.zhe)
    # Both chairs are taken by the colours; at the end of one's processing there is room again.
    assert _book(shop, "11:30", shop.wash, stylist_id=shop.mei).id


def test_a_visit_goes_on_with_another_stylist_after_a_wait_but_no_long_one(shop: SimpleNamespace) -> None:
    b.add(Station(salon_id=shop.salon, position=2))
    asked = {"stylist_id": shop.wen}
    for colourist in (shop.zhe, shop.mei):
        _book(shop, "10:30", shop.cut, stylist_id=colourist)
    # Until 11:30 nobody can colour: from 10:00 the guest would wait half an hour, from 10:15 a quarter.
    offered = _offered(shop, shop.cut, shop.colour, **asked)
    assert "10:00" not in offered
    assert offered >= {"10:15", "10:30"}
    with pytest.raises(SlotTaken):
        _book(shop, "10:00", shop.cut, shop.colour, **asked)
    _book(shop, "12:15", shop.cut, stylist_id=shop.zhe)
    _book(shop, "12:30", shop.cut, stylist_id=shop.mei)
    booked = _book(shop, "12:00", shop.cut, shop.colour, **asked)
    assert _parts(booked.id) == [
        ("12:00", "13:00", shop.wen),
        ("13:15", "13:45", shop.zhe),
        ("13:45", "14:25", shop.zhe),
        ("14:25", "14:45", shop.zhe),
    ]
    assert [row[1:] for row in _taken(booked.id, "chair")] == [("12:00", "14:45")]
    # Zhe takes nobody while the colour processes; nobody is bound during the wait.
    hands = [(f"stylist:{shop.wen}", "12:00", "13:00"), (f"stylist:{shop.zhe}", "13:15", "14:45")]
    assert _taken(booked.id, "stylist") == hands


def test_services_at_the_same_time_are_done_by_two_on_one_chair(shop: SimpleNamespace) -> None:
    booked = _book(shop, "10:00", shop.cut, shop.colour, parallel=True, stylist_id=shop.wen)
    assert {who for *_, who in _parts(booked.id)} in ({shop.wen, shop.zhe}, {shop.wen, shop.mei})
    assert booked.ends_at == "2026-10-19T03:30:00Z"
    assert [row[1:] for row in _taken(booked.id, "chair")] == [("10:00", "11:30")]


def test_an_add_on_is_done_by_whoever_does_what_comes_before(shop: SimpleNamespace) -> None:
    gloss = b.a_service(shop.salon, code="gloss", skill="colour", segments=((15, True),), add_on=True)
    assert _offered(shop, shop.cut, gloss, stylist_id=shop.wen) == set()  # who cuts, but cannot colour
    booked = _book(shop, "10:00", shop.cut, gloss, shop.care, stylist_id=shop.mei)
    assert [row[1:] for row in _taken(booked.id, "stylist")] == [("10:00", "11:30")]
    anyone = _book(shop, "12:00", shop.cut, gloss)
    assert {who for *_, who in _parts(anyone.id)} in ({shop.zhe}, {shop.mei})
    with pytest.raises(Refusal, match="add_on_alone"):
        _book(shop, "14:00", shop.care)
    with pytest.raises(Refusal, match="add_on_alone") as companions:
        _book(shop, "14:00", shop.cut, companions=(Companion((gloss,)),))
    assert companions.value.values["name"] == "Gloss"


def test_companions_come_all_or_nobody_is_booked(shop: SimpleNamespace) -> None:
    party = (Companion((shop.cut,), "Lin"),)
    booked = _book(shop, "10:00", shop.cut, companions=party)
    chairs = _taken(booked.id, "chair")
    assert len({chair for chair, *_ in chairs}) == len(chairs) == 2
    assert len(_taken(booked.id, "stylist")) == 2
    _book(shop, "12:00", shop.cut, stylist_id=shop.wen)
    before = _everything()
    assert "12:00" not in _offered(shop, shop.cut, companions=party)
    with pytest.raises(SlotTaken):
        _book(shop, "12:00", shop.cut, companions=party)
    assert _everything() == before
    assert _book(shop, "12:00", shop.cut).id  # one alone still finds a chair


def test_one_basin_serves_one_after_the_other(shop: SimpleNamespace) -> None:
    booked = _book(shop, "10:00", shop.wash, stylist_id=shop.wen)
    assert [row[1:] for row in _taken(booked.id, "basin")] == [("10:00", "10:15")]
    offered = _offered(shop, shop.wash, stylist_id=shop.mei)
    assert "10:00" not in offered
    assert "10:15" in offered
    with pytest.raises(SlotTaken):
        _book(shop, "10:00", shop.wash, stylist_id=shop.mei)


def test_whoever_is_asked_for_does_what_they_can(shop: SimpleNamespace) -> None:
    for named, whole in ((shop.mei, [shop.mei] * 4), (shop.zhe, [shop.zhe] * 4)):
        booked = _book(shop, "10:00", shop.cut, shop.colour, stylist_id=named)
        assert [who for *_, who in _parts(booked.id)] == whole
    assert _offered(shop, shop.colour, stylist_id=shop.wen) == set()
    with pytest.raises(Refusal, match="unknown_choice"):
        _book(shop, "12:30", shop.colour, stylist_id=shop.wen)


def test_a_companion_may_ask_for_somebody_too(shop: SimpleNamespace) -> None:
    booked = _book(shop, "10:00", shop.cut, companions=(Companion((shop.cut,), None, shop.wen),))
    items = sa.select(BookingItem).where(BookingItem.booking_id == booked.id).order_by(BookingItem.position)
    own, theirs = db.session.scalars(items)
    assert (theirs.stylist_id, theirs.named_stylist_id) == (shop.wen, shop.wen)
    assert (own.stylist_id == shop.wen, own.named_stylist_id) == (False, None)


@pytest.mark.parametrize(
    ("wish", "who"),
    [({"gender": Gender.WOMAN}, "wen"), ({"gender": Gender.MAN}, "zhe"), ({"speaks": "ja"}, "zhe")],
)
def test_only_the_kind_of_stylist_asked_for_serves(
    shop: SimpleNamespace, wish: dict[str, Any], who: str
) -> None:
    booked = _book(shop, "10:00", shop.cut, **wish)
    assert booked.stylist_id == getattr(shop, who)
    assert "10:00" not in _offered(shop, shop.cut, **wish)
    assert "10:00" in _offered(shop, shop.cut)
    with pytest.raises(SlotTaken):
        _book(shop, "10:15", shop.cut, **wish)


def test_a_stylist_with_minutes_of_their_own_is_offered_and_booked_with_those(shop: SimpleNamespace) -> None:
    ids = {"network_id": shop.network, "stylist_id": shop.wen, "service_id": shop.cut}
    b.add(StylistService(**ids, minutes=[75], price_minor=90000))
    assert max(_offered(shop, shop.cut, stylist_id=shop.wen)) == "13:45"
    assert max(_offered(shop, shop.cut, stylist_id=shop.mei)) == "14:00"
    booked = _book(shop, "13:45", shop.cut, stylist_id=shop.wen)
    assert (booked.ends_at, booked.price_minor) == ("2026-10-19T07:00:00Z", 90000)
    with pytest.raises(SlotTaken):
        _book(shop, "14:00", shop.cut, stylist_id=shop.wen)


# The Sunday, and how many hours a shift from 21:00 to 06:00 lasts that night.
CLOCK_CHANGES = {
    "Berlin in spring": ("Europe/Berlin", date(2027, 3, 28), 8),
    "Berlin in autumn": ("Europe/Berlin", date(2026, 10, 25), 10),
    "New York in spring": ("America/New_York", date(2027, 3, 14), 8),
    "New York in autumn": ("America/New_York", date(2026, 11, 1), 10),
}


@pytest.mark.parametrize("at_night", [True, False], ids=["the night", "the day"])
@pytest.mark.parametrize(("zone", "sunday", "hours"), CLOCK_CHANGES.values(), ids=CLOCK_CHANGES.keys())
def test_every_quarter_of_a_shift_is_on_sale_when_the_clocks_change(
    app: Any, zone: str, sunday: date, hours: int, at_night: bool
) -> None:
    weekday, starts, ends = (5, "21:00", "06:00") if at_night else (6, "09:00", "19:00")
    tz = ZoneInfo(zone)
    now = datetime.combine(sunday - timedelta(days=4), datetime.min.time(), UTC)
    network = b.a_network(zone=zone)
    salon = b.a_salon(network, zone=zone)
    stylist = b.a_stylist(network, home=salon)
    b.a_rota(stylist, salon, weekdays=(weekday,), starts=starts, ends=ends, now=now)
    first = b.at(starts, sunday - DAY if at_night else sunday, tz)
    last = b.at(ends, sunday, tz) - timedelta(hours=1)
    quarters = [first + timedelta(minutes=15 * n) for n in range((last - first) // timedelta(minutes=15) + 1)]
    assert len(quarters) == 4 * ((hours if at_night else 10) - 1) + 1
    row = get_salon_by_id(salon, "en")
    visit = get_visit(row, Wish((b.a_service(salon),)), "en")
    found = find_openings(visit, first - DAY, last + DAY, now)
    assert [from_minutes(opening.start) for opening in found] == quarters
    texting = app.extensions["salonpool.texting"]
    common = {"salon_slug": row.slug, "wish": visit.wish, "language": "en", "now": now, "texting": texting}
    for wanted in (first - timedelta(minutes=15), last + timedelta(minutes=15)):
        with pytest.raises(Refusal, match=r"outside_hours|slot_taken"):
            bookings.hold(starts_at=wanted, **common)
    # One after the other, hour by hour, through the change.
    for wanted in quarters[::4]:
        held = bookings.hold(starts_at=wanted, **common)
        assert held.ends_at == (wanted + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    left = find_openings(visit, first - DAY, last + DAY, now)
    assert [from_minutes(opening.start) for opening in left] == []
