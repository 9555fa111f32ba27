"""What a salon does on the day: arrived, done, missed, turned away; guests without a phone; its memory."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.booking import BookingStatus, Wish
from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.models import AuditEntry, Booking, Customer, Message, Occupancy, Salon, Service
from salonpool.queries.desk import get_desk_booking
from salonpool.usecases.booking import at_desk, bookings, cancellations
from salonpool.usecases.booking.booked import Booked
from salonpool.usecases.booking.settling import Guest
from tests import builders as b

START = b.at("14:00")
LATER = b.at("18:00")


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """A salon of one chair, its stylist and its owner."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe", chairs=1)
    b.a_rota(b.a_stylist(network, home=salon), salon, weekdays=(0, 1, 2, 3, 4, 5, 6))
    owner = b.an_account(network, owns=(salon,))
    return SimpleNamespace(
        network=network, salon=salon, cut=b.a_service(salon), owner=owner, desk=f"account:{owner}",
        texting=app.extensions["salonpool.texting"],
    )  # fmt: skip


def _book(
    shop: SimpleNamespace, starts_at: datetime = START, phone: str | None = "0912 345 678", **changes: Any
) -> Booked:
    values = {"key": f"{starts_at} {phone}", "now": b.NOW, "guest": Guest(phone, "林太太")} | changes
    return bookings.book(
        salon_slug="qinghe", wish=Wish((shop.cut,)), starts_at=starts_at, language="en",
        texting=shop.texting, **values,
    )  # fmt: skip


def _turn(shop: SimpleNamespace, made: Booked, into: str, now: datetime = START) -> str:
    at_desk.turn(booking_id=made.id, into=BookingStatus(into), account_id=shop.owner, now=now)
    db.session.rollback()
    return db.session.get_one(Booking, made.id).status


def _is_taken(booking_id: int) -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(Occupancy.booking_id == booking_id))))


def _places(booking_id: int) -> list[tuple[str, datetime, datetime]]:
    rows = sa.select(Occupancy.resource, Occupancy.starts_at, Occupancy.ends_at)
    found = db.session.execute(rows.where(Occupancy.booking_id == booking_id).order_by(Occupancy.resource))
    return [(resource, starts_at, ends_at) for resource, starts_at, ends_at in found]


def _trail(booking_id: int) -> list[tuple[str, str]]:
    rows = sa.select(AuditEntry.actor, AuditEntry.action).where(
        AuditEntry.subject == "booking", AuditEntry.subject_id == booking_id
    )
    return [(actor, action) for actor, action in db.session.execute(rows.order_by(AuditEntry.id))]


def test_a_guest_arrives_and_is_done_and_slips_are_taken_back(shop: SimpleNamespace) -> None:
    made = _book(shop)
    for into in ("checked_in", "confirmed", "checked_in", "completed", "checked_in", "completed"):
        assert _turn(shop, made, into) == into
        assert _turn(shop, made, into) == into  # again changes nothing
    assert [action for _, action in _trail(made.id)] == [
        "book", "arrive", "undo", "arrive", "complete", "arrive", "complete",
    ]  # fmt: skip
    assert _trail(made.id)[-1] == (shop.desk, "complete")
    assert _is_taken(made.id)


def test_a_missed_visit_gives_its_place_back(shop: SimpleNamespace) -> None:
    made = _book(shop)
    with pytest.raises(Refusal, match="too_early"):
        _turn(shop, made, "no_show", START - timedelta(minutes=1))
    assert _turn(shop, made, "no_show") == "no_show"
    assert not _is_taken(made.id)
    for into in ("checked_in", "confirmed", "completed"):
        with pytest.raises(Refusal, match="not_open"):
            _turn(shop, made, into)


def _take_back(shop: SimpleNamespace, made: Booked, now: datetime = LATER) -> Booked:
    return at_desk.take_back_miss(booking_id=made.id, account_id=shop.owner, now=now)


def _remembered(shop: SimpleNamespace, made: Booked) -> tuple[int, float]:
    kept = get_desk_booking(made.id, "en", LATER).attendance
    return kept.no_shows, kept.weight


