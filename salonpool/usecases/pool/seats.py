"""The one way a seat gets its holder: after a yes, because of a standing yes, or given by hand."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from salonpool.database import is_overlap, lock, wake
from salonpool.domain.offer import OfferGone, OfferStatus
from salonpool.domain.shift import (
    WORKING_STATES,
    AssignmentSource,
    AssignmentStatus,
    ShiftStatus,
    status_after,
)
from salonpool.models import Assignment, Occupancy, Offer, Shift, Stylist
from salonpool.solver.eligibility import why_not
from salonpool.usecases import audit
from salonpool.usecases.planning.problems import read_person, seat_id
from salonpool.usecases.pool.offer_texts import Scene, drop_question


def fill(
    session: Session,
    scene: Scene,
    stylist: Stylist,
    source: AssignmentSource,
    now: datetime,
    *,
    actor: str,
    offer: Offer | None = None,
) -> Assignment:
    """Give the stylist a seat of the shift; the caller has locked its row, the stylist and staffing_key.

    Raises OfferGone: taken (no seat left), or not_eligible with the `reason`, a rule name of the solver.
    The salon, the time and the pay are frozen in the assignment. Then everybody concerned is told.
    """
    if open_seats(session, scene.shift) <= 0:
        raise OfferGone("taken")
    problem = read_person(session, stylist.id, scene.shift.id, now).problem
    if reason := why_not(problem, str(stylist.id), seat_id(scene.shift.id, 1)):
        raise OfferGone("not_eligible", reason=reason)
    return give(session, scene, stylist, source, now, actor=actor, offer=offer)


def give(
    session: Session,
    scene: Scene,
    stylist: Stylist,
    source: AssignmentSource,
    now: datetime,
    *,
    actor: str,
    offer: Offer | None = None,
) -> Assignment:
    """What fill does once it may: the caller has asked, under the same locks, whether it may.

    Raises OfferGone not_eligible with the reason overlap, if the database knows better.
    """
    assignment = _insert(session, scene.shift, stylist, source, now)
    if offer is not None:
        offer.status, offer.answered_at = OfferStatus.ACCEPTED, now
        drop_question(session, offer, now)
    scene.yours(assignment, stylist, now, offer)
    scene.filled(assignment, stylist, now, actor=actor)
    settle(session, scene.shift, now, scene=scene)
    session.execute(sa.update(Stylist).where(Stylist.id == stylist.id).values(version=Stylist.version + 1))
    _audit(session, assignment, now, actor)
    wake("waitlist", assignment.id)  # new hours to book
    return assignment


def settle(session: Session, shift: Shift, now: datetime, *, scene: Scene | None = None) -> None:
    """Count seats and live offers and give the shift, whose row the caller has locked, its status.

    With a `scene`, the people still being asked for a shift that is now full are told it is taken.
    """
    session.flush()
    free = open_seats(session, shift)
    live = session.scalars(
        sa.select(Offer)
        .where(Offer.shift_id == shift.id, Offer.status == OfferStatus.OFFERED)
        .order_by(Offer.id)
    ).all()
    shift.status = status_after(free, len(live))
    shift.version += 1
    if shift.status == ShiftStatus.FILLED and scene is not None:
        for offer in live:
            offer.status, offer.answered_at = OfferStatus.SUPERSEDED, now
            scene.taken(offer, session.get_one(Stylist, offer.stylist_id), now)
    session.flush()


def open_seats(session: Session, shift: Shift) -> int:
    """How many seats nobody holds."""
    held = sa.select(sa.func.count()).where(
        Assignment.shift_id == shift.id, Assignment.status.in_(WORKING_STATES)
    )
    return shift.seats - (session.scalar(held) or 0)


def staffing_key(salon_id: int) -> str:
    """What to lock before anybody gets a seat at the salon: its chairs are shared by all of its shifts."""
    return f"staffing:{salon_id}"


def lock_seat(session: Session, shift_id: int, stylist_id: int) -> Shift:
    """Lock all that a seat of the shift given to or taken from the stylist touches; the shift's row."""
    salon_id = session.scalars(sa.select(Shift.salon_id).where(Shift.id == shift_id)).one()
    lock(session, staffing_key(salon_id), f"stylist:{stylist_id}")
    return lock_shift(session, shift_id)


def lock_shift(session: Session, shift_id: int) -> Shift:
    """The shift's row, read afresh and locked until the transaction ends. Raises NoResultFound."""
    return session.get_one(Shift, shift_id, with_for_update=True, populate_existing=True)


def _insert(
    session: Session, shift: Shift, stylist: Stylist, source: AssignmentSource, now: datetime
) -> Assignment:
    values: dict[str, Any] = {"starts_at": shift.starts_at, "ends_at": shift.ends_at}
    assignment = Assignment(
        network_id=shift.network_id,
        salon_id=shift.salon_id,
        shift_id=shift.id,
        stylist_id=stylist.id,
        status=AssignmentStatus.ACTIVE,
        source=source,
        hourly_pay_minor=shift.hourly_pay_minor,
        created_at=now,
        **values,
    )
    try:
        with session.begin_nested():
            session.add(assignment)
            session.flush()
            session.add(Occupancy(resource=f"presence:{stylist.id}", assignment_id=assignment.id, **values))
    except IntegrityError as error:
        if not is_overlap(error):
            raise
        raise OfferGone("not_eligible", reason="overlap") from error
    return assignment


def _audit(session: Session, assignment: Assignment, now: datetime, actor: str) -> None:
    audit.record(
        session,
        now,
        actor=actor,
        action="assign",
        subject="assignment",
        subject_id=assignment.id,
        after={
            "shift_id": assignment.shift_id,
            "stylist_id": assignment.stylist_id,
            "source": assignment.source,
            "status": assignment.status,
        },
    )
