"""What a salon remembers of missed visits, which state follows which, and until when it must answer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salonpool.domain.attendance import Attendance, Slip, attendance, is_late_cancel
from salonpool.domain.booking import FOLLOWS, BookingStatus, answer_by, check_turn
from salonpool.domain.refusal import Refusal

NOW = datetime(2026, 10, 19, 1, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _weight(*slips: tuple[Slip, int]) -> float:
    return attendance([(slip, NOW - days * DAY) for slip, days in slips], NOW).weight


def test_a_missed_visit_counts_in_full_then_half_then_not_at_all() -> None:
    assert [_weight((Slip.NO_SHOW, days)) for days in (0, 90, 91, 179, 180)] == [1.0, 1.0, 0.5, 0.5, 0.0]


def test_a_late_cancellation_weighs_half_a_missed_visit() -> None:
    assert _weight((Slip.LATE_CANCEL, 3), (Slip.LATE_CANCEL, 100)) == 0.75


def test_two_visits_missed_lately_call_for_a_word_first() -> None:
    lately = [(Slip.NO_SHOW, NOW - 3 * DAY), (Slip.NO_SHOW, NOW - 5 * DAY)]
    found = attendance([*lately, (Slip.LATE_CANCEL, NOW - 200 * DAY)], NOW)
    assert found == Attendance(no_shows=2, late_cancels=0, latest=NOW - 3 * DAY, weight=2.0)
    assert found.ask_first
    assert not attendance(lately, NOW + 100 * DAY).ask_first


@given(st.lists(st.tuples(st.sampled_from(Slip), st.integers(0, 400)), max_size=8), st.integers(0, 200))
def test_what_is_remembered_never_grows_by_waiting(slips: list[tuple[Slip, int]], days: int) -> None:
    at = [(slip, NOW - ago * DAY) for slip, ago in slips]
    assert attendance(at, NOW + days * DAY).weight <= attendance(at, NOW).weight


def test_late_is_later_than_the_free_minutes() -> None:
    start = NOW + 5 * HOUR
    assert not is_late_cancel(start, start - 3 * HOUR, 180)
    assert is_late_cancel(start, start - 3 * HOUR + timedelta(seconds=1), 180)


@pytest.mark.parametrize("status", BookingStatus)
def test_a_state_follows_only_those_the_table_names(status: BookingStatus) -> None:
    after = NOW - HOUR
    for into in BookingStatus:
        if into in FOLLOWS[status]:
            check_turn(status, into, after, NOW)
        else:
            with pytest.raises(Refusal) as refused:
                check_turn(status, into, after, NOW)
            assert refused.value.code == "not_open"


@pytest.mark.parametrize(
    ("status", "into", "early"),
    [
        ("confirmed", "checked_in", 2 * HOUR),
        ("confirmed", "completed", timedelta()),
        ("confirmed", "no_show", timedelta()),
    ],
)
def test_nobody_is_here_done_or_missed_too_early(status: str, into: str, early: timedelta) -> None:
    start = NOW + early
    check_turn(BookingStatus(status), BookingStatus(into), start, NOW)
    with pytest.raises(Refusal) as refused:
        check_turn(BookingStatus(status), BookingStatus(into), start + timedelta(seconds=1), NOW)
    assert refused.value.code == "too_early"


@pytest.mark.parametrize(
    ("starts_in", "minutes", "answered_in"),
    [(24 * HOUR, 120, 2 * HOUR), (3 * HOUR, 180, 2 * HOUR), (HOUR, 180, HOUR / 2), (HOUR, 10, HOUR / 6)],
)
def test_a_salon_answers_in_its_time_and_early_enough_to_set_out(
    starts_in: timedelta, minutes: int, answered_in: timedelta
) -> None:
    assert answer_by(NOW + starts_in, minutes, NOW) == NOW + answered_in


@given(st.integers(1, 10**5), st.integers(1, 10**5))
def test_the_answer_always_lies_between_now_and_the_start(starts_in: int, minutes: int) -> None:
    start = NOW + timedelta(minutes=starts_in)
    assert NOW < answer_by(start, minutes, NOW) < start
