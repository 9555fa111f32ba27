"""Money in whole minor units, as many to a whole one as its currency has; pay is rounded up."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salonpool.domain.money import Money, minor_units, number, pay_between

STARTS_AT = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)


def _pay(hourly: int, minutes: int) -> int:
    return pay_between(Money(hourly, "TWD"), STARTS_AT, STARTS_AT + timedelta(minutes=minutes)).amount_minor


def test_a_shift_is_paid_by_its_minutes_rounded_up_to_the_minor_unit() -> None:
    assert _pay(30000, 60) == 30000
    assert _pay(30000, 45) == 22500
    assert _pay(10000, 1) == 167
    assert _pay(30000, 0) == 0
    assert pay_between(Money(400, "JPY"), STARTS_AT, STARTS_AT + timedelta(hours=2)) == Money(800, "JPY")


@given(st.integers(0, 10_000_00), st.integers(0, 16 * 60))
def test_nobody_is_paid_less_than_the_exact_amount_nor_a_unit_more(hourly: int, minutes: int) -> None:
    exact = Fraction(hourly * minutes, 60)
    assert exact <= _pay(hourly, minutes) < exact + 1


def test_money_is_compared_with_its_currency() -> None:
    assert Money(80000, "TWD") == Money(80000, "TWD")
    assert Money(80000, "TWD") != Money(80000, "EUR")


@pytest.mark.parametrize(
    ("currency", "units"),
    [("TWD", 100), ("EUR", 100), ("JPY", 1), ("KRW", 1), ("KWD", 1000), ("TND", 1000), ("CLF", 10_000)],
)
def test_a_whole_unit_has_as_many_minor_units_as_the_standard_says(currency: str, units: int) -> None:
    assert minor_units(currency) == units


@pytest.mark.parametrize(
    ("amount_minor", "currency", "shown"),
    [
        (105_000, "TWD", "1,050"),
        (16_805, "CNY", "168.05"),
        (1050, "JPY", "1,050"),
        (1_050_005, "KWD", "1,050.005"),
        (-5000, "TWD", "50"),
        (0, "KWD", "0"),
    ],
)
def test_a_number_has_the_decimals_of_its_currency(amount_minor: int, currency: str, shown: str) -> None:
    assert number(Money(amount_minor, currency)) == shown
