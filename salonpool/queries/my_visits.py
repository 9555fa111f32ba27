"""The visits of a proved number, for whoever holds it now."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.booking import BookingStatus, CancelCause
from salonpool.domain.person import initials
from salonpool.domain.phone import RESTS_AT_LEAST
from salonpool.domain.waitlist import OPEN_STATES
from salonpool.models import (
    Booking,
    BookingItem,
    CatalogueEntry,
    Customer,
    Network,
    Salon,
    Service,
    WaitlistEntry,
)
from salonpool.queries.attendance import still_weighs
from salonpool.queries.naming import list_stylists, name_in, service_name, visit_name

# A number goes to somebody else after some months of rest; what is older is not theirs to see.
LOOK_BACK = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class MyVisit:
    """One visit. `initials` only where several people share the number, and never more of a name.

    `weighs`: it was missed or given up late, which a salon still remembers of the number.
    """

    id: int
    link_version: int
    salon_name: str
    zone: str
    starts_at: datetime
    ends_at: datetime
    booked_at: datetime
    status: str
    services_text: str
    stylist_names: tuple[str, ...]
    initials: str
    weighs: bool


def list_my_visits(phone: str, now: datetime, language: str) -> list[MyVisit]:
    """What the number (E.164) has ahead and had in the last 90 days, by time; holds left out."""
    rows = db.session.execute(_visits(language, now), {"phone": phone, "since": now - LOOK_BACK}).all()
    stylists = list_stylists(db.session(), {row.id for row in rows})
    services: dict[int, list[tuple[int, str]]] = {}
    for row in rows:
        said = service_name(row.service_name, row.length, language)
        services.setdefault(row.id, []).append((row.guest, said))
    visits = {
        row.id: MyVisit(
            id=row.id,
            link_version=row.link_version,
            salon_name=row.salon_name,
            zone=row.zone,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            booked_at=row.created_at,
            status=row.status,
            services_text=visit_name(services[row.id], language),
            stylist_names=stylists[row.id],
            initials=initials(row.guest_name or ""),
            weighs=row.weighs,
        )
        for row in reversed(rows)  # the name of a visit is that of its first item
    }
    shown = sorted(visits.values(), key=lambda visit: (visit.starts_at, visit.id))
    names = {row.guest_name for row in rows if row.position == 0 and row.guest_name}
    return shown if len(names) > 1 else [replace(visit, initials="") for visit in shown]


def has_old_wait(phone: str, now: datetime) -> bool:
    """Does the number wait for something since before it can have changed hands?"""
    return bool(
        db.session.scalar(
            sa.select(
                sa.exists().where(
                    Customer.network_id.in_(sa.select(Network.id)),
                    Customer.phone == phone,
                    WaitlistEntry.customer_id == Customer.id,
                    WaitlistEntry.created_at <= now - RESTS_AT_LEAST,
                    WaitlistEntry.status.in_(OPEN_STATES),
                )
            )
        )
    )


def _visits(language: str, now: datetime) -> Any:
    expired = sa.and_(
        Booking.status == BookingStatus.CANCELLED, Booking.cancel_cause == CancelCause.HOLD_EXPIRED
    )
    return (
        sa.select(
            Booking.id,
            Booking.link_version,
            Booking.starts_at,
            Booking.ends_at,
            Booking.created_at,
            Booking.status,
            still_weighs(now).label("weighs"),
            Salon.zone,
            (Salon.name_en if language == "en" else Salon.name).label("salon_name"),
            BookingItem.guest_name,
            BookingItem.position,
            BookingItem.guest,
            Service.length,
            name_in(language, CatalogueEntry).label("service_name"),
        )
        .join(Customer, Customer.id == Booking.customer_id)
        .join(Salon, Salon.id == Booking.salon_id)
        .join(BookingItem, BookingItem.booking_id == Booking.id)
        .join(Service, Service.id == BookingItem.service_id)
        .join(
            CatalogueEntry,
            sa.and_(CatalogueEntry.network_id == Service.network_id, CatalogueEntry.code == Service.code),
        )
        .where(
            Customer.network_id.in_(sa.select(Network.id)),  # the index begins with them
            Customer.phone == sa.bindparam("phone"),
            Booking.starts_at >= sa.bindparam("since"),
            Booking.status != BookingStatus.HELD,
            sa.not_(expired),
        )
        .order_by(Booking.starts_at, Booking.id, BookingItem.position)
    )
