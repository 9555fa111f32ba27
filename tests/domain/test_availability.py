"""The search against a look at every minute, and the laws that follow from what it promises."""

from collections.abc import Iterable
from dataclasses import replace
from time import process_time

from hypothesis import given, settings
from hypothesis import strategies as st

from salonpool.domain.availability import GRID_MINUTES, Board, Duty, Opening, Worker, openings, openings_at
from salonpool.domain.closure import LONGEST_ROW_MINUTES
from salonpool.domain.course import Course, Part, Span, StationKind, Step, Track
from salonpool.domain.seating import Stations
from tests.domain.boards import (
    DAY,
    WITHIN,
    Rules,
    boards,
    changes,
    courses,
    minutes,
    spans,
    starts,
    who_begins,
)
from tests.thorough import examples

ALL_DAY = (DAY, DAY + 600)
CUT, COLOUR = frozenset({1}), frozenset({2})
BOTH = CUT | COLOUR


def _grid(within: Span) -> list[int]:
    return [minute for minute in range(*within) if minute % GRID_MINUTES == 0]


def _worker(who: int, *busy: Span, on: Span = ALL_DAY, skills: frozenset[int] = BOTH) -> Worker:
    return Worker(who, (Duty(on, skills),), tuple((DAY + a, DAY + b) for a, b in busy))


def _chairs(count: int, *taken: Span) -> dict[StationKind, Stations]:
    return {StationKind.CHAIR: Stations(tuple(range(count)), tuple((DAY + a, DAY + b) for a, b in taken))}


def _part(skills: frozenset[int], *lengths: int) -> Part:
    """Lengths below zero are processing."""
    return Part(skills, tuple(Step(abs(length), length > 0) for length in lengths))


def _visit(*parts: Part, wait: int = 0, named: int | None = None) -> Course:
    return Course((Track(0, parts, named),), wait)


def _clocks(found: Iterable[Opening]) -> list[int]:
    return [opening.start - DAY for opening in found]


def _who(opening: Opening) -> list[tuple[int, int]]:
    """Minute and stylist of each part."""
    return [(placed.span[0] - DAY, placed.stylist_id) for placed in opening.placed]


@settings(max_examples=examples(150), deadline=None)
@given(boards(), courses())
def test_the_search_finds_what_a_look_at_every_minute_finds(board: Board, course: Course) -> None:
    rules = Rules(board, course)
    ways = {start: list(rules.ways(start)) for start in _grid(WITHIN)}
    expected = {(start, who_begins(path)) for start, paths in ways.items() for path in paths}
    found = list(openings(board, course, WITHIN))
    assert starts(found) == expected
    assert found == sorted(found, key=lambda o: (o.start, o.stylist_id))
    assert len(found) == len(expected)
    for opening in found:
        assert opening.placed in ways[opening.start]
        assert opening.stylist_id == who_begins(opening.placed)
        assert opening.ends == max(placed.span[1] for placed in opening.placed)


@settings(max_examples=examples(100), deadline=None)
@given(boards(), courses())
def test_one_guest_gets_the_fewest_changes_of_stylist_then_the_earliest_end(
    board: Board, course: Course
) -> None:
    course = Course(course.tracks[:1], course.max_wait)
    rules = Rules(board, course)
    for opening in openings(board, course, WITHIN):
        ways = [path for path in rules.ways(opening.start) if who_begins(path) == opening.stylist_id]
        best = min((changes(path), max(placed.span[1] for placed in path)) for path in ways)
        assert (changes(opening.placed), opening.ends) == best


@settings(max_examples=examples(100), deadline=None)
@given(boards(), courses(), st.sampled_from(["hands", "chair", "basin", "machine", "closed"]), spans(2))
def test_more_that_is_busy_never_opens_a_start(
    board: Board, course: Course, what: str, more: tuple[Span, ...]
) -> None:
    if what == "hands":
        first = replace(board.workers[0], busy=board.workers[0].busy + more)
        fuller = replace(board, workers=(first, *board.workers[1:]))
    elif what == "closed":
        fuller = replace(board, closed=board.closed + more)
    else:
        kind = StationKind(what)
        stations = replace(board.stations[kind], taken=board.stations[kind].taken + more)
        fuller = replace(board, stations={**board.stations, kind: stations})
    before, after = (starts(openings(each, course, WITHIN)) for each in (board, fuller))
    assert after <= before


