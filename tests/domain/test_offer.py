"""The rules of an offer."""

from datetime import UTC, datetime, timedelta
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


def test_offers_wait_for_the_morning() -> None:
    night = datetime(2026, 10, 19, 14, 30, tzinfo=UTC)  # 22:30
    assert ask_at(night, night + timedelta(days=2), TAIPEI) == datetime(2026, 10, 20, 1, 0, tzinfo=UTC)
    early = datetime(2026, 10, 19, 22, 0, tzinfo=UTC)  # 06:00 on the 20th
    assert ask_at(early, early + timedelta(days=2), TAIPEI) == datetime(2026, 10, 20, 1, 0, tzinfo=UTC)


def test_by_day_and_for_a_shift_within_twelve_hours_offers_leave_at_once() -> None:
    assert ask_at(NOON, _in(days=2), TAIPEI) == NOON
    night = datetime(2026, 10, 19, 14, 30, tzinfo=UTC)
    assert ask_at(night, night + timedelta(hours=12), TAIPEI) == night


def test_the_morning_comes_an_hour_later_by_utc_when_the_clocks_go_back() -> None:
    paris = ZoneInfo("Europe/Paris")
    night = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)  # 22:00 before the last Sunday of October
    assert ask_at(night, night + timedelta(days=3), paris) == datetime(2026, 10, 25, 8, 0, tzinfo=UTC)


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
