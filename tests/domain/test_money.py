"""Pay is whole minor units; a started fraction is paid in full."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from salonpool.domain.money import Money, pay_for


def test_pay_is_rounded_up_to_the_minor_unit() -> None:
    assert pay_for(30000, 60) == 30000
    assert pay_for(30000, 45) == 22500
    assert pay_for(10000, 1) == 167
    assert pay_for(30000, 0) == 0


@given(st.integers(0, 10_000_00), st.integers(0, 16 * 60))
def test_nobody_is_paid_less_than_the_exact_amount_nor_a_unit_more(hourly: int, minutes: int) -> None:
    exact = Fraction(hourly * minutes, 60)
    assert exact <= pay_for(hourly, minutes) < exact + 1


def test_money_is_compared_with_its_currency() -> None:
    assert Money(80000, "TWD") == Money(80000, "TWD")
    assert Money(80000, "TWD") != Money(80000, "EUR")
