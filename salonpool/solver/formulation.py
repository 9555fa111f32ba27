"""Solves a problem: a quick plan first, then goal after goal, and the best plan there is when time is
up."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from salonpool.solver.constraints import Constraints
from salonpool.solver.eligibility import Eligibility
from salonpool.solver.explain import unfilled
from salonpool.solver.greedy import Greedy
from salonpool.solver.highs import Fractions, Outcome
from salonpool.solver.measures import Measures
from salonpool.solver.neighbourhoods import Neighbourhoods
from salonpool.solver.objective import Objective
from salonpool.solver.pairs import feasible_pairs
from salonpool.solver.problem import Problem
from salonpool.solver.program import Program
from salonpool.solver.prover import Prover
from salonpool.solver.relaxation import Relaxation
from salonpool.solver.roster import Assignment, Roster
from salonpool.solver.terms import Terms
from salonpool.solver.variables import Variables

EXPLAIN_SHARE = 0.05
PROOF_SHARE = 0.9
ALONE_SHARE = 0.7
FIRST_GOALS_SHARE = 0.5
RELAXED_SHARE = 0.5
DIVE_SHARE = 0.4
LARGE_PROGRAM = 600_000  # numbers in its rows
ROUND_SECONDS = 2.0
HEAD_START_SECONDS = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """A better plan or bound was found: seconds since the start, the level worked on, the weighted value of
    every level, and below what no roster gets as far as is known."""

    seconds: float
    level: int
    values: tuple[int, ...]
    bounds: tuple[int, ...]


def formulated(
    problem: Problem, terms: Terms, pairs: dict[str, list[str]], eligibility: Eligibility
) -> Variables:
    """The columns of the problem with every rule and every level written into their program."""
    variables = Variables(problem, pairs)
    constraints = Constraints(problem, eligibility, variables)
    constraints.write()
    Objective(problem, terms, variables, constraints).write(eligibility.diary)
    return variables


def solve(
    problem: Problem,
    *,
    time_limit_seconds: float = 60,
    workers: int = 2,
    seed: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Roster:
    """The best roster found within the limit; always one, and one that breaks no rule.

    Levels are made as small as possible one after another, a later one never worsens an earlier one. `status`
    is optimal when every level is proven. With no time at all the quick plan is returned. More than one of
    `workers` lets the proof run in a thread beside the search. `on_progress` hears every better plan.
    """
    search = _Search(problem, time_limit_seconds, on_progress)
    search.run(workers=workers, seed=seed)
    return search.roster()


@dataclass(slots=True)
class _Work:
    """What the goals of one program share."""

    variables: Variables
    neighbourhoods: Neighbourhoods
    relaxation: Relaxation
    workers: int
    seed: int
    ahead: list[Fractions] = field(default_factory=list)


def plan(problem: Problem, *, time_limit_seconds: float, workers: int = 2, seed: int = 0) -> dict[str, str]:
    """{shift id: stylist id} of the best roster found, as solve() without reasons for what stays open."""
    search = _Search(problem, time_limit_seconds, None)
    search.run(workers=workers, seed=seed)
    return search.best


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
        self._program = Program()
        self._bounds: list[int] = []
        self._pairs = feasible_pairs(problem, Eligibility(problem, self._measures))
        fresh = Eligibility(problem, self._measures)
        greedy = Greedy(problem, fresh, self._terms, self._pairs)
        self._keep(greedy.plan(), 0)
        if self._left() > 0:
            self._consider(greedy.with_room_made(), 0)

    def run(self, *, workers: int, seed: int) -> None:
        """Work through the goals until they are proven or time is up."""
        if self._left() <= 0:
            return
        eligibility = Eligibility(self._problem, self._measures)
        variables = formulated(self._problem, self._terms, self._pairs, eligibility)
        self._program = variables.program
        self._bounds = [goal.constant for goal in self._program.goals]
        if not variables.pairs:
            return
        work = _Work(
            variables, Neighbourhoods(variables, seed=seed), Relaxation(self._program), workers, seed
        )
        self._look_ahead(work)
        for index in range(len(self._bounds)):
            share = 1.0 if index == len(self._bounds) - 1 else FIRST_GOALS_SHARE
            until = time.monotonic() + share * self._left()
            if not self._is_closed(index) and self._left() > 0:
                self._close(index, until, work)

    def _look_ahead(self, work: "_Work") -> None:
        """Bounds of all goals as if each earlier one were met, and a plan made from the last of them."""
        met: list[int] = []
        fractions = None
        for index in range(len(self._bounds)):
            seconds = RELAXED_SHARE * self._left()
            fractions = work.relaxation.solve(index, met, seconds=seconds, seed=work.seed)
            if fractions is None:
                break
            met.append(fractions.bound)
            work.ahead.append(fractions)
        if fractions is not None and not self._agrees(work):
            seconds = DIVE_SHARE * self._left()
            solution = work.neighbourhoods.dive(fractions, len(met) - 1, seconds)
            if solution is not None:
                self._consider(work.variables.holders(solution), len(met) - 1)
        self._agrees(work)

    def _agrees(self, work: "_Work") -> bool:
        """Take over the bounds that hold for the best plan; is it as good as all of them?

        A bound was found for plans that meet the bounds before it: it says nothing while the best does not.
        """
        values = self._goal_values()
        for index, fractions in enumerate(work.ahead):
            self._raise(index, fractions.bound)
            if values[index] > fractions.bound:
                return False
        return len(work.ahead) == len(values)

    def _close(self, index: int, until: float, work: "_Work") -> None:
        """Prove the goal, or do what can be done until then."""
        values = self._goal_values()
        ahead = [fractions.bound for fractions in work.ahead[:index]]
        if len(ahead) < index or any(value > met for value, met in zip(values, ahead, strict=False)):
            left = until - time.monotonic()
            found = work.relaxation.solve(index, values[:index], seconds=RELAXED_SHARE * left, seed=work.seed)
            if found is not None:
                self._raise(index, found.bound)
        if self._is_closed(index):
            return
        prover = self._prover(index, until, work)
        if prover is not None:
            prover.start()
            prover.join(HEAD_START_SECONDS if work.workers > 1 else None)
        self._improve(index, until, prover, work)
        if prover is not None:
            prover.join()
            self._learn(index, prover.proof, work.variables)

    def _prover(self, index: int, until: float, work: "_Work") -> Prover | None:
        """None for a program that no engine gets through in time."""
        if sum(len(row.columns) for row in self._program.rows) > LARGE_PROGRAM:
            return None
        seconds = (until - time.monotonic()) * (PROOF_SHARE if work.workers > 1 else ALONE_SHARE)
        return Prover(self._program, index, self._goal_values(), seconds=seconds, seed=work.seed)

    def _improve(self, index: int, until: float, prover: Prover | None, work: "_Work") -> None:
        """Round after round until the goal is proven or its time is up."""
        while time.monotonic() < until:
            if prover is not None and not prover.is_alive():
                self._learn(index, prover.proof, work.variables)
            if self._is_closed(index):
                return
            seconds = min(ROUND_SECONDS, until - time.monotonic())
            solution, is_best = work.neighbourhoods.better(self.best, index, seconds)
            self._consider(work.variables.holders(solution), index)
            if is_best:
                self._raise(index, self._goal_values()[index])

    def roster(self) -> Roster:
        """The best plan with what it is worth and why shifts stayed open."""
        bounds = self._level_bounds()
        gaps = [
            (value - bound) / max(1, value)
            for value, bound in zip(self._values, bounds, strict=True)
            if value > bound
        ]
        shifts, best = self._problem.shifts, self.best
        return Roster(
            status="feasible" if gaps else "optimal",
            assignments=tuple(
                Assignment(shift=shift.id, stylist=best[shift.id]) for shift in shifts if shift.id in best
            ),
            levels=self._terms.levels(best),
            bound=tuple(bounds),
            gap=gaps[0] if gaps else 0.0,
            unfilled=unfilled(self._problem, best, measures=self._measures),
            changed=tuple(
                shift.id
                for shift in shifts
                if shift.id in best and shift.holder not in (None, best[shift.id])
            ),
            seconds=round(time.monotonic() - self._started, 3),
        )

    def _left(self) -> float:
        return self._deadline - time.monotonic()

    def _goal_values(self) -> tuple[int, ...]:
        return self._program.goal_values(self._values)

    def _is_closed(self, index: int) -> bool:
        return self._goal_values()[index] <= self._bounds[index]

    def _level_bounds(self) -> list[int]:
        """The bounds of the goals of each level, added up.

        That of a later goal holds for plans no worse in the earlier ones than the best plan was when it was
        found. Any other is a whole unit of an earlier goal worse, more than the later ones can ever be worth.
        """
        bounds = [0] * len(self._problem.objective)
        for goal, bound in zip(self._program.goals, self._bounds, strict=True):
            bounds[goal.level] += bound
        return bounds

    def _learn(self, index: int, proof: Outcome, variables: Variables) -> None:
        if proof.solution is not None:
            self._consider(variables.holders(proof.solution), index)
        self._raise(index, proof.bound)

    def _consider(self, holders: dict[str, str], index: int) -> None:
        if self._terms.values(holders) < self._values:
            self._keep(holders, self._program.goals[index].level if self._program.goals else 0)

    def _keep(self, holders: dict[str, str], level: int) -> None:
        self.best = holders
        self._values = self._terms.values(holders)
        self._tell(level)

    def _raise(self, index: int, bound: int) -> None:
        """What is proven about a goal."""
        if bound > self._bounds[index]:
            self._bounds[index] = bound
            self._tell(self._program.goals[index].level)

    def _tell(self, level: int) -> None:
        if self._on_progress is not None:
            seconds, bounds = time.monotonic() - self._started, tuple(self._level_bounds())
            self._on_progress(Progress(seconds=seconds, level=level, values=self._values, bounds=bounds))
