"""What a salon's desk sees of texts: which are secret, what became of each, which need a person."""

import re
from enum import StrEnum

from salonpool.domain.inbound import InboundOutcome
from salonpool.domain.links import TOKEN_LENGTH
from salonpool.domain.message import OPENS_ALONE, MessageStatus, NoSmsReason

SECRET = OPENS_ALONE  # nobody but its reader sees the words of such a text
# What became of a text somebody sent us, when only a person can go on from there. The last three said that
# they cannot come, and have their place still.
FOR_A_PERSON = frozenset(
    {
        InboundOutcome.FROM_GUEST,
        InboundOutcome.UNCLEAR,
        InboundOutcome.SEVERAL_OPEN,
        InboundOutcome.CANNOT_WORK,
        InboundOutcome.LINK_ONLY,
        InboundOutcome.POISON,
        InboundOutcome.TOLD_TOO_LATE,
        InboundOutcome.TOLD_FEE,
        InboundOutcome.SEVERAL_VISITS,
    }
)
# Guests who are told nothing by text although we have their number.
UNTOLD = frozenset({NoSmsReason.OPTED_OUT, NoSmsReason.CAPPED})
# What a stylist must know of a shift that is theirs, or is theirs no more.
MUST_HEAR = frozenset({"S4", "S4L", "S6", "S7"})
_KEY = re.compile(rf"(/(?:b|o|w|in)/)[0-9A-Za-z]{{{TOKEN_LENGTH}}}")


class TextState(StrEnum):
    """What became of a text of ours, as the desk says it."""

    WAITING = "waiting"
    LEAVING = "leaving"
    CHECKED = "checked"  # taken or not? the provider is being asked
    SENT = "sent"
    ARRIVED = "arrived"
    LOST = "lost"
    NOT_SENT = "not_sent"
    UNSURE = "unsure"  # taken long ago, and nothing was heard since
    DROPPED = "dropped"


_STATES = {
    MessageStatus.PENDING: TextState.WAITING,
    MessageStatus.HELD: TextState.WAITING,
    MessageStatus.SENDING: TextState.LEAVING,
    MessageStatus.UNKNOWN: TextState.CHECKED,
    MessageStatus.SENT: TextState.SENT,
    MessageStatus.DELIVERED: TextState.ARRIVED,
    MessageStatus.UNDELIVERED: TextState.LOST,
    MessageStatus.FAILED: TextState.NOT_SENT,
    MessageStatus.EXPIRED: TextState.DROPPED,
}
# In these states nothing more is coming by itself.
ENDED_BADLY = frozenset({TextState.LOST, TextState.NOT_SENT, TextState.UNSURE, TextState.DROPPED})


def state_of(status: str, sid: str | None) -> TextState:
    """What the desk says of a row."""
    if status == MessageStatus.UNKNOWN and sid is not None:
        return TextState.UNSURE
    return _STATES[MessageStatus(status)]


def shown(text_id: str, body: str) -> str | None:
    """What others than its reader may see of a text: no code, no key of a link. None: nothing of it."""
    return None if text_id in SECRET else _KEY.sub(r"\1…", body)
