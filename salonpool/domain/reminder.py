"""When a guest is reminded of a visit, and a stylist from the pool of a shift."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from salonpool.domain.local_time import DAY, at_local, local_day
from salonpool.domain.offer import QUIET_FROM, QUIET_UNTIL

# Policy (docs/how-it-works.md). A fixed noon batch alone would forget whoever books a minute after it.
REMINDERS = ("C2", "C2L")
MOST = 2  # for a visit in its life; the second one only after a move
MADE_AHEAD = timedelta(hours=24)  # who booked or moved later than that has just had a text
NOON, EVENING = time(12), time(18)
SAME_DAY = timedelta(hours=3)
APART = timedelta(hours=2)  # from the text about the booking, and from the visit
FURTHEST = timedelta(hours=38)  # from noon to the end of the next day, in which the clocks may go back
TOMORROW = "S7"


def remind_at(made_at: datetime, starts_at: datetime, tz: ZoneInfo) -> datetime | None:
    """When a guest is reminded of a visit that has stood like this since `made_at`; None: not at all.

    At noon of the day before, else at 18:00, else 3 hours ahead but not before 09:00: the first of these that
    is 2 hours or more from the booking and from the visit. Nobody is who booked or moved less than 24 hours
    ahead.
    """
    if starts_at - made_at < MADE_AHEAD:
        return None
    day = local_day(starts_at, tz)
    slots = (
        at_local(day - DAY, NOON, tz),
        at_local(day - DAY, EVENING, tz),
        max(at_local(day, QUIET_UNTIL, tz), starts_at - SAME_DAY),
    )
    fitting = (slot for slot in slots if made_at + APART <= slot <= starts_at - APART)
    return next((slot for slot in fitting if not is_quiet(slot, tz)), None)


def is_quiet(instant: datetime, tz: ZoneInfo) -> bool:
    """Does it lie between 21:00 and 09:00, when nobody is reminded of anything?"""
    return not QUIET_UNTIL <= instant.astimezone(tz).time() < QUIET_FROM


def quiet_from(instant: datetime, tz: ZoneInfo) -> datetime:
    """When the quiet hours begin on the local day of an instant."""
    return at_local(local_day(instant, tz), QUIET_FROM, tz)


def tell_of_shift_at(made_at: datetime, starts_at: datetime, tz: ZoneInfo) -> datetime | None:
    """When a stylist is told of tomorrow's shift: at 18:00 of the day before; None for whom it came later
    than 2 hours before that, with a text of its own."""
    evening = at_local(local_day(starts_at, tz) - DAY, EVENING, tz)
    return evening if made_at + APART <= evening else None


def tomorrow_event(assignment_id: int) -> str:
    """What names a stylist's reminder, so that it is told once."""
    return f"assignment:{assignment_id}:tomorrow"
