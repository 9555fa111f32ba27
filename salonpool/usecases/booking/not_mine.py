"""Who has a number now takes it off what its last owner booked and waits for."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import retried, transaction
from salonpool.domain.booking import OPEN_STATES, BookingStatus
from salonpool.domain.message import NoSmsReason
from salonpool.domain.phone import RESTS_AT_LEAST
from salonpool.domain.waitlist import OPEN_STATES as STILL_WAITING
from salonpool.domain.waitlist import WaitlistStatus
from salonpool.models import Booking, Card, Customer, WaitlistEntry
from salonpool.queries.attendance import still_weighs
from salonpool.usecases import audit
from salonpool.usecases.texts import messages


@retried
def take_off(phone: str, *, now: datetime) -> int:
    """Take a proved number (E.164) off the visits booked with it before it can have changed hands.

    The visits stay as they are, for a guest without a number: no text about them leaves any more, their links
    work. What was booked later is the present owner's, and stays: so this is no way around the limits
    of a number. Nor is it one around a salon's memory: a visit missed or given up late stays for as long as
    it weighs. We cannot tell whose slip it was; a new owner bears it at that salon alone, and not for long.
    What has been waited for as long ends. Returns how many visits; saying it again changes nothing.
    """
    with transaction() as session:
        customers = session.scalars(
            sa.select(Customer).where(Customer.phone == phone).order_by(Customer.id).with_for_update()
        ).all()
        return sum(_take_off(session, customer, now) for customer in customers)


def _take_off(session: Session, customer: Customer, now: datetime) -> int:
    _end_waiting(session, customer.id, now)
    old = session.scalars(
        sa.select(Booking)
        .where(
            Booking.customer_id == customer.id,
            Booking.created_at <= now - RESTS_AT_LEAST,
            Booking.status != BookingStatus.HELD,
            sa.not_(still_weighs(now)),
        )
        .order_by(Booking.id)
        .with_for_update()
    ).all()
    if not old:
        return 0
    former = Customer(network_id=customer.network_id, language=customer.language, created_at=now)
    session.add(former)
    session.flush()
    for booking in old:
        booking.customer_id = former.id
        if booking.status in OPEN_STATES:
            booking.no_sms_reason = NoSmsReason.NO_PHONE
        messages.drop_waiting(session, booking.id)
        audit.record(
            session, now, actor="guest", action="take_number_off", subject="booking", subject_id=booking.id
        )
    session.flush()
    _hand_over_cards(session, customer.id, former.id, now)
    return len(old)


def _hand_over_cards(session: Session, customer_id: int, former_id: int, now: datetime) -> None:
    """What a salon knows of the last owner goes with them, unless the present one has visits there, too."""
    theirs = sa.select(Booking.salon_id).where(Booking.customer_id == former_id)
    ours = sa.select(Booking.salon_id).where(
        Booking.customer_id == customer_id, Booking.created_at > now - RESTS_AT_LEAST
    )
    session.execute(
        sa.update(Card)
        .where(
            Card.customer_id == customer_id,
            Card.salon_id.in_(theirs),
            Card.salon_id.not_in(ours),
        )
        .values(customer_id=former_id),
        execution_options={"synchronize_session": False},
    )


def _end_waiting(session: Session, customer_id: int, now: datetime) -> None:
    """Nobody could be told of a place; one that is held runs out."""
    session.execute(
        sa.update(WaitlistEntry)
        .where(
            WaitlistEntry.customer_id == customer_id,
            WaitlistEntry.created_at <= now - RESTS_AT_LEAST,
            WaitlistEntry.status.in_(STILL_WAITING),
        )
        .values(status=WaitlistStatus.LEFT, ended_at=now),
        execution_options={"synchronize_session": False},
    )
