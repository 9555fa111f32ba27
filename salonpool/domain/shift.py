"""The rules of a shift: a stretch of work at a salon that somebody must hold."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from salonpool.domain.local_time import MINUTE
from salonpool.domain.money import Money, minor_units
from salonpool.domain.refusal import InvalidInput

HOUR = timedelta(hours=1)
MIN_LENGTH = timedelta(minutes=30)
MAX_LENGTH = timedelta(hours=16)
HORIZON = timedelta(days=180)
MAX_SEATS = 10
MAX_HOURLY_PAY_MINOR = 10_000_00


class ShiftStatus(StrEnum):
    """A shift is open while a seat is free."""

    POSTED = "posted"
    OFFERING = "offering"
    FILLED = "filled"
    UNFILLED = "unfilled"
    CANCELLED = "cancelled"


class ShiftSource(StrEnum):
    """Where a shift came from."""

    ROTA = "rota"
    POST = "post"


class AssignmentStatus(StrEnum):
    """A yes makes an assignment; an assignment is a contract."""

    ACTIVE = "active"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    RELEASED = "released"
    CANCELLED = "cancelled"


class AssignmentSource(StrEnum):
    """How the stylist came to hold the shift."""

    ROTA = "rota"
    OFFER = "offer"
    STANDING_YES = "standing_yes"
    BY_HAND = "by_hand"


OPEN_STATES = frozenset({ShiftStatus.POSTED, ShiftStatus.OFFERING})
# An assignment in these states puts the stylist on duty.
WORKING_STATES = frozenset({AssignmentStatus.ACTIVE, AssignmentStatus.CONFIRMED, AssignmentStatus.COMPLETED})


def check_post(
    starts_at: datetime, ends_at: datetime, *, seats: int, hourly_pay: Money, priority: int, now: datetime
) -> None:
    """Refuse a post nobody could work. Raises InvalidInput naming the field."""
    _check_span(starts_at, ends_at, now)
    if not 1 <= seats <= MAX_SEATS:
        raise InvalidInput("out_of_range", field="seats", least=1, most=MAX_SEATS)
    if not 0 < hourly_pay.amount_minor <= MAX_HOURLY_PAY_MINOR:
        most = most_hourly_pay(hourly_pay.currency)
        raise InvalidInput("out_of_range", field="hourly_pay", least=1, most=most)
    if priority not in {1, 2, 3}:
        raise InvalidInput("out_of_range", field="priority", least=1, most=3)


def most_hourly_pay(currency: str) -> int:
    """The most an hour may pay, in whole units of the currency."""
    return MAX_HOURLY_PAY_MINOR // minor_units(currency)


def _check_span(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if starts_at <= now:
        raise InvalidInput("in_the_past", field="starts_at", example="tomorrow 11:30")
    if starts_at > now + HORIZON:
        raise InvalidInput("too_far_ahead", field="starts_at", days=HORIZON.days)
    if ends_at <= starts_at:
        raise InvalidInput("ends_before_start", field="ends_at", example="14:00")
    if ends_at - starts_at > MAX_LENGTH:
        raise InvalidInput("too_long_a_shift", field="ends_at", hours=MAX_LENGTH // HOUR)
    if ends_at - starts_at < MIN_LENGTH:
        raise InvalidInput("too_short_a_shift", field="ends_at", minutes=MIN_LENGTH // MINUTE)
    for field, instant in (("starts_at", starts_at), ("ends_at", ends_at)):
        in_utc = instant.astimezone(UTC)
        if in_utc.second or in_utc.microsecond or in_utc.minute % 5:
            raise InvalidInput("off_the_grid", field=field, example="11:30")


def status_after(open_seats: int, live_offers: int) -> ShiftStatus:
    """What an open shift is once its seats and offers are counted."""
    if open_seats <= 0:
        return ShiftStatus.FILLED
    return ShiftStatus.OFFERING if live_offers else ShiftStatus.POSTED
