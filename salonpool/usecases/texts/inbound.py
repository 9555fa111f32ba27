"""Texts people send us: kept raw first, then read, acted on and answered once."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, retried, transaction, wake
from salonpool.domain.booking import SlotTaken
from salonpool.domain.message import MessageStatus
from salonpool.domain.money import Money, pay_between
from salonpool.domain.offer import OfferGone, OfferStatus
from salonpool.domain.refusal import InvalidInput, Refusal
from salonpool.messaging import formats
from salonpool.messaging.replies import ReplyKind, parse
from salonpool.messaging.texts import reason
from salonpool.models import InboundMessage, Message
from salonpool.queries import people, waitlist
from salonpool.queries.people import Person, Question
from salonpool.queries.waitlist import PlaceQuestion
from salonpool.usecases.booking import places
from salonpool.usecases.pool import offers
from salonpool.usecases.rows import insert_new
from salonpool.usecases.texts import messages, opt_outs
from salonpool.usecases.texts.texting import Texting

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
BODY_MAX, SENDER_MAX, SID_MAX = 2000, 40, 64
ANSWERED_AGAIN_AFTER = timedelta(hours=1)
# What a closed offer is answered with: always the truth, never silence.
TEXT_OF_CODE = {
    "taken": "S5",
    "declined": "S5D",
    "expired": "S5E",
    "withdrawn": "S5W",
    "not_eligible": "S5N",
    "accepted": "S4",
}
CODE_OF_STATUS = {
    OfferStatus.SUPERSEDED: "taken",
    OfferStatus.DECLINED: "declined",
    OfferStatus.EXPIRED: "expired",
    OfferStatus.WITHDRAWN: "withdrawn",
    OfferStatus.ACCEPTED: "accepted",
}
TEXT_OF_WORD = {ReplyKind.CANNOT_WORK: "S10T", ReplyKind.HELP: "S15"}


@dataclass(frozen=True, slots=True)
class _Text:
    id: int
    sender: str
    body: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class _Answer:
    """What to text back. A `seldom` one goes to the same number once an hour, the others tell of an offer
    or a place. `language`: if another than the person's."""

    text_id: str
    values: dict[str, str | None] = field(default_factory=dict)
    seldom: bool = False
    offer_id: int | None = None
    booking_id: int | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class _Handled:
    outcome: str
    answer: _Answer | None = None


def receive(sid: str, sender: str, body: str, raw: dict[str, Any], now: datetime) -> int:
    """Keep a text as it came and wake the clock; its row's id. The same `sid` again changes nothing."""
    with transaction() as session:
        inbound_id = insert_new(
            session,
            InboundMessage,
            sid=sid[:SID_MAX],
            sender=sender[:SENDER_MAX],
            body=body.replace("\0", "")[:BODY_MAX],
            raw=raw,
            received_at=now,
        )
        if inbound_id is None:
            kept = sa.select(InboundMessage.id).where(InboundMessage.sid == sid[:SID_MAX])
            return session.scalars(kept).one()
        wake("inbound", inbound_id)
        return int(inbound_id)


def list_unhandled(limit: int = 100) -> list[int]:
    """Texts nobody has read yet, the oldest first."""
    unread = sa.select(InboundMessage.id).where(InboundMessage.handled_at.is_(None))
    return list(db.session.scalars(unread.order_by(InboundMessage.id).limit(limit)))


@retried
def handle(inbound_id: int, now: datetime, texting: Texting) -> str | None:
    """Act on a text and answer it; a word for what became of it, None if it was handled before.

    What is acted on may be done twice with one effect, so a crash before the row is marked loses and doubles
    nothing. An answer counts at the time it was received, however late it is read.
    """
    text = _unread(inbound_id)
    if text is None:
        return None
    person = people.find_person(text.sender, now)
    handled = _act(text, person, now, texting)
    with transaction() as session:
        if not _mark(session, text, handled.outcome, now):
            return None
        if handled.outcome == "opted_out":
            opt_outs.opt_out(session, text.sender, now)
        elif handled.outcome == "resumed":
            opt_outs.resume(session, text.sender)
        if handled.answer is not None and person is not None:
            _answer(session, text, person, handled.answer, now)
    return handled.outcome


def _unread(inbound_id: int) -> _Text | None:
    row = db.session.execute(
        sa.select(
            InboundMessage.id, InboundMessage.sender, InboundMessage.body, InboundMessage.received_at
        ).where(InboundMessage.id == inbound_id, InboundMessage.handled_at.is_(None))
    ).first()
    return _Text(*row) if row else None


def _act(text: _Text, person: Person | None, now: datetime, texting: Texting) -> _Handled:
    """What the text asks for. Offers are answered here, in their own transactions."""
    if not E164.fullmatch(text.sender):
        return _Handled("not_a_number")
    kind = parse(text.body).kind
    if kind is ReplyKind.STOP:
        return _Handled("opted_out")
    if kind is ReplyKind.START:
        return _Handled("resumed")
    if person is None:
        return _Handled("unknown_sender")  # answering would let strangers spend our texts
    if kind in {ReplyKind.YES, ReplyKind.NO}:
        return _answer_question(text, person, kind, now, texting)
    if person.is_guest:
        return _Handled("from_guest", _for_guest(person, texting))
    text_id = TEXT_OF_WORD.get(kind, "S14")
    return _Handled(
        "unclear" if text_id == "S14" else str(kind), _Answer(text_id, {"tel": person.tel}, seldom=True)
    )


