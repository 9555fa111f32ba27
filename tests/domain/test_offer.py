"""The rules of an offer."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from salonpool.domain.offer import OfferGone, OfferStatus, ask_at, check_answer, deadline, wave_size

TAIPEI = ZoneInfo("Asia/Taipei")
NOON = datetime(2026, 10, 19, 4, 0, tzinfo=UTC)  # 12:00 in Taipei


def _in(**lead: int) -> datetime:
    return NOON + timedelta(**lead)


@pytest.mark.parametrize(("hours", "people"), [(1, 6), (48, 6), (49, 3), (300, 3)])
def test_a_wave_asks_six_within_two_days_and_three_before(hours: int, people: int) -> None:
    assert wave_size(timedelta(hours=hours)) == people


@pytest.mark.parametrize(
    ("lead", "wait"),
    [
        (timedelta(minutes=20), timedelta(minutes=5)),
        (timedelta(hours=2), timedelta(minutes=12)),
        (timedelta(days=2), timedelta(minutes=30)),
        (timedelta(days=8), timedelta(hours=12)),
    ],
)
def test_the_deadline_grows_with_the_lead_time(lead: timedelta, wait: timedelta) -> None:
    assert deadline(NOON, NOON + lead) == NOON + wait


def test_nobody_may_answer_after_the_start() -> None:
    assert deadline(NOON, _in(minutes=3)) == _in(minutes=3)


def test_a_deadline_is_a_whole_minute_never_earlier_than_promised() -> None:
    assert deadline(_in(seconds=10), _in(days=3)) == _in(minutes=31)


def _taipei(clock: str, day: int = 20) -> datetime:
    return datetime.combine(date(2026, 10, day), time.fromisoformat(clock), TAIPEI).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "starts_at", "asked_at"),
    [
        (NOON, _in(days=2), NOON),
        (_taipei("22:30", 19), _taipei("14:00", 22), _taipei("09:00")),
        (_taipei("06:00"), _taipei("14:00", 22), _taipei("09:00")),
        (_taipei("22:30", 19), _taipei("14:00"), _taipei("09:00")),
        (_taipei("03:00"), _taipei("14:00"), _taipei("09:00")),
        (_taipei("03:00"), _taipei("11:00"), _taipei("09:00")),
        (_taipei("03:00"), _taipei("10:59"), _taipei("03:00")),
        (_taipei("22:30", 19), _taipei("10:30"), _taipei("22:30", 19)),
        (_taipei("21:10", 19), _taipei("10:30"), _taipei("22:30", 19)),
        (_taipei("21:10", 19), _taipei("08:00"), _taipei("21:10", 19)),
    ],
)
def test_a_shift_known_by_day_lets_people_sleep_unless_the_morning_is_too_late(
    now: datetime, starts_at: datetime, asked_at: datetime
) -> None:
    assert ask_at(now, starts_at, TAIPEI, posted_at=NOON) == asked_at


def test_a_shift_posted_at_night_that_starts_within_twelve_hours_wakes_people() -> None:
    night = _taipei("03:00")
    assert ask_at(night, night + timedelta(hours=12), TAIPEI, posted_at=night) == night
    assert ask_at(night, night + timedelta(hours=13), TAIPEI, posted_at=night) == _taipei("09:00")


def test_the_morning_comes_an_hour_later_by_utc_when_the_clocks_go_back() -> None:
    paris = ZoneInfo("Europe/Paris")
    night = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)  # 22:00 before the last Sunday of October
    morning = datetime(2026, 10, 25, 8, 0, tzinfo=UTC)
    assert ask_at(night, night + timedelta(days=3), paris, posted_at=NOON) == morning


def test_nobody_is_asked_after_the_start_of_a_shift_when_the_clocks_go_back() -> None:
    paris = ZoneInfo("Europe/Paris")
    evening = datetime(2026, 10, 24, 19, 0, tzinfo=UTC)  # 21:00 before the last Sunday of October
    starts_at = datetime(2026, 10, 25, 7, 30, tzinfo=UTC)  # 08:30, twelve and a half hours later
    assert ask_at(evening, starts_at, paris, posted_at=NOON) == evening + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("status", "code"),
    [("superseded", "taken"), ("expired", "expired"), ("withdrawn", "withdrawn"), ("declined", "declined")],
)
def test_a_closed_offer_says_why(status: str, code: str) -> None:
    with pytest.raises(OfferGone) as gone:
        check_answer(OfferStatus(status), _in(hours=1), NOON)
    assert gone.value.code == code


def test_an_answer_counts_until_the_deadline_and_not_at_it() -> None:
    check_answer(OfferStatus.OFFERED, _in(seconds=1), NOON)
    with pytest.raises(OfferGone, match="expired"):
        check_answer(OfferStatus.OFFERED, NOON, NOON)
