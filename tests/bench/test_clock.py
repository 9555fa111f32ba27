"""The clock bench in its short form, and that it would tell."""

from datetime import UTC, datetime

import pytest

from bench.clock import SHORT_TICKS, Outcome, run
from tests import databases

T0 = datetime(2026, 10, 19, tzinfo=UTC)


@pytest.mark.parametrize("kind", databases.KINDS)
def test_two_clocks_run_every_due_job_once_through_a_kill_and_a_freeze(kind, request):
    if kind == "postgresql":
        request.getfixturevalue("postgres_server")  # skips in plain sight where there is none
    outcome = run(kind, SHORT_TICKS, by_hand=True)
    assert outcome.trouble == ""
    assert (outcome.missed(), outcome.doubled()) == (0, 0)
    assert outcome.held()


@pytest.mark.parametrize("lines", [0, 2])
def test_a_job_that_ran_twice_or_never_breaks_the_bar(lines):
    outcome = Outcome(due={("plan", T0)}, done={("plan", T0)}, takeovers={"killed": 1.0, "frozen": 1.0})
    outcome.lines["plan", T0] = 1
    assert outcome.held()
    outcome.lines["plan", T0] = lines
    assert not outcome.held()


def test_a_takeover_that_came_too_late_breaks_the_bar():
    assert not Outcome(takeovers={"killed": 1.0, "frozen": 31.0}).held()
    assert not Outcome(takeovers={"killed": 1.0}).held()
