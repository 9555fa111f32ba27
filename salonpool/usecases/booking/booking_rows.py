"""The rows of a placed visit: its items and segments, and what they take up."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from salonpool.database import fetch, is_overlap, wake
from salonpool.domain.availability import Board, Opening, Placed, station_spans
from salonpool.domain.booking import BookingStatus, SlotTaken
from salonpool.domain.course import Span, StationKind, Step, total_minutes
from salonpool.domain.local_time import from_minutes, to_minutes
from salonpool.domain.seating import Seated, beside, seat
from salonpool.domain.spans import union
from salonpool.models import Booking, BookingItem, Occupancy, Segment
from salonpool.queries.availability import Names
from salonpool.queries.visits import Piece, Visit

LONGEST_VISIT = timedelta(days=1)
# Built once: building a statement costs more than running it.
_OF_BOOKING: Any = sa.bindparam("booking_id")
_FREE = sa.delete(Occupancy).where(Occupancy.booking_id == _OF_BOOKING).returning(Occupancy.id)
_NO_SEGMENTS = sa.delete(Segment).where(Segment.booking_id == _OF_BOOKING)
_ITEMS: Any = BookingItem.__table__
_ADD_ITEMS = sa.insert(_ITEMS)
_AT = sa.and_(
    _ITEMS.c.booking_id == sa.bindparam("of_booking"), _ITEMS.c.position == sa.bindparam("of_position")
)
_CHANGE_ITEMS = sa.update(_ITEMS).where(_AT)
_ITEM_ID = sa.select(_ITEMS.c.id).where(_AT).scalar_subquery()
_ADD_SEGMENTS = sa.insert(Segment.__table__).values(item_id=_ITEM_ID)  # type: ignore[arg-type]
_OCCUPY = sa.insert(Occupancy.__table__)  # type: ignore[arg-type]
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


@dataclass(frozen=True, slots=True)
class Found:
    """Where a visit fits, on the board that says so, and the names of the stylists on it."""

    opening: Opening
    board: Board
    names: Names


def write_rows(
    session: Session, booking: Booking, visit: Visit, found: Found, guest_name: str | None, now: datetime
) -> None:
    """Put the booking where it was found to fit, in place of where it was. Raises SlotTaken.

    The caller holds the locks of the salon's stations and of the stylists. `guest_name`: of the one who
    books, for a booking that is new.
    """
    opening, is_new = found.opening, booking not in session
    _write_booking(booking, visit, opening)
    session.add(booking)
    session.flush()
    database = session.connection()
    if not is_new and database.execute(_FREE, {"booking_id": booking.id}).all():
        wake("waitlist", booking.id)
    _write_items(database, booking.id, visit, opening, guest_name, is_new=is_new)
    held_until = booking.held_until if booking.status == BookingStatus.HELD else None
    try:
        taken = [*_hands(visit, found), *_stations(session, visit, found, now)]
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
    database: Connection,
    booking_id: int,
    visit: Visit,
    opening: Opening,
    guest_name: str | None,
    *,
    is_new: bool,
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
        added = [row | _fixed(booking_id, visit, n, guest_name) for n, row in enumerate(rows)]
        database.execute(_ADD_ITEMS, added)
    else:
        at = {"of_booking": booking_id}
        database.execute(_CHANGE_ITEMS, [row | at | {"of_position": n} for n, row in enumerate(rows)])
        database.execute(_NO_SEGMENTS, {"booking_id": booking_id})
    database.execute(_ADD_SEGMENTS, list(_segments(booking_id, visit, opening)))


def _fixed(booking_id: int, visit: Visit, position: int, guest_name: str | None) -> dict[str, Any]:
    """What of an item never changes."""
    item = visit.items[position]
    return {
        "salon_id": visit.salon.id,
        "booking_id": booking_id,
        "service_id": item.service.id,
        "position": position,
        "guest": item.guest,
        "guest_name": visit.wish.companions[item.guest - 1].name if item.guest else guest_name,
    }


def _asked_for(visit: Visit, guest: int) -> int | None:
    return visit.wish.companions[guest - 1].stylist_id if guest else visit.wish.stylist_id


def _segments(booking_id: int, visit: Visit, opening: Opening) -> Iterator[dict[str, Any]]:
    for placed, piece in _pieces(visit, opening.placed):
        begins, service = placed.span[0], visit.items[piece.item].service
        for before in visit.pieces[placed.track][placed.part]:
            if before == piece:
                break
            begins += _minutes(visit, before, placed.stylist_id)
        for step in service.steps_by(placed.stylist_id)[piece.first : piece.last]:
            yield {
                "booking_id": booking_id,
                "of_booking": booking_id,
                "of_position": piece.item,
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


def _hands(visit: Visit, found: Found) -> Iterator[tuple[str, Span]]:
    """When the stylists are bound; those who take no second guest also while something processes."""
    workers = {worker.stylist_id: worker for worker in found.board.workers}
    for stylist_id in sorted({placed.stylist_id for placed in found.opening.placed}):
        spans = [
            (placed.span[0] + a, placed.span[0] + b)
            for placed in found.opening.placed
            if placed.stylist_id == stylist_id
            for a, b in workers[stylist_id].windows(_steps(visit, placed))
        ]
        for span in union(spans):
            yield f"stylist:{stylist_id}", span


def _steps(visit: Visit, placed: Placed) -> tuple[Step, ...]:
    return visit.course.tracks[placed.track].parts[placed.part].steps_of(placed.stylist_id)


def _stations(session: Session, visit: Visit, found: Found, now: datetime) -> Iterator[tuple[str, Span]]:
    """A unit for every chair, basin and machine of the visit; guests still to come may be moved to others."""
    wanted = sorted(station_spans(visit.course, found.opening.placed))
    for kind, entries in groupby(wanted, key=lambda entry: entry[0]):
        spans, stations = [span for _, span in entries], found.board.stations[kind]
        units = beside(stations, spans) or _make_room(session, kind, stations.units, spans, now)
        yield from ((f"{kind}:{unit}", span) for unit, span in zip(units, spans, strict=True))


def _make_room(
    session: Session, kind: StationKind, units: Sequence[int], spans: list[Span], now: datetime
) -> Sequence[int]:
    """A unit for each span when guests ahead move to others. Raises SlotTaken."""
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
    return seating.units


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