@settings(max_examples=examples(60), deadline=None)
@given(boards(), courses())
def test_one_minute_asked_alone_gives_the_openings_of_the_whole_search(board: Board, course: Course) -> None:
    found = list(openings(board, course, WITHIN))
    for minute in range(WITHIN[0], WITHIN[1], 5):
        assert openings_at(board, course, minute) == [o for o in found if o.start == minute]


@settings(max_examples=examples(60), deadline=None)
@given(boards(), courses(), st.integers(-30, 200), st.integers(0, 200))
def test_a_narrower_search_finds_a_slice_of_the_wider_one(
    board: Board, course: Course, first: int, length: int
) -> None:
    narrow = (DAY + first, DAY + first + length)
    wide = openings(board, course, (DAY - 60, DAY + 420))
    assert list(openings(board, course, narrow)) == [o for o in wide if narrow[0] <= o.start < narrow[1]]


@settings(max_examples=examples(100), deadline=None)
@given(
    st.lists(st.integers(200, 1000), min_size=1, max_size=3),
    st.integers(0, 60),
    st.lists(st.integers(-1, 1000).map(lambda minute: DAY + minute), min_size=2, max_size=2),
)
def test_no_visit_lasts_longer_than_an_occupancy_may(
    lengths: list[int], wait: int, begins: list[int]
) -> None:
    course = _visit(*(_part(CUT, length) for length in lengths), wait=wait)
    workers = [_worker(who, on=(at, at + 1500), skills=CUT) for who, at in enumerate(begins)]
    found = list(openings(Board(tuple(workers), _chairs(1)), course, (DAY, DAY + 600)))
    assert all(opening.ends - opening.start <= LONGEST_ROW_MINUTES for opening in found)
    if course.shortest > LONGEST_ROW_MINUTES:
        assert found == []


def test_a_visit_may_last_25_hours_and_no_minute_more() -> None:
    board = Board((_worker(1, on=(DAY, DAY + 3000)),), _chairs(1))
    for minutes_more, clocks in ((0, [0]), (1, [])):
        course = _visit(_part(CUT, LONGEST_ROW_MINUTES + minutes_more))
        assert _clocks(openings(board, course, (DAY, DAY + 15))) == clocks
        assert course.shortest == LONGEST_ROW_MINUTES + minutes_more


def test_a_start_off_the_grid_never_fits() -> None:
    board = Board((_worker(1),), _chairs(1))
    assert openings_at(board, _visit(_part(CUT, 30)), DAY)
    assert openings_at(board, _visit(_part(CUT, 30)), DAY + 5) == []


def test_a_visit_may_end_exactly_when_the_shift_does_and_touch_its_neighbours() -> None:
    board = Board((_worker(1, (60, 120)),), _chairs(1, (60, 120)))
    clocks = _clocks(openings(board, _visit(_part(CUT, 60)), (DAY - 60, DAY + 700)))
    assert (clocks[0], clocks[1], clocks[-1]) == (0, 120, 540)


def test_a_visit_may_cross_from_one_duty_into_the_next_that_touches_it() -> None:
    duties = tuple(Duty((DAY + a, DAY + b), CUT) for a, b in ((0, 60), (60, 120), (130, 200)))
    board = Board((Worker(1, duties),), _chairs(1))
    assert _clocks(openings(board, _visit(_part(CUT, 90)), ALL_DAY)) == [0, 15, 30]


def test_processing_leaves_the_hands_free_and_keeps_the_chair() -> None:
    visit = _visit(_part(COLOUR, 30, -60, 30))
    assert openings_at(Board((_worker(1, (30, 90)),), _chairs(1)), visit, DAY)
    assert openings_at(Board((_worker(1),), _chairs(1, (30, 90))), visit, DAY) == []


