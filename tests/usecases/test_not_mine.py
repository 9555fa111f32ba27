"""A number that went to somebody else is taken off what its last owner booked, and off nothing else."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.attendance import FORGOTTEN
from salonpool.domain.booking import BookingStatus, Wish
from salonpool.domain.phone import RESTS_AT_LEAST
from salonpool.models import AuditEntry, Booking, Card, Customer, Message, Salon, WaitlistEntry
from salonpool.queries.desk import get_desk_booking
from salonpool.queries.my_visits import list_my_visits
from salonpool.usecases.booking import at_desk, bookings, cancellations, not_mine, waitlist
from salonpool.usecases.booking.bookings import Guest
from tests import builders as b

TYPED, E164 = "0912 345 678", "+886912345678"
LONG_AGO = b.NOW - RESTS_AT_LEAST


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """Two salons with a stylist each on Mondays."""
    network, cut, salon = b.a_network(), {}, {}
    for slug in ("qinghe", "kapok"):
        salon[slug] = b.a_salon(network, slug=slug)
        b.a_rota(b.a_stylist(network, home=salon[slug]), salon[slug])
        cut[slug] = b.a_service(salon[slug])
    return SimpleNamespace(salon=salon, cut=cut, texting=app.extensions["salonpool.texting"])


def _book(
    shop: SimpleNamespace, now: datetime, slug: str = "qinghe", clock: str = "14:00", on: date = b.TODAY
) -> int:
    return bookings.book(
        salon_slug=slug, wish=Wish((shop.cut[slug],)), starts_at=b.at(clock, on), guest=Guest(TYPED, "Lin"),
        key=f"{slug} {clock} {on}", language="en", now=now, texting=shop.texting,
    ).id  # fmt: skip


def _ids() -> list[int]:
    return [visit.id for visit in list_my_visits(E164, b.NOW, "en")]


def _booking(booking_id: int) -> Booking:
    db.session.rollback()
    return db.session.get_one(Booking, booking_id)


def test_what_was_booked_before_the_number_changed_hands_is_no_longer_its_own(shop: SimpleNamespace) -> None:
    old, new = _book(shop, LONG_AGO), _book(shop, b.NOW, clock="16:00")
    assert _ids() == [old, new]
    assert not_mine.take_off(E164, now=b.NOW) == 1
    assert _ids() == [new]
    booking = _booking(old)
    assert (booking.status, booking.no_sms_reason) == ("confirmed", "no_phone")
    assert db.session.get_one(Customer, booking.customer_id).phone is None
    taken = sa.select(AuditEntry.subject_id).where(AuditEntry.action == "take_number_off")
    assert db.session.scalars(taken).all() == [old]
    assert not_mine.take_off(E164, now=b.NOW) == 0


def test_no_text_about_those_visits_leaves_any_more(shop: SimpleNamespace) -> None:
    old = _book(shop, LONG_AGO)
    not_mine.take_off(E164, now=b.NOW)
    cancellations.cancel(booking_id=old, now=b.NOW, texting=shop.texting)
    db.session.rollback()
    assert db.session.execute(sa.select(Message.text_id, Message.status)).all() == [("C1", "expired")]
    assert _booking(old).status == "cancelled"


def test_what_was_booked_since_cannot_be_shaken_off(shop: SimpleNamespace) -> None:
    recent = [_book(shop, LONG_AGO + timedelta(seconds=1)), _book(shop, b.NOW, "kapok")]
    assert not_mine.take_off(E164, now=b.NOW) == 0
    assert _ids() == recent
    assert db.session.scalar(sa.select(sa.func.count(Customer.id))) == 1


@pytest.mark.parametrize("how", ["missed", "late"])
def test_what_a_salon_still_remembers_cannot_be_shaken_off(shop: SimpleNamespace, how: str) -> None:
    slip, kept_to = _book(shop, LONG_AGO), _book(shop, LONG_AGO, clock="16:00")
    if how == "missed":
        owner = b.an_account(1, owns=(shop.salon["qinghe"],))
        at_desk.turn(booking_id=slip, into=BookingStatus.NO_SHOW, account_id=owner, now=b.at("14:00"))
    else:
        with transaction() as session:
            session.execute(sa.update(Salon).values(free_minutes=10_000))
        cancellations.cancel(booking_id=slip, now=b.NOW, texting=shop.texting)
    tomorrow, forgotten = b.NOW + timedelta(days=1), b.at("14:00") + FORGOTTEN
    assert not_mine.take_off(E164, now=tomorrow) == 1
    assert _ids() == [slip]
    assert db.session.get_one(Customer, _booking(kept_to).customer_id).phone is None
    new = _book(shop, tomorrow, clock="16:00", on=b.TODAY + timedelta(days=7))
    seen = get_desk_booking(new, "en", tomorrow).attendance
    assert (seen.no_shows, seen.late_cancels) == ((1, 0) if how == "missed" else (0, 1))
    assert not_mine.take_off(E164, now=forgotten - timedelta(seconds=1)) == 1  # the new one is old by then
    assert _ids() == [slip]
    assert not_mine.take_off(E164, now=forgotten) == 1
    assert _ids() == []


def test_a_salons_card_goes_with_the_last_owner_unless_the_present_one_comes_there(
    shop: SimpleNamespace,
) -> None:
    _book(shop, LONG_AGO, "qinghe")
    _book(shop, LONG_AGO, "kapok")
    _book(shop, b.NOW, "kapok", "16:00")
    not_mine.take_off(E164, now=b.NOW)
    db.session.rollback()
    rows = db.session.execute(
        sa.select(Card.salon_id, Customer.phone).join(Customer, Customer.id == Card.customer_id)
    )
    owners = {salon_id: phone for salon_id, phone in rows}  # noqa: C416  mypy: rows are no pairs to dict()
    assert owners == {shop.salon["qinghe"]: None, shop.salon["kapok"]: E164}


@pytest.mark.parametrize("has_booked", [True, False])
def test_what_the_last_owner_waits_for_ends(shop: SimpleNamespace, has_booked: bool) -> None:
    if has_booked:
        _book(shop, LONG_AGO)
    for now, clock in ((LONG_AGO, "10:00"), (b.NOW, "11:00")):
        wanted = waitlist.Waiting("qinghe", ("cut",), ((b.at(clock), b.at("12:00")),), TYPED)
        waitlist.join(wanted, language="en", now=now, texting=shop.texting)
    assert not_mine.take_off(E164, now=b.NOW) == int(has_booked)
    db.session.rollback()
    states = db.session.scalars(sa.select(WaitlistEntry.status).order_by(WaitlistEntry.id)).all()
    assert states == ["left", "waiting"]


def test_another_number_is_left_alone(shop: SimpleNamespace) -> None:
    old = _book(shop, LONG_AGO)
    assert not_mine.take_off("+886987654321", now=b.NOW) == 0
    assert _ids() == [old]
