"""The rows of a placed visit: its items and segments, and what they take up."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from salonpool.database import fetch, is_overlap, wake
from salonpool.domain.availability import Opening, Placed, station_spans
from salonpool.domain.booking import BookingStatus, SlotTaken
from salonpool.domain.course import Span, StationKind, Step, hands_windows, total_minutes
from salonpool.domain.local_time import from_minutes, to_minutes
from salonpool.domain.seating import Seated, seat
from salonpool.domain.spans import union
from salonpool.models import Booking, BookingItem, Occupancy, Segment, Station, Stylist
from salonpool.queries.visits import Piece, Visit

LONGEST_VISIT = timedelta(days=1)
# Built once: building a statement costs more than running it.
_OF_BOOKING: Any = sa.bindparam("booking_id")
_FREE = sa.delete(Occupancy).where(Occupancy.booking_id == _OF_BOOKING).returning(Occupancy.id)
_KNOWN_ITEMS = sa.select(BookingItem.position, BookingItem.id).where(BookingItem.booking_id == _OF_BOOKING)
_NO_SEGMENTS = sa.delete(Segment).where(Segment.booking_id == _OF_BOOKING)
_ITEMS: Any = BookingItem.__table__
_ADD_ITEMS = sa.insert(_ITEMS).returning(_ITEMS.c.position, _ITEMS.c.id)
_CHANGE_ITEMS = sa.update(_ITEMS).where(_ITEMS.c.id == sa.bindparam("item_id"))
_ADD_SEGMENTS = sa.insert(Segment.__table__)  # type: ignore[arg-type]
_OCCUPY = sa.insert(Occupancy.__table__)  # type: ignore[arg-type]
_ALONE = sa.select(Stylist.id).where(
    Stylist.id.in_(sa.bindparam("stylist_ids", expanding=True)), Stylist.takes_second_guest.is_(False)
)
_UNITS = (
    sa.select(Station.id)
    .where(Station.salon_id == sa.bindparam("salon_id"), Station.kind == sa.bindparam("kind"))
    .order_by(Station.position)
)
_SEATED = sa.select(
    Occupancy.id,
    Occupancy.resource,
    sa.type_coerce(Occupancy.starts_at, sa.BigInteger),
    sa.type_coerce(Occupancy.ends_at, sa.BigInteger),
).where(
    Occupancy.resource.in_(sa.bindparam("resources", expanding=True)),
    Occupancy.ends_at > sa.bindparam("after"),
    Occupancy.ends_at < sa.bindparam("before"),
)


def write_rows(session: Session, booking: Booking, visit: Visit, opening: Opening, now: datetime) -> None:
    """Put the booking where the opening says, in place of where it was. Raises SlotTaken.

    The caller holds the locks of the salon's stations and of the stylists.
    """
    is_new = booking.id is None
    _write_booking(booking, visit, opening)
    session.add(booking)
    session.flush()
    database = session.connection()
    if not is_new and database.execute(_FREE, {"booking_id": booking.id}).all():
        wake("waitlist", booking.id)
    _write_items(database, booking.id, visit, opening, is_new=is_new)
    held_until = booking.held_until if booking.status == BookingStatus.HELD else None
    try:
        taken = [*_hands(visit, opening), *_stations(session, visit, opening, now)]
        rows = [
            {
                "resource": resource,
                "starts_at": from_minutes(begins),
                "ends_at": from_minutes(ends),
                "held_until": held_until,
                "booking_id": booking.id,
            }
            for resource, (begins, ends) in taken
        ]
        database.execute(_OCCUPY, rows)
    except IntegrityError as error:
        if is_overlap(error):
            raise SlotTaken from error
        raise


def _write_booking(booking: Booking, visit: Visit, opening: Opening) -> None:
    wish, price = visit.wish, visit.price_of(opening)
    booking.network_id, booking.salon_id = visit.salon.network_id, visit.salon.id
    booking.stylist_id, booking.stylist_named = opening.stylist_id, wish.stylist_id is not None
    booking.parallel, booking.wanted_gender, booking.wanted_language = wish.parallel, wish.gender, wish.speaks
    booking.starts_at, booking.ends_at = from_minutes(opening.start), from_minutes(opening.ends)
    booking.price_minor, booking.currency = price.amount_minor, price.currency


def _write_items(
    database: Connection, booking_id: int, visit: Visit, opening: Opening, *, is_new: bool
) -> None:
    """Items and segments; a booking that moves keeps its items, because names are written on them."""
    by_item = visit.stylists_by_item(opening.placed)
    rows = [
        {
            "named_stylist_id": _asked_for(visit, item.guest),
            "stylist_id": by_item[position],
            "price_minor": item.service.price_by(by_item[position]).amount_minor,
        }
        for position, item in enumerate(visit.items)
    ]
    if is_new:
        added = [row | _fixed(booking_id, visit, position) for position, row in enumerate(rows)]
        item_ids = {row.position: row.id for row in database.execute(_ADD_ITEMS, added)}
    else:
        known = database.execute(_KNOWN_ITEMS, {"booking_id": booking_id})
        item_ids = {row.position: row.id for row in known}
        changed = [row | {"item_id": item_ids[position]} for position, row in enumerate(rows)]
        database.execute(_CHANGE_ITEMS, changed)
        database.execute(_NO_SEGMENTS, {"booking_id": booking_id})
    database.execute(_ADD_SEGMENTS, list(_segments(booking_id, visit, opening, item_ids)))


def _fixed(booking_id: int, visit: Visit, position: int) -> dict[str, Any]:
    """What of an item never changes."""
    item = visit.items[position]
    return {
        "salon_id": visit.salon.id,
        "booking_id": booking_id,
        "service_id": item.service.id,
        "position": position,
        "guest": item.guest,
        "guest_name": visit.wish.companions[item.guest - 1].name if item.guest else None,
    }


def _asked_for(visit: Visit, guest: int) -> int | None:
    return visit.wish.companions[guest - 1].stylist_id if guest else visit.wish.stylist_id


def _segments(
    booking_id: int, visit: Visit, opening: Opening, item_ids: dict[int, int]
) -> Iterator[dict[str, Any]]:
    for placed, piece in _pieces(visit, opening.placed):
        begins, service = placed.span[0], visit.items[piece.item].service
        for before in visit.pieces[placed.track][placed.part]:
            if before == piece:
                break
            begins += _minutes(visit, before, placed.stylist_id)
        for step in service.steps_by(placed.stylist_id)[piece.first : piece.last]:
            yield {
                "booking_id": booking_id,
                "item_id": item_ids[piece.item],
                "stylist_id": placed.stylist_id,
                "starts_at": from_minutes(begins),
                "ends_at": from_minutes(begins + step.minutes),
                "hands": step.hands,
                "station": step.station,
            }
            begins += step.minutes


def _pieces(visit: Visit, placed: Iterable[Placed]) -> Iterator[tuple[Placed, Piece]]:
    for each in sorted(placed):
        for piece in visit.pieces[each.track][each.part]:
            yield each, piece


def _minutes(visit: Visit, piece: Piece, stylist_id: int) -> int:
    return total_minutes(visit.items[piece.item].service.steps_by(stylist_id)[piece.first : piece.last])


def _hands(visit: Visit, opening: Opening) -> Iterator[tuple[str, Span]]:
    """When the stylists are bound; those who take no second guest also while something processes."""
    stylist_ids = {placed.stylist_id for placed in opening.placed}
    bound = {row.id for row in fetch(_ALONE, {"stylist_ids": list(stylist_ids)})}
    for stylist_id in sorted(stylist_ids):
        spans = [
            (placed.span[0] + a, placed.span[0] + b)
            for placed in opening.placed
            if placed.stylist_id == stylist_id
            for a, b in hands_windows(_steps(visit, placed), throughout=stylist_id in bound)
        ]
        for span in union(spans):
            yield f"stylist:{stylist_id}", span


def _steps(visit: Visit, placed: Placed) -> tuple[Step, ...]:
    return visit.course.tracks[placed.track].parts[placed.part].steps_of(placed.stylist_id)


def _stations(session: Session, visit: Visit, opening: Opening, now: datetime) -> Iterator[tuple[str, Span]]:
    """A unit for every chair, basin and machine of the visit; guests still to come may be moved to others."""
    wanted = sorted(station_spans(visit.course, opening.placed))
    for kind, spans in groupby(wanted, key=lambda entry: entry[0]):
        yield from _seat(session, visit.salon.id, StationKind(kind), [span for _, span in spans], now)


def _seat(
    session: Session, salon_id: int, kind: StationKind, spans: list[Span], now: datetime
) -> Iterator[tuple[str, Span]]:
    units = [row.id for row in fetch(_UNITS, {"salon_id": salon_id, "kind": kind})]
    by_resource = {f"{kind}:{unit}": unit for unit in units}
    near = {
        "resources": list(by_resource),
        "after": from_minutes(min(a for a, _ in spans)) - LONGEST_VISIT,
        "before": from_minutes(max(b for _, b in spans)) + 2 * LONGEST_VISIT,
    }
    minute = to_minutes(now)  # of whole minutes, those after it are those after `now`
    seated = [
        Seated(row=row_id, unit=by_resource[resource], span=(starts, ends), movable=starts > minute)
        for row_id, resource, starts, ends in fetch(_SEATED, near)
    ]
    seating = seat(units, seated, spans)
    if seating is None:
        raise SlotTaken
    _move(session, kind, seating.moves)
    for unit, span in zip(seating.units, spans, strict=True):
        yield f"{kind}:{unit}", span


def _move(session: Session, kind: StationKind, moves: dict[int, int]) -> None:
    """All out before any is in again: on the way two of them may want the same unit.

    Only what is still there comes in again; a guest may be cancelling at this moment.
    """
    if not moves:
        return
    out = session.execute(
        sa.delete(Occupancy)
        .where(Occupancy.id.in_(moves))
        .returning(
            Occupancy.id, Occupancy.starts_at, Occupancy.ends_at, Occupancy.held_until, Occupancy.booking_id
        )
    ).all()
    values = [
        {
            "resource": f"{kind}:{moves[row.id]}",
            "starts_at": row.starts_at,
            "ends_at": row.ends_at,
            "held_until": row.held_until,
            "booking_id": row.booking_id,
        }
        for row in out
    ]
    if values:
        session.execute(sa.insert(Occupancy), values)
