"""How a guest has kept to their bookings at a salon; what is long ago counts less, then not at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from salonpool.domain.local_time import DAY, day_span, local_day
from salonpool.domain.refusal import Refusal

# Our own rule, short enough to tell a guest: in full for 90 days, half for 90 more, then forgotten.
FULL = timedelta(days=90)
FORGOTTEN = timedelta(days=180)
# A place given back late may still be filled; one nobody gives back is lost.
WEIGHTS = {"no_show": 1.0, "late_cancel": 0.5}
ASK_FIRST = 2.0  # a salon may want to phone a guest who missed two visits lately


class Slip(StrEnum):
    """What a salon remembers of a visit that did not take place."""

    NO_SHOW = "no_show"
    LATE_CANCEL = "late_cancel"


@dataclass(frozen=True, slots=True)
class Attendance:
    """Visits missed and cancelled late in the last 180 days, the latest, and what they weigh today."""

    no_shows: int = 0
    late_cancels: int = 0
    latest: datetime | None = None
    weight: float = 0.0

    @property
    def ask_first(self) -> bool:
        """Is it enough for a word before the next visit?"""
        return self.weight >= ASK_FIRST


def attendance(slips: Iterable[tuple[Slip, datetime]], now: datetime) -> Attendance:
    """What a salon still remembers; each slip with the start of its visit."""
    recent = [(slip, at) for slip, at in slips if now - FORGOTTEN < at]
    if not recent:
        return Attendance()
    kinds = [slip for slip, _ in recent]
    return Attendance(
        no_shows=kinds.count(Slip.NO_SHOW),
        late_cancels=kinds.count(Slip.LATE_CANCEL),
        latest=max(at for _, at in recent),
        weight=sum(WEIGHTS[slip] * (1.0 if now - at <= FULL else 0.5) for slip, at in recent),
    )


def taken_back_until(starts_at: datetime, tz: ZoneInfo) -> datetime:
    """How long a desk may take back that a guest came, was served or did not come: till the end of the next
    local day. Our own choice: a day to notice, and what a guest hears of their record then stays true."""
    return day_span(local_day(starts_at, tz) + DAY, tz)[1]


def check_taken_back(starts_at: datetime, tz: ZoneInfo, now: datetime) -> None:
    """Raises Refusal too_late."""
    if now >= taken_back_until(starts_at, tz):
        raise Refusal("too_late")


def is_late_cancel(starts_at: datetime, cancelled_at: datetime, free_minutes: int) -> bool:
    """Was the place given back so late that the salon no longer calls it free of charge?"""
    return cancelled_at > starts_at - timedelta(minutes=free_minutes)
