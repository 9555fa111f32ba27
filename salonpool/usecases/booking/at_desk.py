"""What a salon does with a booking on the day: the guest is here, done, missing, or must be turned away."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, retried, transaction
from salonpool.domain.attendance import check_taken_back
from salonpool.domain.booking import OPEN_STATES, BookingStatus, CancelCause, SlotTaken, check_turn
from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.models import Booking
from salonpool.queries.salons import SalonRow, get_salon_by_id
from salonpool.usecases.booking.booked import Booked, answer_of, lock_booking, record
from salonpool.usecases.booking.commit import bring_back, free, lock_places
from salonpool.usecases.booking.series import later_ids
from salonpool.usecases.booking.stored import stored_wish
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
STEPS_BACK = frozenset(
    {
        (BookingStatus.CHECKED_IN, BookingStatus.CONFIRMED),
        (BookingStatus.COMPLETED, BookingStatus.CHECKED_IN),
    }
)
# Only these have a place. What was given up has none any more, so no slip of the finger brings it back.
TURNED = frozenset({BookingStatus.CONFIRMED, BookingStatus.CHECKED_IN, BookingStatus.COMPLETED})


@retried
def turn(*, booking_id: int, into: BookingStatus, account_id: int, now: datetime) -> Booked:
    """The guest is here, done or did not come; or one of these was a slip. Again changes nothing.

    A visit that was missed gives its place back; take_back_miss() undoes that. Raises Refusal: not_open,
    too_early, too_late (to take something back); Missing.
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
        if (status, into) in STEPS_BACK:
            check_taken_back(booking.starts_at, salon.tz, now)
        booking.status = into
        booking.sequence += 1
        messages.drop_waiting(session, booking.id)
        if into == BookingStatus.NO_SHOW:
            free(session, booking.id)
        record(session, now, f"account:{account_id}", ACTIONS[into], booking, {"status": status})
        return answer_of(session, booking, salon)


def take_back_miss(*, booking_id: int, account_id: int, now: datetime) -> Booked:
    """The guest did come, or the mark was a slip: it is gone, and no longer weighs.

    The visit is booked again as it was if people and chairs are still free then. Else somebody else has its
    place, and it is cancelled by the salon, which costs the guest nothing. Again changes nothing.
    Raises Refusal: not_open, too_late; Missing.
    """
    actor = f"account:{account_id}"
    try:
        return _book_again(booking_id, actor, now)
    except (SlotTaken, InvalidInput):  # taken, nobody on duty, closed, or a service that is gone
        return _excuse(booking_id, actor, now)


@retried
def _book_again(booking_id: int, actor: str, now: datetime) -> Booked:
    language = db.session.scalar(sa.select(Booking.language).where(Booking.id == booking_id))
    if language is None:
        raise Missing
    wanted = stored_wish(booking_id, language)
    with transaction() as session:
        lock_places(session, wanted.salon.id, [])
        booking = lock_booking(session, booking_id)
        if _is_missed(booking, wanted.salon, now):
            booking.status = BookingStatus.CONFIRMED
            bring_back(session, booking, wanted, now)
            booking.sequence += 1
            session.flush()
            record(session, now, actor, "take_back_miss", booking, {"status": BookingStatus.NO_SHOW})
        return answer_of(session, booking, wanted.salon)


@retried
def _excuse(booking_id: int, actor: str, now: datetime) -> Booked:
    salon_id = _salon_id(booking_id)
    with transaction() as session:
        lock_places(session, salon_id, [])
        booking = lock_booking(session, booking_id)
        salon = get_salon_by_id(salon_id, booking.language)
        if _is_missed(booking, salon, now):
            _turn_away(session, booking, actor, now, "take_back_miss")
        return answer_of(session, booking, salon)


def _is_missed(booking: Booking, salon: SalonRow, now: datetime) -> bool:
    """Is there a mark to take back, and not taken back already? Raises Refusal: not_open, too_late."""
    if booking.status == BookingStatus.CONFIRMED or booking.cancel_cause == CancelCause.SALON:
        return False
    if booking.status != BookingStatus.NO_SHOW:
        raise Refusal("not_open", status=booking.status)
    check_taken_back(booking.starts_at, salon.tz, now)
    return True


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


def _turn_away(session: Session, booking: Booking, actor: str, now: datetime, action: str = "cancel") -> None:
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
    record(session, now, actor, action, booking, before)


def _salon_id(booking_id: int) -> int:
    salon_id = db.session.scalar(sa.select(Booking.salon_id).where(Booking.id == booking_id))
    if salon_id is None:
        raise Missing
    return salon_id
