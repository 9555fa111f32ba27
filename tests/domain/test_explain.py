"""Why a start is not offered: an answer exactly when it is not, and no rule in it that is not in the way."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from salonpool.domain.availability import Board, Duty, Worker, openings_at
from salonpool.domain.course import Course, Part, StationKind, Step, Track
from salonpool.domain.explain import Person, Question, Rule, _fits, why_not
from salonpool.domain.seating import Stations
from tests.domain.boards import DAY, boards, courses

WITHIN = (DAY, DAY + 180)
CUT = Course((Track(0, (Part(frozenset({1}), (Step(60, True),)),)),))
NINE = DAY + 30


def _question(board: Board, course: Course = CUT, start: int = NINE, suits: bool = True) -> Question:
    people = tuple(Person(worker, suits) for worker in board.workers)
    return Question(people, board, course, start, WITHIN)


def _board(*workers: Worker, chairs: int = 1, **changes: object) -> Board:
    chair = {StationKind.CHAIR: Stations(tuple(range(chairs)))}
    return replace(Board(workers, chair), **changes)  # type: ignore[arg-type]


def _worker(
    number: int = 1, skills: tuple[int, ...] = (1,), hours: tuple[int, int] = (0, 300), **more: object
):
    duty = Duty((DAY + hours[0], DAY + hours[1]), frozenset(skills))
    return replace(Worker(number, (duty,)), **more)  # type: ignore[arg-type]


def _rules(question: Question) -> list[Rule]:
    return [blocked.rule for blocked in why_not(question)]


@settings(max_examples=150, deadline=None)
@given(boards(), courses(), st.integers(-2, 13), st.lists(st.booleans(), min_size=3, max_size=3))
def test_there_is_an_answer_exactly_when_the_start_is_not_offered(
    board: Board, course: Course, quarter: int, suits: list[bool]
) -> None:
    start = DAY + 15 * quarter
    people = tuple(Person(worker, suits[n]) for n, worker in enumerate(board.workers))
    asked = replace(board, workers=tuple(one.worker for one in people if one.suits))
    is_offered = WITHIN[0] <= start < WITHIN[1] and bool(openings_at(asked, course, start))
    assert (why_not(Question(people, board, course, start, WITHIN)) == []) == is_offered


@settings(max_examples=100, deadline=None)
@given(boards(), courses(), st.integers(0, 11))
def test_the_rules_named_are_enough_and_each_is_needed(board: Board, course: Course, quarter: int) -> None:
    question = _question(board, course, DAY + 15 * quarter)
    rules = _rules(question)
    assert _fits(question, rules)
    for rule in rules:
        assert not _fits(question, [other for other in rules if other is not rule])


def test_what_the_clock_forbids_is_said_first() -> None:
    board = _board(_worker())
    assert _rules(_question(board, start=DAY - 15)) == [Rule.PAST]
    assert _rules(_question(board, start=DAY + 180)) == [Rule.HORIZON]
    assert _rules(_question(board, start=DAY + 5)) == [Rule.GRID]


def test_each_rule_is_named_with_what_is_in_the_way() -> None:
    taken = (NINE + 30, NINE + 90)
    closed = _board(_worker(), closed=(taken,))
    assert [(b.rule, b.spans) for b in why_not(_question(closed))] == [(Rule.CLOSED, (taken,))]
    full = _board(_worker(), stations={StationKind.CHAIR: Stations((1,), (taken,))})
    assert [(b.rule, b.spans) for b in why_not(_question(full))] == [(Rule.CHAIR, (taken,))]
    busy = _board(_worker(busy=(taken, (DAY + 200, DAY + 220))))
    assert [(b.rule, b.by_stylist) for b in why_not(_question(busy))] == [(Rule.HANDS, {1: (taken,)})]
    short = _board(_worker(hours=(0, 80)))
    assert [(b.rule, b.by_stylist) for b in why_not(_question(short))] == [
        (Rule.DUTY, {1: ((DAY, DAY + 80),)})
    ]
    unskilled = _board(_worker(skills=()))
    assert [(b.rule, b.by_stylist) for b in why_not(_question(unskilled))] == [(Rule.SKILL, {1: ()})]
    other = _question(_board(_worker()), suits=False)
    assert [(b.rule, b.by_stylist) for b in why_not(other)] == [(Rule.WISH, {1: ()})]
    assert _rules(_question(_board())) == [Rule.DUTY]


def test_two_things_in_the_way_are_both_said() -> None:
    taken = (NINE, NINE + 60)
    board = _board(_worker(busy=(taken,)), stations={StationKind.CHAIR: Stations((1,), (taken,))})
    assert _rules(_question(board)) == [Rule.CHAIR, Rule.HANDS]


def test_a_wait_that_is_too_long_is_the_reason_when_a_longer_one_would_do() -> None:
    parts = (Part(frozenset({1}), (Step(30, True),)), Part(frozenset({2}), (Step(30, True),)))
    course = Course((Track(0, parts),), max_wait=15)
    second = _worker(2, (2,), busy=((NINE, NINE + 60),))
    assert _rules(_question(_board(_worker(), second), course)) == [Rule.WAIT]


def test_two_guests_cannot_have_the_same_person_at_once() -> None:
    part = Part(frozenset({1}), (Step(30, True),))
    course = Course((Track(0, (part,), 1), Track(1, (part,), 1)))
    assert _rules(_question(_board(_worker(), _worker(2), chairs=2), course)) == [Rule.PERSON]
