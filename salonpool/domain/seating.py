"""Chairs, basins and machines: of one kind they count alike, and guests ahead may be moved among them."""

from collections.abc import Sequence
from dataclasses import dataclass

from salonpool.domain.course import Span
from salonpool.domain.spans import crowded, overlaps


@dataclass(frozen=True, slots=True)
class Stations:
    """The units of one kind at a salon, the spans in which some unit of it is taken, and in which each is."""

    units: tuple[int, ...] = ()
    taken: tuple[Span, ...] = ()
    by_unit: tuple[Sequence[Span], ...] = ()

    def full(self, wanted: int = 1) -> list[Span]:
        """When fewer than `wanted` units are free."""
        return crowded(self.taken, len(self.units) - wanted) if wanted <= len(self.units) else [_ALWAYS]


_ALWAYS = (-(2**62), 2**62)


@dataclass(frozen=True, slots=True)
class Seated:
    """A unit taken for a span. `row` tells the caller which; only guests still to come are `movable`."""

    row: int
    unit: int
    span: Span
    movable: bool


@dataclass(frozen=True, slots=True)
class Seating:
    """A unit for each wanted span, in their order, and the units that others move to, by row."""

    units: tuple[int, ...]
    moves: dict[int, int]


def beside(stations: Stations, wanted: Sequence[Span]) -> tuple[int, ...] | None:
    """A unit for each wanted span that is free as things are; None when guests ahead would have to move."""
    spans = {unit: list(taken) for unit, taken in zip(stations.units, stations.by_unit, strict=True)}
    return _beside(spans, wanted)


def seat(units: Sequence[int], seated: Sequence[Seated], wanted: Sequence[Span]) -> Seating | None:
    """Find each wanted span a unit, moving guests ahead if need be; None when there are too few units.

    Never fails while at every minute no more units are needed than there are: taken in order of start, an
    interval finds a unit free as long as fewer than all are busy (interval graphs are perfect; Gavril 1972).
    Those who have begun come first in that order, so that they stay where they are.
    """
    spans: dict[int, list[Span]] = {unit: [] for unit in units}
    for other in seated:
        spans.setdefault(other.unit, []).append(other.span)
    free = _beside({unit: spans[unit] for unit in units}, wanted)
    return _rearranged(units, seated, wanted) if free is None else Seating(free, {})


def _beside(spans: dict[int, list[Span]], wanted: Sequence[Span]) -> tuple[int, ...] | None:
    chosen = []
    for span in wanted:
        unit = next((unit for unit, taken in spans.items() if not overlaps(taken, span)), None)
        if unit is None:
            return None
        spans[unit].append(span)
        chosen.append(unit)
    return tuple(chosen)


def _rearranged(units: Sequence[int], seated: Sequence[Seated], wanted: Sequence[Span]) -> Seating | None:
    free_from = dict.fromkeys(units, -(2**62))
    queue: list[tuple[int, bool, int, Span, Seated | None]] = [
        (other.span[0], other.movable, -1, other.span, other) for other in seated
    ]
    queue += [(span[0], True, position, span, None) for position, span in enumerate(wanted)]
    queue.sort(key=lambda entry: (entry[0], entry[1], entry[2] >= 0, entry[2]))
    chosen, moves = [0] * len(wanted), {}
    for begins, movable, position, (_, ends), other in queue:
        unit = _place(free_from, begins, movable, other)
        if unit is None:
            return None
        if unit in free_from:
            free_from[unit] = max(ends, free_from[unit])
        if other is None:
            chosen[position] = unit
        elif unit != other.unit:
            moves[other.row] = unit
    return Seating(tuple(chosen), moves)


def _place(free_from: dict[int, int], begins: int, movable: bool, other: Seated | None) -> int | None:
    if other is not None and (not movable or free_from.get(other.unit, begins + 1) <= begins):
        return other.unit
    return next((unit for unit, free in free_from.items() if free <= begins), None)
