"""The one function that commits every booking, whatever door it came through."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import fetch, lock, wake
from salonpool.domain.availability import Board, Opening, openings_at
from salonpool.domain.booking import (
    BookingStatus,
    CancelCause,
    FreeStart,
    SlotTaken,
    check_start,
    fairest,
    nearest,
)
from salonpool.domain.local_time import DAY, day_span, local_day, to_minutes
from salonpool.domain.refusal import InvalidInput, Refusal
from salonpool.domain.shift import WORKING_STATES
from salonpool.models import Assignment, Booking, Occupancy, Segment, Stylist
from salonpool.queries.availability import NO_BOOKING, booked_minutes, find_openings, free_starts, read_boards
from salonpool.queries.closures import find_closed_until
from salonpool.queries.salons import SalonRow
from salonpool.queries.visits import Visit
from salonpool.usecases import audit
from salonpool.usecases.booking.booking_rows import write_rows

NEAREST_REACH = 2 * DAY


def held_too_long(among: sa.Select[int]) -> sa.Select[int]:
    """Those bookings of `among` that are holds past their time, at `now`, and that nobody is at."""
    return (
        among.where(Booking.status == BookingStatus.HELD, Booking.held_until <= sa.bindparam("now"))
        .order_by(Booking.id)
        .with_for_update(skip_locked=True)
    )


# Built once: building a statement costs more than running it.
_ELSEWHERE = sa.and_(
    Booking.stylist_id.in_(sa.bindparam("stylist_ids", expanding=True)),
    Booking.starts_at < sa.bindparam("until"),
    Booking.ends_at > sa.bindparam("from"),
)
_IN_THE_WAY = held_too_long(
    sa.select(Booking.id).where(
        sa.or_(Booking.salon_id == sa.bindparam("salon_id"), _ELSEWHERE),
        Booking.id != sa.bindparam("except_booking_id"),
    )
)
_ON_DUTY = (
    sa.select(Assignment.stylist_id, Assignment.starts_at)
    .where(
        Assignment.salon_id == sa.bindparam("salon_id"),
        Assignment.starts_at < sa.bindparam("until"),
        Assignment.starts_at > sa.bindparam("since"),  # no shift lasts a day: a short index range
        Assignment.ends_at > sa.bindparam("from"),
        Assignment.status.in_(WORKING_STATES),
    )
    .order_by(Assignment.stylist_id)
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A visit at an instant. The end follows from the services; nobody may state it."""

    visit: Visit
    starts_at: datetime

    @property
    def salon(self) -> SalonRow:
        """Where."""
        return self.visit.salon

    @property
    def latest_end(self) -> datetime:
        """When even the slowest way to do it is over."""
        return self.starts_at + timedelta(minutes=self.visit.course.longest)


class NotAll(Exception):
    """Some of what was to be booked together does not fit: the refusal of each, by its place in the order."""

    def __init__(self, refused: Mapping[int, Refusal]) -> None:
        super().__init__(f"{len(refused)} do not fit")
        self.refused = dict(refused)


def commit(session: Session, booking: Booking, wanted: Wanted, now: datetime) -> None:
    """Give the booking its stylists, stations and time, or raise SlotTaken (with nothing nearest yet).

    1. The start must be ahead, within the horizon and on the grid.
    2. Lock the salon's stations, every stylist who may serve and those who serve so far, so that the reads
       below stay true.
    3. Expired holds in the way give up their place.
    4. Read the board again; the same rules that offered the time decide whether it is still free.
    5. Write the rows, moving guests ahead to other chairs if that makes room; the database refuses an overlap
       even if 2 and 4 had missed it.
    """
    try:
        commit_all(session, [(booking, wanted)], now)
    except NotAll as none:
        raise none.refused[0] from none


