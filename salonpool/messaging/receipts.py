"""What a provider's status words mean here, and that a receipt only moves a message forward."""

from salonpool.domain.message import MessageStatus

# Twilio's words for outgoing texts. Before "sent" the provider has it, which is all "sent" says here.
STATUS_OF_WORD = {
    "accepted": MessageStatus.SENT,
    "scheduled": MessageStatus.SENT,
    "queued": MessageStatus.SENT,
    "sending": MessageStatus.SENT,
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.DELIVERED,
    "undelivered": MessageStatus.UNDELIVERED,
    "failed": MessageStatus.FAILED,
    "canceled": MessageStatus.FAILED,
}

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


def status_for(word: str) -> MessageStatus | None:
    """Our status for a provider's word; None for a word that says nothing about an outgoing text."""
    return STATUS_OF_WORD.get(word.strip().lower())


def can_become(current: MessageStatus, new: MessageStatus) -> bool:
    """May a receipt saying `new` change a message that is `current`? Late and repeated ones may not."""
    return RANK[new] > RANK[current]
