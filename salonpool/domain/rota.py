"""Weekly rota patterns and the days they fill."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from salonpool.domain.local_time import DAY, at_local
from salonpool.domain.refusal import InvalidInput
from salonpool.domain.shift import MAX_LENGTH

AHEAD = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class WeeklyPattern:
    """One weekday of one stylist at one salon, in the salon's wall time. `weekday`: Monday is 0.

    An end at or before the start means the next day (a shift past midnight).
    """

    weekday: int
    starts: time
    ends: time
    breaks: tuple[tuple[time, time], ...]
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class RotaDay:
    """One materialised day: aware UTC instants."""

    works_on: date
    starts_at: datetime
    ends_at: datetime
    breaks: tuple[tuple[datetime, datetime], ...]


def days_of(pattern: WeeklyPattern, first: date, last: date, tz: ZoneInfo) -> Iterator[RotaDay]:
    """The days from `first` to `last`, both included, that the pattern fills.

    A shift or break that lies wholly inside hours the clocks skip does not take place that day.
    """
    day = max(first, pattern.valid_from)
    day += timedelta(days=(pattern.weekday - day.weekday()) % 7)
    until = min(last, pattern.valid_to or last)
    while day <= until:
        filled = _fill(pattern, day, tz)
        if filled.starts_at < filled.ends_at:
            yield filled
        day += timedelta(days=7)


def _fill(pattern: WeeklyPattern, day: date, tz: ZoneInfo) -> RotaDay:
    def instant(wall: time, *, is_end: bool) -> datetime:
        past_midnight = wall < pattern.starts or (is_end and wall == pattern.starts)
        return at_local(day + DAY if past_midnight else day, wall, tz)

    starts_at, ends_at = instant(pattern.starts, is_end=False), instant(pattern.ends, is_end=True)
    breaks, free_from = [], starts_at
    for begin, end in sorted(pattern.breaks, key=lambda pair: instant(pair[0], is_end=False)):
        # On the day the clocks go forward breaks may slide into each other or out of the shift.
        span = max(instant(begin, is_end=False), free_from), min(instant(end, is_end=True), ends_at)
        if span[0] < span[1]:
            breaks.append(span)
            free_from = span[1]
    return RotaDay(day, starts_at, ends_at, tuple(breaks))


def check_pattern(pattern: WeeklyPattern) -> None:
    """Refuse a pattern that could not be worked. Raises InvalidInput naming the field."""
    if not 0 <= pattern.weekday <= 6:
        raise InvalidInput("weekday_unknown", field="weekday", example="0 for Monday")
    if pattern.starts == pattern.ends:
        raise InvalidInput("ends_before_start", field="ends", example="19:00")
    if pattern.valid_to is not None and pattern.valid_to < pattern.valid_from:
        raise InvalidInput("ends_before_start", field="valid_to", example=str(pattern.valid_from))
    span = _clock_span(pattern.starts, pattern.ends, pattern.starts)
    if timedelta(minutes=span[1]) > MAX_LENGTH:
        raise InvalidInput("too_long_a_shift", field="ends", hours=MAX_LENGTH // timedelta(hours=1))
    taken = 0
    for begin, end in sorted(_clock_span(b, e, pattern.starts) for b, e in pattern.breaks):
        if begin < taken or end > span[1] or begin >= end:
            raise InvalidInput("break_outside_hours", field="breaks", example="13:00-13:30")
        taken = end


def _clock_span(begin: time, end: time, origin: time) -> tuple[int, int]:
    """Minutes after `origin` on the dial, so that a shift past midnight stays in order."""
    base = origin.hour * 60 + origin.minute
    first = (begin.hour * 60 + begin.minute - base) % 1440
    last = (end.hour * 60 + end.minute - base) % 1440
    return first, last if last > 0 or first == last == 0 else 1440
