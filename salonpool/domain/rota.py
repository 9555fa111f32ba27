"""Weekly rota patterns and the days they fill."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from salonpool.domain.local_time import DAY, at_local
from salonpool.domain.refusal import InvalidInput

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
    """The days from `first` to `last`, both included, that the pattern fills."""
    day = max(first, pattern.valid_from)
    day += timedelta(days=(pattern.weekday - day.weekday()) % 7)
    until = min(last, pattern.valid_to or last)
    while day <= until:
        starts_at = at_local(day, pattern.starts, tz)
        ends_at = _after(starts_at, day, pattern.ends, tz)
        breaks = []
        for begin, end in pattern.breaks:
            break_starts = at_local(day, begin, tz)
            if break_starts < starts_at:
                break_starts = at_local(day + DAY, begin, tz)
            breaks.append((break_starts, _after(break_starts, day, end, tz)))
        yield RotaDay(day, starts_at, ends_at, tuple(breaks))
        day += timedelta(days=7)


def check_pattern(pattern: WeeklyPattern) -> None:
    """Refuse a pattern that could not be worked. Raises InvalidInput naming the field."""
    if not 0 <= pattern.weekday <= 6:
        raise InvalidInput("weekday_unknown", field="weekday", example="0 for Monday")
    if pattern.starts == pattern.ends:
        raise InvalidInput("ends_before_start", field="ends", example="19:00")
    if pattern.valid_to is not None and pattern.valid_to < pattern.valid_from:
        raise InvalidInput("ends_before_start", field="valid_to", example=str(pattern.valid_from))
    span = _clock_span(pattern.starts, pattern.ends, pattern.starts)
    if span[1] > 16 * 60:
        raise InvalidInput("too_long", field="ends", limit=16)
    taken = 0
    for begin, end in sorted(_clock_span(b, e, pattern.starts) for b, e in pattern.breaks):
        if begin < taken or end > span[1] or begin >= end:
            raise InvalidInput("break_outside_hours", field="breaks", example="13:00-13:30")
        taken = end


def _after(start: datetime, day: date, wall: time, tz: ZoneInfo) -> datetime:
    end = at_local(day, wall, tz)
    while end <= start:
        day += DAY
        end = at_local(day, wall, tz)
    return end


def _clock_span(begin: time, end: time, origin: time) -> tuple[int, int]:
    """Minutes after `origin` on the dial, so that a shift past midnight stays in order."""
    base = origin.hour * 60 + origin.minute
    first = (begin.hour * 60 + begin.minute - base) % 1440
    last = (end.hour * 60 + end.minute - base) % 1440
    return first, last if last > 0 or first == last == 0 else 1440
