"""How long a network that fails is left alone."""

from datetime import UTC, datetime, timedelta

import pytest

from salonpool.domain.quarantine import Quarantine, find_quarantine

FIRST = datetime(2026, 10, 19, 1, 0, tzinfo=UTC)


def _failures(count: int) -> list[datetime]:
    return [FIRST + timedelta(minutes=10 * number) for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_two_failures_are_no_quarantine(count: int) -> None:
    assert find_quarantine(_failures(count)) is None


@pytest.mark.parametrize(("count", "hours"), [(3, 1), (4, 4), (5, 24), (9, 24)])
def test_the_pause_grows_from_the_third_failure_on_to_a_day(count: int, hours: int) -> None:
    failures = _failures(count)
    retry_at = failures[-1] + timedelta(hours=hours)
    assert find_quarantine(failures) == Quarantine(count, failures[2], retry_at)
