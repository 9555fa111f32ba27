"""What a provider's status words mean here."""

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


def status_for(word: str) -> MessageStatus | None:
    """Our status for a provider's word; None for a word that says nothing about an outgoing text."""
    return STATUS_OF_WORD.get(word.strip().lower())
