"""Steps, parts and tracks: what binds hands and stations, and how long a visit can be."""

from hypothesis import given
from hypothesis import strategies as st

from salonpool.domain.course import (
    Course,
    Part,
    StationKind,
    Step,
    Track,
    hands_windows,
    station_windows,
    total_minutes,
)
from tests.domain.boards import STEPS, courses, minutes


def _minutes_of(steps: tuple[Step, ...]) -> list[Step]:
    """The step that each minute belongs to."""
    return [step for step in steps for _ in range(step.minutes)]


@given(STEPS)
def test_hands_are_bound_in_the_minutes_of_the_steps_that_need_them(steps: tuple[Step, ...]) -> None:
    windows = hands_windows(steps)
    assert minutes(windows) == {n for n, step in enumerate(_minutes_of(steps)) if step.hands}
    assert all(before[1] < after[0] for before, after in zip(windows, windows[1:], strict=False))


@given(STEPS)
def test_who_takes_no_second_guest_is_bound_from_the_first_minute_to_the_last(
    steps: tuple[Step, ...],
) -> None:
    assert hands_windows(steps, throughout=True) == [(0, total_minutes(steps))]


@given(STEPS)
def test_a_basin_or_machine_is_needed_in_the_minutes_of_its_steps(steps: tuple[Step, ...]) -> None:
    windows = station_windows(steps)
    for kind in (StationKind.BASIN, StationKind.MACHINE):
        used = {n for n, step in enumerate(_minutes_of(steps)) if step.station is kind}
        assert minutes((a, b) for k, a, b in windows if k is kind) == used
    assert all(
        before != after or ends < begins
        for (before, _, ends), (after, begins, _) in zip(windows, windows[1:], strict=False)
    )


@given(courses())
def test_no_visit_is_longer_than_its_longest(course: Course) -> None:
    longest = 0
    for track in course.tracks:
        slowest = [
            max(sum(s.minutes for s in part.steps_of(who)) for who in range(1, 5)) for part in track.parts
        ]
        longest = max(longest, sum(slowest) + course.max_wait * (len(slowest) - 1))
    assert course.longest == longest


@given(st.integers(0, 60))
def test_waits_are_every_five_minutes_up_to_the_longest(max_wait: int) -> None:
    assert list(Course((), max_wait).waits) == [wait for wait in range(max_wait + 1) if wait % 5 == 0]


def test_neighbouring_steps_are_one_window_and_processing_parts_them() -> None:
    steps = [Step(15, True), Step(30, True), Step(40, False), Step(20, True), Step(10, False)]
    assert hands_windows(steps) == [(0, 45), (85, 105)]
    washed = [Step(15, True), Step(5, True, StationKind.BASIN), Step(10, False, StationKind.BASIN)]
    assert station_windows(washed) == [(StationKind.BASIN, 15, 30)]


def test_a_stylist_with_minutes_of_their_own_needs_those() -> None:
    part = Part(frozenset({1}), (Step(30, True),), {7: (Step(50, True),)})
    assert (part.steps_of(7), part.steps_of(8), part.longest) == ((Step(50, True),), (Step(30, True),), 50)


def test_only_a_guest_who_sits_down_needs_a_chair() -> None:
    basin = Part(frozenset({1}), (Step(10, True, StationKind.BASIN),))
    chair = Part(frozenset({1}), (Step(10, True),))
    assert not Track(0, (basin,)).needs_chair
    assert Track(0, (basin, chair)).needs_chair
    assert Course((Track(0, (basin,)), Track(1, (chair,)))).skill_ids == {1}
