"""The planner's peers are honest: they keep the rules, and an optimum they claim to prove is the true one."""

import pytest

from bench.planner_peers import PEERS, Budget, Plan
from bench.puzzles import invent
from salonpool.solver.measures import Measures
from salonpool.solver.problem import Problem
from salonpool.solver.terms import Terms
from tests.solver.builders import a_random_problem, a_tiny_problem, best_values, broken_rules, loaded
from tests.solver.test_known_optima import TINY

EXACT = ["naive CP-SAT", "HiGHS, naive rows"]
QUICK = ["greedy", "Hungarian by day"]


def _plan(problem: Problem, peer: str) -> tuple[Plan, tuple[int, ...]]:
    plan = PEERS[peer](problem, Budget(20), 1)
    assert plan.holders is not None
    assert broken_rules(problem, **plan.holders) == set()
    return plan, Terms(problem, Measures(problem)).values(plan.holders)


@pytest.mark.parametrize("peer", EXACT)
@pytest.mark.parametrize("name", TINY)
def test_an_exact_peer_proves_the_optimum_of_a_tiny_problem(name: str, peer: str) -> None:
    plan, values = _plan(a_tiny_problem(name), peer)
    assert plan.proven
    assert list(values) == loaded(f"tiny/{name}.optimum.json")["values"]
    assert plan.bounds == values


@pytest.mark.parametrize("peer", EXACT)
@pytest.mark.parametrize("seed", range(25))
def test_an_exact_peer_finds_what_trying_every_roster_finds(seed: int, peer: str) -> None:
    problem = a_random_problem(seed)
    plan, values = _plan(problem, peer)
    assert values == best_values(problem)
    assert plan.bounds == values


@pytest.mark.parametrize("peer", QUICK)
@pytest.mark.parametrize("seed", range(25))
def test_a_quick_peer_keeps_every_rule_and_claims_no_proof(seed: int, peer: str) -> None:
    plan, _ = _plan(a_random_problem(seed), peer)
    assert not plan.proven
    assert set(plan.bounds) == {None}
    assert plan.first_plan_seconds is not None


@pytest.mark.parametrize("peer", QUICK)
def test_a_quick_peer_fills_most_of_what_can_be_filled(peer: str) -> None:
    problem = invent("S", 1)
    plan, _ = _plan(problem, peer)
    best = PEERS["naive CP-SAT"](problem, Budget(5), 1)
    assert plan.holders is not None
    assert best.holders is not None
    assert len(best.holders) >= len(plan.holders) > 0.9 * len(best.holders)
