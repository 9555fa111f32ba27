"""People from the pool hear the evening before where they work and how many guests wait for them."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.booking import Wish
from salonpool.models import Assignment, OptOut
from salonpool.queries import access
from salonpool.queries.reminders import list_shifts_told
from salonpool.usecases.booking import bookings
from salonpool.usecases.booking.bookings import Guest
from salonpool.usecases.pool import by_hand, tomorrow
from salonpool.usecases.pool.take_back import take_back
from tests import builders as b
from tests.usecases import pool
from tests.usecases.contenders import race

pytestmark = pytest.mark.usefixtures("app")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
EVENING = b.at("18:00", b.TODAY + timedelta(days=2))  # the shift is on Thursday
PHONE = "+886912000001"


def _salon() -> int:
    return b.a_salon(b.a_network(), slug="qinghe")


def _yes(salon: int, *, now=b.NOW, phone: str = PHONE) -> int:
    """Somebody of the pool said yes; the assignment's id."""
    network = db.session.get_one(b.Salon, salon).network_id
    mia = b.a_pooled_stylist(network, phone=phone, name="Mia", language="en")
    shift = b.a_shift(salon)
    pool.accept(b.an_offer(shift, mia, offered_at=now, expires_at=now + HOUR), mia, now=now)
    db.session.rollback()
    return db.session.scalars(sa.select(Assignment.id).where(Assignment.shift_id == shift)).one()


def _sweep(now) -> int:
    return tomorrow.sweep(now, pool.texting())


def test_they_are_told_once_at_six_of_place_hours_and_guests():
    salon = _salon()
    cut = b.a_service(salon)
    _yes(salon)
    bookings.book(
        salon_slug="qinghe", wish=Wish((cut,)), starts_at=b.at("14:00", b.TODAY + timedelta(days=3)),
        guest=Guest("0987 654 321"), key="k", language="en", now=b.NOW + HOUR, texting=pool.texting(),
    )  # fmt: skip
    assert _sweep(EVENING - MINUTE) == 0
    assert _sweep(EVENING) == 1
    assert _sweep(EVENING + MINUTE) == 0
    [text] = pool.texts("S7")
    assert text.body == "Tomorrow Thu 22 Oct 14:00-18:00: Qinghe. Guests: 1. Call 02 2591 2345"
    assert (text.to, text.salon_id, text.expires_at) == (PHONE, salon, EVENING + 3 * HOUR)


@pytest.mark.parametrize(
    ("made", "swept", "told"),
    [
        (EVENING - 2 * HOUR, EVENING, 1),
        (EVENING - 2 * HOUR + MINUTE, EVENING, 0),
        (b.NOW, EVENING + 3 * HOUR - MINUTE, 1),
        (b.NOW, EVENING + 3 * HOUR, 0),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_has_just_said_yes_is_not_told_nor_anybody_after_nine(made, swept, told):
    _yes(_salon(), now=made)
    assert _sweep(swept) == told


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_own_staff_and_who_opted_out_or_gave_the_seat_back_are_not_told():
    salon = _salon()
    network = db.session.get_one(b.Salon, salon).network_id
    b.a_rota(b.a_stylist(network, home=salon), salon, weekdays=(3,))
    released = _yes(salon)
    with transaction() as session:
        session.get_one(Assignment, released).status = "released"
    _yes(salon, phone="+886912000002")
    b.add(OptOut(phone="+886912000002", opted_out_at=b.NOW))
    assert list_shifts_told(EVENING) == []
    assert _sweep(EVENING) == 0


def test_two_sweeps_at_once_tell_each_once(app):
    _yes(_salon())
    race(app, *[lambda: _sweep(EVENING)] * 2)
    assert len(pool.texts("S7")) == 1


def test_a_seat_taken_back_drops_the_text_that_waits():
    salon = _salon()
    network = db.session.get_one(b.Salon, salon).network_id
    owner = access.find_account(b.an_account(network, owns=(salon,)))
    shift = b.a_shift(salon)
    held = by_hand.give(
        owner, shift, b.a_pooled_stylist(network, phone=PHONE), now=b.NOW, texting=pool.texting()
    )
    assert _sweep(EVENING) == 1
    take_back(owner, shift, held, now=EVENING + MINUTE, texting=pool.texting())
    assert [text.status for text in pool.texts("S7")] == ["expired"]
