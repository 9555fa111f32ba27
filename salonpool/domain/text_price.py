"""What one segment of a text costs, as an operator states it until the provider's own price is known."""

import re
from dataclasses import dataclass

MICRO = 1_000_000
_STATED = re.compile(r"([0-9]{1,4})(?:\.([0-9]{1,6}))? ([A-Z]{3})")


@dataclass(frozen=True, slots=True)
class TextPrice:
    """Millionths of a whole unit of the currency (ISO 4217) for each segment: providers charge fractions of
    the smallest coin."""

    micro: int
    currency: str


def parse(stated: str) -> TextPrice:
    """Read `0.05 USD`. Raises ValueError for anything else."""
    match = _STATED.fullmatch(stated.strip())
    if match is None:
        raise ValueError("give an amount and a currency, for example 0.05 USD")
    whole, fraction, currency = match.groups(default="")
    return TextPrice(int(whole) * MICRO + int(fraction.ljust(6, "0")), currency)
