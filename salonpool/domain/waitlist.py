"""The rules of the waitlist: who is asked first, how long a place is kept, how often one may be asked."""

from enum import StrEnum


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