def test_processing_stays_closed_with_a_stylist_who_takes_no_second_guest() -> None:
    visit = _visit(_part(COLOUR, 30, -60, 30))
    alone = replace(_worker(1, (45, 75)), takes_second_guest=False)
    assert openings_at(Board((alone,), _chairs(1)), visit, DAY) == []


def test_the_second_part_waits_no_longer_than_allowed() -> None:
    visit = _visit(_part(CUT, 30), _part(COLOUR, 30), wait=15)
    cutter, colourist = _worker(1, skills=CUT), _worker(2, (0, 45), skills=COLOUR)
    [opening] = openings_at(Board((cutter, colourist), _chairs(1)), visit, DAY)
    assert _who(opening) == [(0, 1), (45, 2)]
    later = _worker(2, (0, 46), skills=COLOUR)
    assert openings_at(Board((cutter, later), _chairs(1)), visit, DAY) == []


def test_a_wait_is_preferred_to_a_change_of_stylist() -> None:
    visit = _visit(_part(CUT, 30), _part(COLOUR, 30), wait=15)
    [opening, _] = openings_at(Board((_worker(1, (30, 40)), _worker(2)), _chairs(1)), visit, DAY)
    assert _who(opening) == [(0, 1), (40, 1)]


def test_of_the_ways_that_end_before_the_chair_is_wanted_the_fewest_changes_win() -> None:
    # The first alone would wait too long; two changes would end before one does, but one is soon enough.
    visit = _visit(_part(CUT, 30), _part(CUT, 30), _part(CUT, 30), wait=15)
    one, two, three = _worker(1, (30, 40), (70, 80)), _worker(2, (60, 65)), _worker(3, (30, 60))
    found = openings_at(Board((one, two, three), _chairs(1, (95, 600))), visit, DAY)
    assert _who(found[0]) == [(0, 1), (30, 2), (65, 2)]


def test_a_guest_keeps_one_chair_from_the_first_minute_to_the_last() -> None:
    visit = _visit(_part(CUT, 30), _part(COLOUR, 30), wait=15)
    workers = (_worker(1, skills=CUT), _worker(2, (0, 45), skills=COLOUR))
    assert openings_at(Board(workers, _chairs(1, (75, 90))), visit, DAY)
    for taken in ((35, 40), (74, 90)):
        assert openings_at(Board(workers, _chairs(1, taken)), visit, DAY) == []
    two = Course((Track(0, visit.tracks[0].parts), Track(1, (_part(CUT, 30),))), 15)
    more = (*workers, _worker(3, skills=CUT))
    assert openings_at(Board(more, _chairs(2, (75, 90), (75, 90))), two, DAY)
    assert openings_at(Board(more, _chairs(2, (74, 90), (74, 90))), two, DAY) == []


def test_chairs_count_alike_wherever_their_guests_sit() -> None:
    # Neither chair is free for the whole hour, but at no minute are both taken.
    assert openings_at(Board((_worker(1),), _chairs(2, (0, 30), (30, 60))), _visit(_part(CUT, 60)), DAY)
    assert not openings_at(Board((_worker(1),), _chairs(2, (0, 31), (30, 60))), _visit(_part(CUT, 60)), DAY)


def test_a_basin_is_needed_beside_the_chair_and_only_while_it_is_used() -> None:
    washed = Part(CUT, (Step(15, True, StationKind.BASIN), Step(30, True)))
    for taken, clocks in (((DAY + 15, DAY + 45), [0, 45]), ((DAY + 10, DAY + 30), [30, 45])):
        stations = _chairs(1) | {StationKind.BASIN: Stations((9,), (taken,))}
        assert _clocks(openings(Board((_worker(1),), stations), _visit(washed), (DAY, DAY + 60))) == clocks
    assert not openings_at(Board((_worker(1),), _chairs(1)), _visit(washed), DAY)


