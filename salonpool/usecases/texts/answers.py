"""What a text somebody sent us asks for, and what they are told."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from salonpool.database import db
from salonpool.domain.booking import SlotTaken
from salonpool.domain.inbound import InboundOutcome, Outcome, told_refusal
from salonpool.domain.money import Money, pay_between
from salonpool.domain.offer import OfferGone, OfferStatus
from salonpool.domain.phone import is_e164
from salonpool.domain.refusal import InvalidInput, Refusal
from salonpool.messaging import formats
from salonpool.messaging.replies import ReplyKind, parse
from salonpool.messaging.texts import reason
from salonpool.queries import people, reminder_questions, waitlist
from salonpool.queries.people import Person, Question
from salonpool.queries.reminder_questions import VisitQuestion
from salonpool.queries.waitlist import PlaceQuestion
from salonpool.usecases.booking import cancellations, places, reminders
from salonpool.usecases.pool import offers
from salonpool.usecases.texts.texting import Texting

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
MOST_UNMATCHED = 5  # within the hour
WORDS = {
    ReplyKind.CANNOT_WORK: (InboundOutcome.CANNOT_WORK, "S10T"),
    ReplyKind.HELP: (InboundOutcome.HELP, "S15"),
}
UNCLEAR = (InboundOutcome.UNCLEAR, "S14")


@dataclass(frozen=True, slots=True)
class Received:
    """A text that was kept."""

    id: int
    sender: str
    body: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What to text back. A `seldom` one goes to the same number once an hour, the others tell of an offer
    or a place. `language`: if another than the person's."""

    text_id: str
    values: dict[str, str | None] = field(default_factory=dict)
    seldom: bool = False
    offer_id: int | None = None
    booking_id: int | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a text, and what is answered."""

    outcome: Outcome
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A yes or no of somebody we know. `now`: when it is read."""

    text: Received
    person: Person
    kind: ReplyKind
    now: datetime
    texting: Texting


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
        return _answer_offer(live[0], said)
    if live_places:
        return _answer_place(live_places[0], said)
    if is_asked_to_come:
        return _answer_visits(visits, said)
    return _of_the_last(asked, places_asked, visits, said)


def _of_the_last(
    asked: list[Question], places_asked: list[PlaceQuestion], visits: list[VisitQuestion], said: Said
) -> Handled:
    """Nothing is open: what became of the question asked last."""
    last: list[Question | PlaceQuestion | VisitQuestion] = [*asked[:1], *places_asked[:1], *visits[:1]]
    newest = max(last, key=lambda question: question.asked_at, default=None)
    if isinstance(newest, Question):
        return _told(newest, CODE_OF_STATUS[OfferStatus(newest.status)])
    if isinstance(newest, PlaceQuestion):
        return _told_of_place(newest, said.texting)
    if isinstance(newest, VisitQuestion):
        return _answer_visits(visits, said)
    if said.person.is_guest:
        return Handled(InboundOutcome.FROM_GUEST, _for_guest(said.person, said.texting))
    return Handled(InboundOutcome.NOTHING_OPEN, Answer("S5Q", {"tel": said.person.tel}, seldom=True))


def _answer_place(place: PlaceQuestion, said: Said) -> Handled:
    if said.kind is ReplyKind.NO:
        try:
            places.let_go(place.booking_id, now=said.now)
        except Refusal:  # they have just booked it on its page
            return _told_of_place(replace(place, is_booked=True), said.texting)
        path = said.texting.links.waitlist_path(place.entry_id, place.entry_link_version)
        return Handled(InboundOutcome.LET_GO, _about_place(place, "C8N", said.texting.links.text_url(path)))
    try:
        places.take(place.booking_id, now=said.now, texting=said.texting)
    except (SlotTaken, InvalidInput):
        return _told_of_place(place, said.texting)
    except Refusal as refusal:  # still theirs, but there is more to say than fits a text
        path = said.texting.links.booking_path(place.booking_id, place.link_version)
        answer = _about_place(place, "C8H", said.texting.links.text_url(path))
        return Handled(told_refusal(refusal.code), answer)
    return Handled(InboundOutcome.BOOKED)  # booking texts the guest itself


def _told_of_place(place: PlaceQuestion, texting: Texting) -> Handled:
    """It is theirs, with the link that says what is booked, or no longer held."""
    if place.is_booked:
        path = texting.links.booking_path(place.booking_id, place.link_version)
        return Handled(InboundOutcome.TOLD_BOOKED, _about_place(place, "C8B", texting.links.text_url(path)))
    url = texting.links.text_url(f"/s/{place.slug}")
    return Handled(InboundOutcome.TOLD_PLACE_GONE, _about_place(place, "C8E", url))


def _about_place(place: PlaceQuestion, text_id: str, url: str) -> Answer:
    values: dict[str, str | None] = {
        "s": place.salon,
        "d": formats.short_date(place.starts_at, place.tz, place.language),
        "t": formats.clock_time(place.starts_at, place.tz),
        "u": url,
        "tel": place.tel,
    }
    return Answer(text_id, values, booking_id=place.booking_id, language=place.language)


def _answer_visits(visits: list[VisitQuestion], said: Said) -> Handled:
    """A yes is for all the visits somebody was reminded of, a no only for a single one."""
    standing = [visit for visit in visits if visit.stands]
    if not standing:
        return _told_of_visit(visits[0], said.texting)
    if said.kind is ReplyKind.YES:
        reminders.will_come(standing, said_at=said.text.received_at, now=said.now)
        return Handled(InboundOutcome.WILL_COME)
    if len(standing) > 1:
        url = said.texting.links.text_url("/my")
        answer = _about_visit(standing[0], "C2W", k=str(len(standing)), u=url)
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
        return Handled(
            InboundOutcome.TOLD_FEE, _about_visit(visit, "C2F", p=fee, u=texting.links.text_url(path))
        )
    return Handled(InboundOutcome.TOLD_TOO_LATE, _about_visit(visit, "C2N"))


def _told_of_visit(visit: VisitQuestion, texting: Texting) -> Handled:
    """It was given up already, and what that cost."""
    url = texting.links.text_url(f"/s/{visit.slug}")
    if not visit.fee_minor:
        return Handled(InboundOutcome.TOLD_GIVEN_UP, _about_visit(visit, "C4", u=url))
    fee = formats.money(Money(visit.fee_minor, visit.currency))
    return Handled(InboundOutcome.TOLD_GIVEN_UP, _about_visit(visit, "C4F", p=fee, u=url))


def _about_visit(visit: VisitQuestion, text_id: str, **more: str) -> Answer:
    values: dict[str, str | None] = {
        "s": visit.salon,
        "d": formats.short_date(visit.starts_at, visit.tz, visit.language),
        "t": formats.clock_time(visit.starts_at, visit.tz),
        "tel": visit.tel,
        **more,
    }
    return Answer(text_id, values, booking_id=visit.booking_id, language=visit.language)


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


def _answer_offer(question: Question, said: Said) -> Handled:
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


def _for_guest(person: Person, texting: Texting) -> Answer:
    values: dict[str, str | None] = {"tel": person.tel}
    if person.booking is not None:
        path = texting.links.booking_path(person.booking.id, person.booking.link_version)
        values |= {"s": person.booking.salon, "u": texting.links.text_url(path)}
    return Answer("C14", values, seldom=True)
