"""The one function that commits every booking, whatever door it came through."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import fetch, is_locked, lock, locking, wake
from salonpool.domain.availability import Board, Opening, openings_at
from salonpool.domain.booking import (
    HORIZON,
    NEAREST_REACHES,
    BookingStatus,
    CancelCause,
    FreeStart,
    SlotTaken,
    check_start,
    fairest,
    nearest,
)
from salonpool.domain.local_time import DAY, day_span, from_minutes, local_day, to_minutes
from salonpool.domain.refusal import InvalidInput, Refusal
from salonpool.domain.shift import WORKING_STATES
from salonpool.models import Assignment, Booking, Occupancy, Segment, Stylist
from salonpool.queries.availability import (
    NO_BOOKING,
    booked_minutes,
    free_starts,
    offered_within,
    read_boards,
    read_named_boards,
)
from salonpool.queries.closures import find_closed_until
from salonpool.queries.salons import SalonRow
from salonpool.queries.visits import Visit
from salonpool.usecases import audit
from salonpool.usecases.booking.booking_rows import Found, write_rows


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
_AT_WORK = sa.and_(
    Assignment.salon_id == sa.bindparam("salon_id"),
    Assignment.starts_at < sa.bindparam("until"),
    Assignment.starts_at > sa.bindparam("since"),  # no shift lasts a day: a short index range
    Assignment.ends_at > sa.bindparam("from"),
    sa.or_(*(Assignment.status == status for status in sorted(WORKING_STATES))),  # IN: spelt out each time
)
_ON_DUTY = sa.select(Assignment.stylist_id, Assignment.starts_at).where(_AT_WORK)
_LOCK_ON_DUTY = locking(sa.select(sa.func.concat("stylist:", Assignment.stylist_id)).where(_AT_WORK))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A visit at an instant, and whose name a new booking bears.

    The end follows from the services; nobody may state it.
    """

    visit: Visit
    starts_at: datetime
    guest_name: str | None = None

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


def commit(
    session: Session, booking: Booking, wanted: Wanted, now: datetime, *, has_locks: bool = False
) -> Found:
    """Give the booking its stylists, stations and time, or raise SlotTaken (with nothing nearest yet).
    Returns where that is. `has_locks`: lock_for() was called for it.

    1. The start must be ahead, within the horizon and on the grid.
    2. Lock the salon's stations, every stylist on duty then and those who serve so far, so that the reads
       below stay true.
    3. Read the board again; the same rules that offered the time decide whether it is still free.
    4. Expired holds in the way give up their place.
    5. Write the rows, moving guests ahead to other chairs if that makes room; the database refuses an overlap
       even if 2 and 3 had missed it.
    """
    try:
        return commit_all(session, [(booking, wanted)], now, has_locks=has_locks)[0]
    except NotAll as none:
        raise none.refused[0] from none


def commit_all(
    session: Session, together: Sequence[tuple[Booking, Wanted]], now: datetime, *, has_locks: bool = False
) -> list[Found]:
    """The same for several visits at one salon, on days of their own: all of them, or NotAll and none.

    `has_locks`: lock_for() was called for all of them.
    """
    if not has_locks:
        serving = _serving(session, [booking for booking, _ in together])
        lock_for(session, [wanted for _, wanted in together], now, *serving)
    found, refused = {}, {}
    for number, (booking, wanted) in enumerate(together):
        try:
            check_start(wanted.starts_at, now)
            found[number] = _place(session, booking, wanted, now)
        except Refusal as refusal:
            refused[number] = refusal
    if refused:
        raise NotAll(refused)
    for number, (booking, wanted) in enumerate(together):
        write_rows(session, booking, wanted.visit, found[number], wanted.guest_name, now)
    return [found[number] for number in range(len(together))]


def bring_back(session: Session, booking: Booking, wanted: Wanted, now: datetime) -> None:
    """commit() for a visit that has begun and had given up its place: the same rules, whatever the hour."""
    lock_for(session, [wanted], now, *_serving(session, [booking]))
    found = _place(session, booking, wanted, now)
    write_rows(session, booking, wanted.visit, found, wanted.guest_name, now)


def check_free(session: Session, booking: Booking, wanted: Wanted, now: datetime) -> None:
    """The refusals of commit(), for a time that is only asked for: nothing is taken."""
    check_start(wanted.starts_at, now)
    lock_for(session, [wanted], now, *_serving(session, [booking]))
    _place(session, booking, wanted, now)


def _place(session: Session, booking: Booking, wanted: Wanted, now: datetime) -> Found:
    found = _find(session, wanted, now, booking)
    evict_expired_holds(session, wanted, found.opening, now, except_booking_id=booking.id)
    return found


