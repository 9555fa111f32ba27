"""What is left of a program when most of its columns are fixed."""

from collections.abc import Mapping, Sequence

from salonpool.solver.program import Goal, Program, Row


class Fixing:
    """One program that knows which rows a column is in."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._rows_of: list[list[int]] = [[] for _ in program.greatest]
        for index, row in enumerate(program.rows):
            for column in row.columns:
                self._rows_of[column].append(index)

    def part(self, free: Sequence[int], solution: Sequence[int]) -> Program:
        """The program of the free columns, in their order; what the others are worth in the solution moves to
        the bounds of the rows."""
        place = {column: index for index, column in enumerate(free)}
        part = Program(greatest=[self._program.greatest[column] for column in free])
        rows = {row for column in free for row in self._rows_of[column]}
        part.rows = [_reduced(self._program.rows[index], place, solution) for index in sorted(rows)]
        for goal in self._program.goals:
            priced = {place[column]: goal.factors[column] for column in free if column in goal.factors}
            part.goals.append(Goal(goal.level, 0, priced))
        return part


def _reduced(row: Row, place: Mapping[int, int], solution: Sequence[int]) -> Row:
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
