"""Cancelling: free in time, for the salon's fee later; the place is free at once. On both databases."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.booking import Wish
from salonpool.domain.refusal import Refusal
from salonpool.models import AuditEntry, Booking, Message, Occupancy
from salonpool.usecases.booking import at_desk, bookings, cancellations, moves
from salonpool.usecases.booking.booked import Booked
from salonpool.usecases.booking.bookings import Guest
from tests import builders as b

START = b.at("18:00")
FREE_UNTIL = START - timedelta(hours=6)
CUT_OFF = START - timedelta(hours=3)
MOMENT = timedelta(seconds=1)


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """A salon that takes 200 dollars of who cancels less than six hours before, online until three before."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe", free_minutes=360, late_fee_minor=20000)
    wen = b.a_stylist(network, home=salon)
    b.a_rota(wen, salon)
    return SimpleNamespace(wen=wen, cut=b.a_service(salon), texting=app.extensions["salonpool.texting"])


def _book(shop: SimpleNamespace) -> Booked:
    return bookings.book(
        salon_slug="qinghe", wish=Wish((shop.cut,)), starts_at=START, guest=Guest("0912 345 678"), key="k",
        language="en", now=b.NOW, texting=shop.texting,
    )  # fmt: skip


def _cancel(shop: SimpleNamespace, booked: Booked, now: datetime, agreed: int | None = None) -> Booked:
    return cancellations.cancel(booking_id=booked.id, now=now, texting=shop.texting, agreed_fee_minor=agreed)


def _last_text() -> str:
    return db.session.scalars(sa.select(Message.body).order_by(Message.id.desc()).limit(1)).one()


def test_in_time_it_is_free_and_the_text_says_so(shop: SimpleNamespace) -> None:
    cancelled = _cancel(shop, _book(shop), FREE_UNTIL)
    assert (cancelled.status, cancelled.fee_minor, cancelled.sequence) == ("cancelled", 0, 1)
    assert "no charge" in _last_text()


def test_later_it_costs_the_fee_which_is_kept_and_texted(shop: SimpleNamespace) -> None:
    cancelled = _cancel(shop, _book(shop), FREE_UNTIL + MOMENT)
    assert cancelled.fee_minor == 20000
    assert db.session.scalars(sa.select(Booking.fee_minor)).one() == 20000
    assert _last_text().startswith("Qinghe: your Mon 19 Oct 18:00 booking is cancelled, the fee is $200.")
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "cancel")).one()
    assert entry.after == {
        "status": "cancelled", "stylist_id": shop.wen, "starts_at": "2026-10-19T10:00:00+00:00",
        "fee_minor": 20000,
    }  # fmt: skip


def test_past_the_cut_off_nothing_changes_whatever_the_guest_would_pay(shop: SimpleNamespace) -> None:
    booked = _book(shop)
    with pytest.raises(Refusal) as late:
        _cancel(shop, booked, CUT_OFF + MOMENT, agreed=20000)
    assert late.value.code == "past_cut_off"
    db.session.rollback()
    assert db.session.scalars(sa.select(Booking.status)).one() == "confirmed"
    assert (
        len(db.session.scalars(sa.select(Occupancy.id).where(Occupancy.booking_id == booked.id)).all()) == 2
    )
    assert _cancel(shop, booked, CUT_OFF).fee_minor == 20000


def test_nobody_pays_more_than_they_were_shown(shop: SimpleNamespace) -> None:
    booked = _book(shop)
    with pytest.raises(Refusal) as dearer:
        _cancel(shop, booked, FREE_UNTIL + MOMENT, agreed=0)
    assert dearer.value.code == "fee_changed"
    db.session.rollback()
    assert db.session.scalars(sa.select(Booking.status)).one() == "confirmed"
    assert _cancel(shop, booked, FREE_UNTIL + MOMENT, agreed=20000).fee_minor == 20000


def test_cancelling_again_later_costs_no_more_and_texts_no_more(shop: SimpleNamespace) -> None:
    booked = _book(shop)
    first = _cancel(shop, booked, FREE_UNTIL)
    assert _cancel(shop, booked, START + MOMENT) == first
    assert db.session.scalars(sa.select(Message.text_id).order_by(Message.id)).all() == ["C1", "C4"]


def test_moving_is_no_way_around_the_fee(shop: SimpleNamespace) -> None:
    booked, late = _book(shop), FREE_UNTIL + MOMENT
    to: dict[str, Any] = {"booking_id": booked.id, "texting": shop.texting}
    tomorrow, day_after = (
        b.at("11:00", b.TODAY + timedelta(days=1)),
        b.at("11:00", b.TODAY + timedelta(days=7)),
    )
    with pytest.raises(Refusal, match="fee_changed"):
        moves.move(**to, starts_at=tomorrow, actor="guest", now=late, agreed_fee_minor=0)
    db.session.rollback()
    assert db.session.get_one(Booking, booked.id).starts_at == START
    moved = moves.move(**to, starts_at=tomorrow, actor="guest", now=late, agreed_fee_minor=20000)
    assert (moved.status, moved.fee_minor) == ("confirmed", 20000)
    moves.move(**to, starts_at=day_after, actor="guest", now=late)
    assert _cancel(shop, booked, late).fee_minor == 20000
    assert "the fee is $200." in _last_text()


def test_a_move_in_time_or_by_the_desk_keeps_no_fee(shop: SimpleNamespace) -> None:
    booked, tomorrow = _book(shop), b.at("11:00", b.TODAY + timedelta(days=1))
    to: dict[str, Any] = {"booking_id": booked.id, "texting": shop.texting}
    moves.move(**to, starts_at=b.at("17:30"), actor="guest", now=b.at("11:30"), agreed_fee_minor=0)
    moves.move(**to, starts_at=tomorrow, actor="account:1", now=b.at("12:00"))
    assert _cancel(shop, booked, b.at("12:00")).fee_minor == 0


def test_a_salon_that_turns_a_moved_visit_away_takes_no_fee(shop: SimpleNamespace) -> None:
    booked, late = _book(shop), FREE_UNTIL + MOMENT
    to: dict[str, Any] = {"booking_id": booked.id, "now": late, "texting": shop.texting}
    moves.move(**to, starts_at=b.at("11:00", b.TODAY + timedelta(days=1)), actor="guest")
    assert at_desk.cancel(**to, account_id=b.an_account(1)).fee_minor == 0


def test_a_request_the_salon_has_not_approved_is_taken_back_for_nothing(shop: SimpleNamespace) -> None:
    booked = _book(shop)
    with transaction() as session:
        session.execute(sa.update(Booking).values(status="pending"))
    assert _cancel(shop, booked, CUT_OFF).fee_minor == 0


def test_what_waits_to_be_sent_about_the_visit_is_dropped(shop: SimpleNamespace) -> None:
    booked = _book(shop)
    moves.move(booking_id=booked.id, starts_at=b.at("17:00"), actor="guest", now=b.NOW, texting=shop.texting)
    _cancel(shop, booked, b.NOW)
    rows = db.session.execute(sa.select(Message.text_id, Message.status).order_by(Message.id)).all()
    assert [tuple(row) for row in rows] == [("C1", "expired"), ("C3", "expired"), ("C4", "pending")]


def test_a_cancelled_visit_cannot_be_moved(shop: SimpleNamespace) -> None:
    booked = _book(shop)
    _cancel(shop, booked, b.NOW)
    with pytest.raises(Refusal) as over:
        moves.move(
            booking_id=booked.id, starts_at=b.at("17:00"), actor="guest", now=b.NOW, texting=shop.texting
        )
    assert over.value.code == "not_open"
