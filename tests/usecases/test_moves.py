"""Moving a booking: one transaction, the same person by default, one cut-off; on both databases."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.booking import Companion, SlotTaken, Wish
from salonpool.domain.refusal import Missing, Refusal
from salonpool.models import (
    AuditEntry,
    Booking,
    BookingItem,
    IdempotencyKey,
    Message,
    Occupancy,
    Salon,
    Segment,
    Service,
    StylistService,
)
from salonpool.usecases.booking import bookings, cancellations, moves
from salonpool.usecases.booking.booked import Booked
from salonpool.usecases.booking.bookings import Guest
from tests import builders as b
from tests.usecases.contenders import race

PHONE = "0912 345 678"
TUESDAY = b.TODAY + timedelta(days=1)


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """Two chairs, two stylists on duty 10:00-19:00 on Mondays and Tuesdays, a cut of an hour."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe")
    wen, zhe = (b.a_stylist(network, home=salon, skills=("cut", "colour")) for _ in range(2))
    for stylist in (wen, zhe):
        b.a_rota(stylist, salon)
    colour = ((30, True), (40, False), (50, True))
    return SimpleNamespace(
        app=app, network=network, salon=salon, wen=wen, zhe=zhe, cut=b.a_service(salon),
        colour=b.a_service(salon, code="colour", skill="colour", segments=colour),
        texting=app.extensions["salonpool.texting"],
    )  # fmt: skip


def _book(shop: SimpleNamespace, clock: str = "14:00", *, phone: str = PHONE, **changes: Any) -> Booked:
    wish = Wish(changes.pop("service_ids", (shop.cut,)), changes.pop("stylist_id", shop.wen), **changes)
    return bookings.book(
        salon_slug="qinghe", wish=wish, starts_at=b.at(clock), guest=Guest(phone, "林太太"),
        key=f"{clock} {phone} {wish}"[:255].encode("ascii", "ignore").decode(), language="en", now=b.NOW,
        texting=shop.texting,
    )  # fmt: skip


def _move(shop: SimpleNamespace, booked: Booked, clock: str = "16:00", **changes: Any) -> Booked:
    starts_at = changes.pop("starts_at", None) or b.at(clock, changes.pop("day", b.TODAY))
    asked = {"actor": "guest", "now": b.NOW, "texting": shop.texting} | changes
    return moves.move(booking_id=booked.id, starts_at=starts_at, **asked)


