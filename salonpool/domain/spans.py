"""Arithmetic of half-open spans of whole minutes: joined, subtracted, intersected."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from salonpool.domain.course import Span


def union(spans: Iterable[Span]) -> list[Span]:
    """The spans sorted and joined where they touch; empty ones left out."""
    joined: list[Span] = []
    for a, b in sorted([span for span in spans if span[0] < span[1]]):
        if joined and a <= joined[-1][1]:
            if b > joined[-1][1]:
                joined[-1] = (joined[-1][0], b)
        else:
            joined.append((a, b))
    return joined


def subtract(whole: Span, holes: Iterable[Span]) -> list[Span]:
    """`whole` without the `holes`, which are sorted and may lie over one another."""
    left: list[Span] = []
    begins, until = whole
    for a, b in holes:
        if a >= until:
            break
        if a > begins:
            left.append((begins, a))
        if b > begins:
            begins = b
    if begins < until:
        left.append((begins, until))
    return left


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
    # One start after the other: it is one too many until all but `limit` of those before it have ended.
    starts, ends = sorted([a for a, b in spans if a < b]), sorted([b for a, b in spans if a < b])
    return union([(a, b) for a, b in zip(starts[limit:], ends, strict=False) if a < b])


def starts_meeting(busy: Iterable[Span], window: Span) -> list[Span]:
    """The starts from which `window` (minutes after the start) would overlap a busy span."""
    opens, closes = window
    return [(a - closes + 1, b - opens) for a, b in busy]


def starts_outside(duties: Sequence[Span], minutes: int, reach: Span) -> list[Span]:
    """The starts inside `reach` from which so many minutes lie within none of the sorted, disjoint duties."""
    ends = [reach[0], *[b - minutes + 1 for _, b in duties]]
    begins = [*[a for a, _ in duties], reach[1]]
    return [(end, begin) for end, begin in zip(ends, begins, strict=True) if end < begin]
