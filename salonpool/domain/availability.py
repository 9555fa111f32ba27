"""When a visit fits: one subtraction of what is busy from what is worked, in whole epoch minutes.

The same function answers the search, the re-check at commit and the nearest alternatives.
Spans are half-open pairs of minutes.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]

GRID_MINUTES = 15


@dataclass(frozen=True, slots=True)
class Step:
    """One stretch of a visit. During processing (`hands` False) the stylist is free, the chair is not."""

    minutes: int
    hands: bool


@dataclass(frozen=True, slots=True)
class Worker:
    """A stylist who may serve this visit: hours on duty at the salon, and when their hands are taken."""

    stylist_id: int
    on_duty: tuple[Span, ...]
    busy: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Chair:
    """A chair and when it is taken."""

    chair_id: int
    busy: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that decides whether a visit fits at one salon."""

    workers: tuple[Worker, ...]
    chairs: tuple[Chair, ...]


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """A start that fits, with who and where. `start` in epoch minutes."""

    start: int
    stylist_id: int
    chair_id: int


def total_minutes(steps: Iterable[Step]) -> int:
    """Length of the whole visit, gaps included."""
    return sum(step.minutes for step in steps)


def hands_windows(steps: Iterable[Step]) -> list[Span]:
    """When the stylist's hands are needed, in minutes from the visit's start; neighbours joined."""
    windows: list[Span] = []
    offset = 0
    for step in steps:
        if step.hands:
            windows.append((offset, offset + step.minutes))
        offset += step.minutes
    return _union(windows)


def openings(board: Board, steps: Sequence[Step], within: Span) -> Iterator[Opening]:
    """Every start on the 15-minute grid inside `within` that fits, in order of time, then stylist.

    A start fits when one stylist is on duty for the whole visit, their hands are free during each step
    that needs them, and one chair is free throughout.
    """
    total = total_minutes(steps)
    chairs = [(c.chair_id, _starts_clear_of(c.busy, [(0, total)], within)) for c in board.chairs]
    any_chair = _union([span for _, spans in chairs for span in spans])
    per_worker = (_worker_openings(worker, steps, total, within, any_chair) for worker in board.workers)
    for start, stylist_id in heapq.merge(*per_worker):
        chair_id = next(chair_id for chair_id, spans in chairs if _contains(spans, start))
        yield Opening(start, stylist_id, chair_id)


def openings_at(board: Board, steps: Sequence[Step], start: int) -> list[Opening]:
    """The openings at exactly `start`; empty when it does not fit or is off the grid."""
    return list(openings(board, steps, (start, start + 1)))


def _worker_openings(
    worker: Worker, steps: Sequence[Step], total: int, within: Span, any_chair: list[Span]
) -> Iterator[tuple[int, int]]:
    hands = hands_windows(steps)
    on_duty = _union(worker.on_duty)
    starts = [(max(a, within[0]), min(b - total + 1, within[1])) for a, b in on_duty]
    clear = _starts_clear_of(worker.busy, hands, within)
    for a, b in _intersect(_intersect([s for s in starts if s[0] < s[1]], clear), any_chair):
        for start in range(-(-a // GRID_MINUTES) * GRID_MINUTES, b, GRID_MINUTES):
            yield start, worker.stylist_id


def _starts_clear_of(busy: Iterable[Span], windows: Sequence[Span], within: Span) -> list[Span]:
    """Starts t inside `within` for which no t+window overlaps a busy span."""
    holes = [(b0 - w1 + 1, b1 - w0) for b0, b1 in busy for w0, w1 in windows]
    return _subtract(within, _union(holes))


def _union(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for a, b in sorted(span for span in spans if span[0] < span[1]):
        if joined and a <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(b, joined[-1][1]))
        else:
            joined.append((a, b))
    return joined


def _subtract(whole: Span, holes: Sequence[Span]) -> list[Span]:
    """`whole` without the sorted, disjoint `holes`."""
    edges = [whole[0], *(edge for hole in holes for edge in hole), whole[1]]
    pairs = [(max(a, whole[0]), min(b, whole[1])) for a, b in list(pairwise(edges))[::2]]
    return [(a, b) for a, b in pairs if a < b]


def _intersect(left: Sequence[Span], right: Sequence[Span]) -> list[Span]:
    common, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        a, b = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if a < b:
            common.append((a, b))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return common


def _contains(spans: Sequence[Span], point: int) -> bool:
    return any(a <= point < b for a, b in spans)
