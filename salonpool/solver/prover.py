"""Proves in the background how small a level can get, on the program or, where that is too large, its
relaxation."""

import threading

from salonpool.solver.highs import Outcome, minimized
from salonpool.solver.program import Program

LARGE_PROGRAM = 600_000


class Prover(threading.Thread):
    """Works on one level; `proof` holds what is known, more than nothing when the thread has ended."""

    def __init__(
        self, program: Program, level: int, values: tuple[int, ...], *, seconds: float, seed: int
    ) -> None:
        super().__init__(daemon=True)
        self._program = program
        self._level = level
        self._kept = values[:level]
        self._seconds = seconds
        self._seed = seed
        self._is_large = sum(len(row.columns) for row in program.rows) > LARGE_PROGRAM
        self.proof = Outcome(None, program.goals[level].constant)

    def run(self) -> None:
        """Solve within the seconds given."""
        self.proof = minimized(
            self._program,
            self._level,
            self._kept,
            seconds=self._seconds,
            seed=self._seed,
            relaxed=self._is_large,
        )
