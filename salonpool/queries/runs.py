"""Planning runs as the owners of a network read them: how each went, and what it did at their own salon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from salonpool.database import db
from salonpool.models import Decision, PlanningRun, Shift, Stylist, WeightsVersion
from salonpool.queries.shifts import ShiftRow, list_between

LATEST = 20


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run in a list. `filled` seats, `asked` people and `still_open` shifts are of the whole network;
    `code` says why there is no plan."""

    id: int
    status: str
    cause: str
    requested_at: datetime
    started_at: datetime | None
    seconds: float | None
    filled: int
    asked: int
    still_open: int
    code: str | None

    @property
    def is_over(self) -> bool:
        """Nothing more will come of it."""
        return self.status not in ("requested", "running")


@dataclass(frozen=True, slots=True)
class StepRow:
    """How far a run had come after some seconds: what each level was worth, and its least as far as known."""

    seconds: float
    level: int
    values: tuple[int, ...]
    bounds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ShiftDecision:
    """What a run did about one shift: who got a seat, who was asked; `kinds` are those of its decisions."""

    shift: ShiftRow
    assigned: tuple[str, ...]
    asked: tuple[str, ...]
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run. `objective` names each level's terms, first things first; `decisions` are of some salons;
    `trades` are what its levels gave up, as solver.roster.Trade."""

    run: RunRow
    objective: tuple[Mapping[str, int], ...]
    steps: tuple[StepRow, ...]
    decisions: tuple[ShiftDecision, ...]
    trades: tuple[Mapping[str, Any], ...] = ()


def list_runs(network_id: int, limit: int = LATEST) -> list[RunRow]:
    """The network's last runs, the newest first."""
    runs = db.session.scalars(
        sa.select(PlanningRun)
        .where(PlanningRun.network_id == network_id)
        .order_by(PlanningRun.id.desc())
        .limit(limit)
    )
    return [_row(run) for run in runs]


def get_run(run_id: int, salon_ids: Sequence[int], language: str) -> RunPage:
    """The run, with its decisions about shifts of these salons only. Ask access.py for the id first."""
    run = db.session.get_one(PlanningRun, run_id)
    weights = db.session.get(WeightsVersion, run.weights_version_id) if run.weights_version_id else None
    progress: dict[str, Any] = run.progress or {"steps": []}
    return RunPage(
        run=_row(run),
        objective=tuple(weights.weights["objective"]) if weights else (),
        steps=tuple(
            StepRow(step["seconds"], step["level"], tuple(step["values"]), tuple(step["bounds"]))
            for step in progress["steps"]
        ),
        decisions=_decisions(run, salon_ids, language),
        trades=tuple((run.outcome or {}).get("trades", ())),
    )


def _row(run: PlanningRun) -> RunRow:
    outcome = run.outcome or {}
    return RunRow(
        id=run.id,
        status=run.status,
        cause=run.cause,
        requested_at=run.requested_at,
        started_at=run.started_at,
        seconds=run.wall_seconds,
        filled=outcome.get("assigned", 0),
        asked=outcome.get("offered", 0),
        still_open=outcome.get("unfilled", 0),
        code=outcome.get("code"),
    )


def _decisions(run: PlanningRun, salon_ids: Sequence[int], language: str) -> tuple[ShiftDecision, ...]:
    rows = db.session.execute(
        sa.select(Decision.shift_id, Decision.kind, Stylist.name)
        .join(Shift, Shift.id == Decision.shift_id)
        .outerjoin(Stylist, Stylist.id == Decision.stylist_id)
        .where(Decision.planning_run_id == run.id, Shift.salon_id.in_(salon_ids))
        .order_by(Decision.id)
    ).all()
    by_shift: dict[int, list[tuple[str, str | None]]] = {}
    for shift_id, kind, name in rows:
        by_shift.setdefault(shift_id, []).append((kind, name))
    if not by_shift or run.window_starts_at is None or run.window_ends_at is None:
        return ()
    shifts = list_between(salon_ids, run.window_starts_at, run.window_ends_at, language)
    return tuple(
        ShiftDecision(
            shift=shift,
            assigned=tuple(name for kind, name in by_shift[shift.id] if kind == "assigned" and name),
            asked=tuple(name for kind, name in by_shift[shift.id] if kind == "offered" and name),
            kinds=frozenset(kind for kind, _ in by_shift[shift.id]),
        )
        for shift in shifts
        if shift.id in by_shift
    )
