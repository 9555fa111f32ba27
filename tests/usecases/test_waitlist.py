"""The waitlist: joined, left, closed when over."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.refusal import InvalidInput, Refusal
from salonpool.models import (
    AuditEntry,
    Booking,
    Card,
    Message,
    Occupancy,
    WaitlistEntry,
    WaitlistSalon,
    WaitlistWindow,
)
from salonpool.usecases.booking import waitlist
from tests import builders as b
from tests.usecases import waiting as w


@pytest.fixture
def shop(app: Any) -> Any:
    """A salon whose 14:00 is taken."""
    shop = w.a_shop()
    shop.taken = w.book(shop)
    return shop


def _count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_a_guest_waits_for_services_salons_stylists_and_windows(shop):
    sister = w.a_shop(network=shop.network)
    w.link(shop.salon, sister.salon)
    windows = (w.window(), w.window("09:00", "12:00", b.TODAY + w.DAY))
    entry_id = w.join(
        shop, windows=windows, stylist_ids=(shop.wen,), sister_slugs=(sister.slug,), name="林太太"
    )
    entry = w.entry(entry_id)
    assert (entry.status, entry.codes, entry.stylist_ids) == ("waiting", ["cut"], [shop.wen])
    assert (entry.guest_name, entry.offered, entry.language) == ("林太太", 0, "en")
    salons = db.session.scalars(sa.select(WaitlistSalon.salon_id).order_by(WaitlistSalon.id)).all()
    assert salons == [shop.salon, sister.salon]
    kept = db.session.execute(sa.select(WaitlistWindow.starts_at, WaitlistWindow.ends_at)).all()
    assert [tuple(row) for row in kept] == list(windows)
    assert db.session.scalars(sa.select(Card.name).where(Card.name.is_not(None))).all() == ["林太太"]


def test_joining_for_the_same_thing_again_is_one_entry(shop):
    first = w.join(shop, windows=(w.window("08:00", "15:00"),))
    again = w.join(shop, "+886 912-000-001", windows=(w.window("08:00", "15:00"),), now=b.NOW + w.MINUTE)
    assert again == first
    assert _count(WaitlistEntry) == 1
    assert w.join(shop, windows=(w.window("08:00", "16:00"),)) != first
    assert w.join(shop, "0912 000 002", windows=(w.window("08:00", "15:00"),)) != first


def test_who_left_may_join_again(shop):
    first = w.join(shop)
    waitlist.leave(first, now=b.NOW)
    assert w.join(shop) != first


def test_a_phone_waits_for_three_things_at_most(shop):
    entries = [w.join(shop, windows=(w.window(f"1{hour}:00", "18:00"),)) for hour in (4, 5, 6)]
    with pytest.raises(Refusal) as refused:
        w.join(shop, windows=(w.window("17:00", "18:00"),))
    assert (refused.value.code, refused.value.values) == ("too_many_waits", {"limit": 3})
    assert _count(WaitlistEntry) == 3
    waitlist.leave(entries[0], now=b.NOW)
    w.join(shop, windows=(w.window("17:00", "18:00"),))


def test_one_phone_joins_ten_times_a_day_at_most(shop):
    for minute in range(10):
        waitlist.leave(w.join(shop, windows=(w.window(f"15:{minute:02}", "18:00"),)), now=b.NOW)
    with pytest.raises(Refusal) as refused:
        w.join(shop)
    assert refused.value.code == "too_many_tries"
    w.join(shop, now=b.NOW + w.DAY, windows=(w.window(day=b.TODAY + w.DAY),))


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"codes": ()}, "service", "missing"),
        ({"codes": ("perm",)}, "service", "unknown_choice"),
        ({"codes": ("cut", "cut")}, "service", "unknown_choice"),
        ({"codes": ("spray",)}, "services", "add_on_alone"),
        ({"stylist_ids": (999,)}, "stylist", "unknown_choice"),
        ({"sister_slugs": ("elsewhere",)}, "sisters", "unknown_choice"),
        ({"windows": ()}, "windows", "missing"),
        ({"phone": "02 2591 2345"}, "phone", "phone_landline"),
        ({"name": "x" * 81}, "name", "too_long"),
    ],
)
def test_what_cannot_be_waited_for_is_refused(shop, changes, field, code):
    b.a_service(shop.salon, code="spray", add_on=True)
    with pytest.raises(InvalidInput) as refused:
        w.join(shop, **{"phone": w.PHONE, **changes})
    assert (refused.value.field, refused.value.code) == (field, code)
    assert _count(WaitlistEntry) == 0


def test_a_salon_that_did_not_agree_is_no_sister(shop):
    sister = w.a_shop(network=shop.network)
    with pytest.raises(InvalidInput):
        w.join(shop, sister_slugs=(sister.slug,))


def test_who_leaves_is_off_the_list_once(shop):
    entry_id = w.join(shop)
    waitlist.leave(entry_id, now=b.NOW)
    waitlist.leave(entry_id, now=b.NOW + w.MINUTE)
    entry = w.entry(entry_id)
    assert (entry.status, entry.ended_at) == ("left", b.NOW)
    actions = db.session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.subject == "waitlist_entry").order_by(AuditEntry.id)
    ).all()
    assert actions == ["join", "leave"]


def test_who_leaves_gives_a_held_place_back(shop):
    entry_id = w.join(shop)
    w.cancel(shop.taken)
    assert w.offer() == 1
    waitlist.leave(entry_id, now=b.NOW)
    assert (w.entry(entry_id).status, w.held_for(entry_id).status) == ("left", "cancelled")
    assert not db.session.scalars(sa.select(Occupancy.id).where(Occupancy.booking_id.is_not(None))).all()
    assert w.offer(b.NOW + w.MINUTE) == 0


def test_an_entry_ends_with_its_last_window(shop):
    entry_id = w.join(shop, windows=(w.window("09:30", "10:00"), w.window("14:00", "14:15")))
    assert waitlist.sweep(b.at("14:14")) == 0
    assert waitlist.sweep(b.at("14:15")) == 1
    assert (w.entry(entry_id).status, w.entry(entry_id).ended_at) == ("expired", b.at("14:15"))
    assert waitlist.sweep(b.at("14:16")) == 0


def test_a_place_that_ran_out_lets_its_entry_wait_on(shop):
    entry_id = w.join(shop)
    w.cancel(shop.taken)
    w.offer()
    held_until = w.held_for(entry_id).held_until
    assert waitlist.sweep(held_until - timedelta(seconds=1)) == 0
    assert waitlist.sweep(held_until) == 1
    assert w.entry(entry_id).status == "waiting"


def test_a_place_whose_text_was_refused_goes_back_at_once(shop):
    entry_id = w.join(shop)
    w.cancel(shop.taken)
    w.offer()
    with transaction() as session:
        session.execute(sa.update(Message).where(Message.text_id == "C8").values(status="failed"))
    assert waitlist.sweep(b.NOW + w.MINUTE) == 1
    assert (w.held_for(entry_id).status, w.entry(entry_id).status) == ("cancelled", "waiting")


def test_an_entry_whose_place_was_booked_is_closed_even_after_a_crash(shop):
    entry_id = w.join(shop)
    w.cancel(shop.taken)
    w.offer()
    with transaction() as session:  # as confirm() leaves it
        session.execute(
            sa.update(Booking)
            .where(Booking.waitlist_entry_id == entry_id)
            .values(status="confirmed", confirmed_at=b.NOW)
        )
    assert waitlist.sweep(b.NOW + w.MINUTE) == 1
    assert w.entry(entry_id).status == "booked"
