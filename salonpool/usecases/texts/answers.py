"""Which question a text answers, and what is said to one that answers none."""

from datetime import datetime

from salonpool.database import db
from salonpool.domain.inbound import InboundOutcome
from salonpool.domain.offer import OfferStatus
from salonpool.domain.phone import is_e164
from salonpool.messaging.replies import ReplyKind, parse
from salonpool.queries import people, reminder_questions, waitlist
from salonpool.queries.people import Person, Question
from salonpool.queries.reminder_questions import VisitQuestion
from salonpool.queries.waitlist import PlaceQuestion
from salonpool.usecases.texts.offer_answers import answer_offer, told_of_offer
from salonpool.usecases.texts.place_answers import answer_place, told_of_place
from salonpool.usecases.texts.said import Answer, Handled, Received, Said
from salonpool.usecases.texts.texting import Texting
from salonpool.usecases.texts.visit_answers import answer_visits

MOST_UNMATCHED = 5  # within the hour
WORDS = {
    ReplyKind.CANNOT_WORK: (InboundOutcome.CANNOT_WORK, "S10T"),
    ReplyKind.HELP: (InboundOutcome.HELP, "S15"),
}

UNCLEAR = (InboundOutcome.UNCLEAR, "S14")


def act(text: Received, person: Person | None, now: datetime, texting: Texting) -> Handled:
    """Do what the text asks for, in transactions of its own; STOP and START were heeded when it came."""
    if not is_e164(text.sender):
        return Handled(InboundOutcome.NOT_A_NUMBER)
    kind = parse(text.body).kind
    if person is None:
        return Handled(InboundOutcome.UNKNOWN_SENDER)  # answering would let strangers spend our texts
    if kind in {ReplyKind.YES, ReplyKind.NO}:
        return _answer_question(Said(text, person, kind, now, texting))
    if person.is_guest:
        return Handled(InboundOutcome.FROM_GUEST, _for_guest(person, texting))
    outcome, text_id = WORDS.get(kind, UNCLEAR)
    return Handled(outcome, Answer(text_id, {"tel": person.tel}, seldom=True))


def _answer_question(said: Said) -> Handled:
    """A yes or no answers the one open question asked before it, or is told what became of the last one.

    A question is an offer to a stylist, a place held for a guest, or whether they will come to what they have
    booked, which is one question however many visits it is about; one number may be asked all three.
    """
    sender, said_at = said.text.sender, said.text.received_at
    asked = people.list_questions(sender, said_at)
    places_asked = waitlist.list_questions(sender, said_at)
    visits = reminder_questions.list_questions(sender, said_at)
    tries = people.count_unmatched(sender, said_at)
    db.session.rollback()
    if tries >= MOST_UNMATCHED:
        return _by_link_only(said.person, said.texting)
    live = [question for question in asked if question.status == OfferStatus.OFFERED]
    live_places = [place for place in places_asked if place.is_open]
    is_asked_to_come = any(visit.is_open for visit in visits)
    if len(live) + len(live_places) + is_asked_to_come > 1:
        return Handled(InboundOutcome.SEVERAL_OPEN, _on_a_page(said.person, live_places, said.texting))
    if live:
        return answer_offer(live[0], said)
    if live_places:
        return answer_place(live_places[0], said)
    if is_asked_to_come:
        return answer_visits(visits, said)
    return _of_the_last(asked, places_asked, visits, said)


def _of_the_last(
    asked: list[Question], places_asked: list[PlaceQuestion], visits: list[VisitQuestion], said: Said
) -> Handled:
    """Nothing is open: what became of the question asked last."""
    last: list[Question | PlaceQuestion | VisitQuestion] = [*asked[:1], *places_asked[:1], *visits[:1]]
    newest = max(last, key=lambda question: question.asked_at, default=None)
    if isinstance(newest, Question):
        return told_of_offer(newest)
    if isinstance(newest, PlaceQuestion):
        return told_of_place(newest, said.texting)
    if isinstance(newest, VisitQuestion):
        return answer_visits(visits, said)
    if said.person.is_guest:
        return Handled(InboundOutcome.FROM_GUEST, _for_guest(said.person, said.texting))
    return Handled(InboundOutcome.NOTHING_OPEN, Answer("S5Q", {"tel": said.person.tel}, seldom=True))


def _by_link_only(person: Person, texting: Texting) -> Handled:
    """Whoever guesses, in somebody's name perhaps, gets no further than the links they have."""
    if person.is_guest:
        return Handled(InboundOutcome.LINK_ONLY, _for_guest(person, texting))
    return Handled(InboundOutcome.LINK_ONLY, _on_a_page(person, [], texting))


def _on_a_page(person: Person, live_places: list[PlaceQuestion], texting: Texting) -> Answer:
    """Where to answer instead: a place runs out first, then a person's own page."""
    path = "/my" if person.is_guest else "/me"
    if live_places:
        path = texting.links.booking_path(live_places[0].booking_id, live_places[0].link_version)
    return Answer("S16", {"u": texting.links.text_url(path), "tel": person.tel}, seldom=True)


def _for_guest(person: Person, texting: Texting) -> Answer:
    values: dict[str, str | None] = {"tel": person.tel}
    if person.booking is not None:
        path = texting.links.booking_path(person.booking.id, person.booking.link_version)
        values |= {"s": person.booking.salon, "u": texting.links.text_url(path)}
    return Answer("C14", values, seldom=True)
