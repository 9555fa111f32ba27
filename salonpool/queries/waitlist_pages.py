"""The waitlist as people see it: the guest's own entry and held place, the salon's list at the desk."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.booking import BookingStatus, CancelCause, Length
from salonpool.domain.refusal import Missing
from salonpool.domain.shift import WORKING_STATES
from salonpool.domain.waitlist import OPEN_STATES, WaitlistOrder, Window
from salonpool.models import (
    Assignment,
    Booking,
    Card,
    CatalogueEntry,
    Salon,
    Stylist,
    WaitlistEntry,
    WaitlistSalon,
    WaitlistWindow,
)
from salonpool.queries.naming import name_in, service_name
from salonpool.queries.salons import SalonRow, get_salon_by_id
from salonpool.queries.waitlist import was_taken


@dataclass(frozen=True, slots=True)
class HeldPlace:
    """A place that is held for an entry now, and what opens it."""

    booking_id: int
    link_version: int
    salon: SalonRow
    starts_at: datetime
    held_until: datetime


@dataclass(frozen=True, slots=True)
class Offered:
    """Whom a booking was held for, before they booked it. `may_try`: it ran out, nobody said no to it."""

    entry_id: int
    entry_link_version: int
    is_waiting: bool
    may_try: bool


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One entry for the person who holds its link; no phone number. The first salon is where they asked.

    `stylist_ids` and `stylist_names` are of the same people, in that order.
    """

    id: int
    status: str
    salons: tuple[SalonRow, ...]
    service_names: tuple[str, ...]
    codes: tuple[str, ...]
    stylist_ids: tuple[int, ...]
    stylist_names: tuple[str, ...]
    windows: tuple[Window, ...]
    place: HeldPlace | None
    booking: tuple[int, int] | None
    link_version: int


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """An entry as the salon's desk lists it. `held_until`, `starts_at`: of the place held for it here."""

    id: int
    guest_name: str | None
    service_names: tuple[str, ...]
    stylist_names: tuple[str, ...]
    windows: tuple[Window, ...]
    joined_at: datetime
    starts_at: datetime | None
    held_until: datetime | None

    @property
    def services_text(self) -> str:
        """The services in one line."""
        return " + ".join(self.service_names)


@dataclass(frozen=True, slots=True)
class DeskList:
    """Who waits at a salon, in the order they came, and whom the salon asks first."""

    order: WaitlistOrder
    entries: tuple[DeskEntry, ...]


def list_stylist_ids(salon_ids: Collection[int], now: datetime) -> set[int]:
    """Who has hours to come at one of these salons."""
    return set(
        db.session.scalars(
            sa.select(Assignment.stylist_id).where(
                Assignment.salon_id.in_(salon_ids),
                Assignment.ends_at > now,
                Assignment.status.in_(WORKING_STATES),
            )
        )
    )


def get_entry(entry_id: int, language: str, now: datetime) -> EntryPage:
    """The entry, worded in `language`. Raises Missing. Ask access.py for the id first."""
    entry = db.session.get(WaitlistEntry, entry_id)
    if entry is None:
        raise Missing
    salon_ids = db.session.scalars(
        sa.select(WaitlistSalon.salon_id).where(WaitlistSalon.entry_id == entry_id).order_by(WaitlistSalon.id)
    ).all()
    names = _names([entry], language)
    return EntryPage(
        id=entry.id,
        status=entry.status,
        salons=tuple(get_salon_by_id(salon_id, language) for salon_id in salon_ids),
        service_names=tuple(names.services[entry.network_id, code] for code in entry.codes),
        codes=tuple(entry.codes),
        stylist_ids=tuple(s for s in entry.stylist_ids if s in names.stylists),
        stylist_names=tuple(names.stylists[s] for s in entry.stylist_ids if s in names.stylists),
        windows=tuple(_windows([entry_id])[entry_id]),
        place=_place(entry_id, language, now),
        booking=_booking(entry_id),
        link_version=entry.link_version,
    )


def find_offered(booking_id: int) -> Offered | None:
    """What a place of the waitlist was held for; None once it is booked, and for any other booking."""
    row = db.session.execute(
        sa.select(WaitlistEntry, Booking.cancel_cause)
        .join(Booking, Booking.waitlist_entry_id == WaitlistEntry.id)
        .where(Booking.id == booking_id, ~was_taken())
    ).one_or_none()
    if row is None:
        return None
    entry, cause = row
    return Offered(
        entry_id=entry.id,
        entry_link_version=entry.link_version,
        is_waiting=entry.status in OPEN_STATES,
        may_try=cause != CancelCause.GUEST,
    )


