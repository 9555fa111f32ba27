"""When: the strip of seven days or a month's table, a day's times in parts, and the nearest to a full day."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from salonpool.domain.booking import HORIZON
from salonpool.domain.local_time import DAY, day_span
from salonpool.queries.closures import list_closures
from salonpool.queries.outlook import DayState, Outlook, get_outlook
from salonpool.queries.visits import Visit
from salonpool.web import askers
from salonpool.web.extensions import now
from salonpool.web.guest.choices import Choice

STRIP_DAYS = 7
NEAREST_WITHIN = timedelta(days=21)
NEAREST = 3
NOON, EVENING = 12, 18


Look = Callable[[Visit, date, date], Outlook]


@dataclass(frozen=True, slots=True)
class Day:
    """A day to choose, and what it holds; None for a day that is over."""

    on: date
    state: DayState | None


@dataclass(frozen=True)
class Stretch:
    """The days a page shows and what they hold; `on` is the one whose times are shown.

    `look` says what other days hold for this reader.
    """

    choice: Choice
    days: list[date]
    on: date
    outlook: Outlook
    look: Look

    @property
    def state(self) -> DayState:
        """What the day shown holds."""
        return self.outlook.state_of(self.on)

    def strip(self) -> list[Day]:
        """Each day and what it holds."""
        return [Day(day, self.outlook.state_of(day)) for day in self.days]

    def weeks(self) -> list[list[Day | None]]:
        """A month's days in weeks from Monday to Sunday; None before its first day and after its last."""
        days = [Day(day, None) for day in _days(self.days[0].replace(day=1), self.days[0] - DAY)]
        cells: list[Day | None] = [None] * self.days[0].replace(day=1).weekday()
        cells += [*days, *self.strip()]
        cells += [None] * (-len(cells) % 7)
        return [cells[n : n + 7] for n in range(0, len(cells), 7)]

    def parts(self) -> list[dict[str, Any]]:
        """The times of the day shown by part of the day, without empty parts."""
        return by_part(self.outlook.starts.get(self.on, ()), self.choice.salon.tz)

    def nearest(self) -> list[dict[str, datetime]]:
        """The first three starts after the day shown; looked for further on if this stretch has none."""
        after = [day for day in self.outlook.starts if day > self.on]
        starts = self.outlook.starts
        if not after:
            starts = self.look(self.outlook.visit, self.on, self.on + NEAREST_WITHIN).starts
            after = [day for day in starts if day > self.on]
        return [{"starts_at": start} for day in after[:NEAREST] for start in starts[day]][:NEAREST]

    def closed_because(self) -> str:
        """What the salon says about being closed on the day shown, if it is and says so."""
        if self.state is not DayState.CLOSED:
            return ""
        closures = list_closures(self.choice.salon.id, *day_span(self.on, self.choice.salon.tz))
        return next((closure.reason for closure in closures if closure.reason), "")


def by_part(starts: Iterable[datetime], tz: ZoneInfo) -> list[dict[str, Any]]:
    """Starts of one day by part of the day, without empty parts."""
    parts: dict[str, list[dict[str, datetime]]] = {"morning": [], "afternoon": [], "evening": []}
    for start in starts:
        hour = start.astimezone(tz).hour
        part = "morning" if hour < NOON else "afternoon" if hour < EVENING else "evening"
        parts[part].append({"starts_at": start})
    return [{"part": part, "slots": slots} for part, slots in parts.items() if slots]


def look(visit: Visit, first: date, last: date) -> Outlook:
    """What the days hold for this browser: what it holds itself is free for it."""
    return get_outlook(visit, first, last, now(), except_booking_id=askers.find_hold())


def stretch_of(choice: Choice, look: Look = look) -> Stretch:
    """The chosen month, or seven days from today or from a chosen day that is later; one search."""
    first, last = choice.today, choice.today + (STRIP_DAYS - 1) * DAY
    if choice.month is not None:
        first, last = max(choice.month, choice.today), next_month(choice.month) - DAY
    elif choice.on is not None and choice.on > last:
        first, last = choice.on, choice.on + (STRIP_DAYS - 1) * DAY
    outlook = look(choice.visit, first, last)
    on = choice.on if choice.on is not None and first <= choice.on <= last else None
    return Stretch(choice, list(_days(first, last)), on or next(iter(outlook.starts), first), outlook, look)


def months_beside(choice: Choice) -> tuple[date | None, date | None]:
    """The months before and after the one shown, as far as one can book."""
    shown = choice.month or choice.today
    before, after = (shown.replace(day=1) - DAY).replace(day=1), next_month(shown)
    earliest, latest = choice.today.replace(day=1), choice.today + HORIZON
    return (before if before >= earliest else None), (after if after <= latest else None)


def next_month(day: date) -> date:
    """The first of the following month."""
    return (day.replace(day=28) + 4 * DAY).replace(day=1)


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY
