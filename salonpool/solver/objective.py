"""The levels of the objective as goals over the columns."""

from functools import partial

from salonpool.solver.cliques import members
from salonpool.solver.constraints import Constraints
from salonpool.solver.problem import Problem, Stylist
from salonpool.solver.program import Goal
from salonpool.solver.rules import Diary
from salonpool.solver.splitting import split
from salonpool.solver.terms import STEP_MINUTES, Terms
from salonpool.solver.variables import Variables, any_taken


class Objective:
    """Writes the goals of every level into the program of the variables."""

    def __init__(
        self, problem: Problem, terms: Terms, variables: Variables, constraints: Constraints
    ) -> None:
        self._problem = problem
        self._terms = terms
        self._variables = variables
        self._constraints = constraints
        self._used = {term for level in problem.objective for term, weight in level.items() if weight}
        self._factors: dict[str, dict[int, int]] = {term: {} for term in self._used}
        self._constants: dict[str, int] = dict.fromkeys(self._used, 0)

    def write(self, diary: Diary) -> None:
        """Write every level; `diary` holds what is fixed."""
        self._unfilled_shifts_have_a_price()
        self._every_pair_has_its_price()
        for stylist in self._problem.stylists:
            pinned = [held.minutes for held in diary.of_person(stylist.id) if held.shift is not None]
            if "fairness" in self._used:
                self._hours_short_have_a_price(stylist, sum(pinned))
            if "activation" in self._used:
                self._a_person_used_has_a_price(stylist, bool(pinned))
        for level in range(len(self._problem.objective)):
            self._write_goals(level)

    def _write_goals(self, level: int) -> None:
        program = self._variables.program
        weights = {term: weight for term, weight in self._problem.objective[level].items() if weight}
        constant = sum(weight * self._constants[term] for term, weight in weights.items())
        prices = [
            (weight * factor, column)
            for term, weight in weights.items()
            for column, factor in self._factors[term].items()
        ]
        for factors in split(prices, program):
            program.goals.append(Goal(level, constant, factors))
            constant = 0

    def _price(self, term: str, column: int | None, price: int) -> None:
        if term not in self._used or not price:
            return
        if column is None:
            self._constants[term] += price
        else:
            self._factors[term][column] = price

    def _unfilled_shifts_have_a_price(self) -> None:
        for shift in self._problem.shifts:
            if not shift.pinned:
                self._price("coverage", self._variables.unfilled.get(shift.id), self._terms.coverage(shift))

    def _every_pair_has_its_price(self) -> None:
        people, shifts = self._problem.stylists_by_id, self._problem.shifts_by_id
        for (shift_id, stylist_id), column in self._variables.pairs.items():
            for term, price in self._terms.of_pair(people[stylist_id], shifts[shift_id]).items():
                self._price(term, column, price)
        for shift_id, holder in self._problem.pinned_holders.items():
            for term, price in self._terms.of_pair(people[holder], shifts[shift_id]).items():
                self._price(term, None, price)

    def _hours_short_have_a_price(self, stylist: Stylist, pinned_minutes: int) -> None:
        """Half hours short, tier by tier: points never fall, so cheap tiers are charged first without being
        told."""
        choices = self._variables.of_person[stylist.id]
        if not choices:
            self._price("fairness", None, self._terms.fairness(stylist.id, pinned_minutes))
            return
        tiers = self._terms.tiers(stylist.id)
        wanted = STEP_MINUTES * sum(steps for steps, _ in tiers) - pinned_minutes
        if wanted <= 0:
            return
        factors = {column: shift.minutes for shift, column in choices}
        minutes = dict(factors)
        for index, (steps, points) in enumerate(tiers):
            before = sum(steps for steps, _ in tiers[:index])
            column = self._variables.derived(
                stylist.id, steps, partial(_short, minutes, wanted, before, steps)
            )
            factors[column] = STEP_MINUTES
            self._price("fairness", column, points)
        self._variables.program.at_least(factors, wanted)

    def _a_person_used_has_a_price(self, stylist: Stylist, is_used: bool) -> None:
        choices = self._variables.of_person[stylist.id]
        if is_used:
            self._price("activation", None, stylist.activation_cost)
        elif choices and stylist.activation_cost:
            columns = [column for _, column in choices]
            used = self._variables.derived(stylist.id, 1, partial(any_taken, columns))
            for clique in self._constraints.cliques[stylist.id]:
                taken = {columns[index]: 1 for index in members(clique)}
                self._variables.program.at_most({**taken, used: -1}, 0)
            self._price("activation", used, stylist.activation_cost)


def _short(minutes: dict[int, int], wanted: int, before: int, steps: int, values: list[int]) -> int:
    """Half hours of one tier that stay short; `before` half hours are charged in the tiers before it."""
    got = sum(length for column, length in minutes.items() if values[column])
    short = max(0, -((got - wanted) // STEP_MINUTES))
    return min(steps, max(0, short - before))
