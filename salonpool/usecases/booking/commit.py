"""The one function that commits every booking, whatever door it came through."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from salonpool.database import is_overlap, lock
from salonpool.domain.availability import Opening, hands_windows, openings_at
from salonpool.domain.booking import (
    BookingStatus,
    CancelCause,
    FreeStart,
    SlotTaken,
    check_start,
    fairest,
    nearest,
)
from salonpool.domain.local_time import DAY, MINUTE, day_span, local_day, to_minutes
from salonpool.domain.refusal import InvalidInput
from salonpool.domain.shift import WORKING_STATES
from salonpool.models import Assignment, Booking, BookingItem, Occupancy, Segment, Stylist
from salonpool.queries.availability import booked_minutes, find_openings, free_starts, read_board
from salonpool.queries.salons import SalonRow, Visit
from salonpool.usecases import audit

NEAREST_REACH = 2 * DAY


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a guest asks for: services at a salon from an instant, with one stylist or anyone."""

    salon: SalonRow
    visit: Visit
    starts_at: datetime
    stylist_id: int | None

    @property
    def ends_at(self) -> datetime:
        """The end follows from the services; nobody may state it."""
        return self.starts_at + timedelta(minutes=self.visit.minutes)


def commit(session: Session, booking: Booking, wanted: Wanted, now: datetime) -> None:
    """Give the booking its stylist, chair and time, or raise SlotTaken (with nothing nearest yet).

    1. The start must be ahead, within the horizon and on the grid.
    2. Lock the salon's chairs and every stylist who may serve, so that the reads below stay true.
    3. Expired holds in the way give up their place.
    4. Read the board again; the same rules that offered the time decide whether it is still free.
    5. Write the rows; the database refuses an overlap even if 2 and 4 had missed it.
    """
    check_start(wanted.starts_at, now)
    candidates = _on_duty(session, wanted)
    lock_places(session, wanted.salon.id, candidates)
    evict_expired_holds(session, wanted, candidates, now, except_booking_id=booking.id)
    opening = _free_opening(wanted, candidates, now, booking)
    if opening is None:
        raise SlotTaken
    _write(session, booking, wanted, opening)


def lock_places(session: Session, salon_id: int, stylist_ids: Collection[int]) -> None:
    """Hold a salon's chairs and the stylists' hands until the transaction ends."""
    lock(session, f"chairs:{salon_id}", *(f"stylist:{stylist_id}" for stylist_id in stylist_ids))


def evict_expired_holds(
    session: Session,
    wanted: Wanted,
    stylist_ids: Collection[int],
    now: datetime,
    *,
    except_booking_id: int | None = None,
) -> None:
    """Cancel the expired holds on the touched stylists and the salon's chairs, and free their places."""
    touched = sa.or_(Booking.salon_id == wanted.salon.id, Booking.stylist_id.in_(stylist_ids))
    in_the_way = sa.select(Booking.id).where(
        touched, Booking.starts_at < wanted.ends_at, Booking.ends_at > wanted.starts_at
    )
    if except_booking_id is not None:  # a hold that is confirmed late does not evict itself
        in_the_way = in_the_way.where(Booking.id != except_booking_id)
    release_holds(session, in_the_way, now)


def release_holds(session: Session, among: sa.Select[int], now: datetime) -> int:
    """Cancel those bookings of `among` that are holds past their time. Returns how many."""
    expired = session.scalars(
        among.where(Booking.status == BookingStatus.HELD, Booking.held_until <= now)
        .order_by(Booking.id)
        .with_for_update(skip_locked=True)
    ).all()
    for booking_id in expired:
        free(session, booking_id)
        audit.record(
            session,
            now,
            actor="clock",
            action="expire_hold",
            subject="booking",
            subject_id=booking_id,
            before={"status": BookingStatus.HELD},
            after={"status": BookingStatus.CANCELLED},
        )
    if expired:
        session.execute(
            sa.update(Booking)
            .where(Booking.id.in_(expired))
            .values(status=BookingStatus.CANCELLED, cancel_cause=CancelCause.HOLD_EXPIRED, cancelled_at=now)
        )
    return len(expired)


def free(session: Session, booking_id: int) -> None:
    """Give back the stylist and the chair."""
    session.execute(sa.delete(Occupancy).where(Occupancy.booking_id == booking_id))


def nearest_starts(wanted: Wanted, now: datetime) -> list[FreeStart]:
    """Up to three free starts closest to the wanted one, within two days, for the same wish."""
    found = find_openings(
        wanted.salon,
        wanted.visit,
        wanted.starts_at - NEAREST_REACH,
        wanted.starts_at + NEAREST_REACH,
        now,
        stylist_id=wanted.stylist_id,
    )
    return free_starts(nearest(found, to_minutes(wanted.starts_at)), wanted.visit)


