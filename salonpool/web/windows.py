"""The stretches a guest waits for, as people say them."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from salonpool.domain.local_time import DAY, at_local, local_day
from salonpool.domain.waitlist import Window


@dataclass(frozen=True, slots=True)
class SaidWindow:
    """Hours of a day, or whole days: `is_whole`, up to and with `last_on`."""

    starts_at: datetime
    ends_at: datetime
    is_whole: bool
    last_on: date


def said(window: Window, tz: ZoneInfo) -> SaidWindow:
    """A window in the salon's days. One that ends at midnight and began at one, or today, is whole days."""
    starts_at, ends_at = window
    last = local_day(ends_at, tz)
    ends_with_day = ends_at == at_local(last, time(), tz)
    begins_with_day = starts_at == at_local(local_day(starts_at, tz), time(), tz)
    # Who asks for all of today waits from the minute they ask: their window begins at no round time.
    is_whole = ends_with_day and (begins_with_day or ends_at - starts_at > DAY / 2)
    return SaidWindow(starts_at, ends_at, is_whole, last - DAY if ends_with_day else last)
