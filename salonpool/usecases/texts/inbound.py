"""Texts people send us: kept raw first, then read, acted on and answered once."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, retried, transaction, wake
from salonpool.domain.message import MessageStatus
from salonpool.models import InboundMessage, Message
from salonpool.queries import people
from salonpool.queries.people import Person
from salonpool.usecases.rows import insert_new
from salonpool.usecases.texts import messages, opt_outs
from salonpool.usecases.texts.answers import Answer, Received, act
from salonpool.usecases.texts.texting import Texting

BODY_MAX, SENDER_MAX, SID_MAX = 2000, 40, 64
ANSWERED_AGAIN_AFTER = timedelta(hours=1)


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
    handled = act(text, person, now, texting)
    with transaction() as session:
        if not _mark(session, text, handled.outcome, person, now):
            return None
        if handled.outcome == "opted_out":
            opt_outs.opt_out(session, text.sender, now)
        elif handled.outcome == "resumed":
            opt_outs.resume(session, text.sender)
        if handled.answer is not None and person is not None:
            _answer(session, text, person, handled.answer, now, texting)
    return handled.outcome


def _unread(inbound_id: int) -> Received | None:
    row = db.session.execute(
        sa.select(
            InboundMessage.id, InboundMessage.sender, InboundMessage.body, InboundMessage.received_at
        ).where(InboundMessage.id == inbound_id, InboundMessage.handled_at.is_(None))
    ).first()
    return Received(*row) if row else None


def _mark(session: Session, text: Received, outcome: str, person: Person | None, now: datetime) -> bool:
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
        Message.to == text.sender, Message.text_id == answer.text_id, Message.status != MessageStatus.FAILED
    )
    if answer.seldom:
        told = sa.and_(told, Message.created_at > now - ANSWERED_AGAIN_AFTER)
    else:
        about = sa.and_(Message.offer_id == answer.offer_id, Message.booking_id == answer.booking_id)
        told = sa.and_(told, about, Message.created_at >= text.received_at)
    return bool(session.scalar(sa.select(sa.exists().where(told))))
