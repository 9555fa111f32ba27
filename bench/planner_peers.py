"""The planner's peers: four plain ways to make a roster, each as its own users write it.

CP-SAT as in the shift example of OR-Tools (one weighted sum, a clause for every two shifts that clash), HiGHS
on the same rows level by level, greedy (urgent and scarce shifts first, the cheapest person left), and the
Hungarian method day by day. Each runs alone on one thread and says how good it knows its plan to be.
"""

import datetime
import math
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ortools.graph.python import linear_sum_assignment
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt
from ortools.sat.python import cp_model

from bench.naive_rows import Rows, pinned, rows_of
from salonpool.solver.eligibility import Eligibility
from salonpool.solver.measures import Measures
from salonpool.solver.pairs import feasible_pairs
from salonpool.solver.problem import Problem, Shift, Stylist
from salonpool.solver.terms import Terms

LARGEST_COST = 2**40  # above it the Hungarian method may overflow


@dataclass(frozen=True, kw_only=True)
class Plan:
    """{shift id: stylist id} or None, a lower bound of each level (None = not known), and when the first plan
    was there (processor seconds; None = the peer does not tell)."""

    holders: dict[str, str] | None
    bounds: tuple[float | None, ...]
    proven: bool = False
    first_plan_seconds: float | None = None


