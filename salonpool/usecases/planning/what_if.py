"""Why not this person? Asked on a page, worked out by the clock in the planner's process, kept for a day.

Nothing here changes a plan. An answer is written down as its side may know it: an owner reads sums, a stylist
only which way they go, because the pay of one other person could be told from a sum.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, transaction, wake
from salonpool.domain.caps import Kind, Per
from salonpool.domain.refusal import Missing, Refusal
from salonpool.domain.what_if import KEEP, MOST_TRIES, MOST_WAITING, WAITING, Side, WhatIfStatus
from salonpool.models import WhatIf
from salonpool.queries import access
from salonpool.queries.access import AccountRow
from salonpool.solver.comparison import Forced
from salonpool.solver.problem import InvalidProblem
from salonpool.usecases import limits
from salonpool.usecases.planning import plan_process
from salonpool.usecases.planning.plan_process import NoAnswer
from salonpool.usecases.planning.problems import shift_of
from salonpool.usecases.planning.what_if_problem import (
    Question,
    list_fitting_people,
    list_fitting_shifts,
    read_question,
)
from salonpool.usecases.rows import insert_new

TIME_LIMIT_SECONDS = 1.5
# Beyond the two plans and their end by force: reading, and writing the answer down.
LEASE = timedelta(seconds=TIME_LIMIT_SECONDS + plan_process.GRACE_SECONDS + 20)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A question that is ours until `lease_until`, which also tells a later claim from this one."""

    id: int
    shift_id: int
    stylist_id: int
    side: Side
    lease_until: datetime


def list_shifts_for(account: AccountRow, now: datetime) -> list[int]:
    """Shifts ahead that suit the account's stylist and that they were not asked for, in order of time."""
    return _reading(list_fitting_shifts, account.stylist_id, now) if account.stylist_id is not None else []


def list_people_for(account: AccountRow, shift_id: int, now: datetime) -> list[int]:
    """Stylists whom the owner's shift suits and who were not asked for it. Raises Missing."""
    return _reading(list_fitting_people, access.get_owned_shift_id(account, shift_id), now)


def ask_for_myself(account: AccountRow, shift_id: int, now: datetime) -> int:
    """A stylist asks: why not me? Returns the question's id; one that waits already serves again.

    Raises Missing for a shift that is not among list_shifts_for(), Refusal too_many_tries.
    """
    if account.stylist_id is None or shift_id not in list_shifts_for(account, now):
        raise Missing
    return _ask(account, shift_id, account.stylist_id, Side.STYLIST, now)


def ask_about(account: AccountRow, shift_id: int, stylist_id: int, now: datetime) -> int:
    """An owner asks: why somebody else? Returns the question's id; one that waits already serves again.

    Raises Missing for a shift of another salon or somebody not among list_people_for(), Refusal
    too_many_tries.
    """
    if stylist_id not in list_people_for(account, shift_id, now):
        raise Missing
    return _ask(account, shift_id, stylist_id, Side.OWNER, now)


def run_asked(now: datetime, system_now: datetime, *, memory_mb: int | None = None) -> int:
    """Answer every question that waits, or whose process died over it; how many. Safe to run twice."""
    began = time.monotonic()
    done = 0
    while claim := _claim(_later(now, began), _later(system_now, began)):
        status, answer = _work_out(claim, _later(now, began), memory_mb)
        done += _finish(claim, status, answer, _later(now, began))
    return done


def forget_old(session: Session, now: datetime) -> None:
    """Drop questions whose answers nobody reads any more."""
    session.execute(sa.delete(WhatIf).where(WhatIf.expires_at < now))


def _reading(read: Any, subject_id: int, now: datetime) -> list[int]:
    """In a read of its own, ended at once: what it loads may not be used in a transaction."""
    session = db.session()
    session.rollback()
    try:
        found: list[int] = read(session, subject_id, now)
        return found
    finally:
        session.rollback()


def _ask(account: AccountRow, shift_id: int, stylist_id: int, side: Side, now: datetime) -> int:
    with transaction() as session:
        waits = (WhatIf.account_id == account.id, WhatIf.side == side, WhatIf.status.in_(WAITING))
        pair = {"shift_id": shift_id, "stylist_id": stylist_id}
        asked = waiting = None
        while asked is None:  # twice at most, if the clock answers the one that waits in between
            asked = insert_new(
                session, WhatIf, network_id=account.network_id, account_id=account.id, side=side, **pair,
                status=WhatIfStatus.REQUESTED, tries=0, requested_at=now, expires_at=now + KEEP,
            )  # fmt: skip
            if asked is None:
                waiting = session.scalar(sa.select(WhatIf.id).where(*waits).filter_by(**pair))
            if waiting is not None:
                return waiting
        if (session.scalar(sa.select(sa.func.count()).select_from(WhatIf).where(*waits)) or 0) > MOST_WAITING:
            raise Refusal("too_many_tries")
        limits.take(session, Kind.WHY, {Per.ACCOUNT: str(account.id)}, now)
        wake("what_if", asked)
        return int(asked)


