"""Another time asked for at a salon that approves first: the booking stays until the salon says yes."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.domain.booking import BookingStatus, answer_by
from salonpool.models import AskedMove, Booking
from salonpool.usecases.booking.booked import GUEST, Booked, answer_of, place, record
from salonpool.usecases.booking.commit import Wanted, check_free
from salonpool.usecases.booking.texts import text_move_asked
from salonpool.usecases.texts import messages
from salonpool.usecases.texts.texting import Texting


def find(session: Session, booking: Booking) -> AskedMove | None:
    """What is asked for while the booking is as it was then; the caller holds its lock."""
    if booking.status != BookingStatus.CONFIRMED:
        return None
    return session.scalar(
        sa.select(AskedMove).where(AskedMove.booking_id == booking.id, AskedMove.sequence == booking.sequence)
    )


def ask(
    session: Session,
    booking: Booking,
    wanted: Wanted,
    fee_minor: int,
    now: datetime,
    texting: Texting,
) -> Booked:
    """Put the question to the salon instead of any before, and tell the guest until when they hear.

    The time must be free now but is not taken: one guest never keeps two places from others. `fee_minor`:
    what cancelling would cost now, kept as by any move. The same again changes nothing before the salon's
    time is up, then it is another question. Raises as commit.commit().
    """
    asked = find(session, booking)
    stylist_id = wanted.visit.wish.stylist_id
    if asked is None or now >= asked.answer_by or not is_for(asked, wanted.starts_at, stylist_id):
        check_free(session, booking, wanted, now)
        drop(session, booking.id)
        asked = AskedMove(
            booking_id=booking.id,
            sequence=booking.sequence,
            starts_at=wanted.starts_at,
            stylist_id=stylist_id,
            answer_by=_due(booking, wanted, now),
            fee_minor=fee_minor,
        )
        session.add(asked)
        session.flush()
        note(session, booking, asked, "ask_move", GUEST, now)
        text_move_asked(session, booking, asked.starts_at, asked.answer_by, wanted.salon, now, texting)
    return answer_of(session, booking, wanted.salon, asked)


def is_for(asked: AskedMove, starts_at: datetime, stylist_id: int | None) -> bool:
    """Is just this what is asked for, the person (None: anyone) too?"""
    return (asked.starts_at, asked.stylist_id) == (starts_at, stylist_id)


def drop(session: Session, booking_id: int) -> None:
    """Nothing is asked any more, and nobody is told that it was."""
    messages.drop_waiting(session, booking_id, "C3P")
    session.execute(sa.delete(AskedMove).where(AskedMove.booking_id == booking_id))


def note(
    session: Session, booking: Booking, asked: AskedMove, action: str, actor: str, now: datetime
) -> None:
    """Leave a trace of the question or its end; the booking itself is as before."""
    before = place(booking) | {"asked_starts_at": asked.starts_at.isoformat()}
    record(session, now, actor, action, booking, before)


def _due(booking: Booking, wanted: Wanted, now: datetime) -> datetime:
    """As for a new booking; before the guest would have to set out for either time."""
    assert wanted.salon.approve_minutes is not None  # or nobody would be asked
    return answer_by(min(booking.starts_at, wanted.starts_at), wanted.salon.approve_minutes, now)
