"""The rules a salon sets for its bookings: when guests may change, what it costs, who answers, who waits."""

from collections.abc import Iterator
from dataclasses import dataclass

from salonpool.domain.money import minor_units
from salonpool.domain.refusal import InvalidInput
from salonpool.domain.waitlist import WaitlistOrder

MOST_FEE_MINOR = 10_000_000  # like an hour's pay: a slip of a zero or two is noticed


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a number of minutes may be, and one that many salons have."""

    least: int
    most: int
    example: int


BOUNDS = {
    "cut_off_minutes": Bounds(0, 30 * 24 * 60, 180),
    "free_minutes": Bounds(0, 30 * 24 * 60, 1440),
    "approve_minutes": Bounds(15, 7 * 24 * 60, 120),
    "max_wait_minutes": Bounds(0, 60, 15),
}


@dataclass(frozen=True, slots=True)
class BookingRules:
    """As models.network.Salon has them. `approve_minutes` None: guests are booked at once."""

    cut_off_minutes: int
    free_minutes: int
    late_fee_minor: int
    approve_minutes: int | None
    max_wait_minutes: int
    waitlist_order: WaitlistOrder


def most_fee(currency: str) -> int:
    """The highest fee for cancelling late, in whole units of the currency."""
    return MOST_FEE_MINOR // minor_units(currency)


def faults(rules: BookingRules, currency: str) -> Iterator[InvalidInput]:
    """Everything wrong with them, each with its field: minutes_out_of_range, fee_out_of_range,
    free_before_cut_off."""
    for field in BOUNDS:
        minutes = getattr(rules, field)
        if minutes is not None and not is_within(field, minutes):
            yield out_of_bounds(field)
    if not 0 <= rules.late_fee_minor <= MOST_FEE_MINOR:
        yield fee_fault(currency)
    if rules.free_minutes < rules.cut_off_minutes:
        yield InvalidInput("free_before_cut_off", field="free_minutes", minutes=rules.cut_off_minutes)


def is_within(field: str, minutes: int) -> bool:
    """May the rule be so many minutes?"""
    return BOUNDS[field].least <= minutes <= BOUNDS[field].most


def out_of_bounds(field: str) -> InvalidInput:
    """The refusal of minutes that are no number, too few or too many."""
    bounds = BOUNDS[field]
    return InvalidInput(
        "minutes_out_of_range", field=field, least=bounds.least, most=bounds.most, example=bounds.example
    )


def fee_fault(currency: str) -> InvalidInput:
    """The refusal of a fee that is no amount, or too high."""
    return InvalidInput(
        "fee_out_of_range", field="late_fee", most=most_fee(currency), currency=currency, example=300
    )
