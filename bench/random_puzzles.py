"""Random small problems with every rule in reach: does the planner keep all rules, and is nothing better?

The smallest are compared with every roster there is, larger ones with what a peer proves on naive rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.contestants import worth
from bench.planner_peers import Budget, cp_sat
from salonpool.solver.check import violations
from salonpool.solver.formulation import solve
from salonpool.solver.measures import Measures
from salonpool.solver.problem import Problem
from salonpool.solver.roster import Roster
from salonpool.solver.terms import Terms
from tests.solver.builders import a_random_problem, best_values

SECONDS = 20.0
WIDER_EVERY = 4


@dataclass
class Tried:
    """What the problems came to; faults name the problem."""

    problems: int = 0
    against_all_rosters: int = 0
    against_a_peer: int = 0
    proven: int = 0
    broken: list[str] = field(default_factory=list)
    not_best: list[str] = field(default_factory=list)
    not_proven: list[str] = field(default_factory=list)

    def faults(self) -> list[str]:
        """The bars that do not hold."""
        found = []
        if self.broken:
            found.append(f"BROKEN RULES: {', '.join(self.broken[:5])}")
        if self.not_best:
            found.append(f"NOT THE BEST: {', '.join(self.not_best[:5])}")
        if self.not_proven:
            found.append(f"NOT PROVEN: {', '.join(self.not_proven[:5])}")
        return found

    def add(self, problem: Problem, roster: Roster, best: tuple[int, ...] | None) -> None:
        """Count a roster of the planner beside the least values there are; None = nobody knows them."""
        self.problems += 1
        self.proven += roster.status == "optimal"
        if violations(problem, roster):
            self.broken.append(problem.name)
        if best is not None and worth(problem, roster) != best:
            self.not_best.append(problem.name)
        if roster.status != "optimal":
            self.not_proven.append(problem.name)


def run(seeds: Iterable[int]) -> Tried:
    """One problem for each number, every fourth a wider one."""
    tried = Tried()
    for seed in seeds:
        if seed % WIDER_EVERY:
            problem = a_random_problem(seed)
            best: tuple[int, ...] | None = best_values(problem)
            tried.against_all_rosters += 1
        else:
            problem = a_random_problem(seed, people=6, shifts=12, days=4)
            best = _proven_by_a_peer(problem)
            tried.against_a_peer += best is not None
        tried.add(problem, solve(problem, time_limit_seconds=SECONDS, workers=1, seed=seed), best)
    return tried


def _proven_by_a_peer(problem: Problem) -> tuple[int, ...] | None:
    plan = cp_sat(problem, Budget(SECONDS), 1)
    if not plan.proven or plan.holders is None:
        return None
    return Terms(problem, Measures(problem)).values(plan.holders)
