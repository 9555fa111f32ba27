"""Texts people send us: kept raw first, then read, acted on and answered once."""

import logging
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from salonpool.database import (
    RETRIABLE_SQLSTATES,
    db,
    is_unavailable,
    lock,
    retried,
    sqlstate,
    transaction,
    wake,
)
from salonpool.domain.inbound import InboundOutcome, Outcome
from salonpool.domain.message import POISON_TRIES, MessageStatus
from salonpool.domain.phone import is_e164
from salonpool.messaging.replies import ReplyKind, parse
from salonpool.models import InboundMessage, Message, OptOut
from salonpool.queries import people
from salonpool.queries.correspondents import salon_of
from salonpool.queries.people import Person
from salonpool.usecases.rows import insert_new
from salonpool.usecases.texts import messages, opt_outs
from salonpool.usecases.texts.answers import act
from salonpool.usecases.texts.said import Answer, Handled, Received
from salonpool.usecases.texts.texting import Texting

log = logging.getLogger(__name__)

BODY_MAX, SENDER_MAX, SID_MAX = 2000, 40, 64
ANSWERED_AGAIN_AFTER = timedelta(hours=1)


@retried
def receive(sid: str, sender: str, body: str, raw: dict[str, Any], now: datetime) -> int:
    """Keep a text as it came and wake the clock; its row's id. The same `sid` again changes nothing.

    STOP and START count at once and in the order they came: neither waits for the clock. `raw` is the
    provider's whole call; its OptOutType names words of its own that it has acted on.
    """
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
        _heed(session, inbound_id, sender, body, str(raw.get("OptOutType", "")), now)
        wake("inbound", inbound_id)
        return int(inbound_id)


def list_unhandled(limit: int = 100) -> list[int]:
    """Texts nobody has read yet, the oldest first."""
    unread = sa.select(InboundMessage.id).where(InboundMessage.handled_at.is_(None))
    return list(db.session.scalars(unread.order_by(InboundMessage.id).limit(limit)))


@retried
def handle(inbound_id: int, now: datetime, texting: Texting) -> Outcome | None:
    """Act on a text and answer it; what became of it, None if it was handled before.

    What is acted on may be done twice with one effect, so a crash before the row is marked loses and doubles
    nothing. An answer counts at the time it was received, however late it is read. A text whose reading ends
    in an error three times is left to people: `poison`. A busy or absent database is not the text's fault.
    """
    at_fault = True
    try:
        outcome = _handle(inbound_id, now, texting)
        at_fault = False
    except DBAPIError as error:
        at_fault = not (is_unavailable(error) or sqlstate(error) in RETRIABLE_SQLSTATES)
        raise
    finally:
        if at_fault:
            _count_try(inbound_id, now)
    return outcome


def _handle(inbound_id: int, now: datetime, texting: Texting) -> Outcome | None:
    text, heeded = _unread(inbound_id)
    if text is None:
        return None
    person = people.find_person(text.sender, now)
    handled = Handled(heeded) if heeded else act(text, person, now, texting)
    with transaction() as session:
        if not _mark(session, text, handled.outcome, person, now):
            return None
        if handled.answer is not None and person is not None:
            _answer(session, text, person, handled.answer, now, texting)
    return handled.outcome


def _heed(
    session: Session, inbound_id: int, sender: str, body: str, opt_out_type: str, now: datetime
) -> None:
    """Do what STOP or START asks for, and leave word of it for handle()."""
    if not is_e164(sender):
        return
    lock(session, f"opt_out:{sender}")
    said = parse(body).kind
    is_out = session.scalar(sa.select(sa.exists().where(OptOut.phone == sender)))
    outcome: InboundOutcome | None = None
    if said is ReplyKind.STOP or opt_out_type == "STOP":
        opt_outs.opt_out(session, sender, now)
        outcome = InboundOutcome.OPTED_OUT
    # The provider takes YES for START; from somebody who never stopped it is an answer.
    elif said is ReplyKind.START or opt_out_type == "START" and is_out:
        opt_outs.resume(session, sender)
        outcome = InboundOutcome.RESUMED
    elif opt_out_type == "HELP":
        outcome = InboundOutcome.HELPED
    if outcome:
        session.execute(
            sa.update(InboundMessage).where(InboundMessage.id == inbound_id).values(outcome=outcome)
        )


def _unread(inbound_id: int) -> tuple[Received | None, InboundOutcome | None]:
    """A text that waits, and what was made of it when it came."""
    row = db.session.execute(
        sa.select(
            InboundMessage.id,
            InboundMessage.sender,
            InboundMessage.body,
            InboundMessage.received_at,
            InboundMessage.outcome,
        ).where(InboundMessage.id == inbound_id, InboundMessage.handled_at.is_(None))
    ).first()
    if row is None:
        return None, None
    return Received(*row[:4]), InboundOutcome(row.outcome) if row.outcome else None


def _count_try(inbound_id: int, now: datetime) -> None:
    with transaction() as session:
        tries = session.scalar(
            sa.update(InboundMessage)
            .where(InboundMessage.id == inbound_id, InboundMessage.handled_at.is_(None))
            .values(tries=InboundMessage.tries + 1)
            .returning(InboundMessage.tries)
        )
        if tries == POISON_TRIES:
            text = session.get_one(InboundMessage, inbound_id)
            salon_id = session.scalar(sa.select(salon_of(text.sender)))
            text.handled_at, text.outcome, text.salon_id = now, InboundOutcome.POISON, salon_id
            log.error("a text cannot be read", extra={"alert": "poison_inbound", "inbound": inbound_id})


def _mark(session: Session, text: Received, outcome: Outcome, person: Person | None, now: datetime) -> bool:
    """Compare and set: only one handler of a text may answer it."""
    marked = session.execute(
        sa.update(InboundMessage)
        .where(InboundMessage.id == text.id, InboundMessage.handled_at.is_(None))
        .values(handled_at=now, outcome=outcome, salon_id=person.salon_id if person else None)
        .returning(InboundMessage.id)
    )
    return marked.first() is not None


def _answer(
    session: Session, text: Received, person: Person, answer: Answer, now: datetime, texting: Texting
) -> None:
    if _knows_already(session, text, answer, now):
        return
    messages.enqueue(
        session,
        network_id=person.network_id,
        salon_id=person.salon_id,
        event_id=f"inbound:{text.id}:reply",
        text_id=answer.text_id,
        to=text.sender,
        language=answer.language or person.language,
        values=answer.values,
        within=texting.capabilities,
        now=now,
        offer_id=answer.offer_id,
        booking_id=answer.booking_id,
    )


def _knows_already(session: Session, text: Received, answer: Answer, now: datetime) -> bool:
    """Was the person told the same since they wrote, or, for a seldom answer, within the hour?"""
    told = sa.and_(
        Message.to == text.sender,
        Message.text_id == answer.text_id,
        Message.status.not_in([MessageStatus.FAILED, MessageStatus.EXPIRED]),
    )
    if answer.seldom:
        told = sa.and_(told, Message.created_at > now - ANSWERED_AGAIN_AFTER)
    else:
        about = sa.and_(Message.offer_id == answer.offer_id, Message.booking_id == answer.booking_id)
        told = sa.and_(told, about, Message.created_at >= text.received_at)
    return bool(session.scalar(sa.select(sa.exists().where(told))))
