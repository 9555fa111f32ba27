"""What a salon may set for its bookings: every fault with its field."""

from dataclasses import replace
from typing import Any

import pytest

from salonpool.domain.booking_rules import BOUNDS, BookingRules, faults, most_fee
from salonpool.domain.waitlist import WaitlistOrder

USUAL = BookingRules(180, 1440, 30000, 120, 15, WaitlistOrder.FIRST_COME)


def _found(**changes: Any) -> list[tuple[str, str | None]]:
    return [(fault.code, fault.field) for fault in faults(replace(USUAL, **changes), "TWD")]


def test_what_salons_have_and_the_bounds_themselves_are_fine() -> None:
    assert _found() == []
    assert _found(approve_minutes=None) == []
    for field, bounds in BOUNDS.items():
        for minutes in (bounds.least, bounds.most, bounds.example):
            others = {"cut_off_minutes": 0} if field == "free_minutes" else {}
            others = {"free_minutes": bounds.most} if field == "cut_off_minutes" else others
            assert _found(**others | {field: minutes}) == []


@pytest.mark.parametrize("field", BOUNDS)
def test_one_minute_outside_is_refused_at_its_field(field: str) -> None:
    bounds = BOUNDS[field]
    for minutes in (bounds.least - 1, bounds.most + 1):
        assert ("minutes_out_of_range", field) in _found(**{field: minutes})


def test_a_fee_is_an_amount_in_reason() -> None:
    assert _found(late_fee_minor=0) == []
    for fee in (-1, most_fee("TWD") * 100 + 1):
        assert _found(late_fee_minor=fee) == [("fee_out_of_range", "late_fee")]


def test_cancelling_is_not_free_until_later_than_it_is_possible() -> None:
    assert _found(cut_off_minutes=180, free_minutes=180) == []
    assert _found(cut_off_minutes=180, free_minutes=179) == [("free_before_cut_off", "free_minutes")]
