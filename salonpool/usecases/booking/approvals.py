"""A salon that approves first says yes or no to what guests asked for; silence is a no."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, retried, transaction
from salonpool.domain.booking import BookingStatus, CancelCause, check_turn
from salonpool.domain.refusal import Missing, Refusal
from salonpool.models import Booking
from salonpool.queries.salons import get_salon_by_id
from salonpool.usecases.booking.booked import Booked, answer_of, lock_booking, record
from salonpool.usecases.booking.commit import free, lock_places
from salonpool.usecases.booking.texts import text_booked, text_refused, text_series
from salonpool.usecases.texts import messages
from salonpool.usecases.texts.texting import Texting

SWEEP_AT_ONCE = 50


@retried
def approve(*, booking_id: int, account_id: int, now: datetime, texting: Texting) -> Booked:
    """The salon takes the guest: the booking is confirmed, and a text says so. Again changes nothing.

    A series that waits is answered as a whole.

    Raises Refusal: not_open, expired (the guest was told until when they hear); Missing.
    """
    salon_id = _salon_id(booking_id)
    with transaction() as session:
        lock_places(session, salon_id, [])
        booking = lock_booking(session, booking_id)
        salon = get_salon_by_id(salon_id, booking.language)
        if booking.status == BookingStatus.CONFIRMED:
            return answer_of(session, booking, salon)
        _check_answer(booking, now)
        rows = _waiting_with(session, booking)
        for row in rows:
            row.status, row.confirmed_at, row.answer_by = BookingStatus.CONFIRMED, now, None
            row.sequence += 1
            messages.drop_waiting(session, row.id)
            record(session, now, f"account:{account_id}", "approve", row, {"status": BookingStatus.PENDING})
        if len(rows) == 1:
            text_booked(session, booking, salon, now, texting)
        else:
            text_series(session, rows[0], len(rows), salon, now, texting)
        return answer_of(session, booking, salon)


@retried
def decline(*, booking_id: int, account_id: int, now: datetime, texting: Texting) -> Booked:
    """The salon cannot take the guest: the place is free, and a text offers to choose another time.

    Again changes nothing. Raises Refusal not_open; Missing.
    """
    salon_id = _salon_id(booking_id)
    with transaction() as session:
        lock_places(session, salon_id, [])
        booking = lock_booking(session, booking_id)
        salon = get_salon_by_id(salon_id, booking.language)
        if booking.cancel_cause == CancelCause.NOT_APPROVED:
            return answer_of(session, booking, salon)
        if booking.status != BookingStatus.PENDING:
            raise Refusal("not_open", status=booking.status)
        _turn_down(session, booking, f"account:{account_id}", "decline", now, texting)
        return answer_of(session, booking, salon)


def sweep_unanswered(now: datetime, texting: Texting) -> int:
    """Turn down what no salon answered in time. Returns how many."""
    unanswered = db.session.scalars(
        sa.select(Booking.id)
        .where(Booking.status == BookingStatus.PENDING, _is_over(now))
        .order_by(Booking.answer_by)
        .limit(SWEEP_AT_ONCE)
    ).all()
    return sum(_give_up(booking_id, now, texting) for booking_id in unanswered)


@retried
def _give_up(booking_id: int, now: datetime, texting: Texting) -> bool:
    salon_id = _salon_id(booking_id)
    with transaction() as session:
        lock_places(session, salon_id, [])
        booking = lock_booking(session, booking_id)
        waits = booking.status == BookingStatus.PENDING
        if not waits or now < min(booking.answer_by or booking.starts_at, booking.starts_at):
            return False
        _turn_down(session, booking, "clock", "expire_wish", now, texting)
        return True


def _is_over(now: datetime) -> sa.ColumnElement[bool]:
    """A visit that was moved may begin before the answer was due."""
    return sa.or_(Booking.answer_by <= now, Booking.starts_at <= now)


def _check_answer(booking: Booking, now: datetime) -> None:
    check_turn(BookingStatus(booking.status), BookingStatus.CONFIRMED, booking.starts_at, now)
    if booking.status != BookingStatus.PENDING:
        raise Refusal("not_open", status=booking.status)
    if booking.answer_by is not None and now >= booking.answer_by:
        raise Refusal("expired")


def _waiting_with(session: Session, booking: Booking) -> list[Booking]:
    """The booking and the others of its series that wait, in order of time; all locked."""
    if booking.series_id is None:
        return [booking]
    ids = session.scalars(
        sa.select(Booking.id)
        .where(Booking.series_id == booking.series_id, Booking.status == BookingStatus.PENDING)
        .order_by(Booking.starts_at)
    ).all()
    return [lock_booking(session, row_id) for row_id in ids]


def _turn_down(
    session: Session, booking: Booking, actor: str, action: str, now: datetime, texting: Texting
) -> None:
    rows = _waiting_with(session, booking)
    for row in rows:
        row.status, row.cancel_cause, row.cancelled_at = (
            BookingStatus.CANCELLED,
            CancelCause.NOT_APPROVED,
            now,
        )
        row.sequence += 1
        free(session, row.id)
        messages.drop_waiting(session, row.id)
        record(session, now, actor, action, row, {"status": BookingStatus.PENDING})
    text_refused(session, rows[0], get_salon_by_id(booking.salon_id, booking.language), now, texting)


def _salon_id(booking_id: int) -> int:
    salon_id = db.session.scalar(sa.select(Booking.salon_id).where(Booking.id == booking_id))
    if salon_id is None:
        raise Missing
    return salon_id
