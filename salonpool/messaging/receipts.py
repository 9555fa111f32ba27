"""What a provider's later words about a text mean here: its status, and why it did not arrive."""

from enum import StrEnum

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


class Failure(StrEnum):
    """Why a text that was taken did not arrive."""

    OPTED_OUT = "opted_out"  # the receiver texted STOP
    BAD_NUMBER = "bad_number"  # nobody there, or no mobile phone
    UNREACHABLE = "unreachable"  # switched off, no signal, or nobody knows; may be different in a minute
    OVERLOADED = "overloaded"  # too many texts at once for our sender
    BLOCKED = "blocked"  # the receiver or the network takes none from us
    FILTERED = "filtered"  # taken for spam; the same words again make it worse
    EXPIRED = "expired"  # waited at the provider until it was of no more use
    OTHER = "not_delivered"


# https://www.twilio.com/docs/api/errors
FAILURE_OF_CODE = {
    **dict.fromkeys(("21610",), Failure.OPTED_OUT),
    **dict.fromkeys(("21211", "21214", "21217", "21265", "21612", "21614", "21635"), Failure.BAD_NUMBER),
    **dict.fromkeys(("30005", "30006"), Failure.BAD_NUMBER),
    **dict.fromkeys(("30003", "30008"), Failure.UNREACHABLE),
    "30001": Failure.OVERLOADED,
    "30004": Failure.BLOCKED,
    "30007": Failure.FILTERED,
    "30036": Failure.EXPIRED,
}
# Handing these over once more may help.
MAY_PASS = frozenset({Failure.UNREACHABLE, Failure.OVERLOADED})


def status_for(word: str) -> MessageStatus | None:
    """Our status for a provider's word; None for a word that says nothing about an outgoing text."""
    return STATUS_OF_WORD.get(word.strip().lower())


def failure_of(error_code: str | None) -> Failure:
    """Why a text was not delivered, by the provider's number for it."""
    return FAILURE_OF_CODE.get(error_code or "", Failure.OTHER)
