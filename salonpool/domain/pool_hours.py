"""When a stylist can be asked: weekly hours in wall time, minus time off; and what a standing yes covers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from salonpool.domain.local_time import DAY, at_local, local_day

Period = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Hours of one weekday (Monday is 0) in wall time. An end at or before the start means the next day."""

    weekday: int
    starts: time
    ends: time


def hours_between(weekly: Iterable[WeeklyHours], first: date, last: date, tz: ZoneInfo) -> list[Period]:
    """The hours that begin on a day from `first` to `last`, both included, in UTC; touching ones are one.

    Joined because a person free until midnight and from midnight on can work a shift across it.
    """
    periods = []
    for hours in weekly:
        day = first + timedelta(days=(hours.weekday - first.weekday()) % 7)
        while day <= last:
            periods.append(_on(day, hours, tz))
            day += timedelta(days=7)
    return _joined(periods)


def without(periods: Iterable[Period], away: Iterable[Period]) -> list[Period]:
    """The periods with every stretch of `away` cut out."""
    left = _joined(periods)
    for gone_from, gone_until in away:
        pieces = []
        for starts_at, ends_at in left:
            pieces += [(starts_at, min(ends_at, gone_from)), (max(starts_at, gone_until), ends_at)]
        left = _joined(pieces)
    return left


def covers(hours: WeeklyHours, starts_at: datetime, ends_at: datetime, tz: ZoneInfo) -> bool:
    """Does work from `starts_at` to `ends_at` lie inside these weekly hours?"""
    day = local_day(starts_at, tz)
    candidates = [_on(begin, hours, tz) for begin in (day - DAY, day) if begin.weekday() == hours.weekday]
    return any(opens_at <= starts_at and ends_at <= closes_at for opens_at, closes_at in candidates)


def _on(day: date, hours: WeeklyHours, tz: ZoneInfo) -> Period:
    last_day = day if hours.ends > hours.starts else day + DAY
    return at_local(day, hours.starts, tz), at_local(last_day, hours.ends, tz)


def _joined(periods: Iterable[Period]) -> list[Period]:
    joined: list[Period] = []
    for starts_at, ends_at in sorted(period for period in periods if period[0] < period[1]):
        if joined and starts_at <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends_at, joined[-1][1]))
        else:
            joined.append((starts_at, ends_at))
    return joined
