"""Wall time and instants over every change of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salonpool.domain.local_time import (
    at_local,
    day_span,
    from_minutes,
    local_day,
    minutes_between,
    to_minutes,
    typed_local,
    which_of_two,
    zone,
)
from salonpool.domain.refusal import InvalidInput

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
LORD_HOWE, TAIPEI = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Taipei")
ZONES = [BERLIN, NEW_YORK, LORD_HOWE, TAIPEI]

# Zone, day the clocks go forward, a time they skip, what it moves to, the first time after the gap.
FORWARD = [
    (BERLIN, date(2027, 3, 28), "02:30", "03:30", "03:00"),
    (NEW_YORK, date(2027, 3, 14), "02:15", "03:15", "03:00"),
    (LORD_HOWE, date(2026, 10, 4), "02:10", "02:40", "02:30"),  # half an hour
]
# Zone, day the clocks go back, a time that comes twice, how far apart.
BACK = [
    (BERLIN, date(2026, 10, 25), "02:30", timedelta(hours=1)),
    (NEW_YORK, date(2026, 11, 1), "01:15", timedelta(hours=1)),
    (LORD_HOWE, date(2027, 4, 4), "01:45", timedelta(minutes=30)),
]


def _wall(clock: str) -> time:
    return time.fromisoformat(clock)


@pytest.mark.parametrize(("tz", "day", "skipped", "moved", "_next"), FORWARD)
def test_a_skipped_wall_time_of_a_rule_moves_on_by_the_gap(
    tz: ZoneInfo, day: date, skipped: str, moved: str, _next: str
) -> None:
    assert at_local(day, _wall(skipped), tz).astimezone(tz).strftime("%H:%M") == moved


@pytest.mark.parametrize(("tz", "day", "skipped", "_moved", "following"), FORWARD)
def test_a_skipped_time_somebody_types_is_refused_with_the_next_one(
    tz: ZoneInfo, day: date, skipped: str, _moved: str, following: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        typed_local(day, _wall(skipped), tz, field="starts")
    assert (refused.value.code, refused.value.field) == ("time_skipped", "starts")
    assert refused.value.values["next"] == following
    assert typed_local(day, _wall(following), tz, field="starts").astimezone(tz).time() == _wall(following)


@pytest.mark.parametrize(("tz", "day", "twice", "apart"), BACK)
def test_a_time_that_comes_twice_needs_a_choice(
    tz: ZoneInfo, day: date, twice: str, apart: timedelta
) -> None:
    with pytest.raises(InvalidInput) as refused:
        typed_local(day, _wall(twice), tz, field="starts")
    assert refused.value.code == "time_twice"
    first, second = (typed_local(day, _wall(twice), tz, field="starts", fold=fold) for fold in (0, 1))
    assert second - first == apart
    assert at_local(day, _wall(twice), tz) == first


@pytest.mark.parametrize(
    ("tz", "day", "hours"),
    [(tz, day, 24 - (0.5 if tz is LORD_HOWE else 1)) for tz, day, *_ in FORWARD]
    + [(tz, day, 24 + (0.5 if tz is LORD_HOWE else 1)) for tz, day, *_ in BACK]
    + [(TAIPEI, date(2027, 3, 28), 24), (TAIPEI, date(2026, 10, 25), 24)],
)
def test_a_day_is_as_long_as_its_clocks_make_it(tz: ZoneInfo, day: date, hours: float) -> None:
    starts_at, ends_at = day_span(day, tz)
    assert ends_at - starts_at == timedelta(hours=hours)
    assert local_day(starts_at, tz) == local_day(ends_at - timedelta(seconds=1), tz) == day
    assert local_day(ends_at, tz) == day + timedelta(days=1)


@pytest.mark.parametrize(
    ("utc", "which"),
    [
        ("2026-10-24T23:45", None),
        ("2026-10-25T00:15", 0),
        ("2026-10-25T01:15", 1),
        ("2026-10-25T02:00", None),
    ],
)
def test_an_instant_of_the_hour_that_comes_twice_says_which(utc: str, which: int | None) -> None:
    instant = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert which_of_two(instant, ZoneInfo("Europe/Rome")) == which
    assert which_of_two(instant, ZoneInfo("Asia/Taipei")) is None


def test_no_time_is_told_twice_when_the_clocks_go_forward() -> None:
    for minutes in range(0, 24 * 60, 15):
        instant = datetime(2026, 3, 29, tzinfo=UTC) + timedelta(minutes=minutes)
        assert which_of_two(instant, ZoneInfo("Europe/Rome")) is None


def test_midnight_itself_may_be_skipped() -> None:
    # Cuba changes its clocks at midnight: that day begins at 01:00.
    havana = ZoneInfo("America/Havana")
    starts_at, ends_at = day_span(date(2027, 3, 14), havana)
    assert starts_at.astimezone(havana).time() == time(1)
    assert ends_at - starts_at == timedelta(hours=23)


@given(st.sampled_from(ZONES), st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(0, 24 * 60 - 1))
def test_a_typed_time_is_refused_or_comes_back_as_typed(tz: ZoneInfo, day: date, minute: int) -> None:
    wall = time(minute // 60, minute % 60)
    try:
        instant = typed_local(day, wall, tz, field="starts")
    except InvalidInput:
        assert tz is not TAIPEI
        return
    assert instant.tzinfo is UTC
    assert instant.astimezone(tz).replace(tzinfo=None) == datetime.combine(day, wall)
    assert instant == at_local(day, wall, tz)


@given(st.integers(0, 4_000_000_000), st.integers(0, 999_999))
def test_minutes_go_back_to_the_minute_that_has_begun(seconds: int, microseconds: int) -> None:
    instant = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)
    assert from_minutes(to_minutes(instant)) == instant.replace(second=0, microsecond=0)


@pytest.mark.parametrize("name", ["Asia/Taipei", "Europe/Berlin", "UTC"])
def test_zones_by_their_names_are_known(name: str) -> None:
    assert zone(name).key == name


@pytest.mark.parametrize("name", ["EST", "CET", "Mars/Base", "", "asia/taipei", "../Taipei", "+08:00"])
def test_abbreviations_and_inventions_are_not_zones(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        zone(name)
    assert refused.value.code == "zone_unknown"


def test_a_night_in_which_the_clocks_change_has_the_minutes_that_pass() -> None:
    begins, ends = datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 7, 0, 59, tzinfo=UTC)
    assert minutes_between(begins, ends) == 8 * 60
    rome = ZoneInfo("Europe/Rome")
    assert minutes_between(begins.astimezone(rome), ends) == 8 * 60
