"""What the provider says later of a text it took."""

import logging
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import lock, retried, transaction, wake
from salonpool.domain.message import CODES, UNFINISHED, MessageStatus, can_become, give_up_at
from salonpool.messaging.receipts import MAY_PASS, Failure, failure_of, status_for
from salonpool.models import Booking, Message, Receipt
from salonpool.usecases.rows import insert
from salonpool.usecases.texts.opt_outs import opt_out

log = logging.getLogger(__name__)

BAD_ENDS = (MessageStatus.UNDELIVERED, MessageStatus.FAILED)
KEEP_PARKED = timedelta(minutes=10)
# A sid whose text was handed over once more: what is said of it later is not about the new try.
REPLACED = "replaced"
KEEP_REPLACED = timedelta(hours=72)
MOST_REDELIVERIES = 2
REDELIVER_AFTER = (timedelta(minutes=2), timedelta(minutes=10))
FILTERED_ALERT, FILTERED_WITHIN = 3, timedelta(hours=72)


@retried
def record_receipt(*, sid: str, reference: str, to: str, word: str, error_code: str, now: datetime) -> bool:
    """Move a text forward on the provider's word; late and repeated receipts change nothing.

    `reference` is our message id as the provider got it, or ''; it counts only for a text that was handed
    over to the number `to`, so that a receipt of another installation, or of before a restore, meets no row
    of ours. What nobody knows is kept for apply_parked(). `error_code`: the provider's number for what went
    wrong, or ''. Returns whether anything changed.
    """
    if status_for(word) is None:
        return False
    with transaction() as session:
        message = _find(session, Message.sid == sid)
        if message is None and _is_replaced(session, sid):
            return False
        if message is None and (message := _referenced(session, reference, to)):
            changed = apply_word(session, message, sid, word, error_code or None, now)
            apply_parked(session, message.id, sid)
            return changed
        if message is None:
            lock(session, _sid_lock(sid))  # whoever records this sid now has done so, or will look after us
            message = _find(session, Message.sid == sid)
        if message is None:
            _park(session, sid, word, error_code or None, now)
            return False
        return apply_word(session, message, sid, word, error_code or None, now)


def apply_parked(session: Session, message_id: int, sid: str) -> None:
    """Apply what was said of `sid` before we knew whose it is, in the transaction that records it."""
    lock(session, _sid_lock(sid))
    parked = sa.select(Receipt).where(Receipt.sid == sid, Receipt.word != REPLACED).order_by(Receipt.id)
    early = session.scalars(parked).all()
    if not early:
        return
    message = session.get_one(Message, message_id, populate_existing=True)
    for receipt in early:
        if message.sid == sid:
            apply_word(session, message, sid, receipt.word, receipt.error_code, receipt.received_at)
        session.delete(receipt)


def apply_word(
    session: Session, message: Message, sid: str, word: str, error_code: str | None, now: datetime
) -> bool:
    """Move a locked row forward on the provider's word for `sid`. Returns whether anything changed.

    A bad end has its consequence by its code: the number is opted out, the text handed over once more, or
    somebody is told that texts are taken for spam.
    """
    new = status_for(word)
    if new is None or not _may_become(message, new):
        return False
    message.status = new
    message.sid = sid
    message.sent_at = message.sent_at or now
    message.lease_until = None
    if new in BAD_ENDS:
        _end_badly(session, message, error_code, now)
    return True


def forget_old(session: Session, now: datetime) -> int:
    """Delete what was said of texts that are none of ours. Returns how many rows."""
    unclaimed = sa.and_(Receipt.word != REPLACED, Receipt.received_at < now - KEEP_PARKED)
    old = sa.delete(Receipt).where(sa.or_(unclaimed, Receipt.received_at < now - KEEP_REPLACED))
    return len(session.scalars(old.returning(Receipt.id)).all())


