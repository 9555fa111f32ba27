"""A yes or no to an offer of a shift."""

from salonpool.domain.inbound import InboundOutcome
from salonpool.domain.money import Money, pay_between
from salonpool.domain.offer import OfferGone, OfferStatus
from salonpool.messaging import formats
from salonpool.messaging.replies import ReplyKind
from salonpool.messaging.texts import reason
from salonpool.queries.people import Question
from salonpool.usecases.pool import offers
from salonpool.usecases.texts.said import Answer, Handled, Said

# What a closed offer is answered with: always the truth, never silence.
TOLD_OF_CODE = {
    "taken": (InboundOutcome.TOLD_TAKEN, "S5"),
    "declined": (InboundOutcome.TOLD_DECLINED, "S5D"),
    "expired": (InboundOutcome.TOLD_EXPIRED, "S5E"),
    "withdrawn": (InboundOutcome.TOLD_WITHDRAWN, "S5W"),
    "not_eligible": (InboundOutcome.TOLD_NOT_ELIGIBLE, "S5N"),
    "accepted": (InboundOutcome.TOLD_ACCEPTED, "S4"),
}

CODE_OF_STATUS = {
    OfferStatus.SUPERSEDED: "taken",
    OfferStatus.DECLINED: "declined",
    OfferStatus.EXPIRED: "expired",
    OfferStatus.WITHDRAWN: "withdrawn",
    OfferStatus.ACCEPTED: "accepted",
}


def answer_offer(question: Question, said: Said) -> Handled:
    """A yes takes the shift, a no leaves it to others; of what is over, they are told how it ended."""
    answer = offers.accept if said.kind is ReplyKind.YES else offers.decline
    try:
        answer(
            question.offer_id,
            stylist_id=question.stylist_id,
            answered_at=said.text.received_at,
            now=said.now,
            texting=said.texting,
            actor=f"stylist:{question.stylist_id}",
        )
    except OfferGone as gone:
        return _told(question, gone.code, gone.values.get("reason"))
    if said.kind is ReplyKind.YES:
        return Handled(InboundOutcome.ACCEPTED)  # accepting texts the stylist itself
    return Handled(InboundOutcome.DECLINED, _told(question, "declined").answer)


def told_of_offer(question: Question) -> Handled:
    """What became of an offer that is over."""
    return _told(question, CODE_OF_STATUS[OfferStatus(question.status)])


def _told(question: Question, code: str, rule: str | None = None) -> Handled:
    hourly = Money(question.hourly_pay_minor, question.currency)
    values = {
        "s": question.salon,
        "d": formats.short_date(question.starts_at, question.tz, question.language),
        "r": formats.hours(question.starts_at, question.ends_at, question.tz),
        "p": formats.money(pay_between(hourly, question.starts_at, question.ends_at)),
        "a": question.address,
        "tel": question.tel,
        "y": reason(rule, question.language) if rule else None,
    }
    outcome, text_id = TOLD_OF_CODE[code]
    return Handled(outcome, Answer(text_id, values, offer_id=question.offer_id))
