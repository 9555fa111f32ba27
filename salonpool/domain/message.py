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


class NoSmsReason(StrEnum):
    """Why a booking's guest gets no text."""

    NO_PHONE = "no_phone"
    OPTED_OUT = "opted_out"


def retry_after(attempts: int) -> timedelta:
    """Wait before try number `attempts` + 1: 5 s doubling to 15 minutes."""
    return min(RETRY_FIRST * (1 << min(attempts, 10)), RETRY_MOST)
