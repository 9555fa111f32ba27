"""How small a goal could get if shifts could be shared out in fractions: a bound, and where to look first.

Most rows of a large program bind nobody, so the caps join only once a solution oversteps them. Leaving rows
out makes a bound lower at worst, never wrong.
"""

import time
from collections.abc import Sequence

from salonpool.solver.highs import Fractions, relaxed
from salonpool.solver.program import Program, Row

OVERSTEPPED = 1e-6
MOST_ROUNDS = 6
SLOWER = 1.5  # a round with more rows, than the one before
# Another round costs as much as the first; below this share of the bound it brings too little.
LEAST_GAIN = 2e-4


class Relaxation:
    """The relaxation of one program; rows that were overstepped once stay in it for the goals to come."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._lasted = 0.0
        self._rows = [row for row in program.rows if _binds_most_often(row)]
        self._waiting = [row for row in program.rows if not _binds_most_often(row)]

    def solve(self, index: int, kept: Sequence[int], *, seconds: float, seed: int) -> Fractions | None:
        """The goal as small as it gets with the goals before it at `kept`; None when time did not suffice."""
        until = time.monotonic() + seconds
        best: Fractions | None = None
        for _ in range(MOST_ROUNDS):
            started = time.monotonic()
            left = until - started
            if left <= SLOWER * self._lasted:
                break
            found = relaxed(self._program, self._rows, index, kept, seconds=left, seed=seed)
            if found is None:
                break
            gain = None if best is None else found.bound - best.bound
            best, self._lasted = found, time.monotonic() - started
            if not self._let_in(found.values) or (gain is not None and gain <= LEAST_GAIN * abs(found.bound)):
                break
        return best

    def _let_in(self, values: Sequence[float]) -> bool:
        """Let the rows in that these values overstep; were there any?"""
        waiting: list[Row] = []
        before = len(self._rows)
        for row in self._waiting:
            (waiting if row.holds(values, OVERSTEPPED) else self._rows).append(row)
        self._waiting = waiting
        return len(self._rows) > before


def _binds_most_often(row: Row) -> bool:
    """Who takes a shift, what excludes what, hours wished for."""
    return row.low is not None or (row.high == 1 and all(factor == 1 for factor in row.factors))
