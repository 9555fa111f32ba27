"""Two rosters held against each other, as values: what a fixed pair costs, and who moves for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from salonpool.solver.roster import Roster


@dataclass(frozen=True, kw_only=True, slots=True)
class Handover:
    """A shift that would be somebody else's, or nobody's (None)."""

    shift: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Forced:
    """A roster in which one person works one shift, held against the roster there is.

    `reasons` are the rules that forbid the pair; then the rest is empty. `levels` are the plain terms of each
    level, with the pair less without it; `worth` the same weighted, one number for each level. `changes` are
    all shifts that change hands, this one among them, in the problem's order; `moved` those of them that
    leave who holds them in the problem. `proven`, for each level: no roster with the pair does better in it
    and in the levels before. `is_against_best`: the other roster was proven to be the best of its problem.
    """

    shift: str
    stylist: str
    reasons: tuple[str, ...] = ()
    roster: Roster | None = None
    levels: tuple[Mapping[str, int], ...] = ()
    worth: tuple[int, ...] = ()
    proven: tuple[bool, ...] = ()
    changes: tuple[Handover, ...] = ()
    moved: tuple[str, ...] = ()
    is_against_best: bool = False

    @property
    def deciding(self) -> int | None:
        """The first level in which the two rosters differ; None when neither is better."""
        return next((level for level, worth in enumerate(self.worth) if worth), None)

    @property
    def is_proven(self) -> bool:
        """Is the comparison certain? One that finds nothing lost always is: the roster is there."""
        level = self.deciding
        return level is None or self.worth[level] < 0 or all(self.proven[: level + 1])

    @property
    def opened(self) -> tuple[str, ...]:
        """Shifts that would have nobody any more."""
        return tuple(change.shift for change in self.changes if change.after is None)

    @property
    def filled(self) -> tuple[str, ...]:
        """Shifts that have nobody now and would have somebody."""
        return tuple(change.shift for change in self.changes if change.before is None)
