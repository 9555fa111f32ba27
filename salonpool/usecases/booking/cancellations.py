"""A guest gives a visit up."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, retried, transaction
from salonpool.domain.attendance import is_late_cancel
from salonpool.domain.booking import BookingStatus, CancelCause, cancel_fee, check_change
from salonpool.domain.refusal import Missing, Refusal
from salonpool.models import Booking
from salonpool.queries.salons import SalonRow, get_salon_by_id
from salonpool.usecases.booking.booked import GUEST, Booked, answer_of, lock_booking, record
from salonpool.usecases.booking.commit import free, lock_places
from salonpool.usecases.booking.texts import text_cancelled
from salonpool.usecases.texts import messages
from salonpool.usecases.texts.texting import Texting


@retried
def cancel(
    *, booking_id: int, now: datetime, texting: Texting, agreed_fee_minor: int | None = None
) -> Booked:
    """The guest gives the visit up until the salon's cut-off; the place is free at once, a text confirms it.

    Later than the salon's free minutes before the start it costs the salon's fee, which the answer and the
    text name. `agreed_fee_minor`: what the guest was shown; they never pay more than that without being asked
    again. Cancelling again changes nothing. Raises Refusal: not_open, past_cut_off, fee_changed; Missing.
    """
    salon_id = db.session.scalar(sa.select(Booking.salon_id).where(Booking.id == booking_id))
    if salon_id is None:
        raise Missing
    with transaction() as session:
        # The stations first: nobody may be moving this guest to another chair meanwhile.
        lock_places(session, salon_id, [])
        booking = lock_booking(session, booking_id)
        salon = get_salon_by_id(salon_id, booking.language)
        if booking.status == BookingStatus.CANCELLED and booking.cancel_cause == CancelCause.GUEST:
            return answer_of(session, booking, salon)
        check_change(BookingStatus(booking.status), booking.starts_at, salon.cut_off_minutes, now)
        fee = fee_of(booking, salon, now)
        check_agreed(fee, agreed_fee_minor)
        give_up(session, booking, salon, fee, now)
        text_cancelled(session, booking, salon, now, texting)
        return answer_of(session, booking, salon)


def fee_of(booking: Booking, salon: SalonRow, now: datetime) -> int:
    """What its guest pays who cancels now, in minor units."""
    return cancel_fee(
        BookingStatus(booking.status),
        booking.starts_at,
        salon.free_minutes,
        salon.late_fee_minor,
        now,
        kept_minor=booking.fee_minor,
    )


def check_agreed(fee_minor: int, agreed_fee_minor: int | None) -> None:
    """Nobody pays more than they were shown; None: they were told the rule. Raises Refusal fee_changed."""
    if agreed_fee_minor is not None and fee_minor > agreed_fee_minor:
        raise Refusal("fee_changed")


def give_up(session: Session, booking: Booking, salon: SalonRow, fee_minor: int, now: datetime) -> None:
    """Cancel an open booking for its guest; the caller holds the locks, checked the rules and tells them.

    Whether that was late is kept, as the salon may change its rules; what it had not agreed to never is.
    """
    before = {"status": booking.status}
    booking.status, booking.cancel_cause, booking.cancelled_at = (
        BookingStatus.CANCELLED,
        CancelCause.GUEST,
        now,
    )
    was_agreed = booking.confirmed_at is not None
    booking.cancelled_late = was_agreed and is_late_cancel(booking.starts_at, now, salon.free_minutes)
    booking.fee_minor = fee_minor
    booking.sequence += 1
    free(session, booking.id)
    messages.drop_waiting(session, booking.id)
    record(session, now, GUEST, "cancel", booking, before)
