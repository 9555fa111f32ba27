"""Asks the provider what became of texts it took: for their price, which no receipt tells, and for ends whose
receipt was lost."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.message import MessageStatus
from salonpool.messaging.gateway import Gateway, GatewayUnavailable, Report
from salonpool.models import Message
from salonpool.usecases.texts import receipts

log = logging.getLogger(__name__)

AT_ONCE = 8  # questions a pass
FIRST_AFTER = timedelta(minutes=10)  # receipts come within seconds, prices within minutes
ASK_FOR = timedelta(hours=48)


def read_reports(now: datetime, gateway: Gateway, *, may_go_on: Callable[[], bool] = lambda: True) -> int:
    """One pass: ask about taken texts whose end or price is not known, each ever more seldom for two days.

    Writes nothing when there are none. Returns of how many something new was learnt.
    """
    asked = _open_questions(now)
    learnt = 0
    for message_id, sid, sent_at in asked:
        if not may_go_on():
            break
        try:
            report = gateway.read_report(sid)
        except GatewayUnavailable as unavailable:
            log.warning("message %s: no report: %s", message_id, unavailable)
            report = None
        learnt += _record(message_id, sid, report, now, next_at=now + max(FIRST_AFTER, now - sent_at))
    return learnt


def _open_questions(now: datetime) -> list[tuple[int, str, datetime]]:
    """The row's `lease_until` is when to ask next; taken texts need it for nothing else."""
    is_open = sa.or_(Message.price_micro.is_(None), Message.status == MessageStatus.SENT)
    rows = db.session.execute(
        sa.select(Message.id, Message.sid, Message.sent_at)
        .where(
            Message.status.in_([MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.UNDELIVERED]),
            Message.sent_at <= now - FIRST_AFTER,
            Message.sent_at > now - ASK_FOR,
            sa.or_(Message.lease_until.is_(None), Message.lease_until <= now),
            Message.sid.is_not(None),
            is_open,
        )
        .order_by(Message.lease_until.is_not(None), Message.sent_at)
        .limit(AT_ONCE)
    ).all()
    db.session.rollback()
    return [(id_, sid, sent_at) for id_, sid, sent_at in rows if sid and sent_at]


def _record(message_id: int, sid: str, report: Report | None, now: datetime, *, next_at: datetime) -> bool:
    with transaction() as session:
        message = session.scalar(
            sa.select(Message).where(Message.id == message_id, Message.sid == sid).with_for_update()
        )
        if message is None:  # handed over once more meanwhile
            return False
        learnt = False
        if report is not None:
            learnt = receipts.apply_word(session, message, sid, report.word, report.error_code, now)
            learnt = _price(message, report) or learnt
        if message.sid == sid:  # else it waits to be handed over once more
            message.lease_until = next_at
        return learnt


def _price(message: Message, report: Report) -> bool:
    if report.segments:  # 0 until the provider has chosen a sender
        message.segments = report.segments
    if report.price_micro is None or message.price_micro is not None:
        return False
    message.price_micro, message.price_currency = report.price_micro, report.price_currency
    return True
