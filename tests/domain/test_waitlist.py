"""The rules of the waitlist."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from salonpool.domain.refusal import InvalidInput
from salonpool.domain.waitlist import (
    InLine,
    Past,
    Place,
    WaitlistOrder,
    asking_order,
    clean_windows,
    kept_until,
    may_offer,
    starts_asked_for,
)

TAIPEI = ZoneInfo("Asia/Taipei")
NOON = datetime(2026, 10, 19, 4, 0, tzinfo=UTC)  # 12:00 in Taipei
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PLACE = Place(1, (600, 660))


@pytest.mark.parametrize(
    ("lead", "minutes"),
    [
        (timedelta(days=9), 19),
        (timedelta(hours=2), 19),
        (timedelta(minutes=90), 15),
        (timedelta(minutes=60), 10),
        (timedelta(minutes=30), 10),
    ],
)
def test_a_place_is_kept_for_less_time_near_its_start(lead: timedelta, minutes: int) -> None:
    assert kept_until(NOON, NOON + lead) == NOON + minutes * MINUTE


def test_a_place_too_near_to_come_to_is_offered_to_nobody() -> None:
    assert kept_until(NOON, NOON + 29 * MINUTE) is None


@pytest.mark.parametrize("seconds", [1, 30, 59])
@pytest.mark.parametrize("lead", [30 * MINUTE, 100 * MINUTE, 9 * DAY])
def test_a_place_is_kept_ten_to_twenty_minutes_to_a_whole_minute(lead: timedelta, seconds: int) -> None:
    now = NOON + timedelta(seconds=seconds)
    until = kept_until(now, now + lead)
    assert until is not None
    assert until.second == 0
    assert 10 * MINUTE <= until - now <= 20 * MINUTE


@pytest.mark.parametrize(
    ("clock", "hours"), [(0, 180 * 24), (8, 180 * 24), (9, 12), (20, 12), (21, 180 * 24)]
)
def test_at_night_only_starts_within_twelve_hours_are_asked_about(clock: int, hours: int) -> None:
    now = NOON + clock * HOUR
    assert starts_asked_for(now, TAIPEI) == (now + 30 * MINUTE, now + hours * HOUR)


def test_each_order_asks_first_whom_it_names() -> None:
    first = InLine(1, NOON, minutes=60, price_minor=800)
    longest = InLine(2, NOON + MINUTE, minutes=150, price_minor=900)
    dearest = InLine(3, NOON + MINUTE, minutes=30, price_minor=5000)
    line = [dearest, longest, first]
    assert asking_order(line, WaitlistOrder.FIRST_COME) == [first, longest, dearest]
    assert asking_order(line, WaitlistOrder.BEST_FIT) == [longest, first, dearest]
    assert asking_order(line, WaitlistOrder.VALUE) == [dearest, longest, first]


def test_an_entry_is_never_offered_the_place_it_let_go() -> None:
    past = [Past(7, PLACE, NOON)]
    assert not may_offer(7, Place(1, (645, 705)), past)
    assert may_offer(7, Place(1, (660, 720)), past)
    assert may_offer(7, Place(2, (600, 660)), past)
    assert may_offer(8, PLACE, past)


def test_a_place_three_let_go_is_left_to_everybody() -> None:
    past = [Past(number, PLACE, NOON + number * MINUTE) for number in (1, 2, 3)]
    assert may_offer(4, PLACE, past[:2])
    assert not may_offer(4, PLACE, past)


def test_a_place_booked_and_given_up_since_is_new_for_others_only() -> None:
    past = [Past(number, PLACE, NOON + number * MINUTE) for number in (1, 2, 3)]
    past.append(Past(None, PLACE, NOON + HOUR))
    assert may_offer(4, PLACE, past)
    assert not may_offer(3, PLACE, past)


def test_windows_are_put_in_order_and_joined() -> None:
    wanted = [(NOON + 5 * HOUR, NOON + 6 * HOUR), (NOON - HOUR, NOON + HOUR), (NOON + HOUR, NOON + 2 * HOUR)]
    assert clean_windows(wanted, NOON) == [(NOON, NOON + 2 * HOUR), (NOON + 5 * HOUR, NOON + 6 * HOUR)]


@pytest.mark.parametrize(
    ("windows", "code"),
    [
        ([], "missing"),
        ([(NOON + HOUR, NOON + HOUR)], "ends_before_start"),
        ([(NOON - 2 * HOUR, NOON)], "in_the_past"),
        ([(NOON + 181 * DAY, NOON + 182 * DAY)], "too_far_ahead"),
        ([(NOON + n * DAY, NOON + n * DAY + HOUR) for n in range(6)], "too_many_windows"),
        ([(NOON, NOON + HOUR), (NOON + 31 * DAY, NOON + 31 * DAY + MINUTE)], "windows_too_far_apart"),
    ],
)
def test_windows_out_of_their_form_are_refused(windows: list[tuple[datetime, datetime]], code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_windows(windows, NOON)
    assert (refused.value.code, refused.value.field) == (code, "windows")


def test_five_windows_of_31_days_are_allowed() -> None:
    windows = [(NOON + n * 7 * DAY, NOON + n * 7 * DAY + HOUR) for n in range(4)]
    windows.append((NOON + 30 * DAY, NOON + 31 * DAY))
    assert len(clean_windows(windows, NOON)) == 5
