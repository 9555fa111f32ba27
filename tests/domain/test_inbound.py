"""What may become of a text somebody sent us, and who has to do with it then."""

from collections import Counter

from salonpool.domain.desk_text import FOR_A_PERSON
from salonpool.domain.inbound import OUTCOME_MAX, InboundOutcome, told_refusal

# Dealt with, answered with all there is to say, or written by nobody we know.
NEEDS_NOBODY = frozenset(
    {
        InboundOutcome.NOT_A_NUMBER,
        InboundOutcome.UNKNOWN_SENDER,
        InboundOutcome.OPTED_OUT,
        InboundOutcome.RESUMED,
        InboundOutcome.HELPED,
        InboundOutcome.HELP,
        InboundOutcome.NOTHING_OPEN,
        InboundOutcome.ACCEPTED,
        InboundOutcome.DECLINED,
        InboundOutcome.TOLD_TAKEN,
        InboundOutcome.TOLD_DECLINED,
        InboundOutcome.TOLD_EXPIRED,
        InboundOutcome.TOLD_WITHDRAWN,
        InboundOutcome.TOLD_NOT_ELIGIBLE,
        InboundOutcome.TOLD_ACCEPTED,
        InboundOutcome.BOOKED,
        InboundOutcome.LET_GO,
        InboundOutcome.TOLD_BOOKED,
        InboundOutcome.TOLD_PLACE_GONE,
        InboundOutcome.WILL_COME,
        InboundOutcome.GIVEN_UP,
        InboundOutcome.TOLD_GIVEN_UP,
    }
)


def test_every_outcome_is_for_a_person_or_known_to_need_none() -> None:
    assert Counter([*FOR_A_PERSON, *NEEDS_NOBODY]) == Counter(InboundOutcome)


def test_every_outcome_fits_its_column() -> None:
    assert max(map(len, [*InboundOutcome, told_refusal("x" * OUTCOME_MAX)])) <= OUTCOME_MAX
