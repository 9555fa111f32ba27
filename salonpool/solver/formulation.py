"""Solves a problem: a quick plan first, then level after level, and the best plan there is when time is up."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from salonpool.solver.constraints import Constraints
from salonpool.solver.eligibility import Eligibility
from salonpool.solver.engine import Engine
from salonpool.solver.explain import unfilled
from salonpool.solver.greedy import Greedy
from salonpool.solver.measures import Measures
from salonpool.solver.objective import Objective
from salonpool.solver.problem import Problem
from salonpool.solver.roster import Assignment, Roster
from salonpool.solver.terms import Terms
from salonpool.solver.variables import Variables, feasible_pairs

EXPLAIN_SHARE = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """A better plan was found: seconds since the start, the level worked on, its value and the bound so far."""

    seconds: float
    level: int
    value: int
    bound: int


def solve(
    problem: Problem,
    *,
    time_limit_seconds: float = 60,
    workers: int = 2,
    seed: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Roster:
    """The best roster found within the limit; always one, and one that breaks no rule.

    Levels are made as small as possible one after another, a later one never worsens an earlier one. `status` is optimal
    when every level is proven. With no time at all the quick plan is returned. `on_progress` hears every better value.
    """
    search = _Search(problem, time_limit_seconds, on_progress)
    search.run(workers=workers, seed=seed)
    return search.roster()


class _Search:
    def __init__(
        self, problem: Problem, time_limit_seconds: float, on_progress: Callable[[Progress], None] | None
    ) -> None:
        self._started = time.monotonic()
        self._problem = problem
        self._deadline = self._started + time_limit_seconds * (1 - EXPLAIN_SHARE)
        self._on_progress = on_progress
        self._measures = Measures(problem)
        self._terms = Terms(problem, self._measures)
        self._pairs = feasible_pairs(problem, Eligibility(problem, self._measures))
        fresh = Eligibility(problem, self._measures)
        self._best = Greedy(problem, fresh, self._terms, self._pairs).plan()
        self._bounds = [0] * len(problem.objective)
        self._improved(0)

    def run(self, *, workers: int, seed: int) -> None:
        """Work through the levels until they are proven or time is up."""
        eligibility = Eligibility(self._problem, self._measures)
        variables = Variables(self._problem, self._pairs)
        constraints = Constraints(self._problem, eligibility, variables)
        constraints.write()
        Objective(self._problem, self._terms, variables, constraints).write(eligibility.diary)
        program = variables.program
        self._bounds = [goal.constant for goal in program.goals]
        if self._left() <= 0 or not variables.pairs:
            return
        engine = Engine(program, workers=workers, seed=seed)
        for level, goal in enumerate(program.goals):
            if level:
                engine.keep(program.goals[level - 1], self._values()[level - 1])
            seconds = self._left() / 2 if level < len(program.goals) - 1 else self._left()
            if self._values()[level] == goal.constant or seconds <= 0:
                continue
            hear = self._hearing(level)
            outcome = engine.minimize(goal, variables.solution(self._best), seconds, hear)
            if outcome.solution is not None:
                self._consider(variables.holders(outcome.solution))
            self._bounds[level] = max(goal.constant, outcome.bound)

    def roster(self) -> Roster:
        """The best plan with what it is worth and why shifts stayed open."""
        values = self._values()
        gaps = [
            (value - bound) / max(1, value) for value, bound in zip(values, self._bounds, strict=True) if value > bound
        ]
        shifts = self._problem.shifts
        return Roster(
            status="feasible" if gaps else "optimal",
            assignments=tuple(
                Assignment(shift=shift.id, stylist=self._best[shift.id]) for shift in shifts if shift.id in self._best
            ),
            levels=self._terms.levels(self._best),
            bound=tuple(self._bounds),
            gap=gaps[0] if gaps else 0.0,
            unfilled=unfilled(self._problem, self._best, measures=self._measures),
            changed=tuple(
                shift.id
                for shift in shifts
                if shift.id in self._best and shift.holder not in (None, self._best[shift.id])
            ),
            seconds=round(time.monotonic() - self._started, 3),
        )

    def _values(self) -> tuple[int, ...]:
        return self._terms.values(self._best)

    def _left(self) -> float:
        return self._deadline - time.monotonic()

    def _consider(self, holders: dict[str, str]) -> None:
        if self._terms.values(holders) < self._values():
            self._best = holders

    def _improved(self, level: int) -> None:
        if self._on_progress is not None and self._problem.objective:
            self._hearing(level)(self._values()[level], self._bounds[level])

    def _hearing(self, level: int) -> Callable[[int, int], None]:
        def hear(value: int, bound: int) -> None:
            if self._on_progress is not None:
                seconds = time.monotonic() - self._started
                self._on_progress(Progress(seconds=seconds, level=level, value=value, bound=bound))

        return hear