def test_who_is_asked_for_does_what_they_can_and_must_do_something() -> None:
    workers = (_worker(1, skills=CUT), _worker(2), _worker(3, skills=frozenset({3})))
    board, visit = Board(workers, _chairs(1)), (_part(CUT, 30), _part(COLOUR, 30))
    assert [_who(o) for o in openings_at(board, _visit(*visit, named=1), DAY)] == [[(0, 1), (30, 2)]]
    assert [_who(o) for o in openings_at(board, _visit(*visit, named=2), DAY)] == [[(0, 2), (30, 2)]]
    for stranger in (3, 4):
        assert openings_at(board, _visit(*visit, named=stranger), DAY) == []


def test_services_at_the_same_time_need_two_people_and_one_chair() -> None:
    course = Course((Track(0, (_part(CUT, 30),)), Track(0, (_part(COLOUR, 45),))))
    assert openings_at(Board((_worker(1),), _chairs(1)), course, DAY) == []
    [first, second] = openings_at(Board((_worker(1), _worker(2)), _chairs(1)), course, DAY)
    assert (_who(first), _who(second), first.ends) == ([(0, 1), (0, 2)], [(0, 2), (0, 1)], DAY + 45)


def test_companions_come_all_or_not_at_all() -> None:
    party = Course(tuple(Track(guest, (_part(CUT, 30),)) for guest in range(3)))
    workers = tuple(_worker(who) for who in (1, 2, 3))
    assert openings_at(Board(workers, _chairs(3)), party, DAY)
    assert not openings_at(Board(workers, _chairs(3, (20, 25))), party, DAY)
    assert not openings_at(Board(workers[:2], _chairs(3)), party, DAY)


def test_one_stylist_may_serve_two_of_a_party_while_a_colour_processes() -> None:
    party = Course((Track(0, (_part(COLOUR, 15, -45, 15),)), Track(1, (_part(CUT, 15),) * 2)), max_wait=15)
    helped = Board((_worker(1), _worker(2, (20, 600))), _chairs(2))
    [opening] = openings_at(helped, party, DAY)
    assert _who(opening) == [(0, 1), (0, 2), (15, 1)]
    alone = replace(helped.workers[0], takes_second_guest=False)
    assert openings_at(Board((alone, helped.workers[1]), helped.stations), party, DAY) == []


def test_a_closure_takes_nobody_and_visits_may_touch_it() -> None:
    board = Board((_worker(1),), _chairs(1), closed=((DAY + 60, DAY + 90),))
    assert _clocks(openings(board, _visit(_part(CUT, 30)), (DAY, DAY + 120))) == [0, 15, 30, 90, 105]


def test_what_cannot_be_done_is_known_soon_however_many_could_do_it() -> None:
    """Four guests for three chairs among twelve stylists, and three parts each among eight."""
    many = tuple(_worker(who) for who in range(12))
    four = Course(tuple(Track(guest, (_part(CUT, 30),)) for guest in range(4)), 15)
    two = Course(tuple(Track(guest, (_part(CUT, 30, -15, 15),) * 3) for guest in range(2)), 15)
    began = process_time()
    assert list(openings(Board(many, _chairs(3)), four, ALL_DAY)) == []
    assert list(openings(Board(many[:8], _chairs(1)), two, ALL_DAY)) == []
    assert process_time() - began < 5


@given(spans(4), spans(4))
def test_a_salon_without_stylists_or_chairs_offers_nothing(
    busy: tuple[Span, ...], closed: tuple[Span, ...]
) -> None:
    visit = _visit(_part(CUT, 30))
    assert list(openings(Board((), _chairs(2), closed), visit, ALL_DAY)) == []
    assert list(openings(Board((replace(_worker(1), busy=busy),), {}, closed), visit, ALL_DAY)) == []
    assert minutes(busy).isdisjoint(
        minute
        for opening in openings(Board((replace(_worker(1), busy=busy),), _chairs(1)), visit, ALL_DAY)
        for minute in range(opening.start, opening.ends)
    )
