"""Booking, holding, confirming and cancelling as use cases: races, evictions, traces, on both databases."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.booking import SlotTaken, Wish
from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.models import (
    AuditEntry,
    Booking,
    BookingItem,
    Card,
    Customer,
    IdempotencyKey,
    Message,
    Occupancy,
    OptOut,
    Segment,
)
from salonpool.queries.availability import find_openings
from salonpool.queries.salons import get_salon_by_id
from salonpool.queries.visits import get_visit
from salonpool.usecases import idempotency
from salonpool.usecases.booking import bookings, cancellations
from salonpool.usecases.booking.booked import Booked
from salonpool.usecases.booking.bookings import Guest
from tests import builders as b
from tests.usecases.contenders import race

PHONE = "0912 345 678"
LATER = b.NOW + timedelta(minutes=6)  # a hold made at NOW is over


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """Two chairs, two stylists on duty 10:00-19:00 on Mondays with a break, a cut and a colour with a gap."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe")
    wen, zhe = (b.a_stylist(network, home=salon, skills=("cut", "colour")) for _ in range(2))
    for stylist in (wen, zhe):
        b.a_rota(stylist, salon, weekdays=(0,), breaks=(("13:00", "13:30"),))
    return SimpleNamespace(
        app=app, network=network, salon=salon, wen=wen, zhe=zhe, cut=b.a_service(salon),
        colour=b.a_service(
            salon, code="colour", skill="colour", segments=((30, True), (40, False), (50, True))
        ),
        texting=app.extensions["salonpool.texting"],
    )  # fmt: skip


def _asked(shop: SimpleNamespace, clock: str, changes: dict[str, Any]) -> dict[str, Any]:
    wish = Wish(
        tuple(changes.pop("service_ids", [shop.cut])),
        changes.pop("stylist_id", shop.wen),
        **{name: changes.pop(name) for name in ("companions", "parallel", "gender") if name in changes},
    )
    return {
        "salon_slug": "qinghe", "wish": wish, "starts_at": b.at(clock), "language": "en", "now": b.NOW,
        "texting": shop.texting,
    } | changes  # fmt: skip


def _book(shop: SimpleNamespace, clock: str = "14:00", *, phone: str = PHONE, **changes: Any) -> Booked:
    key = changes.pop("key", None) or f"key-{threading.get_ident()}-{clock}-{sorted(changes.items())}"
    return bookings.book(guest=Guest(phone, "林太太"), key=key, **_asked(shop, clock, changes))


def _hold(shop: SimpleNamespace, clock: str = "14:00", **changes: Any) -> Booked:
    return bookings.hold(**_asked(shop, clock, changes))


def _confirm(shop: SimpleNamespace, hold: Booked, *, now: datetime = b.NOW, **changes: Any) -> Booked:
    values = {"guest": Guest(PHONE), "key": None, "language": "en"} | changes
    return bookings.confirm(booking_id=hold.id, now=now, texting=shop.texting, **values)


def _spans(booking_id: int) -> dict[str, list[str]]:
    """Occupied times on the wall by kind of resource."""
    found: dict[str, list[str]] = {}
    rows = sa.select(Occupancy).where(Occupancy.booking_id == booking_id).order_by(Occupancy.starts_at)
    for row in db.session.scalars(rows):
        first, last = (t.astimezone(b.TAIPEI).strftime("%H:%M") for t in (row.starts_at, row.ends_at))
        found.setdefault(row.resource.split(":")[0], []).append(f"{first}-{last}")
    return found


def _status(booking_id: int) -> tuple[str, str | None]:
    db.session.rollback()
    booking = db.session.get_one(Booking, booking_id)
    return booking.status, booking.cancel_cause


