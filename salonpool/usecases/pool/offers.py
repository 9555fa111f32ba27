"""Answer an offer: yes, no, or silence until the deadline."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import lock, retried, transaction
from salonpool.domain.money import Money
from salonpool.domain.offer import OfferGone, OfferStatus, check_answer
from salonpool.domain.refusal import Missing
from salonpool.domain.shift import OPEN_STATES, AssignmentSource, ShiftStatus
from salonpool.models import Assignment, InboundMessage, Network, Offer, Salon, Shift, Stylist
from salonpool.usecases import audit
from salonpool.usecases.planning import plan_requests
from salonpool.usecases.pool import seats
from salonpool.usecases.pool.offer_texts import Scene, drop_question
from salonpool.usecases.texts.texting import Texting

SWEEP_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Yes:
    """What a yes leads to: an assignment, which is a contract. `salon` is its slug."""

    assignment_id: int
    shift_id: int
    stylist_id: int
    salon: str
    starts_at: datetime
    ends_at: datetime
    hourly_pay: Money
    status: str


@retried
def accept(
    offer_id: int,
    *,
    stylist_id: int,
    now: datetime,
    texting: Texting,
    actor: str,
    answered_at: datetime | None = None,
) -> Yes:
    """Accept an offer: the first valid yes wins, however far ahead the shift is.

    `answered_at` is when the person said so, if that was before `now`: a text may be read late.

    1. The offer must be this stylist's; a foreign one is as Missing as an unknown one.
    2. Lock the salon's staffing and the stylist, then the shift's row; only now read what is true.
    3. Whoever already won hears the same again.
    4. The offer must be open and within its deadline, the shift not called off (domain/offer.py).
    5. A seat must be free and the stylist may still work it (solver/eligibility.py), or nothing is changed.
    6. Write the assignment and the hours it takes; the database refuses an overlap even if 5 had missed it.
    7. Tell the winner, the owners and, when the last seat is gone, the others who were asked.

    Raises Missing, or OfferGone with taken, expired, withdrawn, declined or not_eligible (and the `reason`).
    """
    with transaction() as session:
        offer, shift = _locked(session, offer_id, stylist_id)
        held = _held(session, offer)
        if held is not None:
            return _yes(session, held)
        check_answer(OfferStatus(offer.status), offer.expires_at, answered_at or now)
        if shift.status not in OPEN_STATES:
            raise OfferGone("taken" if shift.status == ShiftStatus.FILLED else "withdrawn")
        scene = Scene.of(session, shift, texting)
        stylist = session.get_one(Stylist, stylist_id)
        assignment = seats.fill(
            session, scene, stylist, AssignmentSource.OFFER, now, actor=actor, offer=offer
        )
        _audit(session, now, actor, "accept", offer)
        return _yes(session, assignment)


@retried
def decline(
    offer_id: int,
    *,
    stylist_id: int,
    now: datetime,
    texting: Texting,
    actor: str,
    answered_at: datetime | None = None,
) -> None:
    """Decline an offer; it costs nothing, and saying it twice is harmless. `answered_at` as in accept.

    When nobody else is being asked, the next planning run is requested. Raises Missing, or OfferGone with
    accepted, taken, expired or withdrawn.
    """
    with transaction() as session:
        offer, shift = _locked(session, offer_id, stylist_id)
        if offer.status == OfferStatus.DECLINED:
            return
        check_answer(OfferStatus(offer.status), offer.expires_at, answered_at or now)
        offer.status, offer.answered_at = OfferStatus.DECLINED, now
        drop_question(session, offer, now)
        seats.settle(session, shift, now)
        _audit(session, now, actor, "decline", offer)
        if shift.status == ShiftStatus.POSTED:
            plan_requests.request(session, shift.network_id, "decline", now)


@retried
def sweep_expired(now: datetime) -> int:
    """Close offers past their deadline and shifts past their start; request the runs this calls for.

    Returns how many offers and shifts it closed, at most 200 of each. Silence is a no that costs nothing. No
    silence is a text that came in time and is not read yet, until the shift starts, nor a question that never
    left: that person may be asked again.
    """
    with transaction() as session:
        overdue = session.scalars(
            sa.select(Offer.shift_id)
            .where(_is_overdue(now), ~_has_unread_answer())
            .order_by(Offer.expires_at)
            .limit(SWEEP_AT_ONCE)
        ).all()
        started = session.scalars(
            sa.select(Shift.id)
            .where(Shift.status.in_(OPEN_STATES), Shift.starts_at <= now)
            .order_by(Shift.id)
            .limit(SWEEP_AT_ONCE)
        ).all()
        networks = set()
        closed = 0
        for shift_id in sorted({*overdue, *started}):
            shift = seats.lock_shift(session, shift_id)
            closed += _expire(session, shift, now)
            if shift.status == ShiftStatus.POSTED:
                networks.add(shift.network_id)
        for network_id in sorted(networks):
            plan_requests.request(session, network_id, "expired", now)
        return closed


def _expire(session: Session, shift: Shift, now: datetime) -> int:
    """Under the lock of the shift's row, so that a yes that came first keeps its seat."""
    has_started = shift.starts_at <= now
    silent = _is_overdue(now) if has_started else sa.and_(_is_overdue(now), ~_has_unread_answer())
    late = session.scalars(sa.select(Offer).where(Offer.shift_id == shift.id, silent)).all()
    for offer in late:
        offer.status = OfferStatus.EXPIRED
        drop_question(session, offer, now)
        _audit(session, now, "clock", "expire", offer)
    if late:
        seats.settle(session, shift, now)
    if shift.status not in OPEN_STATES or not has_started:
        return len(late)
    before = {"status": shift.status}
    shift.status = ShiftStatus.UNFILLED
    shift.version += 1
    audit.record(
        session,
        now,
        actor="clock",
        action="close",
        subject="shift",
        subject_id=shift.id,
        before=before,
        after={"status": shift.status},
    )
    return len(late) + 1


