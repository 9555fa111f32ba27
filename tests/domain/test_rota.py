"""Weekly patterns become days, on any clock."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salonpool.domain.local_time import DAY
from salonpool.domain.refusal import InvalidInput
from salonpool.domain.rota import AHEAD, RotaDay, WeeklyPattern, check_pattern, days_of

BERLIN, TAIPEI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Taipei")
ZONES = [BERLIN, TAIPEI, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]
SUNDAY = 6
FORWARD, BACK = date(2027, 3, 28), date(2026, 10, 25)  # Berlin's two Sundays
TODAY = date(2026, 10, 19)


def _pattern(starts: str, ends: str, *breaks: tuple[str, str], **changes: Any) -> WeeklyPattern:
    values: dict[str, Any] = {
        "weekday": SUNDAY,
        "starts": time.fromisoformat(starts),
        "ends": time.fromisoformat(ends),
        "breaks": tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in breaks),
        "valid_from": date(2026, 1, 1),
        "valid_to": None,
    }
    return WeeklyPattern(**values | changes)


def _day(pattern: WeeklyPattern, day: date, tz: ZoneInfo = BERLIN) -> RotaDay:
    return next(days_of(pattern, day, day, tz))


def _local(span: tuple[datetime, datetime], tz: ZoneInfo = BERLIN) -> tuple[str, str]:
    return tuple(instant.astimezone(tz).strftime("%a %H:%M") for instant in span)  # type: ignore[return-value]


def test_ninety_days_hold_thirteen_weeks_of_a_weekday() -> None:
    days = list(days_of(_pattern("10:00", "19:00", weekday=0), TODAY, TODAY + AHEAD, TAIPEI))
    assert [day.works_on.weekday() for day in days] == [0] * 13
    assert (days[0].works_on, days[-1].works_on) == (TODAY, date(2027, 1, 11))
    assert days[0].starts_at == datetime(2026, 10, 19, 2, tzinfo=UTC)


def test_a_pattern_fills_only_the_days_it_is_valid_on() -> None:
    pattern = _pattern("10:00", "19:00", weekday=0, valid_from=date(2026, 10, 20), valid_to=date(2026, 11, 2))
    found = [day.works_on for day in days_of(pattern, TODAY, TODAY + AHEAD, TAIPEI)]
    assert found == [date(2026, 10, 26), date(2026, 11, 2)]


@pytest.mark.parametrize(("day", "hours"), [(FORWARD, 9), (BACK, 9)])
def test_opening_hours_keep_the_wall_time_when_the_clocks_change_before_them(day: date, hours: int) -> None:
    filled = _day(_pattern("10:00", "19:00"), day)
    assert _local((filled.starts_at, filled.ends_at)) == ("Sun 10:00", "Sun 19:00")
    assert filled.ends_at - filled.starts_at == timedelta(hours=hours)


@pytest.mark.parametrize(("day", "hours"), [(FORWARD, 7), (BACK, 9), (TODAY + DAY * 13, 8)])
def test_a_night_is_an_hour_shorter_or_longer_when_the_clocks_change_in_it(day: date, hours: int) -> None:
    saturday = day - DAY
    filled = _day(_pattern("20:00", "04:00", weekday=5), saturday)
    assert _local((filled.starts_at, filled.ends_at)) == ("Sat 20:00", "Sun 04:00")
    assert filled.ends_at - filled.starts_at == timedelta(hours=hours)


def test_breaks_past_midnight_stay_inside_the_shift() -> None:
    filled = _day(
        _pattern("20:00", "04:00", ("23:45", "00:15"), ("01:00", "01:30"), weekday=0), TODAY, TAIPEI
    )
    assert [_local(span, TAIPEI) for span in filled.breaks] == [
        ("Mon 23:45", "Tue 00:15"),
        ("Tue 01:00", "Tue 01:30"),
    ]


def test_a_shift_that_begins_in_the_gap_begins_after_it_and_does_not_last_a_day() -> None:
    filled = _day(_pattern("02:30", "06:00"), FORWARD)
    assert _local((filled.starts_at, filled.ends_at)) == ("Sun 03:30", "Sun 06:00")


def test_a_shift_the_clocks_jump_over_does_not_take_place() -> None:
    pattern = _pattern("02:30", "03:15")
    assert list(days_of(pattern, FORWARD, FORWARD, BERLIN)) == []
    assert len(list(days_of(pattern, FORWARD - DAY * 7, FORWARD + DAY * 7, BERLIN))) == 2


def test_breaks_the_clocks_move_neither_overlap_nor_leave_the_shift() -> None:
    inside = _pattern("22:00", "03:00", ("02:15", "02:45"), weekday=5)
    assert _day(inside, FORWARD - DAY).breaks == ()
    two = _pattern("22:00", "05:00", ("01:45", "02:45"), ("03:00", "04:00"), weekday=5)
    assert [_local(span) for span in _day(two, FORWARD - DAY).breaks] == [
        ("Sun 01:45", "Sun 03:45"),
        ("Sun 03:45", "Sun 04:00"),
    ]


def _clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


@st.composite
def _patterns(draw: st.DrawFn) -> WeeklyPattern:
    """Any pattern that check_pattern lets through, nights and breaks at odd hours included."""
    starts, length = draw(st.integers(0, 24 * 60 - 1)), draw(st.integers(1, 16 * 60))
    edges = sorted(draw(st.sets(st.integers(0, length), max_size=6)))
    return WeeklyPattern(
        weekday=draw(st.integers(0, 6)),
        starts=_clock(starts),
        ends=_clock(starts + length),
        breaks=tuple(
            (_clock(starts + a), _clock(starts + b)) for a, b in zip(edges[::2], edges[1::2], strict=False)
        ),
        valid_from=TODAY,
        valid_to=None,
    )


@settings(deadline=None)
@given(st.sampled_from(ZONES), _patterns())
def test_every_day_begins_at_its_wall_time_unless_the_clocks_skip_it(
    tz: ZoneInfo, pattern: WeeklyPattern
) -> None:
    check_pattern(pattern)
    for day in days_of(pattern, TODAY, TODAY + timedelta(days=370), tz):
        wall = datetime.combine(day.works_on, pattern.starts, tz)
        exists = wall.astimezone(UTC).astimezone(tz).replace(tzinfo=None) == wall.replace(tzinfo=None)
        assert day.starts_at == wall.astimezone(UTC)
        assert not exists or day.starts_at.astimezone(tz).time() == pattern.starts
        assert timedelta() < day.ends_at - day.starts_at <= timedelta(hours=17)
        edges = [day.starts_at, *(edge for span in day.breaks for edge in span), day.ends_at]
        assert edges == sorted(edges)
        assert all(a < b for a, b in day.breaks)


@given(st.integers(0, 6), st.integers(0, 400))
def test_days_of_a_pattern_are_a_week_apart_and_none_is_left_out(weekday: int, length: int) -> None:
    last = TODAY + timedelta(days=length)
    found = [
        day.works_on for day in days_of(_pattern("10:00", "19:00", weekday=weekday), TODAY, last, BERLIN)
    ]
    assert all(b - a == timedelta(days=7) for a, b in pairwise(found))
    assert len(found) == sum((TODAY + timedelta(days=n)).weekday() == weekday for n in range(length + 1))


@pytest.mark.parametrize(
    ("pattern", "code", "field"),
    [
        (_pattern("10:00", "19:00", weekday=7), "weekday_unknown", "weekday"),
        (_pattern("10:00", "10:00"), "ends_before_start", "ends"),
        (_pattern("10:00", "02:01"), "too_long_a_shift", "ends"),
        (_pattern("10:00", "19:00", valid_to=date(2025, 1, 1)), "ends_before_start", "valid_to"),
        (_pattern("10:00", "19:00", ("09:30", "10:30")), "break_outside_hours", "breaks"),
        (_pattern("10:00", "19:00", ("18:30", "19:30")), "break_outside_hours", "breaks"),
        (_pattern("10:00", "19:00", ("14:00", "13:00")), "break_outside_hours", "breaks"),
        (_pattern("10:00", "19:00", ("13:00", "13:00")), "break_outside_hours", "breaks"),
        (_pattern("10:00", "19:00", ("13:00", "14:00"), ("13:30", "14:30")), "break_outside_hours", "breaks"),
    ],
)
def test_a_pattern_nobody_could_work_is_refused(pattern: WeeklyPattern, code: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_pattern(pattern)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_the_usual_patterns_pass() -> None:
    check_pattern(_pattern("10:00", "19:00", ("13:00", "13:30"), ("16:00", "16:15")))
    check_pattern(_pattern("10:00", "02:00"))
    check_pattern(_pattern("22:00", "06:00", ("23:30", "00:30"), ("05:30", "06:00")))
    check_pattern(_pattern("10:00", "00:00", ("10:00", "10:30"), ("23:30", "00:00")))
