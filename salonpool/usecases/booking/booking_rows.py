"""The rows of a placed visit: its items and segments, and what they take up."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from salonpool.database import is_overlap, wake
from salonpool.domain.availability import Opening, Placed, station_spans
from salonpool.domain.booking import BookingStatus, SlotTaken
from salonpool.domain.course import Span, StationKind, Step, hands_windows, total_minutes
from salonpool.domain.local_time import from_minutes, to_minutes
from salonpool.domain.seating import Seated, seat
from salonpool.domain.spans import union
from salonpool.models import Booking, BookingItem, Occupancy, Segment, Station, Stylist
from salonpool.queries.visits import Piece, Visit

LONGEST_VISIT = timedelta(days=1)


def write_rows(session: Session, booking: Booking, visit: Visit, opening: Opening, now: datetime) -> None:
    """Put the booking where the opening says, in place of where it was. Raises SlotTaken.

    The caller holds the locks of the salon's stations and of the stylists.
    """
    _write_booking(booking, visit, opening)
    session.add(booking)
    session.flush()
    before = sa.delete(Occupancy).where(Occupancy.booking_id == booking.id).returning(Occupancy.id)
    if session.execute(before).all():
        wake("waitlist", booking.id)
    _write_items(session, booking, visit, opening)
    taken = [*_hands(session, visit, opening), *_stations(session, visit, opening, now)]
    held_until = booking.held_until if booking.status == BookingStatus.HELD else None
    try:
        session.execute(
            sa.insert(Occupancy),
            [
                {
                    "resource": resource,
                    "starts_at": from_minutes(begins),
                    "ends_at": from_minutes(ends),
                    "held_until": held_until,
                    "booking_id": booking.id,
                }
                for resource, (begins, ends) in taken
            ],
        )
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


def _write_items(session: Session, booking: Booking, visit: Visit, opening: Opening) -> None:
    """Items and segments; a booking that moves keeps its items, because names are written on them."""
    known = {
        item.position: item
        for item in session.scalars(sa.select(BookingItem).where(BookingItem.booking_id == booking.id))
    }
    session.execute(sa.delete(Segment).where(Segment.booking_id == booking.id))
    by_item = visit.stylists_by_item(opening.placed)
    for position, item in enumerate(visit.items):
        row = known.get(position) or BookingItem(
            salon_id=booking.salon_id,
            booking_id=booking.id,
            service_id=item.service.id,
            position=position,
            guest=item.guest,
            guest_name=visit.wish.companions[item.guest - 1].name if item.guest else None,
        )
        row.named_stylist_id = _asked_for(visit, item.guest)
        row.stylist_id = by_item[position]
        row.price_minor = item.service.price_by(by_item[position]).amount_minor
        if position not in known:
            session.add(row)
            known[position] = row
    session.flush()
    item_ids = {position: row.id for position, row in known.items()}
    session.execute(sa.insert(Segment), list(_segments(booking.id, visit, opening, item_ids)))


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


def _hands(session: Session, visit: Visit, opening: Opening) -> Iterator[tuple[str, Span]]:
    """When the stylists are bound; those who take no second guest also while something processes."""
    stylist_ids = {placed.stylist_id for placed in opening.placed}
    alone = sa.select(Stylist.id).where(Stylist.id.in_(stylist_ids), Stylist.takes_second_guest.is_(False))
    bound = set(session.scalars(alone))
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
    units = session.scalars(
        sa.select(Station.id)
        .where(Station.salon_id == salon_id, Station.kind == kind)
        .order_by(Station.position)
    ).all()
    by_resource = {f"{kind}:{unit}": unit for unit in units}
    rows = session.execute(
        sa.select(Occupancy.id, Occupancy.resource, Occupancy.starts_at, Occupancy.ends_at).where(
            Occupancy.resource.in_(by_resource),
            Occupancy.ends_at > from_minutes(min(a for a, _ in spans)) - LONGEST_VISIT,
            Occupancy.ends_at < from_minutes(max(b for _, b in spans)) + 2 * LONGEST_VISIT,
        )
    ).all()
    seated = [
        Seated(
            row=row.id,
            unit=by_resource[row.resource],
            span=(to_minutes(row.starts_at), to_minutes(row.ends_at)),
            movable=row.starts_at > now,
        )
        for row in rows
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
