"""The rules of an offer: who is asked in one wave, until when, and what an answer may become."""

import math
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from salonpool.domain.local_time import DAY, at_local
from salonpool.domain.refusal import Refusal

# Policy (docs/how-it-works.md). Wave = smallest k with 1 - (1 - p)**k >= target, at most 6.
P_ACCEPT = 0.35
MAX_WAVE = 6
SOON = timedelta(hours=48)
TARGET_EARLY, TARGET_SOON = 0.6, 0.9
QUIET_FROM, QUIET_UNTIL = time(21), time(9)
QUIET_EXCEPT = timedelta(hours=12)
MORNING_ENOUGH = timedelta(hours=2)
QUESTIONS = ("S2", "S2L", "S3", "S3L")  # the texts that ask; those about an offer's end carry its id too


class OfferStatus(StrEnum):
    """`offered` is the only live state."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class OfferGone(Refusal):
    """The offer can no longer be accepted: taken, expired, withdrawn, declined or not_eligible."""


def wave_size(lead: timedelta) -> int:
    """How many people to ask at once for one seat, given the time until it starts."""
    target = TARGET_SOON if lead <= SOON else TARGET_EARLY
    return min(MAX_WAVE, math.ceil(math.log(1 - target) / math.log(1 - P_ACCEPT)))


def deadline(asked_at: datetime, starts_at: datetime) -> datetime:
    """Until when an answer counts: 30 minutes or a tenth of the lead time, at least 5 minutes;
    12 hours when the shift is over a week away. Never after the start."""
    lead = starts_at - asked_at
    wait = timedelta(hours=12) if lead > timedelta(days=7) else min(timedelta(minutes=30), lead / 10)
    until = asked_at + max(wait, timedelta(minutes=5))
    whole = until.replace(second=0, microsecond=0)
    return min(whole if whole == until else whole + timedelta(minutes=1), starts_at)


def ask_at(now: datetime, starts_at: datetime, tz: ZoneInfo, *, posted_at: datetime) -> datetime:
    """When people may next be asked: now, or 09:00 local after the quiet hours (21:00-09:00).

    Within 12 hours of the start at once, if it was posted as late as that or the morning would leave less
    than two hours: else a shift known by day would wake people twelve hours before it starts.
    """
    local = now.astimezone(tz)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return now
    day = local.date() if local.time() < QUIET_UNTIL else local.date() + DAY
    morning, soon = at_local(day, QUIET_UNTIL, tz), starts_at - QUIET_EXCEPT
    if posted_at < soon and starts_at - morning >= MORNING_ENOUGH:
        return morning
    return max(now, min(morning, soon))


def check_answer(status: OfferStatus, expires_at: datetime, now: datetime) -> None:
    """Refuse an answer to an offer that is over. Raises OfferGone with the code to show."""
    gone = {
        OfferStatus.SUPERSEDED: "taken",
        OfferStatus.EXPIRED: "expired",
        OfferStatus.WITHDRAWN: "withdrawn",
        OfferStatus.DECLINED: "declined",
        OfferStatus.ACCEPTED: "accepted",
    }.get(status)
    if gone is None and now >= expires_at:
        gone = "expired"
    if gone is not None:
        raise OfferGone(gone)
