"""Which starts are looked at: those that a booking would not be refused for."""

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from salonpool.domain.booking import HORIZON, check_start
from salonpool.domain.local_time import from_minutes
from salonpool.domain.refusal import InvalidInput
from salonpool.queries.availability import offered_within

NOW = datetime(2026, 10, 19, 1, 0, tzinfo=UTC)
SHORT = st.timedeltas(timedelta(minutes=-2), timedelta(minutes=20))


def _is_refused(starts_at: datetime, now: datetime) -> bool:
    try:
        check_start(starts_at, now)
    except InvalidInput as refusal:
        return refusal.code != "off_the_grid"
    return False


@given(SHORT, SHORT, SHORT, st.sampled_from([timedelta(), HORIZON - timedelta(minutes=10)]))
@example(timedelta(), timedelta(), timedelta(minutes=15), HORIZON - timedelta(minutes=10))
def test_just_the_starts_that_a_booking_would_take_are_looked_at(
    late: timedelta, begins: timedelta, lasts: timedelta, ahead: timedelta
) -> None:
    now, starts_from = NOW + late, NOW + ahead + begins
    starts_until = starts_from + lasts
    first, end = offered_within(starts_from, starts_until, now)
    for minute in range(-5, 46):
        starts_at = NOW + ahead + timedelta(minutes=minute)
        asked_for = starts_from <= starts_at < starts_until
        looked_at = first <= int(starts_at.timestamp()) // 60 < end
        assert looked_at == (asked_for and not _is_refused(starts_at, now))
        assert from_minutes(int(starts_at.timestamp()) // 60) == starts_at