def _is_overdue(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Offer.status == OfferStatus.OFFERED, Offer.expires_at <= now)


def _has_unread_answer() -> sa.ColumnElement[bool]:
    """Has the stylist texted before the deadline, and nobody has read it yet?"""
    return sa.exists().where(
        Stylist.id == Offer.stylist_id,
        InboundMessage.sender == Stylist.phone,
        InboundMessage.received_at < Offer.expires_at,
        InboundMessage.handled_at.is_(None),
    )


def _locked(session: Session, offer_id: int, stylist_id: int) -> tuple[Offer, Shift]:
    found = session.execute(
        sa.select(Shift.id, Shift.salon_id)
        .join(Offer, Offer.shift_id == Shift.id)
        .where(Offer.id == offer_id, Offer.stylist_id == stylist_id)
    ).first()
    if found is None:
        raise Missing
    lock(session, seats.staffing_key(found.salon_id), f"stylist:{stylist_id}")
    shift = seats.lock_shift(session, found.id)
    return session.get_one(Offer, offer_id), shift


def _held(session: Session, offer: Offer) -> Assignment | None:
    """The assignment this very offer led to."""
    if offer.status != OfferStatus.ACCEPTED:
        return None
    return session.scalar(
        sa.select(Assignment)
        .where(Assignment.shift_id == offer.shift_id, Assignment.stylist_id == offer.stylist_id)
        .order_by(Assignment.id.desc())
        .limit(1)
    )


def _yes(session: Session, assignment: Assignment) -> Yes:
    currency = session.get_one(Network, assignment.network_id).currency
    return Yes(
        assignment_id=assignment.id,
        shift_id=assignment.shift_id,
        stylist_id=assignment.stylist_id,
        salon=session.get_one(Salon, assignment.salon_id).slug,
        starts_at=assignment.starts_at,
        ends_at=assignment.ends_at,
        hourly_pay=Money(assignment.hourly_pay_minor, currency),
        status=assignment.status,
    )


def _audit(session: Session, now: datetime, actor: str, action: str, offer: Offer) -> None:
    audit.record(
        session,
        now,
        actor=actor,
        action=action,
        subject="offer",
        subject_id=offer.id,
        before={"status": OfferStatus.OFFERED},
        after={"status": offer.status, "shift_id": offer.shift_id},
    )
