"""Guests are reminded of their visits, in the words of the moment, and say that they will come."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, retried, transaction
from salonpool.domain.booking import BookingStatus
from salonpool.domain.local_time import local_day
from salonpool.domain.message import MessageStatus
from salonpool.domain.reminder import is_quiet, quiet_from
from salonpool.models import Booking, Message
from salonpool.queries import reminders
from salonpool.queries.reminder_questions import VisitQuestion
from salonpool.queries.reminders import Due
from salonpool.queries.salons import get_salon_by_id
from salonpool.usecases.booking.booked import GUEST, lock_booking, read_served, record
from salonpool.usecases.booking.texts import words_of
from salonpool.usecases.texts import messages
from salonpool.usecases.texts.texting import Texting

log = logging.getLogger(__name__)

AT_MOST = 500  # in one pass, so that other sweeps get their turn; the next pass is a minute later
JOB = "reminders"


@dataclass(frozen=True, slots=True)
class Reminded:
    """What a pass did: guests reminded, and visits that began before anybody could be."""

    reminded: int = 0
    missed: int = 0


def sweep(now: datetime, texting: Texting) -> Reminded:
    """Remind everybody who is due. What stood still while a reminder was due is made up for while the visit
    lies ahead; for those that have begun since the last pass a text is kept that never leaves, so that the
    desk sees them. Doing it again, or twice at once, adds nothing.
    """
    since = reminders.last_run(JOB)
    missed = reminders.list_missed(since, now) if since is not None else []
    due = reminders.list_due(now)[:AT_MOST]
    db.session.rollback()
    return Reminded(
        missed=sum(_try(one, now, texting) for one in missed),
        reminded=sum(_try(one, now, texting) for one in due),
    )


def _try(due: Due, now: datetime, texting: Texting) -> bool:
    """One visit that cannot be put into words keeps nobody else from being reminded."""
    try:
        return _remind(due, now, texting)
    except (KeyError, ValueError) as error:  # what compose() raises
        extra = {"alert": "poison_reminder", "booking": due.booking_id, "error": type(error).__name__}
        log.error("a reminder cannot be written", extra=extra)
        return False


@retried
def will_come(visits: Collection[VisitQuestion], *, said_at: datetime, now: datetime) -> None:
    """The guest says that they will come, so nobody reminds them again; said twice it is the same.

    Not to what has been moved or given up since they were asked.
    """
    with transaction() as session:
        for visit in sorted(visits, key=lambda visit: visit.booking_id):
            booking = lock_booking(session, visit.booking_id)
            stands = booking.status == BookingStatus.CONFIRMED and booking.starts_at == visit.starts_at
            if stands and booking.will_come_at is None:
                booking.will_come_at = said_at
                record(session, now, GUEST, "will_come", booking, None)


@retried
def _remind(due: Due, now: datetime, texting: Texting) -> bool:
    """Was a text added? Whatever has happened to the visit since it was listed is looked at again."""
    with transaction() as session:
        booking = lock_booking(session, due.booking_id)
        # It may have been moved, given up or reminded of, and the guest may have answered.
        still = reminders.find_again(due, now)
        if still is None or (still.starts_at > now and is_quiet(now, still.tz)):
            return False
        return _text(session, booking, still, now, texting)


def _text(session: Session, booking: Booking, due: Due, now: datetime, texting: Texting) -> bool:
    """C2, or C2L where nobody can reply. It may leave until the quiet hours or the visit begin."""
    served = read_served(booking)
    assert served.phone is not None
    salon = get_salon_by_id(booking.salon_id, booking.language)
    is_over = due.starts_at <= now
    message_id = messages.enqueue(
        session,
        within=texting.capabilities,
        network_id=booking.network_id,
        salon_id=booking.salon_id,
        event_id=_event_id(booking, local_day(now, due.tz)),
        text_id=texting.capabilities.text_id("C2"),
        to=served.phone,
        language=booking.language,
        values=words_of(booking, salon, texting, served),
        now=now,
        booking_id=booking.id,
        expires_at=booking.starts_at if is_over else min(booking.starts_at, quiet_from(now, due.tz)),
    )
    if message_id is not None and is_over:
        session.execute(
            sa.update(Message).where(Message.id == message_id).values(status=MessageStatus.EXPIRED)
        )
    return message_id is not None


def _event_id(booking: Booking, today: date) -> str:
    """Once for each time the visit was put at, and for each day of trying."""
    moved = f":{int(booking.moved_at.timestamp())}" if booking.moved_at else ""
    return f"booking:{booking.id}:reminder{moved}:{today}"