def _on_duty(session: Session, wanted: Wanted) -> list[int]:
    """Who works there when the visit starts. Raises InvalidInput when nobody does."""
    statement = sa.select(Assignment.stylist_id).where(
        Assignment.salon_id == wanted.salon.id,
        Assignment.starts_at <= wanted.starts_at,
        Assignment.starts_at > wanted.starts_at - DAY,  # no shift lasts longer: keeps the index range short
        Assignment.ends_at > wanted.starts_at,
        Assignment.status.in_(WORKING_STATES),
    )
    if wanted.stylist_id is not None:
        statement = statement.where(Assignment.stylist_id == wanted.stylist_id)
    found = sorted(set(session.scalars(statement)))
    if found:
        return found
    if wanted.stylist_id is not None and not _works_here(session, wanted.salon, wanted.stylist_id):
        raise InvalidInput("unknown_choice", field="stylist")
    raise InvalidInput("outside_hours", field="starts_at")


def _works_here(session: Session, salon: SalonRow, stylist_id: int) -> bool:
    return bool(
        session.scalar(
            sa.select(
                sa.exists().where(Stylist.id == stylist_id, Stylist.network_id == salon.network_id)
                & sa.exists().where(Assignment.stylist_id == stylist_id, Assignment.salon_id == salon.id)
            )
        )
    )


def _nobody_can(wanted: Wanted) -> InvalidInput:
    """On duty, but without the skill: no other time of theirs would help."""
    if wanted.stylist_id is not None:
        return InvalidInput("unknown_choice", field="stylist")
    return InvalidInput("outside_hours", field="starts_at")


def _free_opening(wanted: Wanted, locked: Collection[int], now: datetime, booking: Booking) -> Opening | None:
    board = read_board(
        wanted.salon,
        wanted.visit.skill_ids,
        wanted.starts_at,
        wanted.ends_at,
        now,
        stylist_id=wanted.stylist_id,
        except_booking_id=booking.id,
    )
    if not board.workers:
        raise _nobody_can(wanted)
    # Somebody may have come on duty since the locks were taken; only those we hold may be chosen.
    found = [
        opening
        for opening in openings_at(board, wanted.visit.steps, to_minutes(wanted.starts_at))
        if opening.stylist_id in locked
    ]
    # A guest who confirms late stays with the stylist the hold had promised, if they are still free.
    found = [opening for opening in found if opening.stylist_id == booking.stylist_id] or found
    if len(found) < 2:
        return found[0] if found else None
    day = day_span(local_day(wanted.starts_at, wanted.salon.tz), wanted.salon.tz)
    return fairest(found, booked_minutes([o.stylist_id for o in found], day))


def _write(session: Session, booking: Booking, wanted: Wanted, opening: Opening) -> None:
    booking.network_id, booking.salon_id = wanted.salon.network_id, wanted.salon.id
    booking.stylist_id, booking.stylist_named = opening.stylist_id, wanted.stylist_id is not None
    booking.starts_at, booking.ends_at = wanted.starts_at, wanted.ends_at
    booking.price_minor, booking.currency = wanted.visit.price.amount_minor, wanted.visit.price.currency
    is_new = booking.id is None
    session.add(booking)
    session.flush()
    if is_new:
        _write_items(session, booking, wanted)
    free(session, booking.id)
    for begins, ends in hands_windows(wanted.visit.steps):
        span = (booking.starts_at + begins * MINUTE, booking.starts_at + ends * MINUTE)
        _occupy(session, booking, f"stylist:{opening.stylist_id}", *span)
    _occupy(session, booking, f"chair:{opening.chair_id}", booking.starts_at, booking.ends_at)
    try:
        session.flush()
    except IntegrityError as error:
        if is_overlap(error):
            raise SlotTaken from error
        raise


def _write_items(session: Session, booking: Booking, wanted: Wanted) -> None:
    begins = wanted.starts_at
    for position, service in enumerate(wanted.visit.services):
        item = BookingItem(
            salon_id=booking.salon_id,
            booking_id=booking.id,
            service_id=service.id,
            position=position,
            price_minor=service.price.amount_minor,
        )
        session.add(item)
        session.flush()
        for step in service.steps:
            ends = begins + timedelta(minutes=step.minutes)
            session.add(
                Segment(
                    booking_id=booking.id, item_id=item.id, starts_at=begins, ends_at=ends, hands=step.hands
                )
            )
            begins = ends


def _occupy(
    session: Session, booking: Booking, resource: str, starts_at: datetime, ends_at: datetime
) -> None:
    session.add(Occupancy(resource=resource, starts_at=starts_at, ends_at=ends_at, booking_id=booking.id))
