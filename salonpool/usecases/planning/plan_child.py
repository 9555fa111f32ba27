"""What runs in the planner's own process; loaded there once, and nowhere else."""

from salonpool.solver.formulation import solve
from salonpool.solver.problem import Problem
from salonpool.solver.ranking import ranked
from salonpool.solver.roster import Solution


def solution(problem: Problem, time_limit_seconds: float, workers: int, seed: int) -> Solution:
    """Solve, then rank the people who may work each seat beside what the plan gives everybody else."""
    roster = solve(problem, time_limit_seconds=time_limit_seconds, workers=workers, seed=seed)
    return Solution(roster, {seat: tuple(people) for seat, people in ranked(problem, roster).items()})
