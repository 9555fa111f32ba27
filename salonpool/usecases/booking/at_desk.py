"""What a salon does with a booking on the day: the guest is here, done, missing, or must be turned away."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, retried, transaction
from salonpool.domain.booking import OPEN_STATES, BookingStatus, CancelCause, check_turn
from salonpool.domain.refusal import Missing, Refusal
from salonpool.models import Booking
from salonpool.queries.salons import get_salon_by_id
from salonpool.usecases.booking.booked import Booked, answer_of, lock_booking, record
from salonpool.usecases.booking.commit import free, lock_places
from salonpool.usecases.booking.series import later_ids
from salonpool.usecases.booking.texts import text_refused
from salonpool.usecases.texts import messages
from salonpool.usecases.texts.texting import Texting

# What the audit trail calls a turn; back to confirmed undoes an arrival.
ACTIONS = {
    BookingStatus.CHECKED_IN: "arrive",
    BookingStatus.COMPLETED: "complete",
    BookingStatus.NO_SHOW: "miss",
    BookingStatus.CONFIRMED: "undo",
}
# Only these have a place. What was given up has none any more, so no slip of the finger brings it back.
TURNED = frozenset({BookingStatus.CONFIRMED, BookingStatus.CHECKED_IN, BookingStatus.COMPLETED})


@retried
def turn(*, booking_id: int, into: BookingStatus, account_id: int, now: datetime) -> Booked:
    """The guest is here, done or did not come; or one of these was a slip. Again changes nothing.

    A visit that was missed gives its place back. Raises Refusal: not_open, too_early; Missing.
    """
    salon_id = _salon_id(booking_id)
    with transaction() as session:
        lock_places(session, salon_id, [])
        booking = lock_booking(session, booking_id)
        salon = get_salon_by_id(salon_id, booking.language)
        status = BookingStatus(booking.status)
        if status == into:
            return answer_of(session, booking, salon)
        if into not in ACTIONS or status not in TURNED:
            raise Refusal("not_open", status=booking.status)
        check_turn(status, into, booking.starts_at, now)
        booking.status = into
        booking.sequence += 1
        messages.drop_waiting(session, booking.id)
        if into == BookingStatus.NO_SHOW:
            free(session, booking.id)
        record(session, now, f"account:{account_id}", ACTIONS[into], booking, {"status": status})
        return answer_of(session, booking, salon)


@retried
def cancel(
    *, booking_id: int, account_id: int, now: datetime, texting: Texting, and_later: bool = False
) -> Booked:
    """The salon cannot serve the guest: the place is free, and a text says sorry. It costs them nothing.

    `and_later`: the later visits of its series, too. Again changes nothing. Raises Refusal not_open; Missing.
    """
    salon_id = _salon_id(booking_id)
    with transaction() as session:
        lock_places(session, salon_id, [])
        booking = lock_booking(session, booking_id)
        salon = get_salon_by_id(salon_id, booking.language)
        if booking.cancel_cause == CancelCause.SALON:
            return answer_of(session, booking, salon)
        if booking.status not in OPEN_STATES:
            raise Refusal("not_open", status=booking.status)
        rows = [lock_booking(session, row_id) for row_id in later_ids(session, booking)] if and_later else []
        for row in [booking, *(row for row in rows if row.id != booking.id and row.status in OPEN_STATES)]:
            _turn_away(session, row, f"account:{account_id}", now)
        text_refused(session, booking, salon, now, texting)
        return answer_of(session, booking, salon)


def _turn_away(session: Session, booking: Booking, actor: str, now: datetime) -> None:
    before = {"status": booking.status}
    booking.status, booking.cancel_cause, booking.cancelled_at = (
        BookingStatus.CANCELLED,
        CancelCause.SALON,
        now,
    )
    booking.fee_minor = 0
    booking.sequence += 1
    free(session, booking.id)
    messages.drop_waiting(session, booking.id)
    record(session, now, actor, "cancel", booking, before)


def _salon_id(booking_id: int) -> int:
    salon_id = db.session.scalar(sa.select(Booking.salon_id).where(Booking.id == booking_id))
    if salon_id is None:
        raise Missing
    return salon_id
