"""Money: integer minor units and a currency."""

from dataclasses import dataclass
from datetime import datetime

from salonpool.domain.local_time import minutes_between

# How many decimal places an amount has. Source: ISO 4217, list one; every code that is not here has two.
_DECIMALS = {
    **dict.fromkeys(
        (
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV",
            "XAF", "XOF", "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}  # fmt: skip
_USUAL_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the currency's minor units (ISO 4217): TWD 800 is 80000 minor units, JPY 800 is 800."""

    amount_minor: int
    currency: str


def minor_units(currency: str) -> int:
    """How many minor units make one whole one (ISO 4217): 100 for TWD, 1 for JPY, 1000 for KWD."""
    units: int = 10 ** _decimals(currency)
    return units


def number(amount: Money) -> str:
    """The amount without sign and currency, decimals only when there are any: `1,050`, `168.50`."""
    whole, rest = divmod(abs(amount.amount_minor), minor_units(amount.currency))
    return f"{whole:,}" + (f".{rest:0{_decimals(amount.currency)}d}" if rest else "")


def pay_between(hourly_pay: Money, starts_at: datetime, ends_at: datetime) -> Money:
    """What one person earns with a whole shift; a started minor unit is paid in full."""
    minutes = minutes_between(starts_at, ends_at)
    return Money(-(-hourly_pay.amount_minor * minutes // 60), hourly_pay.currency)


def _decimals(currency: str) -> int:
    return _DECIMALS.get(currency, _USUAL_DECIMALS)
