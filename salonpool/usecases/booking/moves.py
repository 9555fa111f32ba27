"""Another time, or another person, for a visit that is booked."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import Enum

from sqlalchemy.orm import Session

from salonpool.database import db, retried, transaction
from salonpool.domain.booking import BookingStatus, FreeStart, SlotTaken, answer_by, check_change
from salonpool.domain.links import digest
from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.models import AskedMove, Booking
from salonpool.queries.salons import SalonRow
from salonpool.queries.visits import get_visit
from salonpool.usecases import idempotency
from salonpool.usecases.booking import asked_moves
from salonpool.usecases.booking.booked import GUEST, Booked, answer_of, lock_booking, place, record
from salonpool.usecases.booking.cancellations import check_agreed, fee_of
from salonpool.usecases.booking.commit import Wanted, commit, lock_places, nearest_starts
from salonpool.usecases.booking.stored import stored_wish
from salonpool.usecases.booking.texts import text_asked, text_moved
from salonpool.usecases.texts import messages
from salonpool.usecases.texts.texting import Texting


class Keep(Enum):
    """Says that the wish for a person stays as it was; None would mean anyone."""

    KEEP = "keep"


KEEP = Keep.KEEP


@dataclass(frozen=True, slots=True)
class _Plan:
    """The visit as it is and as it should be; true for as long as the booking has this `sequence`."""

    sequence: int
    now_booked: Wanted
    wanted: Wanted

    @property
    def changes_nothing(self) -> bool:
        """It is where it should be already."""
        asked, stands = self.wanted, self.now_booked
        return (asked.starts_at, asked.visit.wish) == (stands.starts_at, stands.visit.wish)


@retried
def move(
    *,
    booking_id: int,
    starts_at: datetime,
    stylist_id: int | Keep | None = KEEP,
    actor: str,
    now: datetime,
    texting: Texting,
    key: str | None = None,
    agreed_fee_minor: int | None = None,
    is_answer: bool = False,
) -> Booked:
    """Put an open booking at another time, all or nothing; id, link and services stay, a text confirms it.

    Who was promised stays if free then: a person asked for by name must be, for others anyone able will do.
    `stylist_id`: KEEP the wish, or change it to a person or to None, anyone. A guest may move until the
    salon's cut-off, a desk (`actor` account:ID) whenever the booking is open. Moving to where it is already
    only ends any asking; `key` makes any retry harmless. `agreed_fee_minor`: as shown, see _fee(). A salon
    that approves first is just asked by a guest (asked_moves.py); `is_answer`: its yes to that.
    Raises Refusal: not_open, past_cut_off, fee_changed, asked_anew, expired; SlotTaken with the nearest other
    times; InvalidInput: in_the_past, too_far_ahead, off_the_grid, outside_hours, unknown_choice; Missing.
    """
    key = None if key is None else idempotency.check(key)
    plan = _plan(booking_id, starts_at, stylist_id)
    body_digest = digest(json.dumps([booking_id, starts_at.isoformat(), str(stylist_id), actor]))
    try:
        with transaction() as session:
            if key is not None and (kept := idempotency.replay(session, "move", key, body_digest)):
                return Booked(**kept)
            lock_places(session, plan.wanted.salon.id, [])
            booking = lock_booking(session, booking_id)
            if booking.sequence != plan.sequence:  # changed while we read; now nobody can
                plan = _plan(booking_id, starts_at, stylist_id)
            answer = _move(session, booking, plan, actor, now, texting, agreed_fee_minor, is_answer)
            if key is not None:
                idempotency.keep(session, "move", key, body_digest, booking_id, asdict(answer), now)
            return answer
    except SlotTaken as taken:
        # After the rollback, so that nobody waits for this search behind our locks.
        raise SlotTaken(_others(booking_id, plan, now)) from taken


def _others(booking_id: int, plan: _Plan, now: datetime) -> list[FreeStart]:
    not_at = plan.now_booked.starts_at
    return nearest_starts(plan.wanted, now, except_booking_id=booking_id, not_at=not_at)


def _plan(booking_id: int, starts_at: datetime, stylist_id: int | Keep | None) -> _Plan:
    booking = db.session.get(Booking, booking_id, populate_existing=True)
    if booking is None:
        raise Missing
    try:
        stands = stored_wish(booking_id, booking.language)
    except InvalidInput as gone:  # the salon no longer offers one of the services
        raise Refusal("not_open", status=booking.status) from gone
    visit = stands.visit
    if stylist_id is not KEEP and stylist_id != visit.wish.stylist_id:
        visit = get_visit(visit.salon, replace(visit.wish, stylist_id=stylist_id), booking.language)
    return _Plan(booking.sequence, stands, Wanted(visit, starts_at))


def _move(
    session: Session,
    booking: Booking,
    plan: _Plan,
    actor: str,
    now: datetime,
    texting: Texting,
    agreed_fee_minor: int | None,
    is_answer: bool,
) -> Booked:
    salon, status = plan.wanted.salon, BookingStatus(booking.status)
    is_repeat = plan.changes_nothing
    # A guest who sends the same again past the cut-off, or a desk, is not too late.
    cut_off = None if is_repeat or actor != GUEST else salon.cut_off_minutes
    check_change(status, booking.starts_at, cut_off, now)
    asked = asked_moves.find(session, booking)
    # A yes sent twice must not answer what the guest has asked since.
    if is_repeat and not (is_answer and asked):
        if asked is not None:
            asked_moves.note(session, booking, asked, "keep_time", actor, now)
            asked_moves.drop(session, booking.id)
        return answer_of(session, booking, salon)
    fee_minor = booking.fee_minor
    if is_answer:
        fee_minor = _check_answer(asked, plan.wanted, now).fee_minor
    elif actor == GUEST:
        fee_minor = _fee(booking, salon, agreed_fee_minor, now)
        if status == BookingStatus.CONFIRMED and salon.approve_minutes is not None:
            return asked_moves.ask(session, booking, plan.wanted, fee_minor, now, texting)
    _put(session, booking, plan.wanted, fee_minor, actor, now, texting)
    return answer_of(session, booking, salon)


def _put(
    session: Session,
    booking: Booking,
    wanted: Wanted,
    fee_minor: int,
    actor: str,
    now: datetime,
    texting: Texting,
) -> None:
    """At its new place, with everything that follows from it."""
    before, salon = place(booking), wanted.salon
    waits = booking.status == BookingStatus.PENDING
    booking.fee_minor = fee_minor
    if wanted.starts_at != booking.starts_at:
        booking.moved_at, booking.will_come_at = now, None
    commit(session, booking, wanted, now)
    booking.sequence += 1
    if waits and salon.approve_minutes is not None:
        booking.answer_by = answer_by(booking.starts_at, salon.approve_minutes, now)  # another question
    session.flush()
    asked_moves.drop(session, booking.id)
    messages.drop_waiting(session, booking.id)
    record(session, now, actor, "move", booking, before)
    tell = text_asked if waits else text_moved
    tell(session, booking, salon, now, texting)


def _check_answer(asked: AskedMove | None, wanted: Wanted, now: datetime) -> AskedMove:
    """Is this what the guest asks for, still? Raises Refusal: asked_anew, expired."""
    if asked is None or not asked_moves.is_for(asked, wanted.starts_at, wanted.visit.wish.stylist_id):
        raise Refusal("asked_anew")
    if now >= asked.answer_by:
        raise Refusal("expired")
    return asked


def _fee(booking: Booking, salon: SalonRow, agreed_fee_minor: int | None, now: datetime) -> int:
    """Moving is no way around the fee for cancelling late: what a guest would pay who cancels now is what
    cancelling costs from then on, whenever that is. Raises Refusal fee_changed."""
    fee_minor = fee_of(booking, salon, now)
    check_agreed(fee_minor, agreed_fee_minor)
    return fee_minor
