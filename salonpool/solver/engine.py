"""Gives a program to CP-SAT, one level at a time."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from ortools.sat.python import cp_model

from salonpool.solver.program import Goal, Program, Row


@dataclass(frozen=True, slots=True)
class Outcome:
    """The best solution of one level, None when nothing better than the hint was found, and a bound that holds."""

    solution: list[int] | None
    bound: int


class Engine:
    """One CP-SAT model of a program that is narrowed from level to level."""

    def __init__(self, program: Program, *, workers: int, seed: int) -> None:
        self._program = program
        self._workers = workers
        self._seed = seed
        self._model = cp_model.CpModel()
        self._columns = [
            self._model.new_bool_var("") if greatest == 1 else self._model.new_int_var(0, greatest, "")
            for greatest in program.greatest
        ]
        for row in program.rows:
            self._add(row)

    def keep(self, goal: Goal, value: int) -> None:
        """From now on the level is never worse than this value."""
        if goal.factors:
            self._model.add(self._sum(goal) <= value - goal.constant)

    def minimize(
        self, goal: Goal, hint: list[int], seconds: float, on_better: Callable[[int, int], None]
    ) -> Outcome:
        """The least value of a level within so many seconds; `on_better` hears every value found, with its bound."""
        self._model.clear_hints()
        for column, value in zip(self._columns, hint, strict=True):
            self._model.add_hint(column, value)
        self._model.minimize(self._sum(goal))
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.num_workers = self._workers
        solver.parameters.random_seed = self._seed
        status = solver.solve(self._model, _Listener(goal, on_better))
        found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
        bound = goal.constant
        if found or status == cp_model.UNKNOWN:
            bound += max(0, math.ceil(solver.best_objective_bound - 1e-6))
        return Outcome([solver.value(column) for column in self._columns] if found else None, bound)

    def _add(self, row: Row) -> None:
        columns = [self._columns[column] for column in row.columns]
        if set(row.factors) == {1} and row.high == 1:
            if row.low == 1:
                self._model.add_exactly_one(columns)
            else:
                self._model.add_at_most_one(columns)
            return
        total = cp_model.LinearExpr.weighted_sum(columns, row.factors)
        if row.low is not None:
            self._model.add(total >= row.low)
        if row.high is not None:
            self._model.add(total <= row.high)

    def _sum(self, goal: Goal) -> cp_model.LinearExprT:
        columns = [self._columns[column] for column in goal.factors]
        return cp_model.LinearExpr.weighted_sum(columns, list(goal.factors.values()))


class _Listener(cp_model.CpSolverSolutionCallback):
    def __init__(self, goal: Goal, on_better: Callable[[int, int], None]) -> None:
        super().__init__()
        self._goal = goal
        self._on_better = on_better

    def on_solution_callback(self) -> None:
        constant = self._goal.constant
        bound = constant + max(0, math.ceil(self.best_objective_bound - 1e-6))
        self._on_better(constant + round(self.objective_value), bound)
