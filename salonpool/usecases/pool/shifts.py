"""Post a shift: work at a salon that somebody from the pool may take."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import transaction
from salonpool.domain.links import digest
from salonpool.domain.money import Money
from salonpool.domain.refusal import InvalidInput
from salonpool.domain.shift import ShiftSource, ShiftStatus, check_post
from salonpool.models import Network, Salon, Shift, Skill
from salonpool.queries.access import AccountRow, get_owned_salon
from salonpool.usecases import audit, idempotency
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
    key: str | None = None,
    now: datetime,
) -> Posted:
    """Post a shift at a salon the account owns, and request the planning run that asks people for it.

    `skill` is the code of one of the network's skills; pay is per hour and person. `key` makes a retry by the
    same account harmless: it gets the first answer. Raises Missing for a salon the account does not own,
    InvalidInput naming the field otherwise.
    """
    asked = [salon_slug, starts_at, ends_at, skill, seats, asdict(hourly_pay), priority]
    once = _Once.of(account, key, asked)
    with transaction() as session:
        salon = get_owned_salon(account, salon_slug)
        if once and (kept := idempotency.replay(session, *once)):
            return Posted(**kept)
        check_post(starts_at, ends_at, seats=seats, hourly_pay=hourly_pay, priority=priority, now=now)
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
        posted = Posted(id=shift.id, status=shift.status, seats=seats, filled=0)
        if once:
            idempotency.keep(session, *once, None, asdict(posted), now)
        return posted


class _Once(NamedTuple):
    """What a retry is known by: keys belong to the account that chose them."""

    route: str
    key: str
    body_digest: str

    @classmethod
    def of(cls, account: AccountRow, key: str | None, asked: list[Any]) -> Self | None:
        """Raises InvalidInput for a key that cannot be one."""
        if key is None:
            return None
        return cls(f"post:{account.id}", idempotency.check(key), digest(json.dumps(asked, default=_utc)))


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()


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
