"""The rules of a booking: which starts may be asked for, the cut-off, and who serves 'anyone'."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salonpool.domain.availability import Board, Duty, Opening, Worker, openings
from salonpool.domain.booking import (
    HORIZON,
    BookingStatus,
    cancel_fee,
    check_change,
    check_start,
    cut_off_at,
    fairest,
    free_until,
    nearest,
)
from salonpool.domain.course import Course, Part, Span, StationKind, Step, Track
from salonpool.domain.refusal import InvalidInput, Refusal
from salonpool.domain.seating import Stations
from tests.domain.boards import WITHIN, boards, courses
from tests.thorough import examples

SKILL = frozenset({1})
NOW = datetime(2026, 10, 19, 4, 7, 12, tzinfo=UTC)
NEXT = datetime(2026, 10, 19, 4, 15, tzinfo=UTC)


def _code(starts_at: datetime) -> str:
    with pytest.raises(InvalidInput) as refused:
        check_start(starts_at, NOW)
    assert refused.value.field == "starts_at"
    return refused.value.code


def test_the_next_quarter_of_an_hour_may_be_booked() -> None:
    check_start(NEXT, NOW)
    check_start(NOW.replace(second=0, minute=0) + HORIZON, NOW)


def test_a_start_that_has_passed_or_is_now_is_refused() -> None:
    assert _code(NEXT - timedelta(minutes=15)) == "in_the_past"
    with pytest.raises(InvalidInput):
        check_start(NEXT, NEXT)


def test_a_start_beyond_the_horizon_is_refused() -> None:
    assert _code(NEXT + HORIZON) == "too_far_ahead"


def test_the_ends_of_the_calendar_are_refused_not_stumbled_over() -> None:
    assert _code(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=12)))) == "in_the_past"
    assert _code(datetime(9999, 12, 31, 23, 59, tzinfo=timezone(-timedelta(hours=12)))) == "too_far_ahead"


@given(st.integers(0, 24 * 3600 - 1), st.integers(-23 * 3600, 23 * 3600))
def test_the_grid_is_the_same_whatever_the_offset(seconds: int, offset: int) -> None:
    starts_at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    elsewhere = starts_at.astimezone(timezone(timedelta(seconds=offset)))
    if seconds % 900 == 0:
        check_start(elsewhere, NOW)
    else:
        assert _code(elsewhere) == "off_the_grid"


def test_fractions_of_a_second_are_off_the_grid() -> None:
    assert _code(NEXT.replace(microsecond=1)) == "off_the_grid"


@pytest.mark.parametrize("status", [BookingStatus.CONFIRMED, BookingStatus.PENDING])
def test_an_open_booking_may_be_changed_up_to_the_cut_off(status: BookingStatus) -> None:
    last = cut_off_at(NEXT, 180)
    assert last == NEXT - timedelta(hours=3)
    check_change(status, NEXT, 180, last)
    with pytest.raises(Refusal) as late:
        check_change(status, NEXT, 180, last + timedelta(microseconds=1))
    assert late.value.code == "past_cut_off"


@pytest.mark.parametrize(
    "status", [s for s in BookingStatus if s not in (BookingStatus.CONFIRMED, BookingStatus.PENDING)]
)
def test_no_other_booking_may_be_changed_not_even_by_a_desk(status: BookingStatus) -> None:
    with pytest.raises(Refusal) as refused:
        check_change(status, NEXT, 180, NOW - timedelta(days=1))
    assert refused.value.code == "not_open"
    with pytest.raises(Refusal):
        check_change(status, NEXT, None, NOW - timedelta(days=1))


def test_a_desk_has_no_cut_off() -> None:
    check_change(BookingStatus.CONFIRMED, NEXT, None, NEXT + timedelta(hours=1))


def test_cancelling_costs_the_fee_once_the_free_time_is_over() -> None:
    last = free_until(NEXT, 1440)
    assert last == NEXT - timedelta(days=1)
    assert cancel_fee(BookingStatus.CONFIRMED, NEXT, 1440, 20000, last) == 0
    assert cancel_fee(BookingStatus.CONFIRMED, NEXT, 1440, 20000, last + timedelta(microseconds=1)) == 20000
    assert cancel_fee(BookingStatus.CONFIRMED, NEXT, 1440, 0, NEXT) == 0


def test_a_request_that_is_not_approved_yet_costs_nothing_to_take_back() -> None:
    assert cancel_fee(BookingStatus.PENDING, NEXT, 1440, 20000, NEXT) == 0


def test_anyone_means_whoever_has_least_to_do_then_the_lowest_id() -> None:
    candidates = [Opening(0, 9, 1, ()), Opening(0, 4, 1, ()), Opening(0, 6, 1, ())]
    assert fairest(candidates, {9: 30, 4: 60, 6: 30}).stylist_id == 6
    assert fairest(candidates, {9: 30, 4: 60}).stylist_id == 6
    assert fairest(candidates, {}).stylist_id == 4


def test_the_nearest_three_starts_are_in_order_one_each_the_earlier_one_on_a_tie() -> None:
    early, late = Duty((0, 75), SKILL), Duty((300, 315), SKILL)
    board = Board((Worker(1, (early,)), Worker(2, (early, late))), {StationKind.CHAIR: Stations((1, 2))})
    course = Course((Track(0, (Part(SKILL, (Step(15, True),)),)),))

    def clocks(wanted: int, within: Span = (0, 400), not_at: int | None = None) -> list[int]:
        return [opening.start for opening in nearest(board, course, within, wanted, not_at=not_at)]

    assert clocks(30) == [15, 30, 45]
    assert clocks(37) == [15, 30, 45]
    assert clocks(2000) == [45, 60, 300]
    assert clocks(30, within=(0, 45)) == [0, 15, 30]
    assert clocks(30, not_at=30) == [0, 15, 45]
    assert clocks(300 + 48 * 60) == [300]
    assert clocks(301 + 48 * 60) == []


@settings(max_examples=examples(60), deadline=None)
@given(boards(), courses(), st.integers(-3000, 3000), st.integers(0, 12))
def test_the_nearest_starts_are_the_first_of_all_by_distance(
    board: Board, course: Course, away: int, passed_over: int
) -> None:
    wanted, not_at = WITHIN[0] + away, WITHIN[0] + 15 * passed_over
    by_start: dict[int, Opening] = {}
    for opening in openings(board, course, WITHIN):
        by_start.setdefault(opening.start, opening)
    by_start.pop(not_at, None)
    reached = [start for start in by_start if -48 * 60 <= start - wanted < 48 * 60]
    closest = sorted(reached, key=lambda start: (abs(start - wanted), start))[:3]
    found = nearest(board, course, WITHIN, wanted, not_at=not_at)
    assert found == [by_start[start] for start in sorted(closest)]
