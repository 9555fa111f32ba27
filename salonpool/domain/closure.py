"""When a salon takes nobody: local days or hours, and the bookings that stand in the way."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from salonpool.domain.course import Span
from salonpool.domain.local_time import DAY, day_span, from_minutes, local_day, to_minutes, typed_local
from salonpool.domain.refusal import InvalidInput
from salonpool.domain.spans import overlaps, subtract, union

FARTHEST = timedelta(days=366)
# A day when the clocks go back. Nobody looks further than this for what overlaps.
LONGEST_ROW_MINUTES = 25 * 60


class Danger(StrEnum):
    """Why a booking cannot take place as it stands."""

    CLOSED = "closed"
    OFF_DUTY = "off_duty"
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class LocalSpan:
    """From a day to a day, both included; with hours, from `starts` on the first to `ends` on the last."""

    first_on: date
    last_on: date
    starts: time | None = None
    ends: time | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A stretch of a booking and whose it is; `hands` is when they are bound."""

    stylist_id: int
    span: Span
    hands: bool


def check_span(span: LocalSpan, today: date) -> None:
    """Refuse days that are over, in the wrong order or more than a year ahead. Raises InvalidInput."""
    if span.first_on < today:
        raise InvalidInput("in_the_past", field="first_on")
    if span.last_on < span.first_on:
        raise InvalidInput("ends_before_start", field="last_on", example=str(span.first_on))
    if span.last_on > today + FARTHEST:
        raise InvalidInput("too_far_ahead", field="last_on", days=FARTHEST.days)


def instants_of(span: LocalSpan, tz: ZoneInfo) -> tuple[datetime, datetime]:
    """The UTC instants the span means in a zone. Raises InvalidInput: hours the clocks skip or show twice."""
    starts_at, _ = day_span(span.first_on, tz)
    _, ends_at = day_span(span.last_on, tz)
    if span.starts is not None:
        starts_at = typed_local(span.first_on, span.starts, tz, field="starts")
    if span.ends is not None and span.ends != time():  # until midnight is until the day is over
        ends_at = typed_local(span.last_on, span.ends, tz, field="ends")
    if ends_at <= starts_at:
        raise InvalidInput("ends_before_start", field="ends", example="19:00")
    return starts_at, ends_at


def days_of(starts_at: datetime, ends_at: datetime, tz: ZoneInfo, without: Sequence[Span] = ()) -> list[Span]:
    """The stretch cut at local midnights, `without` what is closed already; whole epoch minutes.

    A day is cut once more where the clocks go back by more than an hour (Antarctica/Troll: 26 hours).
    """
    found: list[Span] = []
    day = local_day(starts_at, tz)
    while (begins := max(starts_at, day_span(day, tz)[0])) < ends_at:
        until = min(ends_at, day_span(day, tz)[1])
        for piece in subtract((to_minutes(begins), to_minutes(until)), union(without)):
            found += _no_longer_than_a_row(piece)
        day += DAY
    return found


def closed_until(closed: Iterable[Span], visit: Span) -> datetime | None:
    """When the closed hours a visit would fall into are over; None when it falls into none."""
    joined = [span for span in union(closed) if overlaps([visit], span)]
    return from_minutes(joined[-1][1]) if joined else None


def danger_of(
    works: Iterable[Work],
    closed: Sequence[Span],
    duties: Mapping[int, Sequence[Span]],
    breaks: Mapping[int, Sequence[Span]],
) -> Danger | None:
    """Why a booking of these stretches cannot take place: closed, somebody not on duty, or in a break."""
    works = list(works)
    if any(overlaps(closed, work.span) for work in works):
        return Danger.CLOSED
    if any(subtract(work.span, union(duties.get(work.stylist_id, ()))) for work in works):
        return Danger.OFF_DUTY
    if any(work.hands and overlaps(breaks.get(work.stylist_id, ()), work.span) for work in works):
        return Danger.BREAK
    return None


def _no_longer_than_a_row(span: Span) -> Iterator[Span]:
    first, last = span
    while last - first > LONGEST_ROW_MINUTES:
        yield first, first + LONGEST_ROW_MINUTES
        first += LONGEST_ROW_MINUTES
    yield first, last