def _answer_question(
    text: _Text, person: Person, kind: ReplyKind, now: datetime, texting: Texting
) -> _Handled:
    """A yes or no answers the one open question asked before it, or is told what became of the last one.

    A question is an offer to a stylist or a place held for a guest; one number may be both.
    """
    asked = people.list_questions(text.sender, text.received_at)
    places_asked = waitlist.list_questions(text.sender, text.received_at)
    db.session.rollback()
    live = [question for question in asked if question.status == OfferStatus.OFFERED]
    live_places = [place for place in places_asked if place.is_open]
    if len(live) + len(live_places) > 1:
        return _Handled("several_open", _Answer("S14", {"tel": person.tel}, seldom=True))
    if live:
        return _answer_offer(live[0], kind, text.received_at, now, texting)
    if live_places:
        return _answer_place(live_places[0], kind, now, texting)
    last_place = places_asked[0] if places_asked else None
    if asked and (last_place is None or asked[0].asked_at > last_place.asked_at):
        return _told(asked[0], CODE_OF_STATUS[OfferStatus(asked[0].status)])
    if last_place is not None:
        return _told_of_place(last_place, texting)
    if person.is_guest:
        return _Handled("from_guest", _for_guest(person, texting))
    return _Handled("nothing_open", _Answer("S5Q", {"tel": person.tel}, seldom=True))


def _answer_place(place: PlaceQuestion, kind: ReplyKind, now: datetime, texting: Texting) -> _Handled:
    if kind is ReplyKind.NO:
        try:
            places.let_go(place.booking_id, now=now)
        except Refusal:  # they have just booked it on its page
            return _told_of_place(replace(place, is_booked=True), texting)
        path = texting.links.waitlist_path(place.entry_id, place.entry_link_version)
        return _Handled("let_go", _about_place(place, "C8N", texting.links.text_url(path)))
    try:
        places.take(place.booking_id, now=now, texting=texting)
    except (SlotTaken, InvalidInput):
        return _told_of_place(place, texting)
    except Refusal as refusal:  # still theirs, but there is more to say than fits a text
        path = texting.links.booking_path(place.booking_id, place.link_version)
        answer = _about_place(place, "C8H", texting.links.text_url(path))
        return _Handled(f"told_{refusal.code}"[:40], answer)
    return _Handled("booked")  # booking texts the guest itself


def _told_of_place(place: PlaceQuestion, texting: Texting) -> _Handled:
    """It is theirs, with the link that says what is booked, or no longer held."""
    if place.is_booked:
        path = texting.links.booking_path(place.booking_id, place.link_version)
        return _Handled("told_booked", _about_place(place, "C8B", texting.links.text_url(path)))
    url = texting.links.text_url(f"/s/{place.slug}")
    return _Handled("told_place_gone", _about_place(place, "C8E", url))


def _about_place(place: PlaceQuestion, text_id: str, url: str) -> _Answer:
    values: dict[str, str | None] = {
        "s": place.salon,
        "d": formats.short_date(place.starts_at, place.tz, place.language),
        "t": formats.clock_time(place.starts_at, place.tz),
        "u": url,
    }
    return _Answer(text_id, values, booking_id=place.booking_id, language=place.language)


def _answer_offer(
    question: Question, kind: ReplyKind, answered_at: datetime, now: datetime, texting: Texting
) -> _Handled:
    answer = offers.accept if kind is ReplyKind.YES else offers.decline
    try:
        answer(
            question.offer_id,
            stylist_id=question.stylist_id,
            answered_at=answered_at,
            now=now,
            texting=texting,
            actor=f"stylist:{question.stylist_id}",
        )
    except OfferGone as gone:
        return _told(question, gone.code, gone.values.get("reason"))
    if kind is ReplyKind.YES:
        return _Handled("accepted")  # accepting texts the stylist itself
    return _Handled("declined", _told(question, "declined").answer)


def _told(question: Question, code: str, rule: str | None = None) -> _Handled:
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
    return _Handled(f"told_{code}", _Answer(TEXT_OF_CODE[code], values, offer_id=question.offer_id))


def _for_guest(person: Person, texting: Texting) -> _Answer:
    values: dict[str, str | None] = {"tel": person.tel}
    if person.booking is not None:
        path = texting.links.booking_path(person.booking.id, person.booking.link_version)
        values |= {"s": person.booking.salon, "u": texting.links.text_url(path)}
    return _Answer("C14", values, seldom=True)


def _mark(session: Session, text: _Text, outcome: str, now: datetime) -> bool:
    """Compare and set: only one handler of a text may answer it."""
    marked = session.execute(
        sa.update(InboundMessage)
        .where(InboundMessage.id == text.id, InboundMessage.handled_at.is_(None))
        .values(handled_at=now, outcome=outcome)
        .returning(InboundMessage.id)
    )
    return marked.first() is not None


def _answer(session: Session, text: _Text, person: Person, answer: _Answer, now: datetime) -> None:
    if _knows_already(session, text, answer, now):
        return
    messages.enqueue(
        session,
        network_id=person.network_id,
        event_id=f"inbound:{text.id}:reply",
        text_id=answer.text_id,
        to=text.sender,
        language=answer.language or person.language,
        values=answer.values,
        now=now,
        offer_id=answer.offer_id,
        booking_id=answer.booking_id,
    )


def _knows_already(session: Session, text: _Text, answer: _Answer, now: datetime) -> bool:
    """Was the person told the same since they wrote, or, for a seldom answer, within the hour?"""
    told = sa.and_(
        Message.to == text.sender, Message.text_id == answer.text_id, Message.status != MessageStatus.FAILED
    )
    if answer.seldom:
        told = sa.and_(told, Message.created_at > now - ANSWERED_AGAIN_AFTER)
    else:
        about = sa.and_(Message.offer_id == answer.offer_id, Message.booking_id == answer.booking_id)
        told = sa.and_(told, about, Message.created_at >= text.received_at)
    return bool(session.scalar(sa.select(sa.exists().where(told))))
