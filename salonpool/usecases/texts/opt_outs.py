"""STOP and START: to whom nothing may be sent."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.domain.message import MessageStatus
from salonpool.models import Message, OptOut
from salonpool.usecases.rows import insert_new

OPTED_OUT = "opted_out"


def opt_out(session: Session, phone: str, now: datetime) -> None:
    """Send nothing more to the number, not even what waits in the outbox."""
    insert_new(session, OptOut, phone=phone, opted_out_at=now)
    session.execute(
        sa.update(Message)
        .where(Message.to == phone, Message.status == MessageStatus.PENDING)
        .values(status=MessageStatus.FAILED, error=OPTED_OUT)
    )


def resume(session: Session, phone: str) -> None:
    """The number may be texted again; what was not sent meanwhile stays unsent."""
    session.execute(sa.delete(OptOut).where(OptOut.phone == phone))