def test_a_miss_is_taken_back_with_its_place_and_no_longer_counts(shop: SimpleNamespace) -> None:
    made = _book(shop)
    taken = _places(made.id)
    _turn(shop, made, "no_show")
    assert _remembered(shop, made) == (1, 1.0)
    answer = _take_back(shop, made)
    assert (answer.status, answer.starts_at, answer.stylist_id) == (
        "confirmed", made.starts_at, made.stylist_id,
    )  # fmt: skip
    assert _places(made.id) == taken
    assert _remembered(shop, made) == (0, 0.0)
    assert _take_back(shop, made) == answer  # again changes nothing
    assert _trail(made.id)[-2:] == [(shop.desk, "miss"), (shop.desk, "take_back_miss")]
    assert _turn(shop, made, "completed", LATER) == "completed"


def test_when_somebody_has_the_place_the_salon_has_cancelled_for_nothing(shop: SimpleNamespace) -> None:
    made = _book(shop)
    _turn(shop, made, "no_show")
    other = _book(shop, b.at("14:15"), "0922 345 678", now=START + timedelta(minutes=1))
    answer = _take_back(shop, made, START + timedelta(minutes=20))
    assert (answer.status, answer.fee_minor) == ("cancelled", 0)
    assert db.session.get_one(Booking, made.id).cancel_cause == "salon"
    assert (_is_taken(made.id), _is_taken(other.id)) == (False, True)
    assert _remembered(shop, made) == (0, 0.0)
    assert _take_back(shop, made, START + timedelta(minutes=30)).status == "cancelled"
    bodies = db.session.scalars(sa.select(Message.text_id).where(Message.booking_id == made.id)).all()
    assert bodies == ["C1"]  # who stands at the desk needs no text


def test_a_miss_of_a_service_that_is_gone_can_be_taken_back_too(shop: SimpleNamespace) -> None:
    made = _book(shop)
    _turn(shop, made, "no_show")
    with transaction() as session:
        session.execute(sa.update(Service).values(bookable=False))
    assert _take_back(shop, made).status == "cancelled"
    assert _remembered(shop, made) == (0, 0.0)


def test_what_happened_is_taken_back_until_the_end_of_the_next_day(shop: SimpleNamespace) -> None:
    ends = b.at("00:00", b.TODAY + timedelta(days=2))
    missed, here = _book(shop), _book(shop, b.at("16:00"), "0922 345 678")
    _turn(shop, missed, "no_show", b.at("16:00"))
    _turn(shop, here, "completed", b.at("16:00"))
    for made, take_back in (
        (missed, lambda now: _take_back(shop, missed, now)),
        (here, lambda now: _turn(shop, here, "checked_in", now)),
        (here, lambda now: _turn(shop, here, "confirmed", now)),
    ):
        before = db.session.get_one(Booking, made.id, populate_existing=True).status
        with pytest.raises(Refusal, match="too_late"):
            take_back(ends)
        db.session.rollback()
        assert db.session.get_one(Booking, made.id).status == before
        take_back(ends - timedelta(minutes=1))
    assert db.session.get_one(Booking, missed.id, populate_existing=True).status == "confirmed"


def test_only_what_was_missed_is_no_longer_missed(shop: SimpleNamespace) -> None:
    made = _book(shop)
    _turn(shop, made, "checked_in")
    with pytest.raises(Refusal, match="not_open"):
        _take_back(shop, made)
    with pytest.raises(Missing):
        at_desk.take_back_miss(booking_id=999, account_id=shop.owner, now=b.NOW)


@pytest.mark.parametrize("into", ["checked_in", "completed", "no_show", "confirmed"])
def test_what_was_given_up_does_not_come_to_life_without_its_place(shop: SimpleNamespace, into: str) -> None:
    made = _book(shop)
    at_desk.cancel(booking_id=made.id, account_id=shop.owner, now=b.NOW, texting=shop.texting)
    with pytest.raises(Refusal, match="not_open"):
        _turn(shop, made, into)
    assert db.session.get_one(Booking, made.id, populate_existing=True).status == "cancelled"


@pytest.mark.parametrize("into", ["checked_in", "completed", "no_show", "confirmed"])
def test_what_waits_for_approval_is_not_turned_into_anything_else(shop: SimpleNamespace, into: str) -> None:
    with transaction() as session:
        session.get_one(Salon, shop.salon).approve_minutes = 60
    made = _book(shop)
    with pytest.raises(Refusal, match="not_open"):
        _turn(shop, made, into)
    assert _is_taken(made.id)


