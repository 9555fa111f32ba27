"""Whose a planning run is: claimed under a lease, told how far it has come, given up when it fails.

Every step is a compare-and-set on the lease, so a process that was overtaken changes nothing. A network whose
runs failed three times in a row waits for its quarantine to end; a run asked for by hand does not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, retried, transaction
from salonpool.models import PlanningRun
from salonpool.queries.quarantines import quarantine_of
from salonpool.usecases.planning import plan_process, plan_requests, stored_runs
from salonpool.usecases.planning.plan_progress import Step, to_json
from salonpool.usecases.planning.problems import Reading
from salonpool.usecases.planning.stored_runs import PackedInput

# Beyond the limit a run may still be killed, refereed and published.
LEASE_MARGIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that is ours until `lease_until`, which also tells a later claim from this one."""

    run_id: int
    network_id: int
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run took: seconds of wall and, as far as the planner told, of processors."""

    wall_seconds: float
    cpu_seconds: float | None


def claim_next(now: datetime, system_now: datetime, time_limit_seconds: float) -> Claim | None:
    """Compare and set: of two processes that want the same run, one gets it. None when nothing is due.

    A run whose process died counts as a failure of its network, and is asked for again.
    """
    if not _anything_to_do(now, system_now):
        return None
    with transaction() as session:
        for run in session.scalars(sa.select(PlanningRun).where(*_is_lost(system_now))).all():
            run.status, run.finished_at, run.lease_until = "failed", now, None
            run.outcome = {"code": "lost", "reason": "the process that planned it ended"}
            session.flush()
            plan_requests.request(session, run.network_id, "lost", now)
        run_id = _find_due(session, now, system_now)
        if run_id is None:
            return None
        lease_until = system_now + _lease(time_limit_seconds)
        network_id: int | None = session.scalar(
            sa.update(PlanningRun)
            .where(PlanningRun.id == run_id, PlanningRun.status == "requested")
            .values(status="running", started_at=now, lease_until=lease_until)
            .returning(PlanningRun.network_id)
        )
        return Claim(run_id, network_id, lease_until) if network_id is not None else None


def begin(network_id: int, now: datetime, system_now: datetime, time_limit_seconds: float) -> Claim:
    """A run at once, quarantine or not."""
    with transaction() as session:
        lease_until = system_now + _lease(time_limit_seconds)
        run = PlanningRun(
            network_id=network_id, status="running", cause="command", requested_at=now, started_at=now,
            lease_until=lease_until,
        )  # fmt: skip
        session.add(run)
        session.flush()
        return Claim(run.id, network_id, lease_until)


@retried
def note_input(
    claim: Claim, reading: Reading, packed: PackedInput, effort: dict[str, Any], now: datetime
) -> None:
    """Keep what the run is given before it begins, so that one that never ends can be made again.

    `effort` is seed, workers and time_limit_seconds.
    """
    with transaction() as session:
        given = stored_runs.remember(session, claim.network_id, packed, now)
        span = {"window_starts_at": reading.starts_at, "window_ends_at": reading.ends_at}
        session.execute(_ours(claim).values(**given, **span, **effort))


def note_progress(claim: Claim, steps: Iterable[Step]) -> None:
    """How far it has come, for whoever looks."""
    with transaction() as session:
        session.execute(_ours(claim).values(progress=to_json(list(steps))))


@retried
def give_up(claim: Claim, status: str, code: str, reason: str, spent: Spent, now: datetime) -> None:
    """Whatever was published before stays as it is."""
    with transaction() as session:
        session.execute(
            _ours(claim).values(
                status=status,
                finished_at=now,
                lease_until=None,
                outcome={"code": code, "reason": reason},
                wall_seconds=spent.wall_seconds,
                cpu_seconds=spent.cpu_seconds,
            )
        )


def find_ours(session: Session, claim: Claim) -> PlanningRun | None:
    """The run's row, locked; None when another process has taken the run over."""
    run = session.get_one(PlanningRun, claim.run_id, with_for_update=True)
    return run if run.status == "running" and run.lease_until == claim.lease_until else None


def _ours(claim: Claim) -> sa.Update:
    return sa.update(PlanningRun).where(
        PlanningRun.id == claim.run_id,
        PlanningRun.status == "running",
        PlanningRun.lease_until == claim.lease_until,
    )


def _anything_to_do(now: datetime, system_now: datetime) -> bool:
    """A plain read, so that an idle tick does not queue for the write lock."""
    lost = db.session.scalar(sa.select(sa.exists().where(*_is_lost(system_now))))
    found = bool(lost) or _find_due(db.session(), now, system_now) is not None
    db.session.rollback()
    return found


def _is_lost(system_now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return PlanningRun.status == "running", PlanningRun.lease_until <= system_now


def _find_due(session: Session, now: datetime, system_now: datetime) -> int | None:
    """The oldest request of a network that is not being planned and is not in quarantine."""
    running = sa.select(PlanningRun.network_id).where(
        PlanningRun.status == "running", PlanningRun.lease_until > system_now
    )
    requests = session.execute(
        sa.select(PlanningRun.id, PlanningRun.network_id, PlanningRun.cause)
        .where(PlanningRun.status == "requested", PlanningRun.network_id.not_in(running))
        .order_by(PlanningRun.id)
    ).all()
    for run_id, network_id, cause in requests:
        quarantine = None if cause == plan_requests.BY_HAND else quarantine_of(session, network_id)
        if quarantine is None or quarantine.retry_at <= now:
            return int(run_id)
    return None


def _lease(time_limit_seconds: float) -> timedelta:
    return timedelta(seconds=time_limit_seconds + plan_process.GRACE_SECONDS) + LEASE_MARGIN
