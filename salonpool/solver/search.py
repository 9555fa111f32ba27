"""The search for one part of a problem: goal after goal, until all is proven or time is up."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from salonpool.solver.constraints import Constraints
from salonpool.solver.eligibility import Eligibility
from salonpool.solver.highs import Fractions, Outcome
from salonpool.solver.measures import Measures
from salonpool.solver.objective import Objective
from salonpool.solver.problem import Problem
from salonpool.solver.program import Program
from salonpool.solver.prover import Prover
from salonpool.solver.relaxation import Relaxation
from salonpool.solver.rounds import Rounds
from salonpool.solver.terms import Terms
from salonpool.solver.variables import Variables

PROOF_SHARE = 0.9
FIRST_GOALS_SHARE = 0.8
RELAXED_SHARE = 0.7
DIVE_SHARE = 0.4
LARGE_PROGRAM = 600_000  # numbers in its rows
ROUND_SECONDS = 2.0
HEAD_START_SECONDS = 0.3


def formulated(
    problem: Problem, terms: Terms, pairs: Mapping[str, list[str]], eligibility: Eligibility
) -> Variables:
    """The columns of the problem with every rule and every level written into their program."""
    variables = Variables(problem, pairs, eligibility.measures)
    constraints = Constraints(problem, eligibility, variables)
    constraints.write()
    Objective(problem, terms, variables, constraints).write(eligibility.diary)
    return variables


@dataclass(slots=True)
class _Work:
    """What the goals of one program share."""

    variables: Variables
    rounds: Rounds
    relaxation: Relaxation
    workers: int
    seed: int
    ahead: list[Fractions] = field(default_factory=list)


class Search:
    """Improves a plan and bounds what it is worth; `best` and `values` are of the best plan so far.

    `on_change` hears the level of every better plan and of every bound that rose.
    """

    def __init__(
        self,
        problem: Problem,
        pairs: Mapping[str, list[str]],
        start: Mapping[str, str],
        measures: Measures,
        on_change: Callable[[int], None],
    ) -> None:
        self._problem = problem
        self._pairs = pairs
        self._measures = measures
        self._terms = Terms(problem, measures)
        self._program = Program()
        self._bounds: list[int] = []
        self._deadline = 0.0
        self._on_change = on_change
        self.shift_ids = [shift.id for shift in problem.shifts]
        self.best = dict(start)
        self.values = self._terms.values(start)

    def run(self, deadline: float, *, workers: int, seed: int) -> None:
        """Work through the goals until they are proven or it is `deadline` on the monotonic clock."""
        self._deadline = deadline
        eligibility = Eligibility(self._problem, self._measures)
        variables = formulated(self._problem, self._terms, self._pairs, eligibility)
        self._program = variables.program
        self._bounds = [goal.constant for goal in self._program.goals]
        if not variables.pairs:
            return
        work = _Work(variables, Rounds(variables, seed=seed), Relaxation(self._program), workers, seed)
        self._look_ahead(work)
        for index in range(len(self._bounds)):
            share = 1.0 if index == len(self._bounds) - 1 else FIRST_GOALS_SHARE
            until = time.monotonic() + share * self._left()
            if not self._is_closed(index) and self._left() > 0:
                self._close(index, until, work)

    def level_bounds(self) -> list[int]:
        """The bounds of the goals of each level, added up; 0 before anything is known.

        That of a later goal holds for plans no worse in the earlier ones than the best plan was when it was
        found. Any other is a whole unit of an earlier goal worse, more than the later ones can ever be worth.
        """
        bounds = [0] * len(self._problem.objective)
        for goal, bound in zip(self._program.goals, self._bounds, strict=True):
            bounds[goal.level] += bound
        return bounds

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
            solution = work.rounds.dive(fractions, seconds)
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
        self._agrees(work)
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
        start = work.variables.solution(self.best)
        seconds = (until - time.monotonic()) * PROOF_SHARE
        return Prover(self._program, index, self._goal_values(), start, seconds=seconds, seed=work.seed)

    def _improve(self, index: int, until: float, prover: Prover | None, work: "_Work") -> None:
        """Round after round until the goal is proven or its time is up."""
        while time.monotonic() < until:
            if prover is not None and not prover.is_alive():
                self._learn(index, prover.proof, work.variables)
            if self._is_closed(index):
                return
            seconds = min(ROUND_SECONDS, until - time.monotonic())
            solution, is_best = work.rounds.better(self.best, index, seconds, until)
            self._consider(work.variables.holders(solution), index)
            if is_best:
                self._raise(index, self._goal_values()[index])

    def _left(self) -> float:
        return self._deadline - time.monotonic()

    def _goal_values(self) -> tuple[int, ...]:
        return self._program.goal_values(self.values)

    def _is_closed(self, index: int) -> bool:
        return self._goal_values()[index] <= self._bounds[index]

    def _learn(self, index: int, proof: Outcome, variables: Variables) -> None:
        if proof.solution is not None:
            self._consider(variables.holders(proof.solution), index)
        self._raise(index, proof.bound)

    def _consider(self, holders: dict[str, str], index: int) -> None:
        values = self._terms.values(holders)
        if values < self.values:
            self.best, self.values = holders, values
            self._on_change(self._program.goals[index].level)

    def _raise(self, index: int, bound: int) -> None:
        """What is proven about a goal."""
        if bound > self._bounds[index]:
            self._bounds[index] = bound
            self._on_change(self._program.goals[index].level)
