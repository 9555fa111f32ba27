"""What every change of a booking is answered with, and what it leaves in the audit trail."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import fetch
from salonpool.domain.booking import cut_off_at, free_until
from salonpool.domain.refusal import Missing
from salonpool.models import AskedMove, Booking, BookingItem, Stylist
from salonpool.queries.salons import SalonRow
from salonpool.usecases import audit

# Built once: building a statement costs more than running it.
_SERVED = (
    sa.select(BookingItem.service_id, BookingItem.guest, BookingItem.stylist_id, Stylist.name)
    .join(Stylist, Stylist.id == BookingItem.stylist_id)
    .where(BookingItem.booking_id == sa.bindparam("booking_id"))
    .order_by(BookingItem.position)
)
GUEST = "guest"  # the actor who holds a link or the phone; a desk is account:ID


@dataclass(frozen=True, slots=True)
class Booked:
    """What a booking, hold, confirmation, move or cancellation is answered with; instants in ISO 8601 UTC.

    Until `change_until` a guest may move or cancel it online, until `free_until` cancel for nothing, then for
    `late_fee_minor`. `fee_minor` is what cancelling has cost; `sequence` counts the changes.
    `serving` says who begins each service; guest 0 is the one who books. `asked_starts_at` is another time
    the guest asked for; the salon answers what waits until `answer_by`.
    """

    id: int
    status: str
    salon: str
    services: list[int]
    stylist_id: int
    stylist_name: str
    starts_at: str
    ends_at: str
    price_minor: int
    currency: str
    held_until: str | None
    link_version: int
    sequence: int
    change_until: str
    free_until: str
    late_fee_minor: int
    fee_minor: int
    answer_by: str | None = None
    asked_starts_at: str | None = None
    serving: list[dict[str, Any]] = field(default_factory=list)


def answer_of(session: Session, booking: Booking, salon: SalonRow, asked: AskedMove | None = None) -> Booked:
    """The answer for a booking as it is now, and what is asked for instead."""
    answer_by = asked.answer_by if asked else booking.answer_by
    served = fetch(_SERVED, {"booking_id": booking.id})
    return Booked(
        id=booking.id,
        status=booking.status,
        salon=salon.slug,
        services=[row.service_id for row in served],
        stylist_id=booking.stylist_id,
        stylist_name=next(row.name for row in served if row.stylist_id == booking.stylist_id),
        starts_at=_iso(booking.starts_at),
        ends_at=_iso(booking.ends_at),
        price_minor=booking.price_minor,
        currency=booking.currency,
        held_until=_iso(booking.held_until) if booking.held_until else None,
        link_version=booking.link_version,
        sequence=booking.sequence,
        change_until=_iso(cut_off_at(booking.starts_at, salon.cut_off_minutes)),
        free_until=_iso(free_until(booking.starts_at, salon.free_minutes)),
        late_fee_minor=salon.late_fee_minor,
        fee_minor=booking.fee_minor,
        answer_by=_iso(answer_by) if answer_by else None,
        asked_starts_at=_iso(asked.starts_at) if asked else None,
        serving=[
            {
                "service": row.service_id,
                "guest": row.guest,
                "stylist": {"id": row.stylist_id, "name": row.name},
            }
            for row in served
        ],
    )


def lock_booking(session: Session, booking_id: int) -> Booking:
    """The row as it is now, locked until the transaction ends; whoever needs a salon's stations locks them
    first (commit.lock_places). Raises Missing."""
    booking = session.get(Booking, booking_id, with_for_update=True, populate_existing=True)
    if booking is None:
        raise Missing
    return booking


def record(
    session: Session, now: datetime, actor: str, action: str, booking: Booking, before: dict[str, Any] | None
) -> None:
    """Note the change; `before` names what was otherwise."""
    audit.record(
        session,
        now,
        actor=actor,
        action=action,
        subject="booking",
        subject_id=booking.id,
        before=before,
        after=place(booking) | ({"fee_minor": booking.fee_minor} if booking.fee_minor else {}),
    )


def place(booking: Booking) -> dict[str, Any]:
    """State, person and time, as the audit trail keeps them."""
    return {
        "status": booking.status,
        "stylist_id": booking.stylist_id,
        "starts_at": booking.starts_at.isoformat(),
    }


def _iso(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
