"""What a month of texts cost: what the provider has said, and, told apart, what the rest will cost about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from salonpool.domain.money import Money, minor_units
from salonpool.domain.text_price import MICRO, TextPrice
from salonpool.queries.messages import CostRow


@dataclass(frozen=True, slots=True)
class Month:
    """`known`: what was charged, by currency; `open_texts` texts in `open_segments` have no price yet, and
    `estimate` is what they may cost, None without a setting for it."""

    first_on: date
    texts: int
    segments: int
    known: tuple[Money, ...]
    open_texts: int
    open_segments: int
    estimate: Money | None


def month_of(first_on: date, rows: Sequence[CostRow], price: TextPrice | None) -> Month:
    """The month that begins then. `price`: what a segment costs about, as the operator states it."""
    open_rows = [row for row in rows if row.currency is None]
    open_segments = sum(row.segments for row in open_rows)
    estimate = None
    if price is not None and open_segments:
        estimate = _money(price.micro * open_segments, price.currency)
    return Month(
        first_on=first_on,
        texts=sum(row.texts for row in rows),
        segments=sum(row.segments for row in rows),
        known=tuple(_money(row.price_micro, row.currency) for row in rows if row.currency is not None),
        open_texts=sum(row.texts for row in open_rows),
        open_segments=open_segments,
        estimate=estimate,
    )


def _money(micro: int, currency: str) -> Money:
    """Millionths as an amount people can read; a started minor unit counts."""
    return Money(-(-micro * minor_units(currency) // MICRO), currency)
