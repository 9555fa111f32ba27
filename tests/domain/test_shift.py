"""The rules of a posted shift."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from salonpool.domain.money import Money
from salonpool.domain.refusal import InvalidInput
from salonpool.domain.shift import ShiftStatus, check_post, status_after

NOW = datetime(2026, 10, 19, 4, 0, tzinfo=UTC)


def _post(**changes: Any) -> None:
    values = {
        "starts_at": NOW + timedelta(days=1),
        "ends_at": NOW + timedelta(days=1, hours=4),
        "seats": 1,
        "hourly_pay": Money(42000, "TWD"),
        "priority": 2,
        "now": NOW,
    } | changes
    check_post(values.pop("starts_at"), values.pop("ends_at"), **values)


def test_a_usual_shift_passes() -> None:
    _post()
    _post(ends_at=NOW + timedelta(days=1, hours=16))
    _post(ends_at=NOW + timedelta(days=1, minutes=30))


@pytest.mark.parametrize(
    ("field", "code", "changes"),
    [
        ("starts_at", "in_the_past", {"starts_at": NOW}),
        ("starts_at", "too_far_ahead", {"starts_at": NOW + timedelta(days=181)}),
        ("ends_at", "ends_before_start", {"ends_at": NOW + timedelta(days=1)}),
        ("ends_at", "too_long_a_shift", {"ends_at": NOW + timedelta(days=1, hours=16, minutes=5)}),
        ("ends_at", "too_short_a_shift", {"ends_at": NOW + timedelta(days=1, minutes=25)}),
        ("starts_at", "off_the_grid", {"starts_at": NOW + timedelta(days=1, minutes=2)}),
        ("seats", "out_of_range", {"seats": 0}),
        ("seats", "out_of_range", {"seats": 11}),
        ("hourly_pay", "out_of_range", {"hourly_pay": Money(0, "TWD")}),
        ("priority", "out_of_range", {"priority": 4}),
    ],
)
def test_a_shift_nobody_could_work_is_refused_by_field(
    field: str, code: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        _post(**changes)
    assert (refused.value.field, refused.value.code) == (field, code)


@pytest.mark.parametrize(("currency", "most"), [("TWD", 10_000), ("JPY", 1_000_000), ("KWD", 1000)])
def test_a_pay_above_the_most_is_refused_in_whole_units_of_its_currency(currency: str, most: int) -> None:
    _post(hourly_pay=Money(1_000_000, currency))
    with pytest.raises(InvalidInput) as refused:
        _post(hourly_pay=Money(1_000_001, currency))
    assert refused.value.values["most"] == most


@pytest.mark.parametrize(
    ("free", "live", "status"),
    [(0, 2, ShiftStatus.FILLED), (1, 1, ShiftStatus.OFFERING), (2, 0, ShiftStatus.POSTED)],
)
def test_the_status_follows_from_seats_and_offers(free: int, live: int, status: ShiftStatus) -> None:
    assert status_after(free, live) is status