def _count(model: type[Any]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def _outcomes(results: list[Any]) -> Counter[str]:
    return Counter(result if isinstance(result, str) else type(result).__name__ for result in results)


def _overlaps() -> int:
    one, two = sa.orm.aliased(Occupancy), sa.orm.aliased(Occupancy)
    crossing = (one.resource == two.resource, one.id < two.id, one.starts_at < two.ends_at)
    return db.session.scalar(
        sa.select(sa.func.count()).select_from(one).join(two, sa.and_(*crossing, two.starts_at < one.ends_at))
    )  # type: ignore[return-value]


def test_of_eight_who_want_one_start_one_gets_it(shop: SimpleNamespace) -> None:
    results = race(shop.app, *[lambda: _book(shop)] * 8)
    assert _outcomes(results) == {"Booked": 1, "slot_taken": 7}
    assert (_count(Booking), _count(Message), _overlaps()) == (1, 1, 0)


def test_of_eight_who_take_anyone_two_are_served(shop: SimpleNamespace) -> None:
    results = race(shop.app, *[lambda: _book(shop, stylist_id=None)] * 8)
    assert _outcomes(results) == {"Booked": 2, "slot_taken": 6}
    served = [result.stylist_id for result in results if isinstance(result, Booked)]
    assert sorted(served) == [shop.wen, shop.zhe]
    assert _overlaps() == 0


def test_overlapping_starts_and_holds_never_share_a_stylist_or_chair(shop: SimpleNamespace) -> None:
    clocks = ["14:00", "14:15", "14:30", "14:45"]
    wishes = [lambda c=c: _book(shop, c, stylist_id=None) for c in clocks]
    holds = [lambda c=c: _hold(shop, c, stylist_id=None, service_ids=[shop.colour]) for c in clocks]
    outcomes = _outcomes(race(shop.app, *wishes, *holds))
    assert set(outcomes) == {"Booked", "slot_taken"}
    assert _overlaps() == 0


def test_twins_with_one_key_make_one_booking_and_get_one_answer(shop: SimpleNamespace) -> None:
    results = race(shop.app, *[lambda: _book(shop, key="the same")] * 6)
    assert isinstance(results[0], Booked)
    assert all(result == results[0] for result in results)
    assert (_count(Booking), _count(Message), _count(IdempotencyKey)) == (1, 1, 1)


def test_a_late_confirm_and_a_new_guest_cannot_both_win(shop: SimpleNamespace) -> None:
    hold = _hold(shop)
    results = race(shop.app, lambda: _confirm(shop, hold, now=LATER), *[lambda: _book(shop, now=LATER)] * 3)
    assert _outcomes(results) == {"Booked": 1, "slot_taken": 3}
    assert _overlaps() == 0


def test_confirming_twice_at_once_confirms_once(shop: SimpleNamespace) -> None:
    hold = _hold(shop)
    assert _outcomes(race(shop.app, *[lambda: _confirm(shop, hold)] * 4)) == {
        "Booked": 1,
        "already_confirmed": 3,
    }
    assert _count(Message) == 1


def test_cancelling_twice_at_once_texts_once(shop: SimpleNamespace) -> None:
    booked = _book(shop)
    cancel = lambda: cancellations.cancel(booking_id=booked.id, now=b.NOW, texting=shop.texting)  # noqa: E731
    assert _outcomes(race(shop.app, cancel, cancel, cancel)) == {"Booked": 3}
    texts = db.session.scalars(sa.select(Message.text_id).order_by(Message.id)).all()
    assert texts == ["C1", "C4"]


def test_several_services_are_one_visit_in_the_order_asked(shop: SimpleNamespace) -> None:
    booked = _book(shop, "14:00", service_ids=[shop.colour, shop.cut])
    assert (booked.services, booked.price_minor) == ([shop.colour, shop.cut], 160000)
    assert (booked.starts_at, booked.ends_at) == ("2026-10-19T06:00:00Z", "2026-10-19T09:00:00Z")
    # The end of the colour and the cut are one stretch of hands.
    assert _spans(booked.id) == {"stylist": ["14:00-14:30", "15:10-17:00"], "chair": ["14:00-17:00"]}
    items = db.session.execute(
        sa.select(BookingItem.service_id, Segment.starts_at, Segment.hands)
        .join(Segment, Segment.item_id == BookingItem.id)
        .order_by(BookingItem.position, Segment.starts_at)
    ).all()
    walls = [(service, at.astimezone(b.TAIPEI).strftime("%H:%M"), hands) for service, at, hands in items]
    assert walls == [
        (shop.colour, "14:00", True), (shop.colour, "14:30", False), (shop.colour, "15:10", True),
        (shop.cut, "16:00", True),
    ]  # fmt: skip


def test_a_service_asked_for_twice_is_done_twice(shop: SimpleNamespace) -> None:
    booked = _book(shop, service_ids=[shop.cut, shop.cut])
    assert (booked.services, booked.ends_at) == ([shop.cut, shop.cut], "2026-10-19T08:00:00Z")


@pytest.mark.parametrize("clock", ["12:15", "12:30", "13:00", "13:15"])
def test_a_visit_over_a_break_is_refused(shop: SimpleNamespace, clock: str) -> None:
    with pytest.raises(SlotTaken):
        _book(shop, clock)


def test_a_break_may_fall_into_processing_time(shop: SimpleNamespace) -> None:
    assert _book(shop, "12:30", service_ids=[shop.colour]).id


def test_a_visit_may_touch_the_break_and_the_end_of_the_shift(shop: SimpleNamespace) -> None:
    for clock in ("12:00", "13:30", "18:00"):
        assert _book(shop, clock).id
    with pytest.raises(SlotTaken):
        _book(shop, "18:15", stylist_id=shop.zhe)
    for clock in ("09:45", "19:00"):
        with pytest.raises(InvalidInput) as nobody:
            _book(shop, clock)
        assert nobody.value.code == "outside_hours"


def test_a_visit_may_run_past_midnight_with_its_shift(app: Any) -> None:
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe", chairs=1)
    stylist = b.a_stylist(network, home=salon)
    b.a_rota(stylist, salon, weekdays=(0,), starts="18:00", ends="02:00")
    texting = app.extensions["salonpool.texting"]
    shop = SimpleNamespace(app=app, wen=stylist, cut=b.a_service(salon), texting=texting)
    booked = _book(shop, "23:30")
    assert booked.ends_at == "2026-10-19T16:30:00Z"
    after_midnight = b.at("01:00", b.TODAY + timedelta(days=1))
    assert _book(shop, starts_at=after_midnight).id
    with pytest.raises(SlotTaken) as taken:
        _book(shop, "23:45", key="other")
    nearest = [start.starts_at for start in taken.value.nearest]
    assert nearest == [b.at("22:00"), b.at("22:15"), b.at("22:30")]


def test_the_last_hour_of_the_longest_shift_is_on_sale_on_the_day_the_clocks_go_back(app: Any) -> None:
    network = b.a_network(zone="Europe/Berlin")
    salon = b.a_salon(network, slug="qinghe", zone="Europe/Berlin", chairs=1)
    stylist = b.a_stylist(network, home=salon)
    b.a_rota(stylist, salon, weekdays=(6,), starts="00:00", ends="16:00")
    texting = app.extensions["salonpool.texting"]
    shop = SimpleNamespace(app=app, wen=stylist, cut=b.a_service(salon), texting=texting)
    assert _book(shop, starts_at=datetime(2026, 10, 25, 14, 0, tzinfo=UTC)).id  # 15:00 on the wall


def test_an_expired_hold_in_the_way_is_cancelled_and_its_trace_kept(shop: SimpleNamespace) -> None:
    hold = _hold(shop)
    booked = _book(shop, "14:30", now=LATER)
    assert _status(hold.id) == ("cancelled", "hold_expired")
    assert _spans(hold.id) == {}
    trace = db.session.execute(
        sa.select(AuditEntry.actor, AuditEntry.action, AuditEntry.subject_id)
        .where(AuditEntry.subject == "booking")
        .order_by(AuditEntry.id)
    ).all()
    assert [tuple(row) for row in trace] == [
        ("guest", "hold", hold.id),
        ("clock", "expire_hold", hold.id),
        ("guest", "book", booked.id),
    ]


def test_a_hold_counts_until_its_last_moment(shop: SimpleNamespace) -> None:
    hold = _hold(shop)
    held_until = b.NOW + timedelta(minutes=5)
    with pytest.raises(SlotTaken):
        _book(shop, now=held_until - timedelta(microseconds=1))
    assert _book(shop, now=held_until, key="now").id
    assert _status(hold.id)[0] == "cancelled"


def test_a_late_confirm_keeps_its_place_while_nobody_took_it(shop: SimpleNamespace) -> None:
    hold = _hold(shop, stylist_id=None)
    booked = _confirm(shop, hold, now=LATER)
    assert (booked.id, booked.stylist_id, booked.starts_at) == (hold.id, hold.stylist_id, hold.starts_at)
    assert _status(hold.id) == ("confirmed", None)
    assert _spans(hold.id) == {"stylist": ["14:00-15:00"], "chair": ["14:00-15:00"]}
    assert db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id.desc())).first() == "book"
    assert "expire_hold" not in db.session.scalars(sa.select(AuditEntry.action)).all()


