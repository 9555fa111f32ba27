"""Rounds of ten declines: what is asked of the planner, and that a bad round would be told."""

import random
from typing import Any

import pytest

from bench import declines
from bench.declines import Mending, Round
from bench.puzzles import invent
from salonpool.solver.formulation import solve


def _round(**changes: Any) -> Round:
    fields: dict[str, Any] = {
        "cpu": 0.1, "wall": 0.1, "broken": 0, "accepted_moved": 0, "offered_moved": 3, "lost": 0,
        "refilled": 10,
    }  # fmt: skip
    return Round(**(fields | changes))


def test_plans_are_mended_after_declines_with_nobody_who_said_yes_moved() -> None:
    problem = invent("S", 12)
    roster = solve(problem, time_limit_seconds=5, workers=1)
    mending = declines.mend(problem, {a.shift: a.stylist for a in roster.assignments}, rounds=4, seed=1)
    assert mending.faults(timed=False) == []
    assert len(mending.rounds) == 4


@pytest.mark.parametrize("seed", [1, 2])
def test_who_said_no_is_not_asked_again_and_who_said_yes_is_pinned(seed: int) -> None:
    problem = invent("S", seed)
    roster = solve(problem, time_limit_seconds=0)
    holders = {a.shift: a.stylist for a in roster.assignments}
    declined, after = declines.declined_by_ten(problem, holders, random.Random(seed))
    assert len(declined) == declines.DECLINES
    for before, shift in zip(problem.shifts, after.shifts, strict=True):
        if shift.id in declined:
            assert not before.pinned
            assert (shift.holder, shift.pinned) == (None, False)
            assert holders[shift.id] in shift.refused_by
        elif shift.id in holders:
            assert shift.holder == holders[shift.id]
    assert sum(shift.pinned for shift in after.shifts) > sum(shift.pinned for shift in problem.shifts)


def test_slow_rounds_moved_yeses_and_broken_rules_of_mending_are_faults() -> None:
    enough = [_round()] * declines.ROUNDS
    assert Mending("week", enough).faults(timed=True) == []
    slow = [*enough[2:], _round(cpu=0.4), _round(cpu=0.4)]
    assert Mending("week", slow).faults(timed=True) == ["P95 > 300 ms"]
    assert Mending("week", slow).faults(timed=False) == []
    assert Mending("week", enough[:5]).faults(timed=True) == ["ROUNDS < 20"]
    assert Mending("week", [_round(accepted_moved=1)]).faults(timed=False) == ["ACCEPTED MOVED"]
    assert Mending("week", [_round(lost=1)]).faults(timed=False) == ["WORSE THAN LEFT OPEN"]
    assert Mending("week", [_round(broken=1)]).faults(timed=False) == ["BROKEN RULES"]
    assert Mending("week", trouble="died (1)").faults(timed=False) == ["NOT RUN died (1)"]
