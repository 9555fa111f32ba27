"""Arithmetic of spans against sets of minutes."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from salonpool.domain.course import Span
from salonpool.domain.spans import (
    contains,
    crowded,
    intersect,
    overlaps,
    starts_meeting,
    starts_outside,
    subtract,
    union,
)
from tests.domain.boards import minutes

SPAN = st.tuples(st.integers(-30, 60), st.integers(-3, 25)).map(lambda pair: (pair[0], pair[0] + pair[1]))
SPANS = st.lists(SPAN, max_size=6)
TIDY = SPANS.map(union)
LENGTH = st.integers(1, 20)


def _is_tidy(found: list[Span]) -> bool:
    """Sorted, none empty, none touching the next."""
    edges = [edge for span in found for edge in span]
    return edges == sorted(set(edges))


@given(SPANS)
def test_a_union_holds_the_minutes_of_all_once(found: list[Span]) -> None:
    assert minutes(union(found)) == minutes(found)
    assert _is_tidy(union(found))


@given(SPAN, TIDY)
def test_a_difference_holds_what_the_holes_leave(whole: Span, holes: list[Span]) -> None:
    left = subtract(whole, holes)
    assert minutes(left) == minutes([whole]) - minutes(holes)
    assert _is_tidy(left)


@given(TIDY, TIDY)
def test_an_intersection_holds_what_both_hold(left: list[Span], right: list[Span]) -> None:
    both = intersect(left, right)
    assert minutes(both) == minutes(left) & minutes(right)
    assert both == sorted(both)
    assert intersect(right, left) == both


@given(TIDY, st.integers(-40, 100))
def test_a_point_is_contained_when_its_minute_is(found: list[Span], point: int) -> None:
    assert contains(found, point) == (point in minutes(found))


@given(SPANS.map(lambda found: [span for span in found if span[0] < span[1]]), SPAN)
def test_spans_overlap_a_window_when_they_share_a_minute(found: list[Span], window: Span) -> None:
    if window[0] < window[1]:
        assert overlaps(found, window) == bool(minutes(found) & minutes([window]))


@given(SPANS, st.integers(0, 4))
def test_it_is_crowded_where_more_lie_over_one_another_than_allowed(found: list[Span], limit: int) -> None:
    often = Counter(minute for a, b in found for minute in range(a, b))
    assert minutes(crowded(found, limit)) == {minute for minute, count in often.items() if count > limit}
    assert _is_tidy(crowded(found, limit))


def test_spans_that_only_touch_are_joined_but_do_not_overlap() -> None:
    assert union([(0, 5), (5, 9)]) == [(0, 9)]
    assert not overlaps([(0, 5)], (5, 9))
    assert crowded([(0, 5), (5, 9)], 1) == []
    assert crowded([(0, 5), (5, 9)], 0) == [(0, 9)]


@given(SPANS.map(lambda found: [span for span in found if span[0] < span[1]]), st.integers(0, 9), LENGTH)
def test_starts_that_meet_something_are_those_whose_window_shares_a_minute(
    busy: list[Span], opens: int, length: int
) -> None:
    found = minutes(starts_meeting(busy, (opens, opens + length)))
    for start in range(-80, 120):
        assert (start in found) == overlaps(busy, (start + opens, start + opens + length))


@given(TIDY, LENGTH)
def test_starts_outside_the_duties_are_those_that_no_duty_holds_to_the_end(
    duties: list[Span], length: int
) -> None:
    found = minutes(starts_outside(duties, length, (-20, 50)))
    for start in range(-20, 50):
        assert (start in found) == (not any(a <= start and start + length <= b for a, b in duties))