def test_a_late_confirm_for_anyone_moves_to_another_free_stylist(shop: SimpleNamespace) -> None:
    hold = _hold(shop, stylist_id=None)
    other = {shop.wen: shop.zhe, shop.zhe: shop.wen}[hold.stylist_id]
    _book(shop, stylist_id=hold.stylist_id, now=LATER)
    assert _status(hold.id) == ("cancelled", "hold_expired")
    booked = _confirm(shop, hold, now=LATER)
    assert (booked.id, booked.stylist_id, booked.status) == (hold.id, other, "confirmed")
    assert _count(BookingItem) == 2
    assert _overlaps() == 0


def test_a_late_confirm_for_a_named_stylist_does_not_change_the_stylist(shop: SimpleNamespace) -> None:
    hold = _hold(shop)
    _book(shop, now=LATER)
    with pytest.raises(SlotTaken) as taken:
        _confirm(shop, hold, now=LATER)
    assert {start.stylist_id for start in taken.value.nearest} == {shop.wen}
    assert len(taken.value.nearest) == 3
    assert _status(hold.id) == ("cancelled", "hold_expired")


def test_the_sweeper_tidies_expired_holds_only(shop: SimpleNamespace) -> None:
    old = _hold(shop, "14:00")
    fresh = _hold(shop, "16:00", now=b.NOW + timedelta(minutes=3))
    booked = _book(shop, "17:00")
    assert bookings.sweep_expired_holds(LATER) == 1
    assert bookings.sweep_expired_holds(LATER) == 0
    assert [_status(receipt.id)[0] for receipt in (old, fresh, booked)] == ["cancelled", "held", "confirmed"]
    assert _confirm(shop, old, now=LATER).status == "confirmed"