def test_a_salon_that_cannot_serve_says_sorry_at_any_time_and_once(shop: SimpleNamespace) -> None:
    made = _book(shop)
    for _ in range(2):
        answer = at_desk.cancel(
            booking_id=made.id, account_id=shop.owner, now=START - timedelta(minutes=5), texting=shop.texting
        )
    row = db.session.get_one(Booking, made.id)
    assert (answer.status, row.cancel_cause, row.fee_minor, _is_taken(made.id)) == (
        "cancelled", "salon", 0, False,
    )  # fmt: skip
    pending = sa.select(Message.body).where(Message.status == "pending")
    [text] = db.session.scalars(pending)
    assert text.startswith("Qinghe: sorry, we cannot do Mon 19 Oct 14:00.")
    with pytest.raises(Refusal, match="not_open"):
        _turn(shop, made, "checked_in")


def test_a_guest_without_a_phone_is_booked_by_name_and_gets_no_text(shop: SimpleNamespace) -> None:
    made = _book(shop, phone=" ", actor=shop.desk)
    row = db.session.get_one(Booking, made.id)
    assert (row.status, row.no_sms_reason, row.customer_id) == ("confirmed", "no_phone", None)
    assert get_desk_booking(made.id, "en", b.NOW).guest_name == "林太太"
    assert _trail(made.id) == [(shop.desk, "book")]
    for model in (Message, Customer):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(model)) == 0
    at_desk.cancel(booking_id=made.id, account_id=shop.owner, now=b.NOW, texting=shop.texting)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 0


def test_nobody_is_booked_without_name_and_number_and_guests_not_without_number(
    shop: SimpleNamespace,
) -> None:
    with pytest.raises(InvalidInput) as nameless:
        _book(shop, actor=shop.desk, guest=Guest(None, " "))
    assert (nameless.value.code, nameless.value.field) == ("missing", "customer.name")
    with pytest.raises(InvalidInput) as numberless:
        _book(shop, phone=None)
    assert (numberless.value.code, numberless.value.field) == ("phone_missing", "customer.phone")


def test_the_desk_remembers_missed_and_late_for_half_a_year(shop: SimpleNamespace) -> None:
    missed, late = _book(shop), _book(shop, b.at("16:00"))
    _turn(shop, missed, "no_show")
    with transaction() as session:
        session.get_one(Salon, shop.salon).cut_off_minutes = 0
    at = b.at("16:00") - timedelta(minutes=10)
    cancellations.cancel(booking_id=late.id, now=at, texting=shop.texting)
    next_week = b.at("14:00", b.TODAY + timedelta(days=7))
    again, other = _book(shop, next_week), _book(shop, next_week + timedelta(hours=2), "0922 345 678")
    seen = get_desk_booking(again.id, "en", next_week).attendance
    assert (seen.no_shows, seen.late_cancels, seen.weight, seen.latest) == (1, 1, 1.5, b.at("16:00"))
    assert get_desk_booking(other.id, "en", next_week).attendance.weight == 0
    later = get_desk_booking(again.id, "en", b.NOW + timedelta(days=181)).attendance
    assert (later.no_shows, later.late_cancels) == (0, 0)


@pytest.mark.parametrize(("free_minutes", "then", "late"), [(180, 1440, 0), (1440, 180, 1)])
def test_another_rule_does_not_change_what_was_late(
    shop: SimpleNamespace, free_minutes: int, then: int, late: int
) -> None:
    with transaction() as session:
        session.get_one(Salon, shop.salon).free_minutes = free_minutes
    made = _book(shop)
    at = START - timedelta(hours=4)
    cancellations.cancel(booking_id=made.id, now=at, texting=shop.texting)
    with transaction() as session:
        session.get_one(Salon, shop.salon).free_minutes = then
    assert get_desk_booking(made.id, "en", LATER).attendance.late_cancels == late


def test_what_the_salon_had_not_agreed_to_is_never_late(shop: SimpleNamespace) -> None:
    with transaction() as session:
        salon = session.get_one(Salon, shop.salon)
        salon.approve_minutes, salon.free_minutes = 600, 1440
    made = _book(shop)
    cancellations.cancel(booking_id=made.id, now=b.NOW, texting=shop.texting)
    assert get_desk_booking(made.id, "en", LATER).attendance.late_cancels == 0


def test_what_does_not_exist_is_missing(shop: SimpleNamespace) -> None:
    with pytest.raises(Missing):
        at_desk.turn(booking_id=9, into=BookingStatus.NO_SHOW, account_id=shop.owner, now=b.NOW)
    with pytest.raises(Missing):
        at_desk.cancel(booking_id=9, account_id=shop.owner, now=b.NOW, texting=shop.texting)
    with pytest.raises(Missing):
        get_desk_booking(9, "en", b.NOW)