def list_waiting(salon_id: int, language: str, now: datetime) -> DeskList:
    """Everybody on the salon's waitlist, who came first first."""
    order = db.session.scalars(sa.select(Salon.waitlist_order).where(Salon.id == salon_id)).one()
    rows = db.session.execute(
        sa.select(WaitlistEntry, Card.name)
        .join(WaitlistSalon, WaitlistSalon.entry_id == WaitlistEntry.id)
        .outerjoin(Card, sa.and_(Card.customer_id == WaitlistEntry.customer_id, Card.salon_id == salon_id))
        .where(WaitlistSalon.salon_id == salon_id, WaitlistEntry.status.in_(OPEN_STATES))
        .order_by(WaitlistEntry.created_at, WaitlistEntry.id)
    ).all()
    entries = [entry for entry, _ in rows]
    names, windows = _names(entries, language), _windows([entry.id for entry in entries])
    held = _held_at(salon_id, now)
    return DeskList(
        WaitlistOrder(order),
        tuple(
            DeskEntry(
                id=entry.id,
                guest_name=entry.guest_name or card_name,
                service_names=tuple(names.services[entry.network_id, code] for code in entry.codes),
                stylist_names=tuple(names.stylists[s] for s in entry.stylist_ids if s in names.stylists),
                windows=tuple(window for window in windows[entry.id] if window[1] > now),
                joined_at=entry.created_at,
                starts_at=held.get(entry.id, (None, None))[0],
                held_until=held.get(entry.id, (None, None))[1],
            )
            for entry, card_name in rows
        ),
    )


@dataclass(frozen=True, slots=True)
class _Names:
    services: dict[tuple[int, str], str]
    stylists: dict[int, str]


def _names(entries: Collection[WaitlistEntry], language: str) -> _Names:
    codes = {str(code).partition(":")[0] for entry in entries for code in entry.codes}
    found = db.session.execute(
        sa.select(CatalogueEntry.network_id, CatalogueEntry.code, name_in(language, CatalogueEntry)).where(
            CatalogueEntry.code.in_(codes), CatalogueEntry.network_id.in_({e.network_id for e in entries})
        )
    )
    by_code = {(network_id, code): name for network_id, code, name in found}
    stylist_ids = {stylist_id for entry in entries for stylist_id in entry.stylist_ids}
    stylists = db.session.execute(sa.select(Stylist.id, Stylist.name).where(Stylist.id.in_(stylist_ids)))
    return _Names(
        {
            (entry.network_id, code): service_name(
                by_code[entry.network_id, str(code).partition(":")[0]],
                str(code).partition(":")[2] or Length.ANY,
                language,
            )
            for entry in entries
            for code in entry.codes
        },
        {row.id: row.name for row in stylists},
    )


def _windows(entry_ids: Collection[int]) -> dict[int, list[Window]]:
    rows = db.session.execute(
        sa.select(WaitlistWindow.entry_id, WaitlistWindow.starts_at, WaitlistWindow.ends_at)
        .where(WaitlistWindow.entry_id.in_(entry_ids))
        .order_by(WaitlistWindow.starts_at)
    )
    found: dict[int, list[Window]] = defaultdict(list)
    for entry_id, starts_at, ends_at in rows:
        found[entry_id].append((starts_at, ends_at))
    return found


def _place(entry_id: int, language: str, now: datetime) -> HeldPlace | None:
    booking = db.session.scalar(
        sa.select(Booking).where(
            Booking.waitlist_entry_id == entry_id,
            Booking.status == BookingStatus.HELD,
            Booking.held_until > now,
        )
    )
    if booking is None or booking.held_until is None:
        return None
    salon = get_salon_by_id(booking.salon_id, language)
    return HeldPlace(booking.id, booking.link_version, salon, booking.starts_at, booking.held_until)


def _booking(entry_id: int) -> tuple[int, int] | None:
    """Id and link version of what was booked."""
    row = db.session.execute(
        sa.select(Booking.id, Booking.link_version).where(Booking.waitlist_entry_id == entry_id, was_taken())
    ).first()
    return (row[0], row[1]) if row else None


def _held_at(salon_id: int, now: datetime) -> dict[int, tuple[datetime, datetime]]:
    rows = db.session.execute(
        sa.select(Booking.waitlist_entry_id, Booking.starts_at, Booking.held_until).where(
            Booking.salon_id == salon_id,
            Booking.waitlist_entry_id.is_not(None),
            Booking.status == BookingStatus.HELD,
            Booking.held_until > now,
        )
    )
    return {entry_id: (starts_at, until) for entry_id, starts_at, until in rows if entry_id and until}
