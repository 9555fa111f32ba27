"""Hands a program to HiGHS through ortools, for whole numbers or for fractions."""

import datetime
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from salonpool.solver.program import Goal, Program, Row

# Taken off a bound for what doubles lose on the way: bounds reckoned anew from the multipliers GLOP returns
# for weeks of 100 and 600 shifts were off by 1e-12 of the value. It is no cover for all that HiGHS tolerates,
# a millionth of a whole column, and of 1e9 units it takes one. So levels are split into small numbers
# (splitting.py); one that cannot be is bounded still, but from 1e9 on not proven to the last unit.
SURE_MARGIN = 1e-3
SURE_SHARE = 1e-9


@dataclass(frozen=True, slots=True)
class Outcome:
    """The best whole solution met, or None; a lower bound that holds."""

    solution: list[int] | None
    bound: int


@dataclass(frozen=True, slots=True)
class Fractions:
    """Of a relaxation: a lower bound, what each column is worth, and what taking one that is unused would add
    to the goal at least."""

    bound: int
    values: list[float]
    added: list[float]


def minimized(program: Program, index: int, kept: Sequence[int], *, seconds: float, seed: int) -> Outcome:
    """The goal as small as it gets within the seconds, the goals before it no worse than `kept` says.

    A solution is returned only when it keeps every row in whole numbers, whatever the engine's tolerance was.
    """
    goal = program.goals[index]
    rows = [*program.rows, *_keeping_all(program, kept)]
    parameters = mathopt.SolveParameters(
        time_limit=datetime.timedelta(seconds=max(0.01, seconds)),
        random_seed=seed,
        relative_gap_tolerance=0.0,
        absolute_gap_tolerance=0.9,
    )
    model = mathopt.Model.from_model_proto(_model(program.greatest, rows, goal, whole=True))
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters)
    bound = _rounded_up(goal, result.termination.objective_bounds.dual_bound)
    if not result.has_primal_feasible_solution():
        return Outcome(None, bound)
    found = result.variable_values()
    solution = [round(found[variable]) for variable in model.variables()]
    return Outcome(solution if all(row.holds(solution) for row in rows) else None, bound)


def relaxed(
    program: Program, rows: Sequence[Row], index: int, kept: Sequence[int], *, seconds: float, seed: int
) -> Fractions | None:
    """The same with fractions allowed and only these of the program's rows; None when it was not solved."""
    goal = program.goals[index]
    parameters = mathopt.SolveParameters(
        time_limit=datetime.timedelta(seconds=max(0.01, seconds)), random_seed=seed
    )
    proto = _model(program.greatest, [*rows, *_keeping_all(program, kept)], goal, whole=False)
    model = mathopt.Model.from_model_proto(proto)
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters)
    if (
        result.termination.reason != mathopt.TerminationReason.OPTIMAL
        or not result.has_dual_feasible_solution()
    ):
        return None
    values, added = result.variable_values(), result.reduced_costs()
    return Fractions(
        _rounded_up(goal, result.termination.objective_bounds.dual_bound),
        [values[variable] for variable in model.variables()],
        [goal.unit * added[variable] for variable in model.variables()],
    )


def _keeping_all(program: Program, kept: Sequence[int]) -> Iterator[Row]:
    return (_keeping(goal, value) for goal, value in zip(program.goals, kept, strict=False))


def _rounded_up(goal: Goal, dual_bound: float) -> int:
    """The bound in whole units, after taking off what the engine's tolerances may have added."""
    if not math.isfinite(dual_bound):
        return goal.constant
    sure = dual_bound - SURE_MARGIN - SURE_SHARE * abs(dual_bound)
    return goal.constant + goal.unit * max(0, math.ceil(sure))


def _keeping(goal: Goal, value: int) -> Row:
    """The goal no worse than the value, counted in units, so that the numbers are small.

    Of large ones an engine may overstep the row by whole units. That can only make a bound lower, and a
    solution that does is not taken.
    """
    factors = tuple(factor // goal.unit for factor in goal.factors.values())
    return Row(tuple(goal.factors), factors, None, (value - goal.constant) // goal.unit)


def _model(greatest: Sequence[int], rows: Sequence[Row], goal: Goal, *, whole: bool) -> model_pb2.ModelProto:
    model = model_pb2.ModelProto()
    model.variables.ids.extend(range(len(greatest)))
    model.variables.lower_bounds.extend([0.0] * len(greatest))
    model.variables.upper_bounds.extend(greatest)
    model.variables.integers.extend([whole] * len(greatest))
    constraints = model.linear_constraints
    constraints.ids.extend(range(len(rows)))
    constraints.lower_bounds.extend(-math.inf if row.low is None else row.low for row in rows)
    constraints.upper_bounds.extend(math.inf if row.high is None else row.high for row in rows)
    matrix = model.linear_constraint_matrix
    for index, row in enumerate(rows):
        entries = sorted(zip(row.columns, row.factors, strict=True))
        matrix.row_ids.extend([index] * len(entries))
        matrix.column_ids.extend(column for column, _ in entries)
        matrix.coefficients.extend(factor for _, factor in entries)
    priced = sorted(goal.factors.items())
    model.objective.linear_coefficients.ids.extend(column for column, _ in priced)
    model.objective.linear_coefficients.values.extend(factor // goal.unit for _, factor in priced)
    return model
