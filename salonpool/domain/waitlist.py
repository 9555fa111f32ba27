"""The rules of the waitlist: who is asked first, how long a place is kept, how often one may be asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from salonpool.domain.booking import HORIZON
from salonpool.domain.course import Span
from salonpool.domain.local_time import MINUTE
from salonpool.domain.offer import QUIET_EXCEPT, QUIET_FROM, QUIET_UNTIL
from salonpool.domain.refusal import InvalidInput
from salonpool.domain.spans import overlaps

Window = tuple[datetime, datetime]

# Policy (docs/how-it-works.md). Zenoti allows 20 offers a day to one guest and 3 for one place.
MAX_WINDOWS = 5
MAX_REACH = timedelta(days=31)
MAX_OPEN = 3
MAX_STYLISTS = 10
OFFERS_A_PLACE = 3
OFFERS_A_DAY = 3
KEPT_MOST, KEPT_LEAST = timedelta(minutes=19), timedelta(minutes=10)  # then to the end of the minute
TOO_NEAR = timedelta(minutes=30)


class WaitlistStatus(StrEnum):
    """An entry waits, has a place held for it, or has ended."""

    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    LEFT = "left"
    EXPIRED = "expired"


class WaitlistOrder(StrEnum):
    """Whom a salon asks first about a freed place."""

    FIRST_COME = "first_come"
    BEST_FIT = "best_fit"
    VALUE = "value"


OPEN_STATES = frozenset({WaitlistStatus.WAITING, WaitlistStatus.OFFERED})
QUESTIONS = ("C8", "C8L")  # the texts that offer a place


@dataclass(frozen=True, slots=True)
class InLine:
    """An entry as the order of asking sees it: what the visit takes and brings."""

    entry_id: int
    joined_at: datetime
    minutes: int
    price_minor: int


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one stylist's time that a visit would begin with; minutes since the epoch."""

    stylist_id: int
    span: Span

    def meets(self, other: "Place") -> bool:
        """Do they share a stylist and a minute?"""
        return self.stylist_id == other.stylist_id and overlaps([self.span], other.span)


@dataclass(frozen=True, slots=True)
class Past:
    """What became of a place before: offered to an entry, or, with None, given up by who had booked it."""

    entry_id: int | None
    place: Place
    at: datetime


def asking_order(line: Iterable[InLine], order: WaitlistOrder) -> list[InLine]:
    """Whom to ask first: who came first, whose visit fills most of the place, or whose brings most.

    Among equals who came first.
    """

    def size(entry: InLine) -> int:
        if order is WaitlistOrder.FIRST_COME:
            return 0
        return entry.minutes if order is WaitlistOrder.BEST_FIT else entry.price_minor

    return sorted(line, key=lambda entry: (-size(entry), entry.joined_at, entry.entry_id))


def kept_until(now: datetime, starts_at: datetime) -> datetime | None:
    """Until when a place is kept: a sixth of the time left, 10 to 20 minutes, a whole minute.

    None when the start is less than 30 minutes away: too near to be asked, answer and come.
    """
    lead = starts_at - now
    if lead < TOO_NEAR:
        return None
    until = now + max(KEPT_LEAST, min(KEPT_MOST, lead / 6))
    whole = until.replace(second=0, microsecond=0)
    return whole if whole == until else whole + MINUTE


def starts_asked_for(now: datetime, tz: ZoneInfo) -> Window:
    """The starts guests may be asked about now: from 30 minutes ahead to the horizon.

    In the quiet hours (21:00-09:00 local) only those within 12 hours.
    """
    local = now.astimezone(tz).time()
    is_day = QUIET_UNTIL <= local < QUIET_FROM
    return now + TOO_NEAR, now + (HORIZON if is_day else QUIET_EXCEPT)


def may_offer(entry_id: int, place: Place, past: Sequence[Past]) -> bool:
    """May this entry be offered the place? Never one it was offered before, nor one three others let go.

    A place that somebody booked and gave up since is a new one for the others.
    """
    here = [each for each in past if each.place.meets(place)]
    if any(each.entry_id == entry_id for each in here):
        return False
    freed_at = max((each.at for each in here if each.entry_id is None), default=None)
    asked = [each for each in here if each.entry_id is not None]
    return sum(freed_at is None or each.at >= freed_at for each in asked) < OFFERS_A_PLACE


def clean_windows(windows: Iterable[Window], now: datetime) -> list[Window]:
    """The windows in order, joined where they touch, what is over cut off.

    Raises InvalidInput: none, too many, backwards, past, too far ahead, more than 31 days from first to last.
    """
    given = list(windows)
    if not given:
        raise InvalidInput("missing", field="windows", example=now.date().isoformat())
    for starts_at, ends_at in given:
        if ends_at <= starts_at:
            raise InvalidInput("ends_before_start", field="windows", example=now.date().isoformat())
        if ends_at <= now:
            raise InvalidInput("in_the_past", field="windows")
        if starts_at > now + HORIZON:
            raise InvalidInput("too_far_ahead", field="windows", days=HORIZON.days)
    joined = _joined((max(starts_at, now), ends_at) for starts_at, ends_at in given)
    if len(joined) > MAX_WINDOWS:
        raise InvalidInput("too_many_windows", field="windows", limit=MAX_WINDOWS)
    if joined[-1][1] - joined[0][0] > MAX_REACH:
        raise InvalidInput("windows_too_far_apart", field="windows", days=MAX_REACH.days)
    return joined


def _joined(windows: Iterable[Window]) -> list[Window]:
    joined: list[Window] = []
    for starts_at, ends_at in sorted(windows):
        if joined and starts_at <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends_at, joined[-1][1]))
        else:
            joined.append((starts_at, ends_at))
    return joined
