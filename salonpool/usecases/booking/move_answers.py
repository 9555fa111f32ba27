"""The salon's yes or no to another time a guest asked for; silence is a no. The booking stays till a yes."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, retried, transaction
from salonpool.domain.booking import BookingStatus
from salonpool.domain.refusal import Missing, Refusal
from salonpool.models import AskedMove, Booking
from salonpool.queries.salons import get_salon_by_id
from salonpool.usecases.booking import asked_moves, moves
from salonpool.usecases.booking.booked import Booked, answer_of, lock_booking
from salonpool.usecases.booking.texts import text_move_refused
from salonpool.usecases.texts.texting import Texting

SWEEP_AT_ONCE = 50


def approve(
    *,
    booking_id: int,
    starts_at: datetime,
    stylist_id: int | None,
    account_id: int,
    now: datetime,
    texting: Texting,
) -> Booked:
    """The booking moves to the time that was asked for, by the rules of moves.move(). Again changes nothing.

    `starts_at` and `stylist_id` (None: anyone): what the salon says yes to. Raises Refusal: asked_anew (the
    guest asks for another time or person by now, or for none), expired, not_open; SlotTaken when somebody
    else has it by now; InvalidInput; Missing.
    """
    booking = db.session.get(Booking, booking_id, populate_existing=True)
    if booking is None:
        raise Missing
    asked = asked_moves.find(db.session(), booking)
    if asked is None and (booking.status, booking.starts_at) != (BookingStatus.CONFIRMED, starts_at):
        raise Refusal("asked_anew")
    return moves.move(
        booking_id=booking_id,
        starts_at=starts_at,
        stylist_id=stylist_id,  # under its locks it sees whether this is asked for still
        actor=f"account:{account_id}",
        now=now,
        texting=texting,
        is_answer=True,
    )


@retried
def decline(
    *,
    booking_id: int,
    starts_at: datetime,
    stylist_id: int | None,
    account_id: int,
    now: datetime,
    texting: Texting,
) -> Booked:
    """The booking stays where it is, and a text says so. Again, or when nothing is asked, changes nothing.

    Raises Refusal asked_anew (the guest asks for another time or person by now); Missing.
    """
    with transaction() as session:
        booking = lock_booking(session, booking_id)
        salon = get_salon_by_id(booking.salon_id, booking.language)
        asked = asked_moves.find(session, booking)
        if asked is not None:
            if not asked_moves.is_for(asked, starts_at, stylist_id):
                raise Refusal("asked_anew")
            _turn_down(session, booking, asked, f"account:{account_id}", "decline_move", now, texting)
        return answer_of(session, booking, salon)


def sweep_unanswered(now: datetime, texting: Texting) -> int:
    """Turn down what no salon answered in time; what nobody asks any more just goes. Returns how many."""
    unanswered = db.session.scalars(
        sa.select(AskedMove.booking_id)
        .where(AskedMove.answer_by <= now)
        .order_by(AskedMove.answer_by)
        .limit(SWEEP_AT_ONCE)
    ).all()
    return sum(_give_up(booking_id, now, texting) for booking_id in unanswered)


@retried
def _give_up(booking_id: int, now: datetime, texting: Texting) -> bool:
    with transaction() as session:
        booking = lock_booking(session, booking_id)
        asked = asked_moves.find(session, booking)
        if asked is None:
            asked_moves.drop(session, booking_id)
            return False
        if now < asked.answer_by:
            return False
        _turn_down(session, booking, asked, "clock", "expire_move", now, texting)
        return True


def _turn_down(
    session: Session,
    booking: Booking,
    asked: AskedMove,
    actor: str,
    action: str,
    now: datetime,
    texting: Texting,
) -> None:
    asked_moves.note(session, booking, asked, action, actor, now)
    asked_moves.drop(session, booking.id)
    salon = get_salon_by_id(booking.salon_id, booking.language)
    text_move_refused(session, booking, asked.starts_at, salon, now, texting)
