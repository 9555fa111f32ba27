"""A planning problem as anybody would first write it down: one row for every two shifts that clash.

The rules are written here again, from the page and not from the planner, so that its peers share no thought
with it beyond the list of people who may take a shift at all.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from salonpool.solver.eligibility import Eligibility
from salonpool.solver.measures import Measures
from salonpool.solver.pairs import feasible_pairs
from salonpool.solver.problem import Limit, Problem, Shift, Stylist
from salonpool.solver.terms import STEP_MINUTES, Terms


@dataclass
class Rows:
    """Columns are whole numbers from 0 to their entry in `greatest`; of two in `clauses` at most one is 1.

    `rows` are (factors, least, most), `levels` the factors to make small in turn, `constants` what is on top.
    """

    greatest: list[int] = field(default_factory=list)
    clauses: list[tuple[int, int]] = field(default_factory=list)
    rows: list[tuple[dict[int, int], int | None, int | None]] = field(default_factory=list)
    levels: list[dict[int, int]] = field(default_factory=list)
    constants: list[int] = field(default_factory=list)
    worst: list[int] = field(default_factory=list)  # no plan is worth more, level by level
    pairs: dict[tuple[str, str], int] = field(default_factory=dict)

    def column(self, greatest: int = 1) -> int:
        """A new column."""
        self.greatest.append(greatest)
        return len(self.greatest) - 1


def rows_of(problem: Problem) -> Rows:
    """Every rule and every term of the problem."""
    return _Writer(problem).written()


def pinned(problem: Problem) -> dict[str, str]:
    """{shift id: stylist id} of the shifts that keep their holder."""
    return {s.id: s.holder for s in problem.shifts if s.pinned and s.holder is not None}


class _Writer:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.measures = Measures(problem)
        self.terms = Terms(problem, self.measures)
        self.eligibility = Eligibility(problem, self.measures)
        self.longest_travel = self.measures.longest_travel()
        self.rows = Rows()
        self.choices: dict[str, list[tuple[Shift, int]]] = defaultdict(list)
        self.open: dict[str, list[tuple[Shift, int]]] = defaultdict(
            list
        )  # by salon: shift, column "unfilled"

    def written(self) -> Rows:
        self.rows.levels = [{} for _ in self.problem.objective]
        self.rows.constants = [0] * len(self.problem.objective)
        self.rows.worst = [0] * len(self.problem.objective)
        self._shifts()
        for stylist in self.problem.stylists:
            choices = self.choices[stylist.id]
            self._clashes(stylist, choices)
            self._days(stylist, choices)
            for limit in stylist.limits:
                self._windows(stylist, choices, limit)
            self._wishes(stylist, choices)
        self._apart()
        self._chairs()
        return self.rows

    def _shifts(self) -> None:
        people = self.problem.stylists_by_id
        able = feasible_pairs(self.problem, self.eligibility)
        for shift in self.problem.shifts:
            if shift.pinned and shift.holder is not None:
                for level, cost in enumerate(self._costs(people[shift.holder], shift)):
                    self.rows.constants[level] += cost
                    self.rows.worst[level] += cost
                continue
            unfilled = self.rows.column()
            self._price({"coverage": self.terms.coverage(shift)}, unfilled)
            self.open[shift.salon].append((shift, unfilled))
            most = [0] * len(self.problem.objective)
            row = {unfilled: 1}
            for stylist_id in able[shift.id]:
                column = self.rows.pairs[shift.id, stylist_id] = self.rows.column()
                self.choices[stylist_id].append((shift, column))
                row[column] = 1
                for level, cost in enumerate(self._costs(people[stylist_id], shift)):
                    most[level] = max(most[level], cost)
                    if cost:
                        self.rows.levels[level][column] = cost
            self.rows.rows.append((row, 1, 1))
            self.rows.worst = [worst + more for worst, more in zip(self.rows.worst, most, strict=True)]

    def _costs(self, stylist: Stylist, shift: Shift) -> list[int]:
        terms = self.terms.of_pair(stylist, shift)
        return [
            sum(weight * terms.get(term, 0) for term, weight in level.items())
            for level in self.problem.objective
        ]

    def _price(self, terms: Mapping[str, int], column: int) -> None:
        for level, weights in enumerate(self.problem.objective):
            cost = sum(weights.get(term, 0) * points for term, points in terms.items())
            if cost:
                self.rows.levels[level][column] = cost
                self.rows.worst[level] += cost * self.rows.greatest[column]

    def _clashes(self, stylist: Stylist, choices: list[tuple[Shift, int]]) -> None:
        choices.sort(key=lambda choice: choice[0].start)
        rest, way = stylist.min_rest_minutes, self.measures.travel_minutes
        reach = max(rest, self.longest_travel)
        days = [self.measures.day_of(shift.start) for shift, _ in choices]
        for index, (first, column) in enumerate(choices):
            for later in range(index + 1, len(choices)):
                second, other = choices[later]
                gap = second.start - first.end
                if gap >= reach:
                    break
                too_short = gap < 0 or gap < way(first.salon, second.salon)
                if too_short or (gap < rest and days[index] != days[later]):
                    self.rows.clauses.append((column, other))

    def _held(self, stylist: Stylist) -> list[tuple[int, int]]:
        """(day, minutes) of what the person works whatever is planned."""
        return [(held.day, held.minutes) for held in self.eligibility.diary.of_person(stylist.id)]

    def _days(self, stylist: Stylist, choices: list[tuple[Shift, int]]) -> None:
        for day, chosen in self._by_day(choices).items():
            held = sum(minutes for on, minutes in self._held(stylist) if on == day)
            self._at_most({column: s.minutes for s, column in chosen}, stylist.max_day_minutes - held)

    def _windows(self, stylist: Stylist, choices: list[tuple[Shift, int]], limit: Limit) -> None:
        by_day = self._by_day(choices)
        held = self._held(stylist)
        worked_anyway = {day for day, _ in held}
        works = {
            day: self._any_of([column for _, column in chosen])
            for day, chosen in by_day.items()
            if limit.max_worked_days is not None and day not in worked_anyway
        }
        for first in sorted({first for day in by_day for first in _windows_around(limit, day)}):
            inside = range(first, first + limit.days)
            if limit.max_minutes is not None:
                minutes = {
                    column: s.minutes
                    for day, chosen in by_day.items()
                    if day in inside
                    for s, column in chosen
                }
                self._at_most(minutes, limit.max_minutes - sum(more for day, more in held if day in inside))
            if limit.max_worked_days is not None:
                days = {column: 1 for day, column in works.items() if day in inside}
                self._at_most(days, limit.max_worked_days - len(worked_anyway.intersection(inside)))

    def _by_day(self, choices: list[tuple[Shift, int]]) -> dict[int, list[tuple[Shift, int]]]:
        by_day: dict[int, list[tuple[Shift, int]]] = defaultdict(list)
        for shift, column in choices:
            by_day[self.measures.day_of(shift.start)].append((shift, column))
        return by_day

    def _any_of(self, columns: list[int]) -> int:
        any_of = self.rows.column()
        for column in columns:
            self.rows.rows.append(({column: 1, any_of: -1}, None, 0))
        return any_of

    def _at_most(self, factors: dict[int, int], most: int) -> None:
        if sum(factors.values()) > most:
            self.rows.rows.append((factors, None, most))

    def _wishes(self, stylist: Stylist, choices: list[tuple[Shift, int]]) -> None:
        """Half hours wanted and not given, and a price for being used at all."""
        shifts = self.problem.shifts_by_id
        given = [shifts[s].minutes for s, holder in pinned(self.problem).items() if holder == stylist.id]
        tiers = self.terms.tiers(stylist.id)
        if sum(steps for steps, _ in tiers) and any("fairness" in level for level in self.problem.objective):
            row = {column: shift.minutes for shift, column in choices}
            for steps, points in tiers:
                short = self.rows.column(steps)
                self._price({"fairness": points}, short)
                row[short] = STEP_MINUTES
            wanted = STEP_MINUTES * sum(steps for steps, _ in tiers)
            self.rows.rows.append((row, wanted - sum(given), None))
        if stylist.activation_cost and (choices or given):
            used = self._any_of([column for _, column in choices])
            self._price({"activation": stylist.activation_cost}, used)
            if given:
                self.rows.rows.append(({used: 1}, 1, 1))

    def _apart(self) -> None:
        pairs = {frozenset((who.id, other)) for who in self.problem.stylists for other in who.not_with}
        for one, other in sorted(tuple(sorted(pair)) for pair in pairs if len(pair) == 2):
            for mine, column in self.choices[one]:
                for theirs, their_column in self.choices[other]:
                    meet = mine.start < theirs.end and theirs.start < mine.end
                    if meet and mine.salon == theirs.salon and mine.id != theirs.id:
                        self.rows.clauses.append((column, their_column))

    def _chairs(self) -> None:
        for salon in self.problem.salons:
            if salon.chairs is None:
                continue
            here = [held for held in self.eligibility.diary.of_salon(salon.id) if not held.history]
            shifts = self.open[salon.id]
            for moment in sorted({shift.start for shift, _ in shifts} | {held.start for held in here}):
                unfilled = {column: 1 for shift, column in shifts if shift.start <= moment < shift.end}
                seated = {held.stylist for held in here if held.start <= moment < held.end}
                if len(unfilled) + len(seated) > salon.chairs and unfilled:
                    least = min(len(unfilled), len(unfilled) + len(seated) - salon.chairs)
                    self.rows.rows.append((unfilled, least, None))


def _windows_around(limit: Limit, day: int) -> Iterator[int]:
    """First days of every window the day lies in."""
    if limit.step == "fixed":
        yield day - (day - limit.first_day) % limit.days
    else:
        yield from range(day - limit.days + 1, day + 1)