def test_the_sweeper_works_beside_a_late_confirm(shop: SimpleNamespace) -> None:
    hold = _hold(shop)
    sweep = lambda: bookings.sweep_expired_holds(LATER)  # noqa: E731
    results = race(shop.app, lambda: _confirm(shop, hold, now=LATER), sweep, sweep)
    assert isinstance(results[0], Booked)
    assert _status(hold.id) == ("confirmed", None)
    assert _spans(hold.id) == {"stylist": ["14:00-15:00"], "chair": ["14:00-15:00"]}


def test_who_opted_out_gets_no_text_and_the_booking_says_why(shop: SimpleNamespace) -> None:
    b.add(OptOut(phone="+886912345678", opted_out_at=b.NOW))
    booked = _book(shop)
    assert db.session.get_one(Booking, booked.id).no_sms_reason == "opted_out"
    cancellations.cancel(booking_id=booked.id, now=b.NOW, texting=shop.texting)
    assert _count(Message) == 0


def test_one_contact_per_number_and_one_card_per_salon(shop: SimpleNamespace) -> None:
    _book(shop, "14:00")
    _book(shop, "16:00", phone="+886-912-345-678")
    assert (_count(Customer), _count(Card)) == (1, 1)
    assert db.session.scalars(sa.select(Card.name)).one() == "林太太"


def test_every_change_leaves_who_what_and_when(shop: SimpleNamespace) -> None:
    hold = _hold(shop)
    _confirm(shop, hold)
    cancellations.cancel(booking_id=hold.id, now=b.NOW, texting=shop.texting)
    entries = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.subject == "booking").order_by(AuditEntry.id)
    ).all()
    assert [(e.action, e.before, e.after["status"]) for e in entries] == [
        ("hold", None, "held"),
        ("book", {"status": "held"}, "confirmed"),
        ("cancel", {"status": "confirmed"}, "cancelled"),
    ]
    assert {(e.at, e.actor, e.subject_id) for e in entries} == {(b.NOW, "guest", hold.id)}
    assert "912" not in str([(e.before, e.after) for e in entries])


