"""Improves a plan round by round: each decides anew about a neighbourhood, all else staying as it is."""

import random
import time
from collections.abc import Mapping, Sequence
from itertools import cycle

from salonpool.solver.fixing import Fixing
from salonpool.solver.highs import Fractions, minimized
from salonpool.solver.neighbourhoods import Kind, Neighbourhood, Neighbourhoods
from salonpool.solver.program import Program
from salonpool.solver.variables import Variables

TURNS = (Kind.SHIFT, Kind.DAYS, Kind.SHIFT, Kind.SALONS)
FIRST_COLUMNS, LEAST_COLUMNS, MOST_COLUMNS = 3_500, 500, 30_000
AROUND_OPEN = 7_500  # columns at first
WIDER = 1.5
OPEN_SECONDS = 8.0
GAINED_SECONDS = 6.0  # an earlier goal got smaller: time for those after it, which it may have cost a lot
DIVE_CHOICES, DIVE_COLUMNS = (12, 30), 15_000
NEARLY = 1e-6


class Rounds:
    """Rounds on one program; neighbourhoods grow while they are solved to the end, and shrink when not."""

    def __init__(self, variables: Variables, *, seed: int) -> None:
        self._variables = variables
        self._program = variables.program
        self._chance = random.Random(seed)
        self._neighbourhoods = Neighbourhoods(variables, self._chance)
        self._turns = cycle(TURNS)
        self._columns = dict.fromkeys(Kind, float(FIRST_COLUMNS))
        self._tried: dict[str, float] = {}
        self._fixing = Fixing(self._program)

    def better(
        self, holders: Mapping[str, str], index: int, seconds: float, until: float
    ) -> tuple[list[int], bool]:
        """A solution no worse in the goals up to this one, and whether the round was about everything and
        solved. It takes so many seconds for the goal, more when that became smaller, and ends at `until`."""
        hopes = self._neighbourhoods.hopes(holders) if index == 0 else {}
        if hopes:
            return self._around_open(holders, hopes, until)
        return self._around_chance(holders, index, seconds, until)

    def dive(self, fractions: Fractions, seconds: float) -> list[int] | None:
        """A solution that keeps what the fractions have whole and decides about the rest among the cheapest
        people of each shift; None when there was none in time. Later rounds go by these fractions too."""
        until = time.monotonic() + seconds
        self._neighbourhoods.learn(fractions)
        holders = self._whole(fractions.values)
        undecided = self._neighbourhoods.undecided(holders)
        few, many = DIVE_CHOICES
        choices = min(many, max(few, DIVE_COLUMNS // max(1, len(undecided))))
        derived = {column for columns in self._variables.derived_of.values() for column in columns}
        free = sorted(derived.union(self._neighbourhoods.columns(Neighbourhood(undecided, choices), holders)))
        solution = self._variables.solution(holders)
        part = self._fixing.part(free, solution)
        found: list[int] | None = None
        for index in range(len(part.goals)):
            left = until - time.monotonic()
            share = left if index == len(part.goals) - 1 else left / 2
            found, _ = self._lowered(part, index, found, share)
            if found is None:
                break
        if found is None:
            return None
        _put(solution, free, found)
        return solution

    def _around_open(
        self, holders: Mapping[str, str], hopes: Mapping[str, float], until: float
    ) -> tuple[list[int], bool]:
        """Around the open shift that got least for how much hope there is; wider the next time."""
        if all(self._tried.get(shift_id, 0) > MOST_COLUMNS for shift_id in hopes):
            self._tried.clear()
        target = min(hopes, key=lambda shift_id: self._tried.get(shift_id, AROUND_OPEN) / hopes[shift_id])
        size = self._tried.get(target, AROUND_OPEN)
        self._tried[target] = size * WIDER
        chosen = self._neighbourhoods.pick(Kind.OPEN, holders, round(size), target)
        return self._solved(holders, 0, chosen, OPEN_SECONDS, until)

    def _around_chance(
        self, holders: Mapping[str, str], index: int, seconds: float, until: float
    ) -> tuple[list[int], bool]:
        kind = next(self._turns)
        started = time.monotonic()
        chosen = self._neighbourhoods.pick(kind, holders, round(self._columns[kind]))
        found = self._solved(holders, index, chosen, seconds, until)
        grow = time.monotonic() - started < seconds / 3
        columns = self._columns[kind] * (1.3 if grow else 0.8)
        self._columns[kind] = min(MOST_COLUMNS, max(LEAST_COLUMNS, columns))
        return found

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

    def _solved(
        self, holders: Mapping[str, str], index: int, chosen: Neighbourhood, seconds: float, until: float
    ) -> tuple[list[int], bool]:
        """The goal made small; if it became smaller, those after it too, among fewer people: it may have cost
        them a lot."""
        goals = self._program.goals
        solution = self._variables.solution(holders)
        before = goals[index].value(solution)
        seconds = min(seconds, until - time.monotonic())
        is_best = self._decide(solution, index, self._neighbourhoods.columns(chosen, holders), seconds)
        if goals[index].value(solution) < before:
            free = self._neighbourhoods.columns(chosen.narrowed(), holders, self._variables.holders(solution))
            for later in range(index + 1, len(goals)):
                self._decide(solution, later, free, min(GAINED_SECONDS, until - time.monotonic()))
        return solution, is_best

    def _decide(self, solution: list[int], index: int, free: list[int], seconds: float) -> bool:
        """Make the goal small in the solution by its free columns; were they all, and is it proven?"""
        start = [solution[column] for column in free]
        found, is_best = self._lowered(self._fixing.part(free, solution), index, start, seconds)
        _put(solution, free, found or start)
        return is_best and len(free) == len(self._program.greatest)

    def _lowered(
        self, part: Program, index: int, start: list[int] | None, seconds: float
    ) -> tuple[list[int] | None, bool]:
        """A solution that makes this goal smaller than `start` does, or that one; and whether it is proven.
        The goals before it get no worse than there."""
        goal = part.goals[index]
        kept = [] if start is None else [earlier.value(start) for earlier in part.goals[:index]]
        seed = self._chance.randrange(2**30)
        outcome = minimized(part, index, kept, seconds=seconds, seed=seed)
        found = outcome.solution
        if found is None or (start is not None and goal.value(found) >= goal.value(start)):
            found = start
        return found, found is not None and outcome.bound >= goal.value(found)


def _put(solution: list[int], free: list[int], values: list[int]) -> None:
    for column, value in zip(free, values, strict=True):
        solution[column] = value
