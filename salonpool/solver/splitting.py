"""Splits a level whose prices dominate each other into goals of small numbers, which an engine adds up
exactly."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from salonpool.solver.program import Program

# HiGHS takes a column for whole that is so by a millionth: of more units than this, that is a unit.
EXACT = 10**6

Price = tuple[int, int]


def split(prices: Sequence[Price], program: Program) -> list[dict[int, int]]:
    """{column: factor} of every goal of a level, heaviest goal first; `prices` are (price, column).

    Mostly one goal. A level that is too large to be exact is cut where the step of the heavier prices exceeds
    all that the lighter ones can add up to. The heavier then decide whatever the lighter do: one goal after
    the other ends where their sum does.
    """
    factors = _added_up(prices)
    unit = math.gcd(*factors.values()) or 1
    if _most(factors, program) <= EXACT * unit:
        return [factors]
    least_heavy = _widest_gap(prices, program)
    if least_heavy is None:
        return [factors]
    heavy = [item for item in prices if item[0] >= least_heavy]
    light = [item for item in prices if item[0] < least_heavy]
    return [*split(heavy, program), *split(light, program)]


def _widest_gap(prices: Sequence[Price], program: Program) -> int | None:
    """The least of the heavier prices where they exceed the lighter ones most; None where they never do."""
    gaps: list[tuple[float, int]] = []
    step = 0
    for price, below in pairwise(sorted({price for price, _ in prices}, reverse=True)):
        step = math.gcd(step, price)
        if step > below:
            most = _most(_added_up(item for item in prices if item[0] <= below), program)
            if step > most:
                gaps.append((step / (most + 1), price))
    return max(gaps)[1] if gaps else None


def _added_up(prices: Iterable[Price]) -> dict[int, int]:
    factors: dict[int, int] = defaultdict(int)
    for price, column in prices:
        factors[column] += price
    return dict(factors)


def _most(factors: Mapping[int, int], program: Program) -> int:
    """No solution adds up to more: of columns of which exactly one is taken, the dearest counts."""
    left = dict(factors)
    total = 0
    for row in program.rows:
        if row.low == row.high == 1:
            total += max((left.pop(column, 0) for column in row.columns), default=0)
    return total + sum(factor * program.greatest[column] for column, factor in left.items())
