"""A visit that repeats: every so many weeks at the same time on the wall."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from salonpool.domain.booking import FreeStart
from salonpool.domain.refusal import InvalidInput, Refusal

MAX_WEEKS = 12
MAX_TIMES = 12


@dataclass(frozen=True, slots=True)
class Repeat:
    """`times` visits in all, each `every_weeks` after the one before."""

    every_weeks: int
    times: int


@dataclass(frozen=True, slots=True)
class Unfit:
    """A date of the series that cannot be booked, why, and up to three starts near it that can."""

    starts_at: datetime
    refusal: Refusal
    nearest: tuple[FreeStart, ...] = ()


class SeriesTaken(Refusal):
    """Not every date fits, so none was booked. `dates` names those that do not."""

    def __init__(self, dates: Sequence[Unfit], tz: ZoneInfo) -> None:
        local = (unfit.starts_at.astimezone(tz).strftime("%Y-%m-%d %H:%M") for unfit in dates)
        super().__init__("series_taken", dates=", ".join(local))
        self.dates = tuple(dates)


def starts_of(starts_at: datetime, repeat: Repeat, tz: ZoneInfo) -> list[datetime]:
    """The start of every visit in UTC; the wall time stays when the clocks change.

    Raises InvalidInput: out_of_range; time_skipped for a time that does not exist on one of the days.
    """
    if not 1 <= repeat.every_weeks <= MAX_WEEKS:
        raise InvalidInput("out_of_range", field="repeat.every_weeks", least=1, most=MAX_WEEKS)
    if not 2 <= repeat.times <= MAX_TIMES:
        raise InvalidInput("out_of_range", field="repeat.times", least=2, most=MAX_TIMES)
    first = starts_at.astimezone(tz)
    found = []
    for number in range(repeat.times):
        # Adding to a local time keeps what the clock shows (PEP 495).
        instant = (first + number * repeat.every_weeks * timedelta(weeks=1)).astimezone(UTC)
        shown = instant.astimezone(tz)
        if shown.time() != first.time():
            raise InvalidInput("time_skipped", field="repeat", next=shown.strftime("%H:%M"))
        found.append(instant)
    return found