def commit_all(session: Session, together: Sequence[tuple[Booking, Wanted]], now: datetime) -> None:
    """The same for several visits at one salon, on days of their own: all of them, or NotAll and none."""
    refused: dict[int, Refusal] = {}
    candidates: dict[int, list[int]] = {}
    for number, (_, wanted) in enumerate(together):
        try:
            check_start(wanted.starts_at, now)
            candidates[number] = _on_duty(session, wanted)
        except Refusal as refusal:
            refused[number] = refusal
    serving = {who for booking, _ in together for who in _serving(session, booking)}
    lock_places(session, together[0][1].salon.id, serving.union(*candidates.values()))
    openings = {}
    for number, able in candidates.items():
        try:
            openings[number] = _place(session, *together[number], able, now)
        except Refusal as refusal:
            refused[number] = refusal
    if refused:
        raise NotAll(refused)
    for number, (booking, wanted) in enumerate(together):
        write_rows(session, booking, wanted.visit, openings[number], now)


def bring_back(session: Session, booking: Booking, wanted: Wanted, now: datetime) -> None:
    """commit() for a visit that has begun and had given up its place: the same rules, whatever the hour."""
    candidates = _on_duty(session, wanted)
    lock_places(session, wanted.salon.id, {*candidates, *_serving(session, booking)})
    opening = _place(session, booking, wanted, candidates, now)
    write_rows(session, booking, wanted.visit, opening, now)


def check_free(session: Session, booking: Booking, wanted: Wanted, now: datetime) -> None:
    """The refusals of commit(), for a time that is only asked for: nothing is taken."""
    check_start(wanted.starts_at, now)
    candidates = _on_duty(session, wanted)
    lock_places(session, wanted.salon.id, {*candidates, *_serving(session, booking)})
    _place(session, booking, wanted, candidates, now)


def _place(
    session: Session, booking: Booking, wanted: Wanted, candidates: Collection[int], now: datetime
) -> Opening:
    evict_expired_holds(session, wanted, candidates, now, except_booking_id=booking.id)
    opening = _free_opening(wanted, candidates, now, booking)
    if opening is None:
        raise SlotTaken
    return opening


def lock_places(session: Session, salon_id: int, stylist_ids: Collection[int]) -> None:
    """Hold a salon's stations and the stylists' hands until the transaction ends."""
    lock(session, f"chairs:{salon_id}", *(f"stylist:{stylist_id}" for stylist_id in stylist_ids))


def evict_expired_holds(
    session: Session,
    wanted: Wanted,
    stylist_ids: Collection[int],
    now: datetime,
    *,
    except_booking_id: int | None = None,
) -> None:
    """Cancel the expired holds of the salon, and those on the touched stylists elsewhere; free their places.

    All of the salon's: guests may be moved to any of its chairs.
    """
    about = {
        "salon_id": wanted.salon.id,
        "stylist_ids": list(stylist_ids),
        "from": wanted.starts_at,
        "until": wanted.latest_end,
        # a hold that is confirmed late does not evict itself
        "except_booking_id": except_booking_id or NO_BOOKING,
    }
    release_holds(session, _IN_THE_WAY, about, now)


def release_holds(
    session: Session, expired_holds: sa.Select[int], about: dict[str, Any], now: datetime
) -> int:
    """Cancel the holds that a statement of held_too_long() finds, filled with `about`. Returns how many."""
    expired = [row.id for row in fetch(expired_holds, about | {"now": now})]
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
    """Give back the stylists and the stations.

    Again until nothing is left: on PostgreSQL another guest's commit may just have moved this one to another
    chair, and its new row shows only afterwards. Who holds the locks of the salon's stations is done at once.
    """
    gone = sa.delete(Occupancy).where(Occupancy.booking_id == booking_id).returning(Occupancy.id)
    while session.execute(gone).all():
        pass
    wake("waitlist", booking_id)


def keep_place(session: Session, booking_id: int) -> None:
    """A hold has become a booking: what it takes up no longer runs out."""
    session.execute(sa.update(Occupancy).where(Occupancy.booking_id == booking_id).values(held_until=None))


