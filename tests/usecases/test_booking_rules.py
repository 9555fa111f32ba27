"""An owner changes the rules for bookings: at once, noted with what they were; on both databases."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.booking_rules import BookingRules
from salonpool.domain.refusal import InvalidInput, Missing
from salonpool.domain.waitlist import WaitlistOrder
from salonpool.models import AuditEntry
from salonpool.queries.booking_rules import get_booking_rules
from salonpool.queries.salons import get_salon_by_id
from salonpool.usecases.salons import booking_rules
from tests import builders as b

NEW = BookingRules(60, 1440, 30000, 120, 30, WaitlistOrder.VALUE)


@pytest.fixture
def salon(app: Any) -> int:
    """A salon with the usual rules."""
    return b.a_salon(b.a_network(), slug="qinghe")


def _change(salon_id: int, rules: BookingRules) -> None:
    booking_rules.change(salon_id=salon_id, rules=rules, actor="account:7", now=b.NOW)


def _trail() -> list[tuple[str, Any, Any]]:
    db.session.rollback()
    rows = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "change_rules"))
    return [(row.actor, row.before, row.after) for row in rows]


def test_all_of_them_hold_at_once(salon: int) -> None:
    _change(salon, NEW)
    assert get_booking_rules(salon) == NEW
    row = get_salon_by_id(salon, "en")
    assert (row.cut_off_minutes, row.free_minutes, row.late_fee_minor) == (60, 1440, 30000)
    assert (row.approve_minutes, row.max_wait_minutes) == (120, 30)
    _change(salon, replace(NEW, approve_minutes=None))
    assert get_booking_rules(salon).approve_minutes is None


def test_the_trail_keeps_what_changed_and_what_it_was(salon: int) -> None:
    old = get_booking_rules(salon)
    _change(salon, replace(old, cut_off_minutes=60, waitlist_order=WaitlistOrder.BEST_FIT))
    before = {"cut_off_minutes": old.cut_off_minutes, "waitlist_order": "first_come"}
    assert _trail() == [("account:7", before, {"cut_off_minutes": 60, "waitlist_order": "best_fit"})]


def test_the_same_again_changes_and_notes_nothing(salon: int) -> None:
    _change(salon, get_booking_rules(salon))
    assert _trail() == []


def test_of_two_the_last_has_the_word_and_both_are_noted(salon: int) -> None:
    read_by_both = get_booking_rules(salon)
    _change(salon, replace(read_by_both, max_wait_minutes=30))
    _change(salon, replace(read_by_both, max_wait_minutes=45))
    assert get_booking_rules(salon).max_wait_minutes == 45
    assert [after for _, _, after in _trail()] == [{"max_wait_minutes": 30}, {"max_wait_minutes": 45}]


def test_what_cannot_be_changes_nothing(salon: int) -> None:
    old = get_booking_rules(salon)
    with pytest.raises(InvalidInput, match="free_before_cut_off"):
        _change(salon, replace(NEW, free_minutes=10))
    with pytest.raises(Missing):
        _change(999, NEW)
    assert (get_booking_rules(salon), _trail()) == (old, [])
