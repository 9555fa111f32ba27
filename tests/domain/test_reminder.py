"""Reminders come by day, once, and never right after the booking or right before the visit."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salonpool.domain.local_time import at_local
from salonpool.domain.reminder import FURTHEST, is_quiet, quiet_from, remind_at, tell_of_shift_at

TAIPEI, BERLIN, NEW_YORK = (ZoneInfo(name) for name in ("Asia/Taipei", "Europe/Berlin", "America/New_York"))
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _at(text: str, tz: ZoneInfo = TAIPEI) -> datetime:
    day, clock = text.split()
    return at_local(date.fromisoformat(f"2026-{day}"), time.fromisoformat(clock), tz)


@pytest.mark.parametrize(
    ("made", "starts", "reminded"),
    [
        ("10-01 10:00", "10-20 14:00", "10-19 12:00"),
        ("10-19 10:00", "10-20 14:00", "10-19 12:00"),
        ("10-19 10:01", "10-20 14:00", "10-19 18:00"),
        ("10-19 12:01", "10-20 14:00", "10-19 18:00"),
        ("10-19 16:00", "10-20 16:30", "10-19 18:00"),
        ("10-19 16:01", "10-20 16:30", "10-20 13:30"),
        ("10-19 19:30", "10-20 20:00", "10-20 17:00"),
        ("10-19 23:50", "10-20 23:55", "10-20 20:55"),
        ("10-01 10:00", "10-20 00:30", "10-19 12:00"),
        ("10-01 10:00", "10-20 10:00", "10-19 12:00"),
        ("10-19 14:00", "10-20 14:00", "10-19 18:00"),
        ("10-19 14:01", "10-20 14:00", None),
        ("10-20 13:00", "10-20 14:00", None),
    ],
)
def test_a_guest_is_reminded_at_the_first_sensible_time(made, starts, reminded):
    assert remind_at(_at(made), _at(starts), TAIPEI) == (_at(reminded) if reminded else None)


@pytest.mark.parametrize(
    ("starts", "reminded", "tz"),
    [
        # The clocks went forward and back in the night between.
        ("03-29 14:00", "2026-03-28T11:00", BERLIN),
        ("10-25 14:00", "2026-10-24T10:00", BERLIN),
        ("03-08 14:00", "2026-03-07T17:00", NEW_YORK),
        ("11-01 14:00", "2026-10-31T16:00", NEW_YORK),
    ],
)
def test_it_is_noon_on_the_wall_when_the_clocks_change(starts, reminded, tz):
    assert remind_at(LONG_AGO, _at(starts, tz), tz) == datetime.fromisoformat(reminded).replace(tzinfo=UTC)


def test_whether_a_visit_was_made_24_hours_ahead_is_told_by_hours_that_pass_not_by_the_wall():
    starts = _at("03-29 14:00", BERLIN)
    assert remind_at(_at("03-28 13:59", BERLIN), starts, BERLIN) is None
    assert remind_at(starts - 24 * HOUR, starts, BERLIN) == _at("03-28 18:00", BERLIN)


@given(
    st.integers(0, 700 * 24 * 60),
    st.integers(0, 60 * 24 * 60),
    st.sampled_from([TAIPEI, BERLIN, NEW_YORK]),
)
def test_every_visit_made_a_day_ahead_has_a_reminder_by_day_two_hours_from_both_ends(later, ahead, tz):
    starts = LONG_AGO + timedelta(minutes=later)
    made = starts - timedelta(minutes=ahead)
    at = remind_at(made, starts, tz)
    assert (at is None) == (ahead < 24 * 60)
    if at is not None:
        assert made + 2 * HOUR <= at <= starts - 2 * HOUR
        assert starts - at <= FURTHEST
        assert not is_quiet(at, tz)


def test_the_quiet_hours_are_from_21_to_9_on_the_wall():
    clocks = ["20:59", "21:00", "00:00", "08:59", "09:00"]
    assert [is_quiet(_at(f"10-20 {clock}"), TAIPEI) for clock in clocks] == [False, True, True, True, False]
    assert quiet_from(_at("10-20 00:10"), TAIPEI) == _at("10-20 21:00")


@pytest.mark.parametrize(
    ("made", "told"), [("10-19 16:00", "10-19 18:00"), ("10-19 16:01", None), ("10-20 08:00", None)]
)
def test_a_stylist_is_told_of_tomorrow_at_six_unless_they_have_just_said_yes(made, told):
    assert tell_of_shift_at(_at(made), _at("10-20 10:00"), TAIPEI) == (_at(told) if told else None)
