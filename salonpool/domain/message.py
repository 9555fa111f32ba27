"""The states of an outgoing text and how it may move on."""

from datetime import datetime, timedelta
from enum import StrEnum

# How long whoever claimed a text may be at it. A call of the provider ends within CALL_MOST; one that could
# outlive the lease is not begun.
LEASE = timedelta(seconds=20)
CALL_MOST = timedelta(seconds=15)
# The provider's list may lag behind its answers: after an unknown outcome look only then. A code that came
# twice would be taken for two, so it is given longer to show.
LOOK_AFTER = timedelta(seconds=60)
LOOK_AFTER_CODE = timedelta(seconds=90)
LOOK_FOR = timedelta(hours=72)  # then nobody will ever know
RETRY_FIRST = timedelta(seconds=5)
RETRY_MOST = timedelta(minutes=15)
USEFUL_MOST = timedelta(hours=72)
USEFUL_UNTIL_SAID = timedelta(hours=4)  # a text that names no end
POISON_TRIES = 3  # tries of a text, of ours or to us, that ended in an error of our own
POISON = "poison"  # what is said of it then

CODES = frozenset({"C9"})
OPENS_ALONE = CODES | {"S1"}  # whoever reads the text gets in: a code, a sign-in link
URGENT = OPENS_ALONE  # somebody is waiting for them, so they leave first

# How the provider's state follows from its answers.
KEYS_REFUSED_MOST = 3  # refusals of our keys in a row, then nothing is tried any more
DOUBT_AFTER = 8  # tries in a row that nothing came of, then one at a time until one is taken
PROBE_FIRST = timedelta(minutes=1)
PROBE_MOST = timedelta(minutes=15)


class MessageStatus(StrEnum):
    """pending -> sending -> sent -> delivered; the rest are ends or waits."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    HELD = "held"


UNFINISHED = (MessageStatus.PENDING, MessageStatus.SENDING, MessageStatus.UNKNOWN)
# How far a text has got, as receipts see it: they move it to a higher rank only.
RANK = {
    MessageStatus.PENDING: 0,
    MessageStatus.HELD: 0,
    MessageStatus.SENDING: 1,
    MessageStatus.UNKNOWN: 2,
    MessageStatus.EXPIRED: 2,  # we gave up on it; a receipt proves it went out after all
    MessageStatus.SENT: 3,
    MessageStatus.DELIVERED: 4,
    MessageStatus.UNDELIVERED: 4,
    MessageStatus.FAILED: 4,
}


class NoSmsReason(StrEnum):
    """Why a booking's guest gets no text."""

    NO_PHONE = "no_phone"
    OPTED_OUT = "opted_out"
    CAPPED = "capped"


def retry_after(tries: int, spread: float = 1.0) -> timedelta:
    """Wait before the next try after `tries` before this one: 5 s doubling to 15 minutes.

    `spread`, drawn by the caller around 1, keeps texts that failed together from coming back together.
    """
    return min(RETRY_FIRST * (1 << min(tries, 10)), RETRY_MOST) * spread


def probe_after(probes: int) -> timedelta:
    """Wait before the provider is asked about our keys once more: 1 minute doubling to 15."""
    return min(PROBE_FIRST * (1 << min(probes, 10)), PROBE_MOST)


def give_up_at(due_at: datetime, expires_at: datetime | None) -> datetime:
    """Until when a text due then is tried: while it is of use, at most 72 h; 4 h if it does not say."""
    if expires_at is None:
        return due_at + USEFUL_UNTIL_SAID
    return min(expires_at, due_at + USEFUL_MOST)


def look_after(text_id: str) -> timedelta:
    """Wait after an outcome was lost, before the provider's list is believed."""
    return LOOK_AFTER_CODE if text_id in CODES else LOOK_AFTER


def can_become(current: MessageStatus, new: MessageStatus) -> bool:
    """May a receipt saying `new` change a message that is `current`? Late and repeated ones may not."""
    return RANK[new] > RANK[current]