def _claim(now: datetime, system_now: datetime) -> _Claim | None:
    """Compare and set: of two processes that want the same question, one gets it."""
    due = sa.or_(
        WhatIf.status == WhatIfStatus.REQUESTED,
        sa.and_(WhatIf.status == WhatIfStatus.RUNNING, WhatIf.lease_until <= system_now),
    )
    # A plain read, so that an idle tick does not queue for the write lock.
    waits = bool(db.session.scalar(sa.select(sa.exists().where(due))))
    db.session.rollback()
    if not waits:
        return None
    with transaction() as session:
        session.execute(
            sa.update(WhatIf)
            .where(due, WhatIf.tries >= MOST_TRIES)
            .values(status=WhatIfStatus.FAILED, finished_at=now, lease_until=None)
        )
        oldest = sa.select(WhatIf.id).where(due).order_by(WhatIf.id).limit(1).scalar_subquery()
        lease_until = system_now + LEASE
        row = session.execute(
            sa.update(WhatIf)
            .where(WhatIf.id == oldest, due)
            .values(status=WhatIfStatus.RUNNING, tries=WhatIf.tries + 1, lease_until=lease_until)
            .returning(WhatIf.id, WhatIf.shift_id, WhatIf.stylist_id, WhatIf.side)
        ).one_or_none()
        return _Claim(row.id, row.shift_id, row.stylist_id, Side(row.side), lease_until) if row else None


def _work_out(
    claim: _Claim, now: datetime, memory_mb: int | None
) -> tuple[WhatIfStatus, dict[str, Any] | None]:
    session = db.session()
    session.rollback()
    try:
        question = read_question(session, claim.shift_id, claim.stylist_id, now)
    except Missing:
        return WhatIfStatus.DONE, {"gone": True}
    except InvalidProblem as invalid:
        log.error("question %s cannot be read: %s", claim.id, invalid)
        return WhatIfStatus.FAILED, None
    finally:
        session.rollback()
    found = plan_process.compare(
        question.problem, question.as_it_is, question.seat, question.stylist,
        time_limit_seconds=TIME_LIMIT_SECONDS, memory_mb=memory_mb,
    )  # fmt: skip
    if isinstance(found, NoAnswer):
        log.warning("question %s has no answer: %s", claim.id, found.reason)
        return WhatIfStatus.FAILED, None
    return WhatIfStatus.DONE, _answer(question, found, claim.side)


def _finish(claim: _Claim, status: WhatIfStatus, answer: dict[str, Any] | None, now: datetime) -> bool:
    """Write the answer down unless another process has taken the question over."""
    with transaction() as session:
        ours = (WhatIf.id == claim.id, WhatIf.status == WhatIfStatus.RUNNING)
        done = session.scalar(
            sa.update(WhatIf)
            .where(*ours, WhatIf.lease_until == claim.lease_until)
            .values(status=status, answer=answer, finished_at=now, lease_until=None)
            .returning(WhatIf.id)
        )
        return done is not None


def _answer(question: Question, found: Forced, side: Side) -> dict[str, Any]:
    """What the side may know. `terms`: [name, difference] in the order in which they count."""
    excluded = question.problem.shifts_by_id[question.seat].excluded.get(question.stylist, "excluded")
    if found.reasons:
        return {"must": [excluded if rule == "excluded" else rule for rule in found.reasons]}
    terms = [(term, difference) for level in found.levels for term, difference in level.items()]
    if side is Side.STYLIST:
        terms = [(term, (difference > 0) - (difference < 0)) for term, difference in terms]
    opened = [shift_of(seat) for seat in found.opened]
    moved = [change for change in found.changes if change.shift in found.moved]
    is_better = found.deciding is not None and found.worth[found.deciding] < 0
    return {
        "must": [],
        "is_proven": found.is_proven and (found.is_against_best or not is_better),
        "is_better": is_better,
        "said_yes": question.said_yes,
        "terms": [list(pair) for pair in terms],
        "opened": opened if side is Side.OWNER else [],
        "opened_count": len(opened),
        "filled_count": len([seat for seat in found.filled if seat != question.seat]),
        "moved_count": len([change for change in moved if change.before != question.stylist]),
        "left": [shift_of(change.shift) for change in moved if change.before == question.stylist],
    }


def _later(instant: datetime, began: float) -> datetime:
    """`instant` moved on by the time that has passed since `began` (time.monotonic)."""
    return instant + timedelta(seconds=time.monotonic() - began)
