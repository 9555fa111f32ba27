"""How far a planning run has come: values that pass between the planner's process, its row and a reader.

Loads no solver, so that any process may read them.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

MOST_STEPS = 80  # kept for each run; a curve of that many points is as smooth as a page can show


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """The best plan at an instant: seconds since the planner began, the level worked on (from 0), and for
    every level its weighted value and what is known to be its least; `cpu_seconds` used so far."""

    seconds: float
    level: int
    values: tuple[int, ...]
    bounds: tuple[int, ...] = ()
    cpu_seconds: float = 0.0


def thinned(steps: Sequence[Step], most: int = MOST_STEPS) -> list[Step]:
    """At most `most` of the steps: the first, the last, and every n-th between them."""
    if len(steps) <= most:
        return list(steps)
    every = -(-(len(steps) - 1) // (most - 1))
    return [*steps[:-1:every], steps[-1]]


def to_json(steps: Sequence[Step]) -> dict[str, Any]:
    """The steps as a run's row keeps them."""
    return {"steps": [asdict(step) for step in thinned(steps)]}
