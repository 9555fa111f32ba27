"""How much a stranger may take: places without a number, bookings of one number, and when it is asked for a
code. The numbers are in domain/caps.py.

A desk, a command and the waitlist, whose guests we asked ourselves, are no strangers: they pass no Asker.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import fetch, lock, wake
from salonpool.domain.booking import OPEN_STATES, BookingStatus, CancelCause
from salonpool.domain.caps import OPEN_AT_A_SALON, OPEN_WITHOUT_CODE, Kind
from salonpool.domain.refusal import Refusal
from salonpool.models import Booking
from salonpool.usecases import limits, phone_codes
from salonpool.usecases.booking.booked import GUEST, lock_booking, place, record
from salonpool.usecases.booking.commit import free
from salonpool.usecases.texts.texting import Texting

# Built once: building a statement costs more than running it.
_VISIT = sa.func.coalesce(Booking.series_id, Booking.id)  # a series bears the id of its first
_AT_SALON = sa.case((Booking.salon_id == sa.bindparam("salon_id"), _VISIT))
_AHEAD = sa.select(sa.func.count(_VISIT.distinct()), sa.func.count(_AT_SALON.distinct())).where(
    Booking.customer_id == sa.bindparam("customer_id"),
    sa.bindparam("this") != _VISIT,
    sa.or_(*(Booking.status == status for status in sorted(OPEN_STATES))),  # IN would be spelt out each time
    Booking.starts_at > sa.bindparam("now"),
)


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody at an outer door: where they come from, and what they showed.

    `proved_phone`: proved within the half hour. `gave_code`: one was typed now; `code_id` is it, if it was
    right. `hold_id`: what this browser holds already.
    """

    address: str | None
    proved_phone: str | None = None
    gave_code: bool = False
    code_id: int | None = None
    hold_id: int | None = None


def make_way(session: Session, asker: Asker | None, salon_id: int, now: datetime) -> None:
    """A browser holds one place: what it held before is free again, for itself too. Before the commit."""
    if asker is None or asker.hold_id is None:
        return
    held_at = session.scalar(
        sa.select(Booking.salon_id).where(Booking.id == asker.hold_id, Booking.status == BookingStatus.HELD)
    )
    if held_at is None:
        return
    lock(session, f"chairs:{held_at}", f"chairs:{salon_id}")
    booking = lock_booking(session, asker.hold_id)
    if booking.status != BookingStatus.HELD or booking.waitlist_entry_id is not None:
        return
    before = place(booking)
    booking.status, booking.cancel_cause = BookingStatus.CANCELLED, CancelCause.GUEST
    booking.cancelled_at, booking.held_until = now, None
    free(session, booking.id)
    session.flush()
    record(session, now, GUEST, "let_go", booking, before)
    wake("waitlist", booking.id)


def admit_hold(session: Session, asker: Asker | None, now: datetime, texting: Texting) -> None:
    """Count a place that was taken without a number. Last in its transaction.

    Raises Refusal too_many_places.
    """
    if asker is not None:
        who = limits.at_address(asker.address)
        limits.take(session, Kind.HOLD, who, now, scale=texting.limits_scale)


def admit(
    session: Session,
    asker: Asker | None,
    booking: Booking,
    phone: str | None,
    now: datetime,
    texting: Texting,
) -> None:
    """May this number have one more visit ahead? Counts it. Last in its transaction, with the number locked.

    A code that was needed is spent. Raises Refusal: too_many_open, phone_unproved, code_wrong,
    too_many_places.
    """
    if asker is None or phone is None:
        return
    ahead, here = _visits_ahead(booking, now)
    if here >= OPEN_AT_A_SALON:
        raise Refusal("too_many_open", field="customer.phone", limit=OPEN_AT_A_SALON)
    if ahead >= OPEN_WITHOUT_CODE and asker.proved_phone != phone:
        if not asker.gave_code:
            raise Refusal("phone_unproved", field="customer.phone", open=ahead)
        phone_codes.redeem(session, asker.code_id, phone, now)
    if not limits.is_our_own(asker.address):
        who = limits.at_address(asker.address)
        limits.take(session, Kind.BOOKING, who, now, scale=texting.limits_scale)


def _visits_ahead(booking: Booking, now: datetime) -> tuple[int, int]:
    """How many visits the number has ahead beside this one, in the network and at the salon.

    A series counts as one.
    """
    this = booking.series_id or booking.id
    about = {"salon_id": booking.salon_id, "customer_id": booking.customer_id, "this": this}
    [(ahead, here)] = fetch(_AHEAD, about | {"now": now})
    return ahead, here
