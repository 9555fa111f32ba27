"""The availability rules against a minute-by-minute brute force."""

from hypothesis import given, settings
from hypothesis import strategies as st

from salonpool.domain.availability import (
    GRID_MINUTES,
    Board,
    Chair,
    Opening,
    Span,
    Step,
    Worker,
    hands_windows,
    openings,
    openings_at,
    total_minutes,
)

# A day that does not begin on the grid's zero, so that a mix-up of offsets shows.
DAY = 24 * 60 * 3
HOURS = (DAY + 8 * 60, DAY + 20 * 60)


@st.composite
def _spans(draw: st.DrawFn, most: int) -> tuple[Span, ...]:
    """Spans in any order, overlapping or touching as they please, on and off the grid."""
    pairs = draw(
        st.lists(st.tuples(st.integers(HOURS[0] - 90, HOURS[1]), st.integers(1, 240)), max_size=most)
    )
    return tuple((start, start + length) for start, length in pairs)


STEPS = st.lists(
    st.builds(Step, st.sampled_from([5, 15, 20, 30, 45, 60]), st.booleans()), min_size=1, max_size=4
)
WINDOWS = st.tuples(st.integers(HOURS[0] - 60, HOURS[1]), st.integers(0, 14 * 60)).map(
    lambda pair: (pair[0], pair[0] + pair[1])
)


@st.composite
def _boards(draw: st.DrawFn) -> Board:
    workers = tuple(
        Worker(7 + number, draw(_spans(3)) or (HOURS,), draw(_spans(4)))
        for number in range(draw(st.integers(0, 3)))
    )
    chairs = tuple(Chair(40 + number, draw(_spans(4))) for number in range(draw(st.integers(0, 3))))
    return Board(workers, chairs)


def _minutes(spans: tuple[Span, ...]) -> set[int]:
    return {minute for first, last in spans for minute in range(first, last)}


def _brute_force(board: Board, steps: list[Step], within: Span) -> list[Opening]:
    whole = range(total_minutes(steps))
    hands, offset = [], 0
    for step in steps:
        hands += list(range(offset, offset + step.minutes)) if step.hands else []
        offset += step.minutes
    worked = {w.stylist_id: (_minutes(w.on_duty), _minutes(w.busy)) for w in board.workers}
    taken = {c.chair_id: _minutes(c.busy) for c in board.chairs}
    found = []
    for start in range(within[0], within[1]):
        if start % GRID_MINUTES:
            continue
        chair = next((c for c, busy in taken.items() if not any(start + m in busy for m in whole)), None)
        for stylist, (on_duty, busy) in worked.items():
            fits = all(start + m in on_duty for m in whole) and not any(start + m in busy for m in hands)
            if fits and chair is not None:
                found.append(Opening(start, stylist, chair))
    return found


@settings(max_examples=150, deadline=None)
@given(_boards(), STEPS, WINDOWS)
def test_openings_are_what_a_look_at_every_minute_finds(
    board: Board, steps: list[Step], within: Span
) -> None:
    assert list(openings(board, steps, within)) == _brute_force(board, steps, within)


@settings(max_examples=100, deadline=None)
@given(_boards(), STEPS, WINDOWS, st.integers(0, 2), _spans(3))
def test_more_busy_time_never_opens_a_start(
    board: Board, steps: list[Step], within: Span, who: int, more: tuple[Span, ...]
) -> None:
    before = {(o.start, o.stylist_id) for o in openings(board, steps, within)}
    workers = [
        Worker(w.stylist_id, w.on_duty, w.busy + more) if position == who else w
        for position, w in enumerate(board.workers)
    ]
    chairs = [
        Chair(c.chair_id, c.busy + more) if position == who else c for position, c in enumerate(board.chairs)
    ]
    for fuller in (Board(tuple(workers), board.chairs), Board(board.workers, tuple(chairs))):
        assert {(o.start, o.stylist_id) for o in openings(fuller, steps, within)} <= before


@settings(max_examples=50, deadline=None)
@given(_boards(), STEPS, WINDOWS)
def test_one_start_alone_gives_the_same_openings_as_the_search(
    board: Board, steps: list[Step], within: Span
) -> None:
    found = list(openings(board, steps, within))
    for start in {o.start for o in found}:
        assert openings_at(board, steps, start) == [o for o in found if o.start == start]


def test_a_start_off_the_grid_never_fits() -> None:
    board = Board((Worker(1, (HOURS,), ()),), (Chair(1, ()),))
    assert openings_at(board, [Step(30, True)], HOURS[0])
    assert openings_at(board, [Step(30, True)], HOURS[0] + 5) == []


def test_a_visit_may_end_exactly_when_the_shift_does() -> None:
    board = Board((Worker(1, (HOURS,), ()),), (Chair(1, ()),))
    starts = [o.start for o in openings(board, [Step(60, True)], (HOURS[0], HOURS[1] + 60))]
    assert (starts[0], starts[-1]) == (HOURS[0], HOURS[1] - 60)


def test_visits_may_touch() -> None:
    busy = ((HOURS[0] + 60, HOURS[0] + 120),)
    board = Board((Worker(1, (HOURS,), busy),), (Chair(1, busy),))
    starts = [o.start - HOURS[0] for o in openings(board, [Step(60, True)], HOURS)]
    assert starts[:2] == [0, 120]


def test_processing_leaves_the_hands_free_and_keeps_the_chair() -> None:
    steps = [Step(30, True), Step(60, False), Step(30, True)]
    during = ((HOURS[0] + 30, HOURS[0] + 90),)
    free_chair = Board((Worker(1, (HOURS,), during),), (Chair(1, ()),))
    assert openings_at(free_chair, steps, HOURS[0])
    taken_chair = Board((Worker(1, (HOURS,), ()),), (Chair(1, during),))
    assert openings_at(taken_chair, steps, HOURS[0]) == []


def test_the_chair_with_the_first_place_in_the_row_is_taken_first() -> None:
    board = Board((Worker(1, (HOURS,), ()),), (Chair(9, ()), Chair(3, ())))
    assert openings_at(board, [Step(30, True)], HOURS[0])[0].chair_id == 9


def test_neighbouring_steps_of_the_hands_are_one_window_and_processing_parts_them() -> None:
    steps = [Step(15, True), Step(30, True), Step(40, False), Step(20, True), Step(10, False)]
    assert hands_windows(steps) == [(0, 45), (85, 105)]
    assert hands_windows([Step(30, False)]) == []