class Budget:
    """Processor seconds of this process, from now on."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._started = time.process_time()

    def used(self) -> float:
        """Seconds used."""
        return time.process_time() - self._started

    def left(self) -> float:
        """Seconds left, never less than a moment."""
        return max(0.05, self.seconds - self.used())


Peer = Callable[[Problem, Budget, int], Plan]


def cp_sat(problem: Problem, budget: Budget, seed: int) -> Plan:
    """One weighted sum of all levels, a unit of an earlier one outweighing all later ones."""
    rows = rows_of(problem)
    scales = _scales(rows)
    model = cp_model.CpModel()
    columns = [model.new_int_var(0, greatest, "") for greatest in rows.greatest]
    for one, other in rows.clauses:
        model.add_bool_or((~columns[one], ~columns[other]))
    for factors, least, most in rows.rows:
        total = cp_model.LinearExpr.weighted_sum([columns[c] for c in factors], list(factors.values()))
        model.add_linear_constraint(
            total, -(2**60) if least is None else least, 2**60 if most is None else most
        )
    prices: dict[int, int] = defaultdict(int)
    for scale, level in zip(scales, rows.levels, strict=True):
        for column, factor in level.items():
            prices[column] += scale * factor
    model.minimize(cp_model.LinearExpr.weighted_sum([columns[c] for c in prices], list(prices.values())))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2  # its best on one thread; as it comes it finds no plan for 600
    solver.parameters.random_seed = seed
    solver.parameters.max_time_in_seconds = budget.left()
    first = _First(budget)
    status = solver.solve(model, first)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    values = [solver.value(column) for column in columns] if found else None
    return Plan(
        holders=_holders(problem, rows, values),
        bounds=_taken_apart(rows, scales, values, solver.best_objective_bound),
        proven=status == cp_model.OPTIMAL,
        first_plan_seconds=first.seconds,
    )


class _First(cp_model.CpSolverSolutionCallback):
    def __init__(self, budget: Budget) -> None:
        super().__init__()
        self._budget = budget
        self.seconds: float | None = None

    def on_solution_callback(self) -> None:
        if self.seconds is None:
            self.seconds = self._budget.used()


def highs(problem: Problem, budget: Budget, seed: int) -> Plan:
    """Level by level, earlier ones kept as they were found; half of the time left for each but the last."""
    rows = rows_of(problem)
    kept: list[tuple[dict[int, int], int | None, int | None]] = []
    values: list[int] | None = None
    bounds: list[float | None] = [None] * len(rows.levels)
    proven = True
    for index, level in enumerate(rows.levels):
        is_last = index == len(rows.levels) - 1
        parameters = mathopt.SolveParameters(
            time_limit=datetime.timedelta(seconds=budget.left() * (1 if is_last else 0.5)),
            random_seed=seed, relative_gap_tolerance=0.0, absolute_gap_tolerance=0.9,
        )  # fmt: skip
        model = mathopt.Model.from_model_proto(_model(rows, kept, level))
        result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters)
        bound = result.termination.objective_bounds.dual_bound
        if math.isfinite(bound):
            bounds[index] = rows.constants[index] + max(0, math.ceil(bound - 1e-3 - 1e-9 * abs(bound)))
        if result.has_primal_feasible_solution():
            found = result.variable_values()
            values = [round(found[variable]) for variable in model.variables()]
        proven &= result.termination.reason == mathopt.TerminationReason.OPTIMAL
        if values is None:
            break
        kept.append((level, None, sum(factor * values[c] for c, factor in level.items())))
    return Plan(holders=_holders(problem, rows, values), bounds=tuple(bounds), proven=proven)


def _model(
    rows: Rows, kept: list[tuple[dict[int, int], int | None, int | None]], level: Mapping[int, int]
) -> model_pb2.ModelProto:
    model = model_pb2.ModelProto()
    count = len(rows.greatest)
    model.variables.ids.extend(range(count))
    model.variables.lower_bounds.extend([0.0] * count)
    model.variables.upper_bounds.extend(rows.greatest)
    model.variables.integers.extend([True] * count)
    pairs, others = len(rows.clauses), [*rows.rows, *kept]
    constraints, matrix = model.linear_constraints, model.linear_constraint_matrix
    constraints.ids.extend(range(pairs + len(others)))
    constraints.lower_bounds.extend([-math.inf] * pairs)
    constraints.lower_bounds.extend(-math.inf if least is None else least for _, least, _ in others)
    constraints.upper_bounds.extend([1.0] * pairs)
    constraints.upper_bounds.extend(math.inf if most is None else most for _, _, most in others)
    matrix.row_ids.extend(index // 2 for index in range(2 * pairs))
    matrix.column_ids.extend(column for pair in rows.clauses for column in sorted(pair))
    matrix.coefficients.extend([1.0] * (2 * pairs))
    for index, (factors, _, _) in enumerate(others, pairs):
        matrix.row_ids.extend([index] * len(factors))
        matrix.column_ids.extend(sorted(factors))
        matrix.coefficients.extend(factors[column] for column in sorted(factors))
    model.objective.linear_coefficients.ids.extend(sorted(level))
    model.objective.linear_coefficients.values.extend(level[column] for column in sorted(level))
    return model


def greedy(problem: Problem, budget: Budget, seed: int) -> Plan:
    """Urgent shifts first, of these the ones few could take, each to the cheapest person still free."""
    hands = _Hands(problem)
    for shift in sorted(
        hands.open(), key=lambda s: (-hands.terms.coverage(s), len(hands.able[s.id]), s.start)
    ):
        for stylist in sorted(hands.people(shift), key=lambda who: hands.added(who, shift)):
            if hands.give(shift, stylist):
                break
    return _done(problem, hands, budget)


def hungarian(problem: Problem, budget: Budget, seed: int) -> Plan:
    """Day after day the cheapest matching of people and shifts, one each, again until nothing is added."""
    hands = _Hands(problem)
    by_day: dict[int, list[Shift]] = defaultdict(list)
    for shift in hands.open():
        by_day[hands.measures.day_of(shift.start)].append(shift)
    for _, shifts in sorted(by_day.items()):
        left = shifts
        while left:
            matched = _matched(hands, left)
            given = {shift.id for shift, stylist in matched if hands.give(shift, stylist)}
            if not given:
                break
            left = [shift for shift in left if shift.id not in given]
    return _done(problem, hands, budget)


class _Hands:
    """A plan being made by hand: who could take what, who has what, and what one more would cost."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.measures = Measures(problem)
        self.terms = Terms(problem, self.measures)
        self.able = feasible_pairs(problem, Eligibility(problem, self.measures))
        self.holders = pinned(problem)
        self._eligibility = Eligibility(problem, self.measures)
        self._people = problem.stylists_by_id
        self._minutes: dict[str, int] = defaultdict(int)
        for shift_id, stylist_id in self.holders.items():
            self._minutes[stylist_id] += problem.shifts_by_id[shift_id].minutes

    def open(self) -> list[Shift]:
        return [shift for shift in self.problem.shifts if shift.id in self.able]

    def people(self, shift: Shift) -> list[Stylist]:
        """Those who could take the shift beside what they have by now."""
        people = [self._people[stylist_id] for stylist_id in self.able[shift.id]]
        return [stylist for stylist in people if self._eligibility.clash(stylist, shift) is None]

    def added(self, stylist: Stylist, shift: Shift) -> tuple[int, ...]:
        return self.terms.added(stylist, shift, self._minutes[stylist.id])

    def unfilled(self, shift: Shift) -> tuple[int, ...]:
        price = self.terms.coverage(shift)
        return tuple(level.get("coverage", 0) * price for level in self.problem.objective)

    def give(self, shift: Shift, stylist: Stylist) -> bool:
        """False when it does not go with what somebody was given meanwhile."""
        if self._eligibility.clash(stylist, shift) is not None:
            return False
        self.holders[shift.id] = stylist.id
        self._minutes[stylist.id] += shift.minutes
        self._eligibility.diary.add(stylist.id, shift.id)
        return True


