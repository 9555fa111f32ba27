"""Salon wall time and instants: the only place where a zone turns one into the other."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from salonpool.domain.refusal import InvalidInput

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def zone(name: str, *, field: str = "zone") -> ZoneInfo:
    """The IANA zone of that name; abbreviations such as EST are refused. Raises InvalidInput."""
    if "/" not in name and name != "UTC" or name not in available_timezones():
        raise InvalidInput("zone_unknown", field=field, example="Asia/Taipei")
    return ZoneInfo(name)


def at_local(day: date, wall: time, tz: ZoneInfo) -> datetime:
    """UTC instant of a wall time, for rules that must not fail: rota and opening hours.

    A time the clocks skip (spring) moves to the same distance after the gap; one that happens twice
    (autumn) is the first of the two (PEP 495, fold=0).
    """
    return datetime.combine(day, wall, tzinfo=tz).astimezone(UTC)


def typed_local(day: date, wall: time, tz: ZoneInfo, *, field: str, fold: int | None = None) -> datetime:
    """UTC instant of a wall time somebody typed.

    Raises InvalidInput: time_skipped (with the first time after the gap) inside a DST gap, time_twice when
    the clocks go back and `fold` (0 first, 1 second) was not given.
    """
    first, second = (datetime.combine(day, wall, tzinfo=tz).replace(fold=f) for f in (0, 1))
    offset_before, offset_after = first.utcoffset(), second.utcoffset()
    if _is_skipped(first):
        following = first
        while _is_skipped(following):
            following += MINUTE
        raise InvalidInput("time_skipped", field=field, next=following.strftime("%H:%M"))
    if offset_before != offset_after and fold is None:
        raise InvalidInput("time_twice", field=field, first=str(offset_before), second=str(offset_after))
    return (second if fold == 1 else first).astimezone(UTC)


def _is_skipped(wall: datetime) -> bool:
    """Do the clocks jump over this local time? Then the way to UTC and back does not end where it began."""
    return wall.astimezone(UTC).astimezone(wall.tzinfo).replace(tzinfo=None) != wall.replace(tzinfo=None)


def which_of_two(instant: datetime, tz: ZoneInfo) -> int | None:
    """0 or 1: the instant is the first or the second of two with the same wall time (autumn); else None."""
    local = instant.astimezone(tz)
    other = local.replace(fold=1 - local.fold)
    return None if other.utcoffset() == local.utcoffset() else local.fold


def day_span(day: date, tz: ZoneInfo) -> tuple[datetime, datetime]:
    """UTC start and end of a local day; 23 or 25 hours long when the clocks change."""
    return at_local(day, time(), tz), at_local(day + DAY, time(), tz)


def local_day(instant: datetime, tz: ZoneInfo) -> date:
    """The local date of an instant."""
    return instant.astimezone(tz).date()


def minutes_between(starts_at: datetime, ends_at: datetime) -> int:
    """Length of a span of instants in whole minutes."""
    return (ends_at - starts_at) // MINUTE


def to_minutes(instant: datetime) -> int:
    """Whole minutes since the epoch; the unit of the availability rules."""
    return int(instant.timestamp()) // 60


def from_minutes(minutes: int) -> datetime:
    """The aware UTC instant of to_minutes()."""
    return datetime.fromtimestamp(minutes * 60, UTC)
