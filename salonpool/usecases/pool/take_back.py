"""Take back a seat that was given by hand: it was the wrong person, or they cannot come after all."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import retried, transaction
from salonpool.domain.offer import OfferStatus
from salonpool.domain.refusal import Refusal
from salonpool.domain.shift import WORKING_STATES, AssignmentStatus
from salonpool.models import Assignment, Occupancy, Offer, Shift, Stylist
from salonpool.queries.access import AccountRow, get_given_id
from salonpool.queries.endangered import list_booked_with
from salonpool.usecases import audit
from salonpool.usecases.planning import plan_requests
from salonpool.usecases.pool import seats
from salonpool.usecases.pool.offer_texts import Scene
from salonpool.usecases.texts.texting import Texting


@retried
def take_back(
    account: AccountRow,
    shift_id: int,
    assignment_id: int,
    *,
    knowing: Collection[int] = (),
    now: datetime,
    texting: Texting,
) -> None:
    """Free the seat and tell whoever had it; again, nothing more happens.

    1. The assignment must be one of the shift that was given by hand, the account one that staffs the shift.
    2. Lock as giving does; only now read what is true.
    3. The shift must not have begun.
    4. Guests booked with the person in these hours stay booked, and the desk lists them as in danger. Each
       booking must be among those `knowing` names, so that nobody is left alone unseen.
    5. Free the hours, close the offer that led there, tell the person and the owners, and have others asked.

    Raises Missing; shift_begun, agree_anew.
    """
    actor = f"account:{account.id}"
    with transaction() as session:
        held_id = get_given_id(account, shift_id, assignment_id)
        stylist_id = session.scalars(sa.select(Assignment.stylist_id).where(Assignment.id == held_id)).one()
        shift = seats.lock_seat(session, shift_id, stylist_id)
        held = session.get_one(Assignment, held_id, populate_existing=True)
        if held.status not in WORKING_STATES:
            return
        _check(shift, held, knowing, now)
        before = {"status": held.status}
        _free(session, shift, held, now)
        Scene.of(session, shift, texting).taken_back(
            held, session.get_one(Stylist, stylist_id), now, actor=actor
        )
        audit.record(
            session, now, actor=actor, action="take_back", subject="assignment", subject_id=held.id,
            before=before,
            after={"status": held.status, "shift_id": shift.id, "stylist_id": stylist_id},
        )  # fmt: skip
        plan_requests.request(session, shift.network_id, "taken_back", now)


def _check(shift: Shift, held: Assignment, knowing: Collection[int], now: datetime) -> None:
    if shift.starts_at <= now:
        raise Refusal("shift_begun")
    booked = list_booked_with(held.stylist_id, held.salon_id, held.starts_at, held.ends_at, now)
    if not set(booked) <= set(knowing):
        raise Refusal("agree_anew")


def _free(session: Session, shift: Shift, held: Assignment, now: datetime) -> None:
    held.status = AssignmentStatus.CANCELLED
    session.execute(sa.delete(Occupancy).where(Occupancy.assignment_id == held.id))
    # Else a second yes to it would hear that the seat is theirs.
    session.execute(
        sa.update(Offer)
        .where(
            Offer.shift_id == shift.id,
            Offer.stylist_id == held.stylist_id,
            Offer.status == OfferStatus.ACCEPTED,
        )
        .values(status=OfferStatus.WITHDRAWN)
    )
    seats.settle(session, shift, now)
    session.execute(
        sa.update(Stylist).where(Stylist.id == held.stylist_id).values(version=Stylist.version + 1)
    )
