"""Improves a plan by deciding anew about a few dozen people at a time, everybody else staying as they are."""

import random
import time
from collections.abc import Mapping, Sequence

from salonpool.solver.highs import Fractions, minimized
from salonpool.solver.program import Goal, Program, Row
from salonpool.solver.variables import Variables

FIRST_PEOPLE = 40
LEAST_PEOPLE = 8
MOST_COLUMNS = 20_000
DIVE_CHOICES = 30  # a shift's cheapest people by the relaxation
NEARLY = 1e-6


class Neighbourhoods:
    """Rounds on one program; the number of people grows while rounds are solved to the end, and shrinks
    when not."""

    def __init__(self, variables: Variables, *, seed: int) -> None:
        self._variables = variables
        self._program = variables.program
        self._chance = random.Random(seed)
        self._people = [float(FIRST_PEOPLE)] * len(self._program.goals)
        self._choices: dict[str, list[str]] = {}
        for shift_id, stylist_id in variables.pairs:
            self._choices.setdefault(shift_id, []).append(stylist_id)
        self._rows_of: list[list[int]] = [[] for _ in self._program.greatest]
        for index, row in enumerate(self._program.rows):
            for column in row.columns:
                self._rows_of[column].append(index)

    def better(self, holders: Mapping[str, str], index: int, seconds: float) -> tuple[list[int], bool]:
        """A solution no worse in the goals up to this one, and whether the round was about everybody and
        solved."""
        started = time.monotonic()
        free = self._free(self._near(holders, index), holders)
        solution, is_best = self._solved(holders, index, free, seconds)
        grow = time.monotonic() - started < seconds / 3 and len(free) < MOST_COLUMNS
        self._people[index] = max(LEAST_PEOPLE, self._people[index] * (1.3 if grow else 0.8))
        return solution, is_best and len(free) == len(self._program.greatest)

    def dive(self, fractions: Fractions, seconds: float) -> list[int] | None:
        """A solution that keeps what the fractions have whole and decides about the rest among the cheapest
        columns of each shift; None when there was none in time."""
        until = time.monotonic() + seconds
        holders = self._whole(fractions.values)
        free = self._undecided(fractions.added, holders)
        solution = self._variables.solution(holders)
        found, _ = self._lowered(self._part(free, solution), 0, None, until)
        if found is None:
            return None
        for column, value in zip(free, found, strict=True):
            solution[column] = value
        return solution

    def _whole(self, values: Sequence[float]) -> dict[str, str]:
        """Who takes a shift whole, without those whose shifts break a row that the fractions were spared."""
        variables = self._variables
        whole = {pair: column for pair, column in variables.pairs.items() if values[column] > 1 - NEARLY}
        solution = variables.solution(dict(list(whole)))
        broken = {column for row in self._program.rows if not row.holds(solution) for column in row.columns}
        lost_people = {
            stylist_id
            for stylist_id, columns in variables.derived_of.items()
            if any(solution[column] and column in broken for column in columns)
        }
        return {
            shift_id: stylist_id
            for (shift_id, stylist_id), column in whole.items()
            if column not in broken
            and variables.unfilled[shift_id] not in broken
            and stylist_id not in lost_people
        }

    def _undecided(self, added: Sequence[float], holders: Mapping[str, str]) -> list[int]:
        variables = self._variables
        free = {column for columns in variables.derived_of.values() for column in columns}
        for shift_id, people in self._choices.items():
            if shift_id not in holders:
                columns = [variables.pairs[shift_id, stylist_id] for stylist_id in people]
                free.update(sorted(columns, key=added.__getitem__)[:DIVE_CHOICES])
                free.add(variables.unfilled[shift_id])
        return sorted(free)

    def _solved(
        self, holders: Mapping[str, str], index: int, free: list[int], seconds: float
    ) -> tuple[list[int], bool]:
        solution = self._variables.solution(holders)
        start = [solution[column] for column in free]
        found, is_best = self._lowered(self._part(free, solution), index, start, time.monotonic() + seconds)
        for column, value in zip(free, found or start, strict=True):
            solution[column] = value
        return solution, is_best

    def _lowered(
        self, part: Program, first: int, start: list[int] | None, until: float
    ) -> tuple[list[int] | None, bool]:
        """A solution that makes this goal small, and then those after it; and whether it is proven for the
        first. What makes the first no smaller than `start` is left at that."""
        found, is_best = start, False
        for index in range(first, len(part.goals)):
            kept = [] if found is None else [goal.value(found) for goal in part.goals[:index]]
            left = until - time.monotonic()
            seconds = left if index == len(part.goals) - 1 else left / 2
            outcome = minimized(part, index, kept, seconds=seconds, seed=self._chance.randrange(2**30))
            goal = part.goals[index]
            if outcome.solution is not None and (
                found is None or goal.value(outcome.solution) < goal.value(found)
            ):
                found = outcome.solution
            if index == first:
                is_best = found is not None and outcome.bound >= goal.value(found)
            if found is None or (index == first and found is start):
                break
        return found, is_best

    def _near(self, holders: Mapping[str, str], index: int) -> set[str]:
        """People around one shift: those who could work it, then those who could work what they hold, and
        so on."""
        shifts = list(self._choices)
        if index == 0:
            shifts = [shift_id for shift_id in shifts if shift_id not in holders] or shifts
        held: dict[str, list[str]] = {}
        for shift_id, stylist_id in holders.items():
            if shift_id in self._choices:
                held.setdefault(stylist_id, []).append(shift_id)
        everybody = len(self._variables.people())
        queue = [self._chance.choice(shifts)]
        seen = set(queue)
        people: set[str] = set()
        while len(people) < min(self._people[index], everybody):
            if not queue:
                queue.append(self._chance.choice(list(self._choices)))
            shift_id = queue.pop(self._chance.randrange(len(queue)))
            choices = self._choices[shift_id]
            for stylist_id in self._chance.sample(choices, min(len(choices), 8)):
                people.add(stylist_id)
                fresh = [other for other in held.get(stylist_id, []) if other not in seen]
                seen.update(fresh)
                queue.extend(fresh)
        return people

    def _free(self, people: set[str], holders: Mapping[str, str]) -> list[int]:
        free: list[int] = []
        touched: set[str] = set()
        for stylist_id in sorted(people):
            free.extend(self._variables.derived_of[stylist_id])
            for shift, column in self._variables.of_person[stylist_id]:
                holder = holders.get(shift.id)
                if holder is None or holder in people:
                    free.append(column)
                    touched.add(shift.id)
        free.extend(self._variables.unfilled[shift_id] for shift_id in sorted(touched))
        return sorted(free)

    def _part(self, free: list[int], solution: list[int]) -> Program:
        """The program of the free columns; what the others are worth moves to the bounds of the rows."""
        place = {column: index for index, column in enumerate(free)}
        part = Program(greatest=[self._program.greatest[column] for column in free])
        rows = {row for column in free for row in self._rows_of[column]}
        part.rows = [_reduced(self._program.rows[index], place, solution) for index in sorted(rows)]
        for goal in self._program.goals:
            priced = {place[column]: factor for column, factor in goal.factors.items() if column in place}
            part.goals.append(Goal(goal.level, 0, priced))
        return part


def _reduced(row: Row, place: Mapping[int, int], solution: list[int]) -> Row:
    columns: list[int] = []
    factors: list[int] = []
    fixed = 0
    for column, factor in zip(row.columns, row.factors, strict=True):
        if column in place:
            columns.append(place[column])
            factors.append(factor)
        else:
            fixed += factor * solution[column]
    low = None if row.low is None else row.low - fixed
    high = None if row.high is None else row.high - fixed
    return Row(tuple(columns), tuple(factors), low, high)
