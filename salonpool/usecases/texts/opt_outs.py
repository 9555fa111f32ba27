"""STOP and START: to whom nothing may be sent."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.domain.booking import OPEN_STATES
from salonpool.domain.message import MessageStatus, NoSmsReason
from salonpool.models import Booking, Customer, Message, OptOut
from salonpool.usecases.rows import insert_new

OPTED_OUT = "opted_out"


def opt_out(session: Session, phone: str, now: datetime) -> None:
    """Send nothing more to the number, not even what waits in the outbox; its visits ahead say so."""
    insert_new(session, OptOut, phone=phone, opted_out_at=now)
    # Visits before texts, as a booking that changes locks them.
    others = sa.or_(Booking.no_sms_reason.is_(None), Booking.no_sms_reason == NoSmsReason.CAPPED)
    _mark_visits(session, phone, sa.and_(others, Booking.starts_at > now), NoSmsReason.OPTED_OUT)

    session.execute(
        sa.update(Message)
        .where(Message.to == phone, Message.status == MessageStatus.PENDING)
        .values(status=MessageStatus.FAILED, error=OPTED_OUT)
    )


def resume(session: Session, phone: str) -> None:
    """The number may be texted again, also about its visits ahead; what was not sent stays unsent."""
    session.execute(sa.delete(OptOut).where(OptOut.phone == phone))
    _mark_visits(session, phone, Booking.no_sms_reason == NoSmsReason.OPTED_OUT, None)


def _mark_visits(
    session: Session, phone: str, which: sa.ColumnElement[bool], reason: NoSmsReason | None
) -> None:
    theirs = Booking.customer_id.in_(sa.select(Customer.id).where(Customer.phone == phone))
    session.execute(
        sa.update(Booking)
        .where(theirs, Booking.status.in_(OPEN_STATES), which)
        .values(no_sms_reason=reason)
        .execution_options(synchronize_session=False)
    )
