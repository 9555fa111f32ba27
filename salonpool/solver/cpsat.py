"""Hands a program to CP-SAT: whole numbers only, so its bounds are exact, and it starts from a plan."""

from collections.abc import Sequence

from ortools.sat.python import cp_model

from salonpool.solver.highs import Outcome
from salonpool.solver.program import Goal, Program, Row

NO_BOUND = 10**15
# All linear rows in the relaxation: the tight rows are what makes the bound rise (docs/planner.md).
LINEARIZATION = 2


def proven(
    program: Program, index: int, kept: Sequence[int], start: Sequence[int], *, seconds: float, seed: int
) -> Outcome:
    """The goal as small as it gets within the seconds, the goals before it no worse than `kept` says.

    `start` is a solution to begin with: the value of every column. One thread, however many there are.
    """
    goal = program.goals[index]
    model = cp_model.CpModel()
    columns = [
        model.new_bool_var("") if greatest == 1 else model.new_int_var(0, greatest, "")
        for greatest in program.greatest
    ]
    for row in program.rows:
        _add(model, columns, row, are_choices=all(program.greatest[column] == 1 for column in row.columns))
    for earlier, value in zip(program.goals, kept, strict=False):
        model.add(_worth(columns, earlier) <= value - earlier.constant)
    model.minimize(_worth(columns, goal))
    for column, value in zip(columns, start, strict=True):
        model.add_hint(column, value)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.01, seconds)
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.linearization_level = LINEARIZATION
    status = solver.solve(model)
    bound = goal.constant + max(0, round(solver.best_objective_bound))
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Outcome(None, goal.constant)
    return Outcome([solver.value(column) for column in columns], bound)


def _add(model: cp_model.CpModel, columns: Sequence[cp_model.IntVar], row: Row, *, are_choices: bool) -> None:
    chosen = [columns[column] for column in row.columns]
    if are_choices and row.high == 1 and all(factor == 1 for factor in row.factors):
        if row.low == 1:
            model.add_exactly_one(chosen)
        else:
            model.add_at_most_one(chosen)
        return
    total = cp_model.LinearExpr.weighted_sum(chosen, row.factors)
    low = -NO_BOUND if row.low is None else row.low
    high = NO_BOUND if row.high is None else row.high
    model.add_linear_constraint(total, low, high)


def _worth(columns: Sequence[cp_model.IntVar], goal: Goal) -> cp_model.LinearExpr:
    return cp_model.LinearExpr.weighted_sum(
        [columns[column] for column in goal.factors], list(goal.factors.values())
    )
