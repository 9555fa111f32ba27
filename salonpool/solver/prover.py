"""Proves in the background how small a goal can get."""

import threading

from salonpool.solver.cpsat import proven
from salonpool.solver.highs import Outcome
from salonpool.solver.program import Program


class Prover(threading.Thread):
    """Works on one goal; `proof` holds what is known, more than nothing when the thread has ended."""

    def __init__(
        self,
        program: Program,
        index: int,
        values: tuple[int, ...],
        start: list[int],
        *,
        seconds: float,
        seed: int,
    ) -> None:
        super().__init__(daemon=True)
        self._program = program
        self._index = index
        self._kept = values[:index]
        self._start = start
        self._seconds = seconds
        self._seed = seed
        self.proof = Outcome(None, program.goals[index].constant)

    def run(self) -> None:
        """Solve within the seconds given."""
        self.proof = proven(
            self._program, self._index, self._kept, self._start, seconds=self._seconds, seed=self._seed
        )
