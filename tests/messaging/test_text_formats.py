"""Dates, times and money as texts show them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from salonpool.domain.money import Money
from salonpool.messaging import formats

TAIPEI, NEW_YORK = ZoneInfo("Asia/Taipei"), ZoneInfo("America/New_York")
TUESDAY = datetime(2026, 10, 20, 3, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "date", "deadline"),
    [
        ("en", "Tue 20 Oct", "Tue 11:30"),
        ("zh-Hant", "10/20二", "週二11:30"),
        ("zh-Hans", "10/20二", "周二11:30"),
    ],
)
def test_a_date_and_a_deadline_in_three_languages(language, date, deadline):
    assert formats.short_date(TUESDAY, TAIPEI, language) == date
    assert formats.deadline(TUESDAY, TAIPEI, language) == deadline


def test_the_date_is_the_salon_s_own():
    late = datetime(2026, 10, 19, 16, 30, tzinfo=UTC)
    assert formats.short_date(late, TAIPEI, "zh-Hant") == "10/20二"
    assert formats.short_date(late, NEW_YORK, "en") == "Mon 19 Oct"


def test_hours_are_24_hour_wall_time_with_a_plain_hyphen():
    assert formats.hours(TUESDAY, datetime(2026, 10, 20, 6, 0, tzinfo=UTC), TAIPEI) == "11:30-14:00"
    assert formats.clock_time(datetime(2026, 10, 20, 0, 5, tzinfo=UTC), TAIPEI) == "08:05"


def test_hours_over_the_end_of_summer_time_show_wall_times():
    starts_at, ends_at = datetime(2026, 11, 1, 4, 0, tzinfo=UTC), datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
    assert formats.hours(starts_at, ends_at, NEW_YORK) == "00:00-03:00"


@pytest.mark.parametrize(
    ("amount_minor", "currency", "shown"),
    [
        (105000, "TWD", "$1,050"),
        (16850, "CNY", "¥168.50"),
        (1205, "EUR", "€12.05"),
        (-5000, "TWD", "-$50"),
        (1050, "JPY", "JPY 1,050"),
        (1050, "CLP", "CLP 1,050"),
        (1_050_500, "KWD", "KWD 1,050.500"),
        (8000, "THB", "THB 80"),
        (0, "TWD", "$0"),
    ],
)
def test_money_shows_cents_only_when_there_are_some(amount_minor, currency, shown):
    assert formats.money(Money(amount_minor, currency)) == shown


def test_a_naive_datetime_is_refused():
    with pytest.raises(ValueError, match="aware"):
        formats.clock_time(datetime(2026, 10, 20, 3, 30), TAIPEI)  # noqa: DTZ001  the subject of the test
