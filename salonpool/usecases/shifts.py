"""Post a shift: work at a salon that somebody from the pool may take."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from salonpool.database import transaction
from salonpool.domain.money import Money
from salonpool.domain.refusal import InvalidInput
from salonpool.domain.shift import ShiftSource, ShiftStatus, check_post
from salonpool.models import Network, Shift, Skill
from salonpool.queries.access import AccountRow, get_owned_salon
from salonpool.usecases import audit, planning_requests


@dataclass(frozen=True, slots=True)
class Posted:
    """A shift as it was posted."""

    id: int
    status: str
    seats: int
    filled: int


def post(
    account: AccountRow,
    salon_slug: str,
    *,
    starts_at: datetime,
    ends_at: datetime,
    skill: str,
    seats: int = 1,
    hourly_pay: Money,
    priority: int = 2,
    now: datetime,
) -> Posted:
    """Post a shift at a salon the account owns, and request the planning run that asks people for it.

    `skill` is the code of one of the network's skills; pay is per hour and person. Raises Missing for a salon
    the account does not own, InvalidInput naming the field otherwise.
    """
    check_post(
        starts_at, ends_at, seats=seats, hourly_pay_minor=hourly_pay.amount_minor, priority=priority, now=now
    )
    with transaction() as session:
        salon = get_owned_salon(account, salon_slug)
        skill_id = session.scalar(
            sa.select(Skill.id).where(Skill.network_id == salon.network_id, Skill.code == skill)
        )
        if skill_id is None:
            raise InvalidInput("unknown_choice", field="skill")
        if hourly_pay.currency != session.get_one(Network, salon.network_id).currency:
            raise InvalidInput("unknown_choice", field="hourly_pay.currency")
        shift = Shift(
            network_id=salon.network_id,
            salon_id=salon.id,
            source=ShiftSource.POST,
            status=ShiftStatus.POSTED,
            starts_at=starts_at,
            ends_at=ends_at,
            skill_id=skill_id,
            seats=seats,
            hourly_pay_minor=hourly_pay.amount_minor,
            priority=priority,
            posted_by_account_id=account.id,
            created_at=now,
        )
        session.add(shift)
        session.flush()
        after = {
            "salon_id": salon.id, "starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat(),
            "skill": skill, "seats": seats, "hourly_pay_minor": hourly_pay.amount_minor, "priority": priority,
        }  # fmt: skip
        audit.record(
            session,
            now,
            actor=f"account:{account.id}",
            action="post",
            subject="shift",
            subject_id=shift.id,
            after=after,
        )
        planning_requests.request(session, salon.network_id, "post", now)
        return Posted(id=shift.id, status=shift.status, seats=seats, filled=0)
