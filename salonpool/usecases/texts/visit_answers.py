"""A yes or no to a reminder: will they come?"""

from dataclasses import replace
from datetime import datetime

from salonpool.domain.inbound import InboundOutcome
from salonpool.domain.money import Money
from salonpool.domain.refusal import Refusal
from salonpool.messaging import formats
from salonpool.messaging.replies import ReplyKind
from salonpool.queries.reminder_questions import VisitQuestion
from salonpool.usecases.booking import cancellations, reminders
from salonpool.usecases.texts.said import Handled, Said, about
from salonpool.usecases.texts.texting import Texting


def answer_visits(visits: list[VisitQuestion], said: Said) -> Handled:
    """A yes is for all the visits somebody was reminded of, a no only for a single one."""
    standing = [visit for visit in visits if visit.stands]
    if not standing:
        return _told_of_visit(visits[0], said.texting)
    if said.kind is ReplyKind.YES:
        reminders.will_come(standing, said_at=said.text.received_at, now=said.now)
        return Handled(InboundOutcome.WILL_COME)
    if len(standing) > 1:
        url = said.texting.links.text_url("/my")
        answer = about(standing[0], "C2W", k=str(len(standing)), u=url)
        return Handled(InboundOutcome.SEVERAL_VISITS, replace(answer, seldom=True))
    [visit] = standing
    # It counts from when it came in, unless the visit has begun before anybody read it.
    at = said.text.received_at if said.now < visit.starts_at else said.now
    try:
        cancellations.cancel(booking_id=visit.booking_id, now=at, texting=said.texting, agreed_fee_minor=0)
    except Refusal as refusal:
        return _told_no(visit, refusal, at, said.texting)
    return Handled(InboundOutcome.GIVEN_UP)  # cancelling texts the guest itself


def _told_no(visit: VisitQuestion, refusal: Refusal, at: datetime, texting: Texting) -> Handled:
    """It is not given up by this text: it costs something the guest was not shown, or it is too late."""
    if refusal.code == "fee_changed":
        fee = formats.money(Money(visit.costs_minor(at), visit.currency))
        path = texting.links.booking_path(visit.booking_id, visit.link_version)
        return Handled(InboundOutcome.TOLD_FEE, about(visit, "C2F", p=fee, u=texting.links.text_url(path)))
    return Handled(InboundOutcome.TOLD_TOO_LATE, about(visit, "C2N"))


def _told_of_visit(visit: VisitQuestion, texting: Texting) -> Handled:
    """It was given up already, and what that cost."""
    url = texting.links.text_url(f"/s/{visit.slug}")
    if not visit.fee_minor:
        return Handled(InboundOutcome.TOLD_GIVEN_UP, about(visit, "C4", u=url))
    fee = formats.money(Money(visit.fee_minor, visit.currency))
    return Handled(InboundOutcome.TOLD_GIVEN_UP, about(visit, "C4F", p=fee, u=url))
