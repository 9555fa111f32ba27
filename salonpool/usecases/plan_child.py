"""What runs in the planner's own process; loaded there once, and nowhere else."""

from salonpool.solver.eligibility import Eligibility
from salonpool.solver.formulation import solve
from salonpool.solver.measures import Measures
from salonpool.solver.problem import Problem
from salonpool.solver.terms import Terms
from salonpool.usecases.plan_process import Solution


def solution(problem: Problem, time_limit_seconds: float, workers: int, seed: int, rank: bool) -> Solution:
    """Solve, then rank the people who may work each seat beside what the plan gives everybody else."""
    roster = solve(problem, time_limit_seconds=time_limit_seconds, workers=workers, seed=seed)
    holders = {item.shift: item.stylist for item in roster.assignments}
    return Solution(roster, _ranked(problem, holders) if rank else {})


def _ranked(problem: Problem, holders: dict[str, str]) -> dict[str, tuple[str, ...]]:
    measures = Measures(problem)
    eligibility = Eligibility(problem, measures, holders=holders)
    terms = Terms(problem, measures)
    ranked: dict[str, tuple[str, ...]] = {}
    for shift in problem.shifts:
        able = [person for person in problem.stylists if eligibility.why_not(person, shift) is None]
        able.sort(
            key=lambda person: (
                person.id != holders.get(shift.id),
                sum(terms.of_pair(person, shift).values()),
            )
        )
        ranked[shift.id] = tuple(person.id for person in able)
    return ranked