def nearest_starts(
    wanted: Wanted,
    now: datetime,
    *,
    except_booking_id: int | None = None,
    not_at: datetime | None = None,
) -> list[FreeStart]:
    """Up to three free starts closest to the wanted one, within two days, for the same wish.

    For a booking that moves: its own place counts as free, but `not_at`, where it is now, is no news.
    """
    found = find_openings(
        wanted.visit,
        wanted.starts_at - NEAREST_REACH,
        wanted.starts_at + NEAREST_REACH,
        now,
        except_booking_id=except_booking_id,
    )
    if not_at is not None:
        found = [opening for opening in found if opening.start != to_minutes(not_at)]
    return free_starts(nearest(found, to_minutes(wanted.starts_at)), wanted.visit)


def _on_duty(session: Session, wanted: Wanted) -> list[int]:
    """Who may work there during the visit. Raises InvalidInput when nobody does as it starts."""
    about = {
        "salon_id": wanted.salon.id,
        "since": wanted.starts_at - DAY,
        "from": wanted.starts_at,
        "until": wanted.latest_end,
    }
    rows = fetch(_ON_DUTY, about)
    _check_asked_for(session, wanted, {stylist_id for stylist_id, _ in rows})
    only = wanted.visit.only_stylist_id
    if not any(starts_at <= wanted.starts_at for stylist_id, starts_at in rows if only in (None, stylist_id)):
        raise InvalidInput("outside_hours", field="starts_at")
    return sorted({stylist_id for stylist_id, _ in rows if only in (None, stylist_id)})


def _serving(session: Session, booking: Booking) -> Collection[int]:
    """Whose hands the booking takes up so far. They become free for others when this ends, not before."""
    if booking.id is None:
        return ()
    return session.scalars(sa.select(Segment.stylist_id).where(Segment.booking_id == booking.id)).all()


def _check_asked_for(session: Session, wanted: Wanted, on_duty: Collection[int]) -> None:
    """Those asked for by name, for a companion too, must be there. Raises InvalidInput."""
    wish = wanted.visit.wish
    asked = [("stylist", wish.stylist_id), *(("companions", one.stylist_id) for one in wish.companions)]
    for field, stylist_id in asked:
        if stylist_id is None or stylist_id in on_duty:
            continue
        if not _works_here(session, wanted.salon, stylist_id):
            raise InvalidInput("unknown_choice", field=field)
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


def _free_opening(wanted: Wanted, locked: Collection[int], now: datetime, booking: Booking) -> Opening | None:
    [board] = read_boards(
        [wanted.visit], wanted.starts_at, wanted.latest_end, now, except_booking_id=booking.id
    )
    if not board.workers:
        raise _nobody_can(wanted)
    # Somebody may have come on duty since the locks were taken; only those we hold may be chosen.
    found = [
        opening
        for opening in openings_at(board, wanted.visit.course, to_minutes(wanted.starts_at))
        if {placed.stylist_id for placed in opening.placed} <= set(locked)
    ]
    # Who confirms late, or moves, stays with the stylist they had, if that one is still free.
    found = [opening for opening in found if opening.stylist_id == booking.stylist_id] or found
    if not found:
        _refuse_if_closed(wanted, board)
    if len(found) < 2:
        return found[0] if found else None
    day = day_span(local_day(wanted.starts_at, wanted.salon.tz), wanted.salon.tz)
    return fairest(found, booked_minutes([o.stylist_id for o in found], day))


def _refuse_if_closed(wanted: Wanted, board: Board) -> None:
    """No person and no chair is in the way: the salon takes nobody then. Raises InvalidInput."""
    ends_at = wanted.starts_at + timedelta(minutes=wanted.visit.minutes)
    until = find_closed_until(wanted.salon.id, wanted.starts_at, ends_at) if board.closed else None
    if until is not None:
        local = until.astimezone(wanted.salon.tz)
        raise InvalidInput("closed", field="starts_at", until=local.strftime("%Y-%m-%d %H:%M"))


def _nobody_can(wanted: Wanted) -> InvalidInput:
    """On duty, but without the skill: no other time of theirs would help."""
    if wanted.visit.wish.stylist_id is not None:
        return InvalidInput("unknown_choice", field="stylist")
    return InvalidInput("outside_hours", field="starts_at")
