"""Planning runs in every state, for the scenes of the pages about them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bench.stage import Stage
from salonpool.database import db, transaction
from salonpool.domain.demo import CAST, Part
from salonpool.domain.quarantine import FAILURES
from salonpool.models import PlanningRun, Salon
from salonpool.usecases.planning import plan_claims, problems, stored_runs
from salonpool.usecases.planning.plan_progress import Step

LIST = "/desk/runs"
STEPS = [
    Step(seconds=0.1, level=0, values=(120, 0, 60, 900_000)),
    Step(seconds=2.0, level=0, values=(60, 0, 60, 860_000), bounds=(20, 0, 0, 0)),
    Step(seconds=5.0, level=3, values=(40, 0, 52, 840_000), bounds=(40, 0, 52, 790_000)),
    Step(seconds=9.0, level=3, values=(40, 0, 52, 815_000), bounds=(40, 0, 52, 808_000)),
]


def running(stage: Stage) -> str:
    """The page of a run that is in the middle of its work."""
    run_id = _add(stage, status="running", started_at=stage.now, lease_until=stage.now + timedelta(hours=1))
    run = db.session.get_one(PlanningRun, run_id)
    assert run.lease_until
    claim = plan_claims.Claim(run_id, run.network_id, run.lease_until)
    reading = problems.read_network(db.session(), claim.network_id, stage.now)
    plan_claims.note_input(claim, reading, stored_runs.pack(reading.problem), {}, stage.now)
    plan_claims.note_progress(claim, STEPS)
    return f"{LIST}/{run_id}"


def done(stage: Stage) -> str:
    """The page of the example's own run, which asked somebody at the owner's salon."""
    run_id = db.session.scalar(
        sa.select(sa.func.min(PlanningRun.id)).where(
            PlanningRun.network_id == _network(), PlanningRun.status == "published"
        )
    )
    db.session.rollback()
    return f"{LIST}/{run_id}"


def paused(path: str | None = None) -> Callable[[Stage], str]:
    """A page, by default the last run's, while the network is in quarantine."""

    def make(stage: Stage) -> str:
        for _ in range(FAILURES):
            run_id = _add(
                stage, status="no_answer", started_at=stage.now, finished_at=stage.now, wall_seconds=70.0,
                outcome={"code": "out_of_memory", "reason": "out of memory"},
            )  # fmt: skip
        return path or f"{LIST}/{run_id}"

    return make


def listed(stage: Stage) -> str:
    """The list, after a run that went well ended what the scenes before have made."""
    with transaction() as session:
        session.execute(
            sa.update(PlanningRun)
            .where(PlanningRun.network_id == _network(), PlanningRun.status == "running")
            .values(status="failed", finished_at=stage.now, lease_until=None, outcome={"code": "lost"})
        )
    _add(
        stage, status="published", started_at=stage.now, finished_at=stage.now, wall_seconds=3.0,
        outcome={"assigned": 1, "offered": 6, "unfilled": 2},
    )  # fmt: skip
    return LIST


def _network() -> int:
    return db.session.scalars(
        sa.select(Salon.network_id).where(Salon.slug == CAST[Part.OWNER].salon_slug)
    ).one()


def _add(stage: Stage, **values: Any) -> int:
    network_id = _network()
    with transaction() as session:
        run = PlanningRun(network_id=network_id, cause="timetable", requested_at=stage.now, **values)
        session.add(run)
        session.flush()
        return run.id
