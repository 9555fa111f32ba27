"""What every change of a booking is answered with, and what it leaves in the audit trail."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Self

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import fetch
from salonpool.domain.booking import cut_off_at, free_until
from salonpool.domain.person import LANGUAGES
from salonpool.domain.refusal import Missing
from salonpool.models import AskedMove, Booking, BookingItem, CatalogueEntry, Customer, Service, Stylist
from salonpool.queries.naming import name_in, service_name
from salonpool.queries.salons import SalonRow
from salonpool.queries.visits import Visit
from salonpool.usecases import audit
from salonpool.usecases.booking.booking_rows import Found

# Built once: building a statement costs more than running it.
_SERVED = {
    language: sa.select(BookingItem.guest, BookingItem.service_id, Service.length)
    .add_columns(name_in(language, CatalogueEntry).label("service"))
    .add_columns(BookingItem.stylist_id, Stylist.name.label("stylist"), Customer.phone)
    .select_from(CatalogueEntry)
    .join(
        Service,
        sa.and_(CatalogueEntry.network_id == Service.network_id, CatalogueEntry.code == Service.code),
    )
    .join(BookingItem, BookingItem.service_id == Service.id)
    .join(Stylist, Stylist.id == BookingItem.stylist_id)
    .join(Booking, Booking.id == BookingItem.booking_id)
    .outerjoin(Customer, Customer.id == Booking.customer_id)
    .where(BookingItem.booking_id == sa.bindparam("booking_id"))
    .order_by(BookingItem.position)
    for language in LANGUAGES
}
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


class ServedItem(NamedTuple):
    """One service of a visit: whose it is (guest 0 is the one who books), its name, and who begins it."""

    guest: int
    service_id: int
    service_name: str
    stylist_id: int
    stylist_name: str


@dataclass(frozen=True, slots=True)
class Served:
    """What is done and by whom, in the guest's language, and the number to tell."""

    items: Sequence[ServedItem]
    phone: str | None

    @classmethod
    def of(cls, visit: Visit, found: Found, language: str, phone: str | None = None) -> Self:
        """As it has just been committed."""
        by_item = visit.stylists_by_item(found.opening.placed)
        return cls(
            [
                ServedItem(
                    item.guest,
                    item.service.id,
                    service_name(item.service.name, item.service.length, language),
                    by_item[position],
                    found.names[by_item[position]],
                )
                for position, item in enumerate(visit.items)
            ],
            phone,
        )

    def name_of(self, stylist_id: int) -> str:
        """The name of one of the stylists."""
        return next(item.stylist_name for item in self.items if item.stylist_id == stylist_id)


def read_served(booking: Booking) -> Served:
    """What was booked."""
    rows = fetch(_SERVED[booking.language], {"booking_id": booking.id})
    items = [
        ServedItem(
            row.guest,
            row.service_id,
            service_name(row.service, row.length, booking.language),
            row.stylist_id,
            row.stylist,
        )
        for row in rows
    ]
    return Served(items, rows[0].phone)


def answer_of(
    session: Session,
    booking: Booking,
    salon: SalonRow,
    asked: AskedMove | None = None,
    *,
    served: Served | None = None,
) -> Booked:
    """The answer for a booking as it is now, and what is asked for instead; `served` is read unless given."""
    answer_by = asked.answer_by if asked else booking.answer_by
    served = served or read_served(booking)
    return Booked(
        id=booking.id,
        status=booking.status,
        salon=salon.slug,
        services=[item.service_id for item in served.items],
        stylist_id=booking.stylist_id,
        stylist_name=served.name_of(booking.stylist_id),
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
                "service": item.service_id,
                "guest": item.guest,
                "stylist": {"id": item.stylist_id, "name": item.stylist_name},
            }
            for item in served.items
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
