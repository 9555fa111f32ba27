"""The rules of a booking: which starts may be asked for, the cut-off, and who serves 'anyone'."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salonpool.domain.availability import Opening
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
from salonpool.domain.refusal import InvalidInput, Refusal

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


def test_the_nearest_starts_are_in_order_one_each_the_earlier_one_on_a_tie() -> None:
    found = [Opening(start, stylist, 1, ()) for start in (0, 30, 60, 120, 150) for stylist in (1, 2)]
    assert [o.start for o in nearest(found, 90)] == [30, 60, 120]
    assert [o.start for o in nearest(found, 75, count=2)] == [30, 60]
    assert [o.start for o in nearest(found, 90, count=1)] == [60]
    assert nearest([], 90) == []
