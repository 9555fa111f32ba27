"""What a run was given is kept, so that it can be made again."""

import zlib
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.refusal import InvalidInput
from salonpool.models import PlanningInput, PlanningRun, WeightsVersion
from salonpool.solver.problem import problem_to_json
from salonpool.solver.reading import InvalidProblem
from salonpool.usecases import upkeep
from salonpool.usecases.planning import plan_process, problems, stored_runs
from salonpool.usecases.planning.plan_process import NoAnswer
from tests.builders import NOW, TODAY, a_network, a_pooled_stylist, a_salon, a_shift
from tests.usecases import pool

pytestmark = pytest.mark.usefixtures("app")


def _network() -> tuple[int, int]:
    network = a_network()
    salon = a_salon(network)
    a_pooled_stylist(network)
    a_shift(salon)
    return network, salon


def _rows(model: type[Any]) -> list[Any]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(model).order_by(model.id)))


def test_a_run_keeps_its_problem_and_everything_that_bounded_it() -> None:
    network, _ = _network()
    problem = problems.read_network(db.session(), network, NOW).problem
    report = pool.plan(network)
    (run,) = _rows(PlanningRun)
    stored = stored_runs.get_stored_run(run.id)
    assert stored.problem == problem
    assert list(problem_to_json(stored.problem)["objective"][-1]) == ["cost", "travel", "preference"]
    assert stored.digest == stored_runs.pack(problem).digest == run.input_digest
    assert (stored.seed, stored.workers, stored.time_limit_seconds) == (0, 2, pool.LIMIT)
    assert (stored.status, stored.roster_status) == ("published", "optimal")
    assert stored.levels == tuple(dict(level) for level in report.levels)
    assert stored.weights_number == 1
    assert stored.solver_version.startswith("solver ")
    assert ", ortools 9." in stored.solver_version
    assert run.wall_seconds > 0
    assert run.cpu_seconds > 0
    assert run.progress["steps"][-1]["bounds"] == run.outcome["bound"]


def test_the_digest_is_the_same_whatever_the_order_of_keys() -> None:
    network, _ = _network()
    problem = problems.read_network(db.session(), network, NOW).problem
    document = problem_to_json(problem)
    turned = dict(reversed(list(document.items())))
    assert stored_runs._canonical(document) == stored_runs._canonical(turned)


def test_runs_with_the_same_problem_share_one_copy() -> None:
    network, salon = _network()
    for minutes in (0, 1):
        pool.plan(network, NOW.replace(hour=14) + timedelta(minutes=minutes))
    first, second = _rows(PlanningRun)
    assert first.input_digest == second.input_digest
    assert len(_rows(PlanningInput)) == 1
    a_shift(salon, day=TODAY + timedelta(days=5))
    pool.plan(network)
    assert len(_rows(PlanningInput)) == 2


def test_a_run_whose_planner_died_can_be_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    network, _ = _network()
    with monkeypatch.context() as patched:
        patched.setattr(plan_process, "solve", lambda *_, **__: NoAnswer("out of memory", "out_of_memory"))
        report = pool.plan(network)
    assert report.run_id is not None
    stored = stored_runs.get_stored_run(report.run_id)
    assert (stored.status, stored.levels, stored.reason) == ("no_answer", None, "out of memory")
    assert stored.problem.shifts


def test_any_change_of_the_weights_is_a_new_version_and_the_old_ones_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network, _ = _network()
    monkeypatch.setattr(plan_process, "solve", lambda *_, **__: NoAnswer("not needed here"))
    pool.plan(network)
    pool.plan(network)
    with monkeypatch.context() as patched:
        patched.setattr(problems, "_objective", lambda _: ({"coverage": 1}, {"cost": 1}))
        changed = pool.plan(network)
    back = pool.plan(network)
    versions = _rows(WeightsVersion)
    assert [version.number for version in versions] == [1, 2, 3]
    assert versions[0].digest == versions[2].digest != versions[1].digest
    assert versions[1].weights["objective"] == [{"coverage": 1}, {"cost": 1}]
    numbers = [stored_runs.get_stored_run(run).weights_number for run in (changed.run_id, back.run_id)]  # type: ignore[arg-type]
    assert numbers == [2, 3]


def test_a_run_is_told_as_it_would_be_under_another_version_of_the_weights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network, _ = _network()
    monkeypatch.setattr(plan_process, "solve", lambda *_, **__: NoAnswer("not needed here"))
    first = stored_runs.get_stored_run(pool.plan(network).run_id or 0)
    monkeypatch.setattr(problems, "_objective", lambda _: ({"coverage": 1}, {"cost": 1}))
    pool.plan(network)
    other = stored_runs.under_weights(first, 2)
    assert other.problem.objective == ({"coverage": 1}, {"cost": 1})
    assert other.problem.shifts == first.problem.shifts
    assert stored_runs.under_weights(other, 1).problem == first.problem
    with pytest.raises(InvalidInput, match="weights: unknown_choice given=3"):
        stored_runs.under_weights(first, 3)


def test_networks_number_their_weights_each_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_process, "solve", lambda *_, **__: NoAnswer("not needed here"))
    for network, _ in (_network(), _network()):
        pool.plan(network)
    assert [version.number for version in _rows(WeightsVersion)] == [1, 1]


def test_only_the_problems_of_the_last_runs_are_kept_for_each_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plan_process, "solve", lambda *_, **__: NoAnswer("not needed here"))
    monkeypatch.setattr(stored_runs, "KEPT_RUNS", 2)
    network, salon = _network()
    other, _ = _network()
    ids = [pool.plan(other).run_id]
    for days in (4, 5, 6):
        ids.append(pool.plan(network).run_id)
        a_shift(salon, day=TODAY + timedelta(days=days))
    upkeep.forget_old(NOW)
    upkeep.forget_old(NOW)
    dropped = ids[1]
    assert dropped is not None
    for run_id in (ids[0], ids[2], ids[3]):
        assert stored_runs.get_stored_run(run_id or 0).problem.shifts
    with pytest.raises(InvalidProblem, match="its problem is dropped"):
        stored_runs.get_stored_run(dropped)


def test_a_run_that_is_not_there_or_has_not_begun_is_refused() -> None:
    network, _ = _network()
    pool.request(network)
    with pytest.raises(InvalidProblem, match="has read no problem, it is requested"):
        stored_runs.get_stored_run(pool.open_requests()[0].id)
    with pytest.raises(InvalidInput, match="run: unknown_choice given=99"):
        stored_runs.get_stored_run(99)


@pytest.mark.parametrize("packed", [zlib.compress(b"{}"), zlib.compress(b"{"), b"bytes"])
def test_a_stored_problem_that_is_damaged_is_noticed(monkeypatch: pytest.MonkeyPatch, packed: bytes) -> None:
    monkeypatch.setattr(plan_process, "solve", lambda *_, **__: NoAnswer("not needed here"))
    network, _ = _network()
    run_id = pool.plan(network).run_id or 0
    with transaction() as session:
        session.execute(sa.update(PlanningInput).values(problem=packed))
    with pytest.raises(InvalidProblem, match="not the one it was given"):
        stored_runs.get_stored_run(run_id)