def lock_for(session: Session, together: Sequence[Wanted], now: datetime, *names: str) -> None:
    """Hold what these visits at one salon may need until the transaction ends: its stations and all who work
    there then; and other `names`.
    """
    salon_id = together[0].salon.id
    # Those beyond are refused for that, and may be at the ends of the calendar.
    near = [wanted for wanted in together if abs(wanted.starts_at - now) <= HORIZON]
    if not near:
        lock_places(session, salon_id, [], *names)
        return
    starts_at = min(wanted.starts_at for wanted in near)
    about = {
        "salon_id": salon_id,
        "since": starts_at - DAY,
        "from": starts_at,
        "until": max(wanted.latest_end for wanted in near),
    }
    lock(session, f"chairs:{salon_id}", *names, by=_LOCK_ON_DUTY, **about)


def lock_places(session: Session, salon_id: int, stylist_ids: Collection[int], *names: str) -> None:
    """Hold a salon's stations, the stylists' hands and other `names` until the transaction ends."""
    lock(session, f"chairs:{salon_id}", *map(stylist_lock, stylist_ids), *names)


def stylist_lock(stylist_id: int) -> str:
    """The name of the lock on a stylist's hands."""
    return f"stylist:{stylist_id}"


def evict_expired_holds(
    session: Session,
    wanted: Wanted,
    opening: Opening,
    now: datetime,
    *,
    except_booking_id: int | None = None,
) -> None:
    """Cancel the expired holds of the salon, and those on the chosen stylists elsewhere; free their places.

    All of the salon's: guests may be moved to any of its chairs.
    """
    about = {
        "salon_id": wanted.salon.id,
        "stylist_ids": list({placed.stylist_id for placed in opening.placed}),
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
    visit, around = wanted.visit, to_minutes(wanted.starts_at)
    reach = timedelta(minutes=NEAREST_REACHES[-1])
    within = offered_within(wanted.starts_at - reach, wanted.starts_at + reach, now)
    if within[0] >= within[1]:
        return []
    ends_at = from_minutes(within[1] + visit.course.longest)
    [board] = read_boards([visit], from_minutes(within[0]), ends_at, now, except_booking_id=except_booking_id)
    passed_over = None if not_at is None else to_minutes(not_at)
    return free_starts(nearest(board, visit.course, within, around, not_at=passed_over), visit)


def _on_duty(wanted: Wanted) -> Sequence[Any]:
    """Who works there at some time of the visit, and from when on."""
    about = {
        "salon_id": wanted.salon.id,
        "since": wanted.starts_at - DAY,
        "from": wanted.starts_at,
        "until": wanted.latest_end,
    }
    return fetch(_ON_DUTY, about)


def _serving(session: Session, bookings: Sequence[Booking]) -> Iterator[str]:
    """The locks of those whose hands the bookings take up so far; they are free for others after this."""
    ids = [booking.id for booking in bookings if booking in session]
    if ids:
        found = session.scalars(sa.select(Segment.stylist_id).where(Segment.booking_id.in_(ids)))
        yield from (stylist_lock(stylist_id) for stylist_id in found)


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


def _find(session: Session, wanted: Wanted, now: datetime, booking: Booking) -> Found:
    """Where the visit fits, as fair to the stylists as can be. Raises as _refuse()."""
    [board], names = read_named_boards(
        [wanted.visit], wanted.starts_at, wanted.latest_end, now, except_booking_id=booking.id
    )
    # Somebody may have come on duty since the locks were taken; only those we hold may be chosen.
    found = [
        opening
        for opening in openings_at(board, wanted.visit.course, to_minutes(wanted.starts_at))
        if all(is_locked(session, stylist_lock(placed.stylist_id)) for placed in opening.placed)
    ]
    if not found:
        _refuse(session, wanted, board)
    # Who confirms late, or moves, stays with the stylist they had, if that one is still free.
    found = [opening for opening in found if opening.stylist_id == booking.stylist_id] or found
    if len(found) > 1:
        day = day_span(local_day(wanted.starts_at, wanted.salon.tz), wanted.salon.tz)
        found = [fairest(found, booked_minutes([opening.stylist_id for opening in found], day))]
    return Found(found[0], board, names)


def _refuse(session: Session, wanted: Wanted, board: Board) -> NoReturn:
    """Say why it does not fit: InvalidInput where nobody could serve then anyhow, else SlotTaken."""
    rows, only = _on_duty(wanted), wanted.visit.only_stylist_id
    _check_asked_for(session, wanted, {stylist_id for stylist_id, _ in rows})
    if not any(starts_at <= wanted.starts_at for stylist_id, starts_at in rows if only in (None, stylist_id)):
        raise InvalidInput("outside_hours", field="starts_at")
    if not board.workers:
        raise _nobody_can(wanted)
    _refuse_if_closed(wanted, board)
    raise SlotTaken


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