def _spans(booking_id: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    rows = sa.select(Occupancy).where(Occupancy.booking_id == booking_id).order_by(Occupancy.starts_at)
    for row in db.session.scalars(rows):
        first, last = (t.astimezone(b.TAIPEI).strftime("%H:%M") for t in (row.starts_at, row.ends_at))
        found.setdefault(row.resource.split(":")[0], []).append(f"{first}-{last}")
    return found


def _state() -> list[Any]:
    """Everything a refused move must leave as it was."""
    db.session.rollback()
    tables = (Booking, BookingItem, Segment, Occupancy, Message, AuditEntry, IdempotencyKey)
    return [db.session.execute(sa.select(t.__table__).order_by(t.__table__.c.id)).all() for t in tables]


def _refused(shop: SimpleNamespace, booked: Booked, clock: str = "16:00", **changes: Any) -> Refusal:
    before = _state()
    with pytest.raises(Refusal) as refused:
        _move(shop, booked, clock, **changes)
    assert _state() == before
    return refused.value


def _outcomes(results: list[Any]) -> Counter[str]:
    return Counter(result if isinstance(result, str) else type(result).__name__ for result in results)


def _texts() -> list[tuple[str, str]]:
    rows = db.session.execute(sa.select(Message.text_id, Message.status).order_by(Message.id)).all()
    return [(text_id, status) for text_id, status in rows]


def test_a_moved_booking_keeps_its_id_link_person_and_items(shop: SimpleNamespace) -> None:
    booked = _book(shop)
    items = db.session.scalars(sa.select(BookingItem.id)).all()
    moved = _move(shop, booked, "16:00")
    assert (moved.id, moved.link_version, moved.stylist_id) == (booked.id, booked.link_version, shop.wen)
    assert (moved.starts_at, moved.ends_at) == ("2026-10-19T08:00:00Z", "2026-10-19T09:00:00Z")
    assert (moved.sequence, booked.sequence) == (1, 0)
    assert _spans(booked.id) == {"stylist": ["16:00-17:00"], "chair": ["16:00-17:00"]}
    assert db.session.scalars(sa.select(BookingItem.id)).all() == items
    assert _book(shop, "14:00", phone="0922 345 678").stylist_id == shop.wen


def test_its_own_old_place_counts_as_free(shop: SimpleNamespace) -> None:
    booked = _book(shop, "14:00", service_ids=(shop.colour,))
    _move(shop, booked, "14:15")
    assert _spans(booked.id)["stylist"] == ["14:15-14:45", "15:25-16:15"]


def test_who_asked_for_anyone_stays_with_the_same_person_if_free(
    shop: SimpleNamespace,
) -> None:
    booked = _book(shop, stylist_id=None)
    assert _move(shop, booked, "16:00").stylist_id == booked.stylist_id
    _book(shop, "17:00", phone="0922 345 678", stylist_id=booked.stylist_id)
    assert _move(shop, booked, "17:00").stylist_id != booked.stylist_id


def test_who_asked_for_one_person_keeps_that_one_or_stays_put(shop: SimpleNamespace) -> None:
    booked = _book(shop, "14:00")
    _book(shop, "16:00", phone="0922 345 678")
    refused = _refused(shop, booked, "16:00")
    assert isinstance(refused, SlotTaken)
    assert [start.starts_at for start in refused.nearest] == [b.at("14:45"), b.at("15:00"), b.at("17:00")]
    assert {start.stylist_id for start in refused.nearest} == {shop.wen}


def test_the_time_it_has_now_is_not_offered_instead(shop: SimpleNamespace) -> None:
    booked = _book(shop, "14:00")
    _book(shop, "15:00", phone="0922 345 678")
    refused = _refused(shop, booked, "14:15")
    assert isinstance(refused, SlotTaken)
    assert [start.starts_at for start in refused.nearest] == [b.at("13:15"), b.at("13:30"), b.at("13:45")]


def test_the_wish_for_a_person_may_change_with_the_move_and_is_then_kept(
    shop: SimpleNamespace,
) -> None:
    booked = _book(shop, "14:00", stylist_id=None)
    other = shop.zhe if booked.stylist_id == shop.wen else shop.wen
    assert _move(shop, booked, "14:00", stylist_id=other).stylist_id == other
    assert _move(shop, booked, "16:00").stylist_id == other
    assert db.session.scalars(sa.select(BookingItem.named_stylist_id)).all() == [other]
    _book(shop, "17:00", phone="0922 345 678", stylist_id=other)
    assert isinstance(_refused(shop, booked, "17:00"), SlotTaken)
    assert _move(shop, booked, "17:00", stylist_id=None).stylist_id != other
    assert db.session.get_one(Booking, booked.id).stylist_named is False


def test_people_who_come_along_move_too_or_nobody_does(shop: SimpleNamespace) -> None:
    booked = _book(shop, "14:00", companions=(Companion((shop.cut,), "小美"),))
    _book(shop, "16:00", phone="0922 345 678", stylist_id=shop.zhe)
    assert isinstance(_refused(shop, booked, "16:00"), SlotTaken)
    _move(shop, booked, "17:00")
    assert _spans(booked.id) == {"stylist": ["17:00-18:00"] * 2, "chair": ["17:00-18:00"] * 2}
    mine = BookingItem.booking_id == booked.id
    names = db.session.scalars(sa.select(BookingItem.guest_name).where(mine).order_by(BookingItem.guest))
    assert names.all() == ["林太太", "小美"]


def test_a_text_says_the_new_time_and_the_old_one_is_not_sent_any_more(shop: SimpleNamespace) -> None:
    booked = _book(shop)
    _move(shop, booked, "16:00")
    assert _texts() == [("C1", "expired"), ("C3", "pending")]
    _move(shop, booked, "17:00")
    assert _texts() == [("C1", "expired"), ("C3", "expired"), ("C3", "pending")]
    body = db.session.scalars(sa.select(Message.body).where(Message.status == "pending")).one()
    assert re.match(r"Qinghe: (moved to|now) Mon 19 Oct 17:00,? Cut, 小雯", body)


def test_a_text_that_has_left_stays_sent(shop: SimpleNamespace) -> None:
    booked = _book(shop)
    with transaction() as session:
        session.execute(sa.update(Message).values(status="sent"))
    _move(shop, booked)
    assert _texts() == [("C1", "sent"), ("C3", "pending")]


def test_the_trail_says_who_moved_it_from_where_to_where(shop: SimpleNamespace) -> None:
    booked = _book(shop)
    _move(shop, booked, "16:00", actor="account:7")
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "move")).one()
    assert (entry.actor, entry.subject_id, entry.at) == ("account:7", booked.id, b.NOW)
    place = {"status": "confirmed", "stylist_id": shop.wen}
    assert entry.before == place | {"starts_at": "2026-10-19T06:00:00+00:00"}
    assert entry.after == place | {"starts_at": "2026-10-19T08:00:00+00:00"}


