"""The states of an outgoing text and how it may move on."""

from datetime import timedelta
from enum import StrEnum

LEASE = timedelta(seconds=60)
RETRY_FIRST = timedelta(seconds=5)
RETRY_MOST = timedelta(minutes=15)
MAX_ATTEMPTS = 20


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


def retry_after(attempts: int) -> timedelta:
    """Wait before try number `attempts` + 1: 5 s doubling to 15 minutes."""
    return min(RETRY_FIRST * (1 << min(attempts, 10)), RETRY_MOST)


def can_become(current: MessageStatus, new: MessageStatus) -> bool:
    """May a receipt saying `new` change a message that is `current`? Late and repeated ones may not."""
    return RANK[new] > RANK[current]
