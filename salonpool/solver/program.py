"""A whole-number program as plain values: what the formulation writes and an engine reads."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Row:
    """low <= sum of factor times column <= high; None = no bound on that side."""

    columns: tuple[int, ...]
    factors: tuple[int, ...]
    low: int | None
    high: int | None

    def holds(self, solution: Sequence[float], tolerance: float = 0) -> bool:
        """The solution keeps the row, or oversteps it by the tolerance at most."""
        total = sum(
            factor * solution[column] for column, factor in zip(self.columns, self.factors, strict=True)
        )
        low, high = self.low, self.high
        return (low is None or total >= low - tolerance) and (high is None or total <= high + tolerance)


@dataclass(frozen=True)
class Goal:
    """A level to make small, or one part of it: constant plus the sum of factor times column, all factors
    positive."""

    level: int
    constant: int
    factors: Mapping[int, int]

    @cached_property
    def unit(self) -> int:
        """The goal is worth its constant and a multiple of this."""
        return math.gcd(*self.factors.values()) or 1

    def value(self, solution: list[int]) -> int:
        """What the goal is worth in a solution."""
        return self.constant + sum(factor * solution[column] for column, factor in self.factors.items())


@dataclass(slots=True)
class Program:
    """Columns are whole numbers from 0 to their entry in `greatest`; goals are made small in their order."""

    greatest: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)

    def column(self, greatest: int = 1) -> int:
        """A new column."""
        self.greatest.append(greatest)
        return len(self.greatest) - 1

    def goal_values(self, levels: Sequence[int]) -> tuple[int, ...]:
        """What every goal is worth when the levels are worth this; read off, as metres and centimetres are
        of a length, for the goals after one in its level never add up to its unit."""
        left = list(levels)
        values = []
        for goal in self.goals:
            values.append(left[goal.level] - (left[goal.level] - goal.constant) % goal.unit)
            left[goal.level] -= values[-1]
        return tuple(values)

    def at_most_one(self, columns: Iterable[int]) -> None:
        """At most one of these yes-or-no columns is yes."""
        self.at_most(dict.fromkeys(columns, 1), 1)

    def exactly_one(self, columns: Iterable[int]) -> None:
        """Exactly one of these yes-or-no columns is yes."""
        chosen = tuple(columns)
        self.rows.append(Row(chosen, (1,) * len(chosen), 1, 1))

    def at_most(self, factors: Mapping[int, int], high: int) -> None:
        """The weighted sum stays at or below `high`."""
        self.rows.append(Row(tuple(factors), tuple(factors.values()), None, high))

    def at_least(self, factors: Mapping[int, int], low: int) -> None:
        """The weighted sum stays at or above `low`."""
        self.rows.append(Row(tuple(factors), tuple(factors.values()), low, None))
