"""When a stylist can be asked."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from salonpool.domain.pool_hours import WeeklyHours, covers, hours_between, without

TAIPEI, PARIS = ZoneInfo("Asia/Taipei"), ZoneInfo("Europe/Paris")
MONDAY = date(2026, 10, 19)


def _at(hour: int, day: date = MONDAY, tz: ZoneInfo = TAIPEI) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=tz).astimezone(UTC)


def test_weekly_hours_repeat_each_week() -> None:
    hours = [WeeklyHours(0, time(9), time(17))]
    found = hours_between(hours, MONDAY, MONDAY + timedelta(days=13), TAIPEI)
    later = MONDAY + timedelta(days=7)
    assert found == [(_at(9), _at(17)), (_at(9, later), _at(17, later))]


def test_free_until_midnight_and_from_midnight_on_is_one_period() -> None:
    hours = [WeeklyHours(0, time(18), time(0)), WeeklyHours(1, time(0), time(6))]
    tuesday = MONDAY + timedelta(days=1)
    assert hours_between(hours, MONDAY, tuesday, TAIPEI) == [(_at(18), _at(6, tuesday))]


def test_wall_time_stays_when_the_clocks_change() -> None:
    saturday, sunday = date(2026, 10, 24), date(2026, 10, 25)
    hours = [WeeklyHours(5, time(22), time(6)), WeeklyHours(6, time(9), time(17))]
    night, day = hours_between(hours, saturday, sunday, PARIS)
    assert night[1] - night[0] == timedelta(hours=9)
    assert day[0] == datetime(2026, 10, 25, 8, 0, tzinfo=UTC)


def test_time_off_is_cut_out_at_both_ends_and_in_the_middle() -> None:
    whole = [(_at(8), _at(18))]
    assert without(whole, [(_at(10), _at(12))]) == [(_at(8), _at(10)), (_at(12), _at(18))]
    assert without(whole, [(_at(6), _at(9)), (_at(17), _at(20))]) == [(_at(9), _at(17))]
    assert without(whole, [(_at(8), _at(18))]) == []


def test_a_standing_yes_covers_work_inside_its_hours_on_its_weekday() -> None:
    late = WeeklyHours(0, time(18), time(2))
    tuesday = MONDAY + timedelta(days=1)
    assert covers(late, _at(18), _at(22), TAIPEI)
    assert covers(late, _at(0, tuesday), _at(2, tuesday), TAIPEI)
    assert not covers(late, _at(17), _at(22), TAIPEI)
    assert not covers(late, _at(18, tuesday), _at(22, tuesday), TAIPEI)
