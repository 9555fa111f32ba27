"""Answers to a reminder: 1 is kept, 2 gives the visit up where that costs nothing, and nothing is guessed."""

import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.booking import Wish
from salonpool.messaging.simulator import SimulatorGateway
from salonpool.models import AuditEntry, Booking, InboundMessage, Message, Salon
from salonpool.usecases.booking import bookings, moves, not_mine, reminders
from salonpool.usecases.booking.bookings import Guest
from salonpool.usecases.texts import inbound, outbox
from tests import builders as b
from tests.usecases import pool

PHONE = "+886912345678"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEDNESDAY = b.TODAY + 2 * DAY
NOON = b.at("12:00", b.TODAY + DAY)
ANSWERED = NOON + 5 * MINUTE
_numbers = itertools.count(1)


@pytest.fixture
def shop(app: Any) -> int:
    """A salon with two who cut, Wednesdays and Thursdays."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe")
    for name in ("Wen", "Zhe"):
        b.a_rota(b.a_stylist(network, home=salon, name=name), salon, weekdays=(2, 3))
    b.a_service(salon)
    return salon


def _book(clock_time: str = "14:00") -> int:
    [service_id] = db.session.scalars(sa.text("SELECT id FROM service")).all()
    return bookings.book(
        salon_slug="qinghe", wish=Wish((service_id,)), starts_at=b.at(clock_time, WEDNESDAY),
        guest=Guest(PHONE), key=f"k{next(_numbers)}", language="en", now=b.NOW, texting=pool.texting(),
    ).id  # fmt: skip


def _remind() -> None:
    _send(b.NOW)
    reminders.sweep(NOON, pool.texting())
    _send(NOON)


def _send(now: datetime) -> None:
    outbox.send_due(now, now, SimulatorGateway())


def _text(body: str, at: datetime = ANSWERED, *, read_at: datetime | None = None) -> str | None:
    inbound_id = inbound.receive(f"SM{next(_numbers)}", PHONE, body, {}, at)
    return inbound.handle(inbound_id, read_at or at, pool.texting())


def _booking(booking_id: int) -> Booking:
    db.session.rollback()
    return db.session.get_one(Booking, booking_id)


def _told() -> list[str]:
    """What was told since the reminders."""
    db.session.rollback()
    since = sa.select(Message.text_id).where(Message.created_at > NOON).order_by(Message.id)
    return list(db.session.scalars(since))


def _last() -> str:
    db.session.rollback()
    return db.session.scalars(sa.select(Message.body).order_by(Message.id.desc()).limit(1)).one()


def _set(salon_id: int, **rules: int) -> None:
    with transaction() as session:
        session.execute(sa.update(Salon).where(Salon.id == salon_id).values(**rules))


def test_a_yes_is_kept_for_every_visit_somebody_was_reminded_of_and_needs_no_answer(shop):
    first, second, unreminded = _book(), _book("16:00"), _book("16:00")
    _remind()
    assert [_text("1"), _text("好", ANSWERED + HOUR)] == ["will_come", "will_come"]
    kept = [_booking(booking_id).will_come_at for booking_id in (first, second, unreminded)]
    assert kept == [ANSWERED] * 3  # the last two are at one time: one text speaks for both
    assert _told() == []
    noted = sa.select(sa.func.count(AuditEntry.id)).where(AuditEntry.action == "will_come")
    assert db.session.scalar(noted) == 3


def test_a_no_gives_up_the_one_visit_and_said_again_hears_that_it_is_given_up(shop):
    booking_id = _book()
    _remind()
    assert _text("2") == "given_up"
    assert (_booking(booking_id).status, _told()) == ("cancelled", ["C4"])
    _send(ANSWERED)
    assert _text("2", ANSWERED + MINUTE) == "told_given_up"
    assert _told() == ["C4", "C4"]
    assert _last().startswith("Qinghe: your Wed 21 Oct 14:00 booking is cancelled, no charge.")


def test_a_no_after_a_yes_still_gives_the_visit_up(shop):
    booking_id = _book()
    _remind()
    _text("1")
    assert _text("2", ANSWERED + HOUR) == "given_up"
    assert _booking(booking_id).status == "cancelled"


def test_a_no_with_several_visits_gives_up_none(shop):
    both = [_book(), _book("16:00")]
    _remind()
    assert _text("2") == "several_visits"
    assert [_booking(booking_id).status for booking_id in both] == ["confirmed"] * 2
    assert "you have 2 visits ahead" in _last()
    assert _last().endswith("/my")


def test_too_late_for_a_no_the_salon_is_to_be_called_but_a_text_counts_from_when_it_came(shop):
    booking_id = _book()
    _remind()
    cut_off = b.at("11:00", WEDNESDAY)
    assert _text("2", cut_off + MINUTE) == "told_too_late"
    assert _last().endswith("If you cannot come, please call 02 2591 2345")
    assert _booking(booking_id).status == "confirmed"
    assert _text("2", cut_off, read_at=cut_off + 2 * MINUTE) == "given_up"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_pays_for_a_no_who_was_not_shown_the_fee(shop):
    booking_id = _book()
    _set(shop, free_minutes=48 * 60, late_fee_minor=30000)
    _remind()
    assert _text("2") == "told_fee"
    assert "Giving up Wed 21 Oct 14:00 now costs $300. If you still want to: " in _last()
    assert _booking(booking_id).status == "confirmed"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_visit_that_was_moved_or_begun_or_is_somebody_elses_now_is_not_asked_about(shop):
    booking_id = _book()
    _remind()
    assert _text("1", b.at("14:00", WEDNESDAY)) == "from_guest"
    moves.move(
        booking_id=booking_id, starts_at=b.at("15:00", WEDNESDAY), actor="guest", now=ANSWERED,
        texting=pool.texting(),
    )  # fmt: skip
    assert _text("2", ANSWERED + MINUTE) == "from_guest"
    assert (_booking(booking_id).status, _booking(booking_id).will_come_at) == ("confirmed", None)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_number_taken_off_a_visit_answers_for_it_no_more(shop):
    booking_id = _book()
    _remind()
    with transaction() as session:
        session.execute(sa.update(Booking).values(created_at=b.NOW - 60 * DAY))
    not_mine.take_off(PHONE, now=ANSWERED)
    assert _text("2", ANSWERED + MINUTE) == "from_guest"
    assert _booking(booking_id).status == "confirmed"


def test_a_moved_visit_forgets_the_yes_to_its_old_time(shop):
    booking_id = _book()
    _remind()
    _text("1")
    moves.move(
        booking_id=booking_id, starts_at=b.at("14:00", WEDNESDAY + DAY), actor="guest",
        now=ANSWERED + MINUTE, texting=pool.texting(),
    )  # fmt: skip
    assert _booking(booking_id).will_come_at is None
    assert reminders.sweep(NOON + DAY, pool.texting()).reminded == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_reminder_that_has_not_left_has_asked_nothing(shop):
    _book()
    reminders.sweep(NOON, pool.texting())
    assert _text("2") == "from_guest"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_with_an_offer_open_too_a_digit_means_neither(shop):
    booking_id = _book()
    _remind()
    network = db.session.get_one(Salon, shop).network_id
    stylist = b.a_pooled_stylist(network, phone=PHONE, language="en")
    offer = b.an_offer(b.a_shift(shop), stylist, offered_at=NOON, expires_at=NOON + HOUR)
    assert _text("1") == "several_open"
    assert _booking(booking_id).will_come_at is None
    assert _last() == (f"Please answer on the page, not by text: {pool.texting().links.host}/me")
    pool.decline(offer, stylist, now=ANSWERED)
    assert _text("1", ANSWERED + MINUTE) == "will_come"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_after_five_answers_to_nothing_within_an_hour_only_the_link_helps(shop):
    booking_id = _book()
    _send(b.NOW)
    for minutes in range(5):
        assert _text("2", NOON - 10 * MINUTE + minutes * MINUTE) == "from_guest"
    _remind()
    assert _text("2") == "link_only"
    assert _booking(booking_id).status == "confirmed"
    assert _text("2", NOON + HOUR) == "given_up"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_crash_before_the_text_is_marked_gives_up_once_and_tells_once(shop, monkeypatch):
    _book()
    _remind()
    inbound_id = inbound.receive("SM-crash", PHONE, "2", {}, ANSWERED)

    def crash(*_: Any) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(inbound, "_mark", crash)
        with pytest.raises(KeyboardInterrupt):
            inbound.handle(inbound_id, ANSWERED, pool.texting())
    assert inbound.handle(inbound_id, ANSWERED + MINUTE, pool.texting()) == "told_given_up"
    assert _told() == ["C4"]
    assert db.session.scalar(sa.select(sa.func.count(InboundMessage.id))) == 1
