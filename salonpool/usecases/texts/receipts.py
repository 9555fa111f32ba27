"""What the provider says later of a text it took."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import transaction
from salonpool.domain.message import MessageStatus, can_become
from salonpool.messaging import receipts
from salonpool.models import Message


def record_receipt(*, sid: str, reference: str, word: str, now: datetime) -> bool:
    """Move a text forward on the provider's word; late and repeated receipts change nothing.

    `reference` is our message id as the provider got it, or ''. Returns whether anything changed. A receipt
    for a text that was settled under another sid is not about this row.
    """
    new = receipts.status_for(word)
    if new is None:
        return False
    with transaction() as session:
        message = _receipted(session, sid, reference)
        if message is None or not can_become(MessageStatus(message.status), new):
            return False
        message.status = new
        message.sid = sid
        message.sent_at = message.sent_at or now
    return True


def _receipted(session: Session, sid: str, reference: str) -> Message | None:
    """The row a receipt is about, locked until the transaction ends."""
    about = Message.sid == sid
    if reference.isascii() and reference.isdigit() and len(reference) < 19:
        about = sa.and_(Message.id == int(reference), sa.or_(Message.sid.is_(None), Message.sid == sid))
    return session.scalar(sa.select(Message).where(about).order_by(Message.id).limit(1).with_for_update())