def test_moving_to_where_it_is_changes_nothing(shop: SimpleNamespace) -> None:
    booked = _book(shop)
    moved = _move(shop, booked, "16:00")
    before = _state()
    assert _move(shop, booked, "16:00") == moved
    assert _move(shop, booked, "16:00", stylist_id=shop.wen, now=b.at("15:59")) == moved
    assert _state() == before


def test_with_a_key_a_retry_gets_the_first_answer_even_after_another_move(shop: SimpleNamespace) -> None:
    booked = _book(shop)
    first = _move(shop, booked, "16:00", key="one")
    _move(shop, booked, "17:00", key="two")
    assert _move(shop, booked, "16:00", key="one") == first
    assert _spans(booked.id)["stylist"] == ["17:00-18:00"]
    for wrong, code in (("one", "idempotency_key_reused"), ("é", "idempotency_key_bad")):
        assert _refused(shop, booked, "18:00", key=wrong).code == code


@pytest.mark.parametrize(
    ("starts_at", "code"),
    [
        (b.at("08:00"), "in_the_past"),
        (b.NOW + timedelta(days=181), "too_far_ahead"),
        (b.at("16:07"), "off_the_grid"),
        (b.at("21:00"), "outside_hours"),
        (datetime(9999, 12, 31, 23, 45, tzinfo=UTC), "too_far_ahead"),
    ],
)
def test_a_time_that_cannot_be_is_refused(shop: SimpleNamespace, starts_at: datetime, code: str) -> None:
    refused = _refused(shop, _book(shop), starts_at=starts_at)
    assert (refused.code, refused.field) == (code, "starts_at")


def test_a_stylist_of_another_salon_is_refused_like_one_who_does_not_exist(shop: SimpleNamespace) -> None:
    booked = _book(shop)
    stranger = b.a_stylist(shop.network, home=b.a_salon(shop.network))
    for stylist_id in (stranger, 999):
        refused = _refused(shop, booked, stylist_id=stylist_id)
        assert (refused.code, refused.field) == ("unknown_choice", "stylist")


def test_a_guest_may_move_until_the_cut_off_and_a_desk_after_it(shop: SimpleNamespace) -> None:
    booked = _book(shop, "14:00")
    last = b.at("11:00")
    late = last + timedelta(seconds=1)
    refused = _refused(shop, booked, "16:00", now=late)
    assert (refused.code, refused.values) == ("past_cut_off", {"minutes": 180})
    assert _move(shop, booked, "16:00", now=late, actor="account:7").sequence == 1
    assert _move(shop, booked, "14:00", now=last).sequence == 2


@pytest.mark.parametrize("status", ["checked_in", "completed", "no_show", "held", "cancelled"])
def test_only_an_open_booking_moves_whoever_asks(shop: SimpleNamespace, status: str) -> None:
    booked = _book(shop)
    with transaction() as session:
        session.execute(sa.update(Booking).values(status=status, held_until=b.at("18:00")))
    for actor in ("guest", "account:7"):
        assert _refused(shop, booked, actor=actor).code == "not_open"
        assert _refused(shop, booked, "14:00", actor=actor).code == "not_open"


def test_a_booking_that_waits_for_approval_moves_and_waits_anew(shop: SimpleNamespace) -> None:
    booked = _book(shop)
    with transaction() as session:
        session.get_one(Salon, shop.salon).approve_minutes = 120
        session.execute(sa.update(Booking).values(status="pending", answer_by=b.NOW + timedelta(hours=2)))
    later = b.NOW + timedelta(hours=1)
    assert _move(shop, booked, now=later).status == "pending"
    answer_by = db.session.get_one(Booking, booked.id, populate_existing=True).answer_by
    assert answer_by == later + timedelta(hours=2)
    assert [text_id for text_id, _ in _texts()][-1] == "C1P"  # not C3: it is not theirs yet
    assert _move(shop, booked, "17:00", now=later).status == "pending"
    assert [text_id for text_id, _ in _texts()][-2:] == ["C1P", "C1P"]


def test_a_service_no_longer_offered_cannot_move_online(shop: SimpleNamespace) -> None:
    booked = _book(shop)
    with transaction() as session:
        session.execute(sa.update(Service).values(bookable=False))
    assert _refused(shop, booked).code == "not_open"


def test_no_such_booking_is_missing(shop: SimpleNamespace) -> None:
    with pytest.raises(Missing):
        moves.move(booking_id=999, starts_at=b.at("16:00"), actor="guest", now=b.NOW, texting=shop.texting)


def test_two_who_swap_do_not_lock_each_other_out(shop: SimpleNamespace) -> None:
    """Both at once cannot be, for each wants what the other still has; neither loses what it had."""
    one, two = _book(shop, "14:00"), _book(shop, "16:00", phone="0922 345 678")
    results = race(shop.app, lambda: _move(shop, one, "16:00"), lambda: _move(shop, two, "14:00"))
    assert _outcomes(results) == {"slot_taken": 2}
    assert (_spans(one.id)["stylist"], _spans(two.id)["stylist"]) == (["14:00-15:00"], ["16:00-17:00"])