def _find(session: Session, *about: sa.ColumnElement[bool]) -> Message | None:
    """The row a receipt is about, locked until the transaction ends."""
    return session.scalar(sa.select(Message).where(*about).order_by(Message.id).limit(1).with_for_update())


def _referenced(session: Session, reference: str, to: str) -> Message | None:
    if not (reference.isascii() and reference.isdigit() and len(reference) < 19):
        return None
    handed_over = (Message.claimed_at.is_not(None), Message.sid.is_(None), Message.to == to)
    return _find(session, Message.id == int(reference), *handed_over)


def _park(session: Session, sid: str, word: str, error_code: str | None, now: datetime) -> None:
    said = sa.exists().where(Receipt.sid == sid, Receipt.word == word)
    if not session.scalar(sa.select(said)):
        insert(session, Receipt, sid=sid, word=word, error_code=error_code, received_at=now)


def _is_replaced(session: Session, sid: str) -> bool:
    replaced = sa.exists().where(Receipt.sid == sid, Receipt.word == REPLACED)
    return bool(session.scalar(sa.select(replaced)))


def _sid_lock(sid: str) -> str:
    return f"sid:{sid}"


def _may_become(message: Message, new: MessageStatus) -> bool:
    """Forward only; and a text that expired at the provider has come to its end there."""
    ended = message.status == MessageStatus.EXPIRED and message.error_code is not None
    return not ended and can_become(MessageStatus(message.status), new)


def _end_badly(session: Session, message: Message, error_code: str | None, now: datetime) -> None:
    failure = failure_of(error_code)
    message.error_code = error_code
    message.error = f"{failure} {error_code or ''}".strip()
    log.warning("message %s did not arrive: %s", message.id, message.error)
    if failure is Failure.OPTED_OUT:
        opt_out(session, message.to, now)
    elif failure is Failure.EXPIRED:
        message.status = MessageStatus.EXPIRED
    elif failure is Failure.FILTERED:
        _alert_filtered(session, error_code, now)
    elif failure in MAY_PASS and _is_useful_again(session, message, now):
        _again(session, message, now)


def _is_useful_again(session: Session, message: Message, now: datetime) -> bool:
    """It has not been tried too often, is wanted still, and what it tells of is as it was."""
    if message.redeliveries >= MOST_REDELIVERIES or message.text_id in CODES:
        return False
    until = give_up_at(message.created_at, message.expires_at)
    if until <= now + REDELIVER_AFTER[message.redeliveries]:
        return False
    others = [sa.and_(Message.body == message.body, Message.status.in_(UNFINISHED))]
    for about in (Message.booking_id, Message.offer_id):
        if (subject := getattr(message, about.key)) is not None:
            others.append(sa.and_(about == subject, Message.id > message.id))
    changed = sa.exists().where(
        Booking.id == message.booking_id,
        sa.or_(Booking.cancelled_at > message.created_at, Booking.moved_at > message.created_at),
    )
    other = sa.exists().where(Message.to == message.to, Message.id != message.id, sa.or_(*others))
    return not session.scalar(sa.select(sa.or_(other, changed)))


def _again(session: Session, message: Message, now: datetime) -> None:
    """Let the outbox hand it over once more; what it is called by then is another sid."""
    insert(session, Receipt, sid=message.sid, word=REPLACED, error_code=None, received_at=now)
    message.status = MessageStatus.PENDING
    message.sid = message.error_code = None
    message.due_at = now + REDELIVER_AFTER[message.redeliveries]
    message.redeliveries += 1
    wake("message", message.id)


def _alert_filtered(session: Session, error_code: str | None, now: datetime) -> None:
    lately = sa.select(sa.func.count(Message.id)).where(
        Message.status.in_(BAD_ENDS),
        Message.sent_at > now - FILTERED_WITHIN,
        Message.error_code == error_code,
    )
    if (count := session.scalar(lately) or 0) >= FILTERED_ALERT:
        log.error("texts are taken for spam", extra={"alert": "texts_filtered", "texts": count, "hours": 72})
