"""Each contestant solves alone, and the referee says what its plan is worth and what it breaks."""

import os
import signal
from collections import Counter
from dataclasses import replace
from functools import partial

import pytest

from bench.contestants import AT_ONCE, OURS, Result, Spent, contest, in_a_process, judged
from bench.planner_peers import PEERS, Plan
from bench.puzzles import invent
from salonpool.solver.formulation import solve
from tests.solver.builders import a_problem, a_shift, a_stylist

QUICK = Spent(cpu=0.5, wall=0.5)


@pytest.mark.parametrize("name", [OURS, AT_ONCE, *PEERS])
def test_a_contestant_brings_a_sound_plan_and_what_it_cost(name: str) -> None:
    result = contest(invent("S", 13), name, 3.0, 1)
    assert result.trouble == ""
    assert result.is_sound
    assert 0 < result.spent.cpu < 5
    assert result.spent.megabytes > 10


def test_a_contestant_that_breaks_a_rule_is_shown_with_what_it_broke() -> None:
    problem = a_problem([a_stylist()], [a_shift("s1"), a_shift("s2", start=600, end=780)])
    plan = Plan(holders={"s1": "ana", "s2": "ana"}, bounds=(None, None))
    found = judged(problem, Result(name="greedy", seconds=1.0), plan, None, QUICK)
    assert found.values == (0, 600)
    assert found.broken == Counter(overlap=1)
    assert not found.is_sound
    assert contest(problem, "greedy", 1.0, 0).is_sound


def test_a_roster_that_states_what_is_not_true_is_broken() -> None:
    problem = a_problem([a_stylist()], [a_shift("s1")])
    roster = solve(problem, time_limit_seconds=5)
    plan = Plan(holders={"s1": "ana"}, bounds=(0, 300), proven=True)
    result = Result(name=OURS, seconds=1.0)
    assert judged(problem, result, plan, roster, QUICK).is_sound
    lying = replace(roster, levels=({"coverage": 0}, {"cost": 1}))
    assert judged(problem, result, plan, lying, QUICK).broken == Counter(levels=1)


def test_a_contestant_that_dies_or_never_comes_back_is_told() -> None:
    assert in_a_process(partial(os._exit, 3), give_up_after=60) == "died (3)"
    assert in_a_process(signal.pause, give_up_after=0.2) == "did not come back"
