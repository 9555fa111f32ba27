"""Money: integer minor units and a currency."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the currency's minor units (ISO 4217): TWD 800 is 80000 minor units."""

    amount_minor: int
    currency: str


def pay_for(hourly_pay_minor: int, minutes: int) -> int:
    """Minor units earned for `minutes` at an hourly pay; a started fraction is paid in full."""
    return -(-hourly_pay_minor * minutes // 60)
