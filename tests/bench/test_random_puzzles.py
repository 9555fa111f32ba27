"""The planner on random small problems, every rule in reach, and that the bench would tell of a bad one."""

from dataclasses import replace

from bench import random_puzzles
from salonpool.solver.formulation import solve
from tests.solver.builders import a_random_problem, best_values
from tests.thorough import examples


def test_random_problems_are_solved_as_well_as_can_be() -> None:
    tried = random_puzzles.run(range(examples(100)))
    assert tried.faults() == []
    assert tried.problems == tried.proven == examples(100)
    assert min(tried.against_all_rosters, tried.against_a_peer) > 20


def test_a_random_problem_solved_badly_is_named() -> None:
    problem = a_random_problem(5)
    roster = solve(problem, time_limit_seconds=20)
    best = best_values(problem)
    better = (best[0] - 1, *best[1:])
    tried = random_puzzles.Tried()
    tried.add(problem, roster, best)
    assert tried.faults() == []
    tried.add(problem, replace(roster, status="feasible"), better)
    tried.add(problem, replace(roster, levels=({"coverage": -1},)), best)
    assert tried.faults() == ["BROKEN RULES: random 5", "NOT THE BEST: random 5", "NOT PROVEN: random 5"]