def test_a_refused_booking_leaves_no_trace(shop: SimpleNamespace) -> None:
    _book(shop)
    before = [_count(m) for m in (Booking, Occupancy, AuditEntry, Customer, Message, IdempotencyKey, Segment)]
    with pytest.raises(SlotTaken):
        _book(shop, phone="0922 345 678", key="refused")
    with pytest.raises(InvalidInput):
        _book(shop, "09:00", phone="0922 345 678", key="refused")
    after = [_count(m) for m in (Booking, Occupancy, AuditEntry, Customer, Message, IdempotencyKey, Segment)]
    assert after == before
    assert _book(shop, "16:00", phone="0922 345 678", key="refused").id


def test_a_key_is_remembered_even_when_its_answer_is_forgotten(shop: SimpleNamespace) -> None:
    first = _book(shop, key="once")
    with transaction() as session:
        idempotency.forget_old(session, b.NOW + idempotency.KEEP)
    assert _book(shop, key="once") == first
    with transaction() as session:
        idempotency.forget_old(session, b.NOW + idempotency.KEEP + timedelta(seconds=1))
    with pytest.raises(InvalidInput) as reused:
        _book(shop, key="once")
    assert reused.value.code == "idempotency_key_reused"
    assert _count(Booking) == 1


def test_a_confirm_with_a_key_can_be_repeated(shop: SimpleNamespace) -> None:
    hold = _hold(shop)
    assert _confirm(shop, hold, key="c") == _confirm(shop, hold, key="c")
    with pytest.raises(Refusal) as without:
        _confirm(shop, hold)
    assert without.value.code == "already_confirmed"


def test_a_cancelled_booking_cannot_be_confirmed_again(shop: SimpleNamespace) -> None:
    hold = _hold(shop)
    _confirm(shop, hold)
    cancellations.cancel(booking_id=hold.id, now=b.NOW, texting=shop.texting)
    with pytest.raises(Refusal):
        _confirm(shop, hold)
    assert _status(hold.id) == ("cancelled", "guest")


def test_what_does_not_exist_is_missing(shop: SimpleNamespace) -> None:
    with pytest.raises(Missing):
        bookings.confirm(
            booking_id=999, guest=Guest(PHONE), key=None, language="en", now=b.NOW, texting=shop.texting
        )
    with pytest.raises(Missing):
        cancellations.cancel(booking_id=999, now=b.NOW, texting=shop.texting)
    with pytest.raises(Missing):
        _book(shop, salon_slug="nowhere")


def test_the_stylist_is_not_shared_between_two_salons(shop: SimpleNamespace) -> None:
    """The lock and the rows are the stylist's, not the salon's."""
    sister = b.a_salon(shop.network, slug="sister", chairs=1)
    b.a_rota(shop.wen, sister, weekdays=(1,))
    cut = b.a_service(sister)
    with pytest.raises(InvalidInput) as not_there:
        _book(shop, salon_slug="sister", service_ids=[cut])
    assert not_there.value.code == "outside_hours"
    assert _book(
        shop, salon_slug="sister", service_ids=[cut], starts_at=b.at("14:00", b.TODAY + timedelta(1))
    ).id


def test_a_search_of_a_month_takes_four_queries(shop: SimpleNamespace) -> None:
    salon = get_salon_by_id(shop.salon, "en")
    visit = get_visit(salon, Wish((shop.colour,)), "en")
    statements: list[str] = []
    note = lambda *given: statements.append(given[2])  # noqa: E731
    sa.event.listen(db.engine, "before_cursor_execute", note)
    found = find_openings(visit, b.NOW, b.NOW + timedelta(days=31), b.NOW)
    sa.event.remove(db.engine, "before_cursor_execute", note)
    assert found
    assert len(statements) <= 4


def test_the_search_ends_at_the_horizon(shop: SimpleNamespace) -> None:
    salon = get_salon_by_id(shop.salon, "en")
    visit = get_visit(salon, Wish((shop.cut,)), "en")
    assert find_openings(visit, b.NOW + timedelta(days=181), b.NOW + timedelta(days=200), b.NOW) == []
