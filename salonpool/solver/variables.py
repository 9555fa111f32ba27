"""The columns that decide who takes which shift."""

from collections.abc import Callable, Mapping

from salonpool.solver.measures import Measures
from salonpool.solver.problem import Problem, Shift, Stylist
from salonpool.solver.program import Program


class Variables:
    """The columns: a pair is taken, a shift stays unfilled, a day is worked, half hours are short, a person
    is used."""

    def __init__(self, problem: Problem, pairs: Mapping[str, list[str]], measures: Measures) -> None:
        self.problem = problem
        self.measures = measures
        self.program = Program()
        self.pairs: dict[tuple[str, str], int] = {}
        self.of_person: dict[str, list[tuple[Shift, int]]] = {stylist.id: [] for stylist in problem.stylists}
        self.unfilled: dict[str, int] = {}
        self.derived_of: dict[str, list[int]] = {stylist.id: [] for stylist in problem.stylists}
        self._rest: list[tuple[int, Callable[[list[int]], int]]] = []
        shifts = problem.shifts_by_id
        for shift_id, people in pairs.items():
            if people:
                self.unfilled[shift_id] = self.program.column()
            for stylist_id in people:
                column = self.program.column()
                self.pairs[shift_id, stylist_id] = column
                self.of_person[stylist_id].append((shifts[shift_id], column))
        for held in self.of_person.values():
            held.sort(key=lambda item: (item[0].start, item[0].end, item[1]))

    def derived(self, stylist_id: str, greatest: int, value: Callable[[list[int]], int]) -> int:
        """A column of one person whose least value follows from the pairs; `value` reads the pairs."""
        column = self.program.column(greatest)
        self.derived_of[stylist_id].append(column)
        self._rest.append((column, value))
        return column

    def solution(self, holders: Mapping[str, str]) -> list[int]:
        """The value of every column for {shift id: stylist id}."""
        values = [0] * len(self.program.greatest)
        for shift_id, column in self.unfilled.items():
            values[column] = 0 if shift_id in holders else 1
        for shift_id, stylist_id in holders.items():
            if (shift_id, stylist_id) in self.pairs:
                values[self.pairs[shift_id, stylist_id]] = 1
        for column, value in self._rest:
            values[column] = value(values)
        return values

    def holders(self, values: list[int]) -> dict[str, str]:
        """{shift id: stylist id} of a solution, with the pinned shifts."""
        holders = dict(self.problem.pinned_holders)
        holders.update({shift: stylist for (shift, stylist), column in self.pairs.items() if values[column]})
        return holders

    def people(self) -> list[tuple[Stylist, list[tuple[Shift, int]]]]:
        """Everybody with at least one possible shift, with those shifts in order of time and their
        columns."""
        return [
            (stylist, self.of_person[stylist.id])
            for stylist in self.problem.stylists
            if self.of_person[stylist.id]
        ]


def any_taken(columns: list[int], values: list[int]) -> int:
    """1 when one of the columns is taken in these values."""
    return int(any(values[column] for column in columns))
