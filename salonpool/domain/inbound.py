"""What may become of a text somebody sent us."""

from enum import StrEnum
from typing import NewType

from salonpool.domain import message

OUTCOME_MAX = 40
ToldRefusal = NewType("ToldRefusal", str)  # made by told_refusal() only


class InboundOutcome(StrEnum):
    """As it is kept with the text. Those that begin with `told` changed nothing: an answer said why."""

    # Nobody is answered.
    NOT_A_NUMBER = "not_a_number"
    UNKNOWN_SENDER = "unknown_sender"
    OPTED_OUT = "opted_out"
    RESUMED = "resumed"
    HELPED = "helped"  # by the provider, in the operator's words
    POISON = message.POISON  # we could not read it

    # It answers no question.
    HELP = "help"
    CANNOT_WORK = "cannot_work"
    UNCLEAR = "unclear"
    FROM_GUEST = "from_guest"
    NOTHING_OPEN = "nothing_open"
    SEVERAL_OPEN = "several_open"
    LINK_ONLY = "link_only"

    # An offer.
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TOLD_TAKEN = "told_taken"
    TOLD_DECLINED = "told_declined"
    TOLD_EXPIRED = "told_expired"
    TOLD_WITHDRAWN = "told_withdrawn"
    TOLD_NOT_ELIGIBLE = "told_not_eligible"
    TOLD_ACCEPTED = "told_accepted"

    # A place held for who waits.
    BOOKED = "booked"
    LET_GO = "let_go"
    TOLD_BOOKED = "told_booked"
    TOLD_PLACE_GONE = "told_place_gone"

    # Whether somebody will come.
    WILL_COME = "will_come"
    GIVEN_UP = "given_up"
    SEVERAL_VISITS = "several_visits"
    TOLD_FEE = "told_fee"
    TOLD_TOO_LATE = "told_too_late"
    TOLD_GIVEN_UP = "told_given_up"


Outcome = InboundOutcome | ToldRefusal


def told_refusal(code: str) -> ToldRefusal:
    """A place stays theirs, but booking it was refused with that code; its page says more."""
    return ToldRefusal(f"told_{code}"[:OUTCOME_MAX])
