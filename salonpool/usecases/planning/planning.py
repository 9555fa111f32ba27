"""Plan a network: read, think in another process, referee, publish.

The schedule, a post and `flask plan` all run this.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from salonpool.database import db, retried, transaction
from salonpool.domain.shift import OPEN_STATES, ShiftSource
from salonpool.models import Network, PlanningRun, Shift
from salonpool.solver.check import violations
from salonpool.solver.problem import InvalidProblem
from salonpool.solver.roster import Roster, Solution
from salonpool.usecases.planning import plan_process, plan_requests
from salonpool.usecases.planning.decisions import Decisions, Gap, decide
from salonpool.usecases.planning.plan_process import NoAnswer
from salonpool.usecases.planning.problems import HORIZON_DAYS, Reading, read_network
from salonpool.usecases.planning.publish import Published, publish
from salonpool.usecases.texts.texting import Texting

TIME_LIMIT_SECONDS = 60.0
WORKERS = 2
# Beyond the limit a run may still be killed, refereed and published.
LEASE_MARGIN = timedelta(seconds=60)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """What a run came to, as (shift, stylist) pairs.

    `levels` is the objective by name, empty when there was no plan.
    """

    run_id: int | None
    status: str
    roster_status: str | None = None
    levels: tuple[Mapping[str, int], ...] = ()
    seconds: float = 0.0
    assigned: tuple[tuple[int, int], ...] = ()
    offered: tuple[tuple[int, int], ...] = ()
    unfilled: tuple[Gap, ...] = ()
    dropped: tuple[tuple[int, int | None], ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Claim:
    """A run that is ours until `lease_until`, which also tells a later claim from this one."""

    run_id: int
    network_id: int
    lease_until: datetime


def request_all(now: datetime, *, cause: str) -> int:
    """Request a run for every network with an open shift in the days ahead; how many there are."""
    ahead = sa.select(Shift.network_id).where(
        Shift.source == ShiftSource.POST,
        Shift.status.in_(OPEN_STATES),
        Shift.starts_at > now,
        Shift.starts_at < now + timedelta(days=HORIZON_DAYS),
    )
    with transaction() as session:
        ids = session.scalars(sa.select(Network.id).where(Network.id.in_(ahead)).order_by(Network.id)).all()
        for network_id in ids:
            plan_requests.request(session, network_id, cause, now)
        return len(ids)


def run_requested(
    now: datetime,
    system_now: datetime,
    texting: Texting,
    *,
    time_limit_seconds: float = TIME_LIMIT_SECONDS,
) -> list[Report]:
    """Do every planning run that is requested, or whose process died; one report each.

    A run is claimed under a lease (system time). While one runs, its network is not planned a second time.
    """
    began = time.monotonic()
    reports = []
    while claim := _claim(now, _later(system_now, began), time_limit_seconds):
        reports.append(_run(claim, _later(now, began), texting, time_limit_seconds))
    return reports


def run_now(
    network_id: int,
    now: datetime,
    system_now: datetime,
    texting: Texting,
    *,
    dry_run: bool = False,
    time_limit_seconds: float = TIME_LIMIT_SECONDS,
) -> Report:
    """One run at once. A dry run changes nothing and reports what would be done. Raises Missing."""
    if dry_run:
        return _rehearse(network_id, now, time_limit_seconds)
    with transaction() as session:
        lease_until = system_now + _lease(time_limit_seconds)
        run = PlanningRun(
            network_id=network_id,
            status="running",
            cause="command",
            requested_at=now,
            started_at=now,
            lease_until=lease_until,
        )
        session.add(run)
        session.flush()
        claim = _Claim(run.id, network_id, lease_until)
    return _run(claim, now, texting, time_limit_seconds)


def _claim(now: datetime, system_now: datetime, time_limit_seconds: float) -> _Claim | None:
    """Compare and set: of two processes that want the same run, one gets it."""
    if not _anything_to_claim():
        return None
    with transaction() as session:
        running = sa.select(PlanningRun.network_id).where(
            PlanningRun.status == "running", PlanningRun.lease_until > system_now
        )
        open_run = sa.or_(
            PlanningRun.status == "requested",
            sa.and_(PlanningRun.status == "running", PlanningRun.lease_until <= system_now),
        )
        run_id = session.scalar(
            sa.select(PlanningRun.id)
            .where(open_run, PlanningRun.network_id.not_in(running))
            .order_by(PlanningRun.id)
            .limit(1)
        )
        lease_until = system_now + _lease(time_limit_seconds)
        network_id = session.scalar(
            sa.update(PlanningRun)
            .where(PlanningRun.id == run_id, open_run)
            .values(status="running", started_at=now, lease_until=lease_until)
            .returning(PlanningRun.network_id)
        )
        if run_id is None or network_id is None:
            return None
        return _Claim(run_id, network_id, lease_until)


def _anything_to_claim() -> bool:
    """A plain read, so that an idle tick does not queue for the write lock."""
    unfinished = sa.exists().where(PlanningRun.status.in_(["requested", "running"]))
    found = bool(db.session.scalar(sa.select(unfinished)))
    db.session.rollback()
    return found


def _run(claim: _Claim, now: datetime, texting: Texting, time_limit_seconds: float) -> Report:
    began = time.monotonic()
    try:
        reading = _read(claim.network_id, now)
    except InvalidProblem as invalid:
        log.error("planning run %s cannot be read: %s", claim.run_id, invalid)
        return _give_up(claim, "failed", str(invalid), _later(now, began))
    solution = _solve(reading, time_limit_seconds)
    if isinstance(solution, NoAnswer):
        log.warning("planning run %s gave no answer: %s", claim.run_id, solution.reason)
        return _give_up(claim, "no_answer", solution.reason, _later(now, began))
    broken = violations(reading.problem, solution.roster)
    if broken:
        log.error("planning run %s breaks %s", claim.run_id, broken[0])
        return _give_up(claim, "failed", f"breaks the rule {broken[0].rule}", _later(now, began))
    later = _later(now, began)
    return _publish(claim, reading, solution.roster, decide(reading, solution, later), later, texting)


@retried
def _publish(
    claim: _Claim, reading: Reading, roster: Roster, decisions: Decisions, now: datetime, texting: Texting
) -> Report:
    with transaction() as session:
        run = session.get_one(PlanningRun, claim.run_id, with_for_update=True)
        if run.status != "running" or run.lease_until != claim.lease_until:
            return Report(claim.run_id, "overtaken", reason="another process has taken the run over")
        done = publish(session, claim.run_id, reading, decisions, now, texting)
        run.status, run.finished_at, run.lease_until = "published", now, None
        run.window_starts_at, run.window_ends_at = reading.starts_at, reading.ends_at
        run.outcome = _outcome(roster, done)
        return _report(claim.run_id, "published", roster, done)


@retried
def _give_up(claim: _Claim, status: str, reason: str, now: datetime) -> Report:
    """Whatever was published before stays as it is."""
    with transaction() as session:
        session.execute(
            sa.update(PlanningRun)
            .where(
                PlanningRun.id == claim.run_id,
                PlanningRun.status == "running",
                PlanningRun.lease_until == claim.lease_until,
            )
            .values(status=status, finished_at=now, lease_until=None, outcome={"reason": reason})
        )
    return Report(claim.run_id, status, reason=reason)


def _rehearse(network_id: int, now: datetime, time_limit_seconds: float) -> Report:
    reading = _read(network_id, now)
    solution = _solve(reading, time_limit_seconds)
    if isinstance(solution, NoAnswer):
        return Report(None, "no_answer", reason=solution.reason)
    broken = violations(reading.problem, solution.roster)
    if broken:
        return Report(None, "failed", reason=f"breaks the rule {broken[0].rule}")
    decisions = decide(reading, solution, now)
    would = Published()
    for hand in decisions.hands:
        would.assigned += [(hand.shift.shift_id, person) for person in hand.assigned]
        would.offered += [(hand.shift.shift_id, person) for person in hand.asked]
        gap = decisions.gaps.get(hand.shift.shift_id)
        would.unfilled += [gap] if gap and not hand.assigned and not hand.asked else []
    return _report(None, "dry run", solution.roster, would)


def _read(network_id: int, now: datetime) -> Reading:
    """In a read of its own, ended before anybody thinks."""
    session = db.session()
    session.rollback()
    try:
        return read_network(session, network_id, now)
    finally:
        session.rollback()


def _solve(reading: Reading, time_limit_seconds: float) -> Solution | NoAnswer:
    return plan_process.solve(reading.problem, time_limit_seconds=time_limit_seconds, workers=WORKERS)


def _report(run_id: int | None, status: str, roster: Roster, done: Published) -> Report:
    return Report(
        run_id=run_id,
        status=status,
        roster_status=roster.status,
        levels=roster.levels,
        seconds=roster.seconds,
        assigned=tuple(done.assigned),
        offered=tuple(done.offered),
        unfilled=tuple(done.unfilled),
        dropped=tuple(done.dropped),
    )


def _outcome(roster: Roster, done: Published) -> dict[str, Any]:
    return {
        "roster": roster.status,
        "levels": [dict(level) for level in roster.levels],
        "bound": list(roster.bound),
        "gap": roster.gap,
        "seconds": roster.seconds,
        "assigned": len(done.assigned),
        "offered": len(done.offered),
        "unfilled": len(done.unfilled),
        "dropped": len(done.dropped),
    }


def _later(instant: datetime, began: float) -> datetime:
    """`instant` moved on by the time that has passed since `began` (time.monotonic)."""
    return instant + timedelta(seconds=time.monotonic() - began)


def _lease(time_limit_seconds: float) -> timedelta:
    return timedelta(seconds=time_limit_seconds + plan_process.GRACE_SECONDS) + LEASE_MARGIN