def _matched(hands: _Hands, shifts: list[Shift]) -> list[tuple[Shift, Stylist]]:
    """The cheapest matching. Both sides are doubled, so that a shift or a person may stay alone."""
    people: dict[str, int] = {}
    able = {shift.id: hands.people(shift) for shift in shifts}
    for stylists in able.values():
        for stylist in stylists:
            people.setdefault(stylist.id, len(people))
    prices = [[hands.added(stylist, shift) for stylist in able[shift.id]] for shift in shifts]
    alone = [hands.unfilled(shift) for shift in shifts]
    costs = _as_numbers([*alone, *(price for row in prices for price in row)], len(shifts))
    count, others = len(shifts), len(people)
    matching = linear_sum_assignment.SimpleLinearSumAssignment()
    for person in range(others):
        matching.add_arc_with_cost(count + person, person, 0)
    for index, (shift, row) in enumerate(zip(shifts, prices, strict=True)):
        matching.add_arc_with_cost(index, others + index, costs[alone[index]])
        for stylist, price in zip(able[shift.id], row, strict=True):
            matching.add_arc_with_cost(index, people[stylist.id], costs[price])
            matching.add_arc_with_cost(count + people[stylist.id], others + index, 0)
    if matching.solve() != matching.OPTIMAL:
        return []
    mates = ((shift, matching.right_mate(index)) for index, shift in enumerate(shifts))
    names = list(people)
    by_id = hands.problem.stylists_by_id
    return [(shift, by_id[names[mate]]) for shift, mate in mates if mate < others]


def _as_numbers(prices: list[tuple[int, ...]], count: int) -> dict[tuple[int, ...], int]:
    """Each price of several levels as one number: a unit of a level outweighs all that comes after it."""
    numbers = dict.fromkeys(prices, 0)
    scale = 1
    for level in reversed(range(len(prices[0]))):
        for price in numbers:
            numbers[price] += scale * price[level]
        scale = min(1 + 2 * count * max(map(abs, numbers.values())), LARGEST_COST)
    return numbers


def _done(problem: Problem, hands: _Hands, budget: Budget) -> Plan:
    nothing = (None,) * len(problem.objective)
    return Plan(holders=hands.holders, bounds=nothing, first_plan_seconds=budget.used())


def _holders(problem: Problem, rows: Rows, values: list[int] | None) -> dict[str, str] | None:
    if values is None:
        return None
    taken = {shift: stylist for (shift, stylist), column in rows.pairs.items() if values[column]}
    return pinned(problem) | taken


def _scales(rows: Rows) -> list[int]:
    """The weight of each level in one sum: a unit of it is worth more than all later levels together."""
    scales = [1]
    for worst in reversed(rows.worst[1:]):
        scales.append(scales[-1] * (worst + 1))
    return scales[::-1]


def _taken_apart(
    rows: Rows, scales: list[int], values: list[int] | None, bound: float
) -> tuple[float | None, ...]:
    """What a bound of the one sum says of each level: of a later one only when all before it are closed."""
    bounds: list[float | None] = [None] * len(scales)
    if values is None or not math.isfinite(bound):
        return tuple(bounds)
    left = math.ceil(bound - 1e-6)
    for index, (scale, level) in enumerate(zip(scales, rows.levels, strict=True)):
        value = sum(factor * values[column] for column, factor in level.items())
        least = max(0, left // scale)
        bounds[index] = rows.constants[index] + min(least, value)
        if least < value:
            break
        left -= scale * value
    return tuple(bounds)


PEERS: dict[str, Peer] = {
    "naive CP-SAT": cp_sat,
    "HiGHS, naive rows": highs,
    "greedy": greedy,
    "Hungarian by day": hungarian,
}
