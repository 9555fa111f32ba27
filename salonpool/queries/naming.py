"""Names in the reader's language: of a service, and of a whole visit in one line."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from salonpool.domain.booking import Length
from salonpool.models import BookingItem, CatalogueEntry, Segment, Service, Skill, Stylist

# Not among the pages' words: a text is in its guest's language, a page in its reader's.
LENGTHS = {
    "en": {Length.SHORT: "short hair", Length.MEDIUM: "medium hair", Length.LONG: "long hair"},
    "zh-Hant": {Length.SHORT: "短髮", Length.MEDIUM: "中長髮", Length.LONG: "長髮"},
    "zh-Hans": {Length.SHORT: "短发", Length.MEDIUM: "中长发", Length.LONG: "长发"},
}


@dataclass(frozen=True, slots=True)
class NamedItem:
    """One service of a booking; guest 0 is the one who booked. `name` says the hair length."""

    id: int
    guest: int
    guest_name: str | None
    service_id: int
    name: str


def name_in(language: str, table: type[CatalogueEntry] | type[Skill]) -> InstrumentedAttribute[str]:
    """The column with the name in that language; zh-Hant for any other."""
    return {"en": table.name_en, "zh-Hans": table.name_zh_hans}.get(language, table.name_zh_hant)


def name_of(row: CatalogueEntry | Skill, language: str) -> str:
    """The name of one row in that language."""
    return {"en": row.name_en, "zh-Hans": row.name_zh_hans}.get(language, row.name_zh_hant)


def length_name(length: str, language: str) -> str:
    """A hair length; '' for any."""
    return "" if length == Length.ANY else LENGTHS[language][Length(length)]


def service_name(name: str, length: str, language: str) -> str:
    """A service with the hair length it is meant for: `Colour (short hair)`, `染髮（短髮）`."""
    said = length_name(length, language)
    if not said:
        return name
    return f"{name} ({said})" if language == "en" else f"{name}（{said}）"


def visit_name(services: Iterable[tuple[int, str]], language: str, plus: str = " + ") -> str:
    """The services of a visit, each with the number of its guest, in one line, and for how many.

    What all have is said once: `Cut + Treatment, 2 people`; else what each has: `Cut; Colour, 2 people`.
    """
    by_guest: dict[int, list[str]] = {}
    for guest, name in services:
        by_guest.setdefault(guest, []).append(name)
    each = dict.fromkeys(plus.join(names) for names in by_guest.values())
    line = ("; " if language == "en" else "；").join(each)
    if len(by_guest) < 2:
        return line
    return f"{line}, {len(by_guest)} people" if language == "en" else f"{line}，{len(by_guest)} 人"


def list_named(
    session: Session, booking_ids: Collection[int], language: str
) -> dict[int, tuple[NamedItem, ...]]:
    """The services of bookings in the order they are kept, by booking."""
    rows = session.execute(
        sa.select(BookingItem, Service.length, name_in(language, CatalogueEntry))
        .join(Service, Service.id == BookingItem.service_id)
        .join(
            CatalogueEntry,
            sa.and_(CatalogueEntry.network_id == Service.network_id, CatalogueEntry.code == Service.code),
        )
        .where(BookingItem.booking_id.in_(booking_ids))
        .order_by(BookingItem.booking_id, BookingItem.position)
    )
    found: dict[int, list[NamedItem]] = {booking_id: [] for booking_id in booking_ids}
    for item, length, name in rows:
        said = service_name(name, length, language)
        found[item.booking_id].append(NamedItem(item.id, item.guest, item.guest_name, item.service_id, said))
    return {booking_id: tuple(items) for booking_id, items in found.items()}


def list_stylists(session: Session, booking_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Everybody who serves each booking, in the order they begin."""
    rows = session.execute(
        sa.select(Segment.booking_id, Stylist.name)
        .join(Stylist, Stylist.id == Segment.stylist_id)
        .where(Segment.booking_id.in_(booking_ids))
        .order_by(Segment.starts_at, Segment.id)
    )
    found: dict[int, dict[str, None]] = {booking_id: {} for booking_id in booking_ids}
    for booking_id, name in rows:
        found[booking_id][name] = None
    return {booking_id: tuple(names) for booking_id, names in found.items()}


def visit_line(items: Iterable[NamedItem], language: str, plus: str = " + ") -> str:
    """The services of one booking in one line, and for how many."""
    return visit_name(((item.guest, item.name) for item in items), language, plus)
