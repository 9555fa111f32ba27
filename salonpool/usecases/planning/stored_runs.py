"""What a run was given, kept so that it can be made again: the problem, the weights, and what bounded it."""

import functools
import hashlib
import json
import zlib
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import salonpool.solver
from salonpool.database import db, lock
from salonpool.domain.refusal import InvalidInput
from salonpool.models import Network, PlanningInput, PlanningRun, WeightsVersion
from salonpool.solver.problem import Problem, parse_problem, problem_to_json
from salonpool.solver.reading import InvalidProblem
from salonpool.usecases.rows import insert_new

KEPT_RUNS = 1000  # of each network; about a week of runs every ten minutes, most of them with equal problems


@dataclass(frozen=True, slots=True)
class PackedInput:
    """A problem ready to be stored; made outside the transaction that does."""

    digest: str
    problem: bytes
    weights: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run that can be made again, and what came out of it (levels are None when there was no plan)."""

    run_id: int
    network_slug: str
    status: str
    problem: Problem
    digest: str
    weights_number: int
    seed: int
    workers: int
    time_limit_seconds: float
    solver_version: str
    roster_status: str | None
    levels: tuple[dict[str, int], ...] | None
    reason: str | None


def pack(problem: Problem) -> PackedInput:
    """The problem as JSON, compressed; the sha256 of its canonical JSON (sorted keys, no spaces, UTF-8).

    Stored as it stands, because an order of keys may decide between plans of equal worth.
    """
    document = problem_to_json(problem)
    weights = {"objective": document["objective"], "weights": document["weights"]}
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    return PackedInput(_digest(_canonical(document)), zlib.compress(text), weights)


def remember(session: Session, network_id: int, packed: PackedInput, now: datetime) -> dict[str, Any]:
    """Keep the input unless it is there; what the run's row says of it, by column."""
    insert_new(session, PlanningInput, network_id=network_id, digest=packed.digest, problem=packed.problem)
    return {
        "input_digest": packed.digest,
        "weights_version_id": _weights_version(session, network_id, packed.weights, now),
        "solver_version": solver_version(),
    }


def get_stored_run(run_id: int) -> StoredRun:
    """The run of that id. Raises InvalidInput for an unknown one, InvalidProblem if its input is not kept."""
    row = _find_row(run_id)
    if row is None:
        raise InvalidInput("unknown_choice", field="run", given=run_id)
    run, slug, number, packed = row
    if run.input_digest is None:
        raise InvalidProblem(f"run {run_id}", f"has read no problem, it is {run.status}")
    if packed is None:
        raise InvalidProblem(f"run {run_id}", f"its problem is dropped; a network keeps its last {KEPT_RUNS}")
    document = _unpacked(packed)
    if document is None or _digest(_canonical(document)) != run.input_digest:
        raise InvalidProblem(f"run {run_id}", "its stored problem is not the one it was given")
    outcome = run.outcome or {}
    return StoredRun(
        run_id=run.id,
        network_slug=slug,
        status=run.status,
        problem=parse_problem(document),
        digest=run.input_digest,
        weights_number=number,
        seed=run.seed,
        workers=run.workers,
        time_limit_seconds=run.time_limit_seconds,
        solver_version=run.solver_version,
        roster_status=outcome.get("roster"),
        levels=tuple(outcome["levels"]) if "levels" in outcome else None,
        reason=outcome.get("reason"),
    )


def under_weights(stored: StoredRun, number: int) -> StoredRun:
    """The run as if its network had had that version of the weights. Raises InvalidInput if there is none."""
    found: Any = db.session.scalar(
        sa.select(WeightsVersion.weights)
        .join(Network, Network.id == WeightsVersion.network_id)
        .where(Network.slug == stored.network_slug, WeightsVersion.number == number)
    )
    if found is None:
        raise InvalidInput("unknown_choice", field="weights", given=number)
    problem = parse_problem(problem_to_json(stored.problem) | found)
    return replace(stored, problem=problem, weights_number=number)


def forget_old(session: Session) -> None:
    """Drop the inputs that none of their network's last runs was given."""
    for network_id in session.scalars(sa.select(PlanningInput.network_id).distinct()).all():
        latest = (
            sa.select(PlanningRun.input_digest)
            .where(PlanningRun.network_id == network_id, PlanningRun.input_digest.is_not(None))
            .order_by(PlanningRun.id.desc())
            .limit(KEPT_RUNS)
            .subquery()
        )
        session.execute(
            sa.delete(PlanningInput).where(
                PlanningInput.network_id == network_id,
                PlanningInput.digest.not_in(sa.select(latest.c.input_digest)),
            )
        )


@functools.cache
def solver_version() -> str:
    """Which planner this is: a digest of the solver's own code, and the version of ortools."""
    code = b"".join(path.read_bytes() for path in sorted(Path(salonpool.solver.__path__[0]).glob("*.py")))
    return f"solver {_digest(code)[:10]}, ortools {version('ortools')}"


def _find_row(run_id: int) -> Any:
    return db.session.execute(
        sa.select(PlanningRun, Network.slug, WeightsVersion.number, PlanningInput.problem)
        .join(Network, Network.id == PlanningRun.network_id)
        .outerjoin(WeightsVersion, WeightsVersion.id == PlanningRun.weights_version_id)
        .outerjoin(
            PlanningInput,
            sa.and_(
                PlanningInput.network_id == PlanningRun.network_id,
                PlanningInput.digest == PlanningRun.input_digest,
            ),
        )
        .where(PlanningRun.id == run_id)
    ).one_or_none()


def _weights_version(session: Session, network_id: int, weights: dict[str, Any], now: datetime) -> int:
    """The id of the network's current version of the weights, a new one if they have changed."""
    digest = _digest(_canonical(weights))
    lock(session, f"weights:{network_id}")
    latest = session.scalar(
        sa.select(WeightsVersion)
        .where(WeightsVersion.network_id == network_id)
        .order_by(WeightsVersion.number.desc())
        .limit(1)
    )
    if latest is not None and latest.digest == digest:
        return latest.id
    number = latest.number + 1 if latest else 1
    added = WeightsVersion(network_id=network_id, number=number, digest=digest, weights=weights, since=now)
    session.add(added)
    session.flush()
    return added.id


def _unpacked(packed: bytes) -> dict[str, Any] | None:
    """None for bytes that pack() did not make."""
    try:
        document: dict[str, Any] = json.loads(zlib.decompress(packed))
    except (zlib.error, ValueError):
        return None
    return document


def _canonical(document: dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
