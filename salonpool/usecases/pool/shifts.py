"""Post a shift: work at a salon that somebody from the pool may take."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import transaction
from salonpool.domain.money import Money
from salonpool.domain.refusal import InvalidInput
from salonpool.domain.shift import ShiftSource, ShiftStatus, check_post
from salonpool.models import Network, Salon, Shift, Skill
from salonpool.queries.access import AccountRow, get_owned_salon
from salonpool.usecases import audit
from salonpool.usecases.planning import plan_requests


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
        starts_at,
        ends_at,
        seats=seats,
        hourly_pay=hourly_pay,
        priority=priority,
        now=now,
    )
    with transaction() as session:
        salon = get_owned_salon(account, salon_slug)
        terms = {
            "starts_at": starts_at,
            "ends_at": ends_at,
            "skill_id": _skill_id(session, salon.network_id, skill),
            "seats": seats,
            "hourly_pay_minor": _minor_units(session, salon.network_id, hourly_pay),
            "priority": priority,
        }
        shift = _add(session, account, salon, terms, now)
        plan_requests.request(session, salon.network_id, "post", now)
        return Posted(id=shift.id, status=shift.status, seats=seats, filled=0)


def _add(session: Session, account: AccountRow, salon: Salon, terms: dict[str, Any], now: datetime) -> Shift:
    shift = Shift(
        network_id=salon.network_id,
        salon_id=salon.id,
        source=ShiftSource.POST,
        status=ShiftStatus.POSTED,
        posted_by_account_id=account.id,
        created_at=now,
        **terms,
    )
    session.add(shift)
    session.flush()
    audit.record(
        session,
        now,
        actor=f"account:{account.id}",
        action="post",
        subject="shift",
        subject_id=shift.id,
        after={name: str(value) if isinstance(value, datetime) else value for name, value in terms.items()},
    )
    return shift


def _skill_id(session: Session, network_id: int, code: str) -> int:
    found = session.scalar(sa.select(Skill.id).where(Skill.network_id == network_id, Skill.code == code))
    if found is None:
        raise InvalidInput("unknown_choice", field="skill")
    return found


def _minor_units(session: Session, network_id: int, pay: Money) -> int:
    if pay.currency != session.get_one(Network, network_id).currency:
        raise InvalidInput("unknown_choice", field="hourly_pay.currency")
    return pay.amount_minor