def test_of_many_who_move_to_one_start_one_gets_it(shop: SimpleNamespace) -> None:
    clocks = ["10:00", "11:00", "12:00", "13:00"]
    booked = [_book(shop, clock, phone=f"0922 345 60{n}") for n, clock in enumerate(clocks)]
    early = b.NOW - timedelta(hours=3)
    movers = [lambda each=each: _move(shop, each, "16:00", now=early) for each in booked]
    results = race(shop.app, *movers, lambda: _book(shop, "16:00", phone="0922 345 699"))
    assert _outcomes(results) == {"Booked": 1, "slot_taken": 4}
    hands = (Occupancy.resource == f"stylist:{shop.wen}", Occupancy.starts_at == b.at("16:00"))
    assert len(db.session.scalars(sa.select(Occupancy.id).where(*hands)).all()) == 1


def test_moved_and_cancelled_at_once_it_holds_no_place(shop: SimpleNamespace) -> None:
    booked = _book(shop)
    cancel = lambda: cancellations.cancel(booking_id=booked.id, now=b.NOW, texting=shop.texting)  # noqa: E731
    results = race(
        shop.app, cancel, lambda: _move(shop, booked, "16:00"), lambda: _move(shop, booked, "17:00")
    )
    assert isinstance(results[0], Booked)
    assert set(_outcomes(results)) <= {"Booked", "not_open"}
    assert db.session.scalars(sa.select(Booking.status)).all() == ["cancelled"]
    assert _spans(booked.id) == {}


def test_moves_at_once_of_one_booking_are_counted_one_by_one(shop: SimpleNamespace) -> None:
    booked = _book(shop, stylist_id=None)
    clocks = ["15:30", "16:00", "17:00"]
    results = race(shop.app, *[lambda c=c: _move(shop, booked, c, stylist_id=shop.zhe) for c in clocks])
    assert sorted(result.sequence for result in results) == [1, 2, 3]
    last = max(results, key=lambda result: result.sequence)
    db.session.rollback()
    assert db.session.get_one(Booking, booked.id).starts_at == datetime.fromisoformat(last.starts_at)
    assert [text for text in _texts() if text[1] == "pending"] == [("C3", "pending")]


def test_a_move_keeps_the_wish_that_another_move_has_just_changed(shop: SimpleNamespace) -> None:
    booked = _book(shop, stylist_id=None)
    change = lambda: _move(shop, booked, "14:00", stylist_id=shop.zhe)  # noqa: E731
    results = race(shop.app, change, lambda: _move(shop, booked, "16:00"))
    assert _outcomes(results) == {"Booked": 2}
    db.session.rollback()
    assert db.session.scalars(sa.select(BookingItem.named_stylist_id)).all() == [shop.zhe]
    assert db.session.get_one(Booking, booked.id).stylist_id == shop.zhe


def test_stylists_of_two_salons_who_change_places_at_once_do_not_deadlock(shop: SimpleNamespace) -> None:
    sister = b.a_salon(shop.network, slug="sister")
    cut = b.a_service(sister)
    for stylist in (shop.wen, shop.zhe):
        b.a_rota(stylist, sister, weekdays=(2,))
    wednesday = b.TODAY + timedelta(days=2)
    there = bookings.book(
        salon_slug="sister", wish=Wish((cut,), shop.zhe), starts_at=b.at("14:00", wednesday),
        guest=Guest("0933 345 678"), key="there", language="en", now=b.NOW, texting=shop.texting,
    )  # fmt: skip
    here = _book(shop, "14:00")
    for turn in range(4):
        a, z = (shop.zhe, shop.wen) if turn % 2 == 0 else (shop.wen, shop.zhe)
        results = race(
            shop.app,
            lambda a=a: _move(shop, here, "14:00", stylist_id=a),
            lambda z=z: _move(shop, there, "14:00", day=wednesday, stylist_id=z),
        )
        assert _outcomes(results) == {"Booked": 2}


def test_a_price_follows_the_person_who_serves(shop: SimpleNamespace) -> None:
    b.add(
        StylistService(network_id=shop.network, service_id=shop.cut, stylist_id=shop.zhe, price_minor=99000)
    )
    booked = _book(shop)
    assert (booked.price_minor, _move(shop, booked, stylist_id=shop.zhe).price_minor) == (80000, 99000)


def test_the_other_day_is_as_good_as_the_other_hour(shop: SimpleNamespace) -> None:
    booked = _book(shop)
    assert _move(shop, booked, "10:00", day=TUESDAY).starts_at == "2026-10-20T02:00:00Z"
