"""Arithmetic of half-open spans of whole minutes: joined, subtracted, intersected."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from salonpool.domain.course import Span


def union(spans: Iterable[Span]) -> list[Span]:
    """The spans sorted and joined where they touch; empty ones left out."""
    joined: list[Span] = []
    for a, b in sorted(span for span in spans if span[0] < span[1]):
        if joined and a <= joined[-1][1]:
            if b > joined[-1][1]:
                joined[-1] = (joined[-1][0], b)
        else:
            joined.append((a, b))
    return joined


def subtract(whole: Span, holes: Sequence[Span]) -> list[Span]:
    """`whole` without the sorted, disjoint `holes`."""
    edges = [whole[0], *(edge for hole in holes for edge in hole), whole[1]]
    pairs = [(max(a, whole[0]), min(b, whole[1])) for a, b in list(pairwise(edges))[::2]]
    return [(a, b) for a, b in pairs if a < b]


def intersect(left: Sequence[Span], right: Sequence[Span]) -> list[Span]:
    """What two sorted, disjoint lists have in common."""
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


def contains(spans: Sequence[Span], point: int) -> bool:
    """Does one of the sorted, disjoint spans hold the point?"""
    i = bisect_right(spans, point, key=lambda span: span[0])
    return i > 0 and point < spans[i - 1][1]


def overlaps(spans: Iterable[Span], window: Span) -> bool:
    """Does any span share a minute with the window?"""
    return any(a < window[1] and window[0] < b for a, b in spans)


def crowded(spans: Sequence[Span], limit: int) -> list[Span]:
    """Where more than `limit` of the spans lie over one another."""
    # Each edge is one number, ends even and before the starts of the same minute: quick to sort.
    edges = sorted([2 * b for a, b in spans if a < b] + [2 * a + 1 for a, b in spans if a < b])
    found: list[Span] = []
    depth, since = 0, 0
    for edge in edges:
        if edge % 2:
            depth += 1
            if depth == limit + 1:
                since = edge // 2
        else:
            if depth == limit + 1 and since < edge // 2:
                found.append((since, edge // 2))
            depth -= 1
    return union(found)
