"""Plan a network: read, think in another process, referee, publish.

The schedule, a post and `flask plan` all run this.
"""

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from salonpool.database import db, retried, transaction
from salonpool.domain.shift import OPEN_STATES, ShiftSource
from salonpool.models import Network, Shift
from salonpool.solver.check import violations
from salonpool.solver.problem import InvalidProblem
from salonpool.solver.roster import Roster, Solution
from salonpool.usecases.planning import plan_claims, plan_process, plan_requests, stored_runs
from salonpool.usecases.planning.decisions import Decisions, Gap, decide
from salonpool.usecases.planning.plan_claims import Claim, Spent
from salonpool.usecases.planning.plan_process import OUT_OF_MEMORY, NoAnswer
from salonpool.usecases.planning.plan_progress import Step, to_json
from salonpool.usecases.planning.problems import HORIZON_DAYS, Reading, read_network
from salonpool.usecases.planning.publish import Published, publish
from salonpool.usecases.texts.texting import Texting

TIME_LIMIT_SECONDS = 60.0
WORKERS = 2
SEED = 0

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
class _Effort:
    """What a run may take."""

    time_limit_seconds: float
    memory_mb: int | None

    def solve(self, reading: Reading, watch: "_Watch | None" = None) -> Solution | NoAnswer:
        return plan_process.solve(
            reading.problem,
            time_limit_seconds=self.time_limit_seconds,
            workers=WORKERS,
            seed=SEED,
            memory_mb=self.memory_mb,
            on_progress=watch,
        )

    def row(self) -> dict[str, Any]:
        return {"seed": SEED, "workers": WORKERS, "time_limit_seconds": self.time_limit_seconds}


@dataclass(slots=True)
class _Watch:
    """Hears how far a run has come and writes it to its row now and then; knows what it took."""

    claim: Claim
    began: float = field(default_factory=time.monotonic)
    steps: list[Step] = field(default_factory=list)

    def __call__(self, step: Step) -> None:
        self.steps.append(step)
        try:
            plan_claims.note_progress(self.claim, self.steps)
        except SQLAlchemyError as trouble:  # a curve on a page is not worth a run
            log.warning("planning run %s: no progress noted: %s", self.claim.run_id, type(trouble).__name__)

    def spent(self) -> Spent:
        cpu_seconds = self.steps[-1].cpu_seconds if self.steps else None
        return Spent(round(time.monotonic() - self.began, 3), cpu_seconds)


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
    memory_mb: int | None = None,
) -> list[Report]:
    """Do every planning run that is due; one report each.

    A run is claimed under a lease (system time). While one runs, its network is not planned a second time;
    one in quarantine waits. What a run raises is raised, after it was noted as a failure of its network.
    """
    began = time.monotonic()
    effort = _Effort(time_limit_seconds, memory_mb)
    reports = []
    while claim := plan_claims.claim_next(_later(now, began), _later(system_now, began), time_limit_seconds):
        reports.append(_run(claim, _later(now, began), texting, effort))
    return reports


def run_now(
    network_id: int,
    now: datetime,
    system_now: datetime,
    texting: Texting,
    *,
    dry_run: bool = False,
    time_limit_seconds: float = TIME_LIMIT_SECONDS,
    memory_mb: int | None = None,
) -> Report:
    """One run at once, even in quarantine. Raises Missing.

    A dry run changes nothing and reports what would be done.
    """
    effort = _Effort(time_limit_seconds, memory_mb)
    if dry_run:
        return _rehearse(network_id, now, effort)
    claim = plan_claims.begin(network_id, now, system_now, time_limit_seconds)
    return _run(claim, now, texting, effort)


def _run(claim: Claim, now: datetime, texting: Texting, effort: _Effort) -> Report:
    watch = _Watch(claim)
    with _failing(watch, now):
        try:
            reading = _read(claim.network_id, now)
        except InvalidProblem as invalid:
            return _give_up(watch, "failed", "unreadable", str(invalid), now)
        packed = stored_runs.pack(reading.problem)
        plan_claims.note_input(claim, reading, packed, effort.row(), now)
        solution = effort.solve(reading, watch)
        if isinstance(solution, NoAnswer):
            return _give_up(watch, "no_answer", solution.code, solution.reason, now)
        if solution.cut_short:
            log.warning("planning run %s: only a quick plan: %s", claim.run_id, solution.cut_short)
        broken = violations(reading.problem, solution.roster)
        if broken:
            return _give_up(watch, "failed", "broken_rule", f"breaks the rule {broken[0].rule}", now)
        later = _later(now, watch.began)
        decisions = decide(reading, solution, later)
        return _publish(watch, reading, solution, decisions, later, texting)


@contextmanager
def _failing(watch: _Watch, now: datetime) -> Iterator[None]:
    """What is raised is a failure of the network's, so that it cannot be raised for ever; then it is raised.

    Trouble of the database may be anybody's: then the run's lease ends.
    """
    try:
        yield
    except SQLAlchemyError:
        raise
    except BaseException as error:
        _give_up(watch, "failed", "mistake", f"ended with {type(error).__name__}", now)
        raise


def _give_up(watch: _Watch, status: str, code: str, reason: str, now: datetime) -> Report:
    log.warning("planning run %s is %s: %s", watch.claim.run_id, status, reason)
    plan_claims.give_up(watch.claim, status, code, reason, watch.spent(), _later(now, watch.began))
    return Report(watch.claim.run_id, status, reason=reason)


@retried
def _publish(
    watch: _Watch, reading: Reading, solution: Solution, decisions: Decisions, now: datetime, texting: Texting
) -> Report:
    run_id, spent = watch.claim.run_id, watch.spent()
    with transaction() as session:
        run = plan_claims.find_ours(session, watch.claim)
        if run is None:
            return Report(run_id, "overtaken", reason="another process has taken the run over")
        done = publish(session, run_id, reading, decisions, now, texting)
        run.status, run.finished_at, run.lease_until = "published", now, None
        run.wall_seconds, run.cpu_seconds = spent.wall_seconds, spent.cpu_seconds
        run.progress, run.outcome = to_json(watch.steps), _outcome(solution, done)
        return _report(run_id, "published", solution.roster, done)


def _rehearse(network_id: int, now: datetime, effort: _Effort) -> Report:
    reading = _read(network_id, now)
    solution = effort.solve(reading)
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


def _outcome(solution: Solution, done: Published) -> dict[str, Any]:
    roster = solution.roster
    cut_short = {"code": OUT_OF_MEMORY} if solution.cut_short else {}
    return cut_short | {
        "roster": roster.status,
        "levels": [dict(level) for level in roster.levels],
        "trades": [asdict(trade) for trade in solution.trades],
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
