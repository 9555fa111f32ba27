"""Why not me: the pair made fixed, the rest planned again, and what that costs level by level."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from salonpool.solver.check import violations
from salonpool.solver.comparison import Handover
from salonpool.solver.eligibility import reasons
from salonpool.solver.forced import forced
from salonpool.solver.formulation import solve
from salonpool.solver.measures import Measures
from salonpool.solver.nearby import near
from salonpool.solver.problem import Problem, parse_problem
from salonpool.solver.roster import Roster
from salonpool.solver.terms import Terms
from tests.solver.builders import (
    a_problem,
    a_random_problem,
    a_roster,
    a_shift,
    a_stylist,
    best_values,
    loaded,
    values,
)
from tests.thorough import examples


def _holders(roster: Roster) -> dict[str, str]:
    return {item.shift: item.stylist for item in roster.assignments}


def _pairs(problem: Problem) -> Any:
    return product((shift.id for shift in problem.shifts), (stylist.id for stylist in problem.stylists))


def _with_pair(problem: Problem, shift_id: str, stylist_id: str) -> Problem:
    return replace(
        problem,
        shifts=tuple(
            replace(shift, holder=stylist_id, pinned=True) if shift.id == shift_id else shift
            for shift in problem.shifts
        ),
    )


@pytest.mark.parametrize("seed", range(examples(40)))
def test_no_roster_with_the_pair_is_better_than_the_one_told(seed):
    problem = a_random_problem(seed)
    roster = solve(problem, time_limit_seconds=20)
    worth = Terms(problem, Measures(problem)).values
    for shift_id, stylist_id in _pairs(problem):
        found = forced(problem, roster, shift_id, stylist_id, seconds=10)
        if found.reasons:
            continue
        holders = _holders(found.roster)
        assert holders[shift_id] == stylist_id
        assert violations(problem, found.roster) == []
        pinned = _with_pair(problem, shift_id, stylist_id)
        assert Terms(pinned, Measures(pinned)).values(holders) == best_values(pinned)
        assert found.is_proven
        assert all(found.proven)
        assert found.worth == tuple(
            b - a for a, b in zip(worth(_holders(roster)), worth(holders), strict=True)
        )
        assert found.worth == values(problem, found.levels)
        assert found.worth >= (0,) * len(found.worth)


@pytest.mark.parametrize("seed", range(examples(40)))
def test_the_pairs_a_roster_has_make_no_difference(seed):
    problem = a_random_problem(seed)
    roster = solve(problem, time_limit_seconds=0)
    for shift_id, stylist_id in _holders(roster).items():
        found = forced(problem, roster, shift_id, stylist_id)
        assert found.reasons == found.changes == found.moved == ()
        assert set(found.worth) == {0}
        assert {value for level in found.levels for value in level.values()} == {0}
        assert (found.deciding, found.is_proven) == (None, True)
        assert _holders(found.roster) == _holders(roster)


@pytest.mark.parametrize("seed", range(examples(40)))
def test_a_pair_that_is_not_allowed_is_answered_with_every_rule_against_it(seed):
    problem = a_random_problem(seed)
    roster = solve(problem, time_limit_seconds=0)
    for shift_id, stylist_id in _pairs(problem):
        if _holders(roster).get(shift_id) != stylist_id:
            broken = reasons(problem, stylist_id, shift_id)
            found = forced(problem, roster, shift_id, stylist_id, seconds=5)
            assert found.reasons == broken
            assert (found.roster is None) == bool(broken)


def test_somebody_dearer_costs_the_difference():
    problem = a_problem([a_stylist("ana", hourly_cost=100), a_stylist("ben", hourly_cost=140)], [a_shift()])
    found = forced(problem, solve(problem, time_limit_seconds=5), "s1", "ben")
    assert found.levels == ({"coverage": 0}, {"cost": 120})
    assert (found.deciding, found.worth) == (1, (0, 120))
    assert found.changes == (Handover(shift="s1", before="ana", after="ben"),)
    assert (found.opened, found.filled, found.moved) == ((), (), ())


def test_somebody_needed_elsewhere_leaves_that_shift_open():
    shifts = [a_shift("cut"), a_shift("colour", skill="colour", priority=1)]
    both = a_stylist("ben", skills=("cut", "colour"))
    problem = a_problem([a_stylist("ana"), both], shifts)
    found = forced(problem, solve(problem, time_limit_seconds=5), "cut", "ben")
    assert found.opened == ("colour",)
    assert found.levels[0] == {"coverage": 100}
    assert found.deciding == 0


def test_a_roster_that_could_be_better_is_told_so():
    problem = a_problem([a_stylist("ana", hourly_cost=100), a_stylist("ben", hourly_cost=140)], [a_shift()])
    found = forced(problem, a_roster(problem, s1="ben"), "s1", "ana")
    assert (found.worth, found.is_proven) == ((0, -120), True)
    nobody = forced(problem, a_roster(problem), "s1", "ana")
    assert (nobody.filled, nobody.levels[0]) == (("s1",), {"coverage": -10})


def test_shifts_that_somebody_is_being_asked_for_are_named_when_they_move():
    shifts = [a_shift("s1", holder="ana"), a_shift("s2", start=800, end=900, holder="ben")]
    problem = a_problem(
        [a_stylist("ana"), a_stylist("ben")], shifts, objective=({"coverage": 1}, {"stability": 1})
    )
    found = forced(problem, solve(problem, time_limit_seconds=5), "s1", "ben")
    assert found.moved == ("s1",)
    assert found.levels == ({"coverage": 0}, {"stability": 1})


def test_shifts_that_have_nothing_to_do_with_the_pair_stay_where_they_are():
    people = [a_stylist(name) for name in ("ana", "ben", "cleo", "dora")]
    shifts = [a_shift(f"s{day}", start=540 + day * 1440, end=720 + day * 1440) for day in range(6)]
    problem = a_problem(people, shifts)
    roster = a_roster(problem, s0="ana", s1="dora", s2="cleo", s3="dora", s4="cleo", s5="dora")
    found = forced(problem, roster, "s0", "ben", seed=3)
    assert found.changes == (Handover(shift="s0", before="ana", after="ben"),)


def test_what_is_not_proven_is_not_called_so():
    problem = a_problem([a_stylist("ana", hourly_cost=100), a_stylist("ben", hourly_cost=140)], [a_shift()])
    hasty = forced(problem, solve(problem, time_limit_seconds=5), "s1", "ben", seconds=0)
    assert violations(problem, hasty.roster) == []
    assert not hasty.is_proven


@pytest.mark.parametrize("seed", range(examples(60)))
def test_a_plan_near_another_one_keeps_all_rules_and_the_pair(seed):
    problem = a_random_problem(seed)
    holders = _holders(solve(problem, time_limit_seconds=0))
    for shift_id, stylist_id in _pairs(problem):
        if holders.get(shift_id) == stylist_id or reasons(problem, stylist_id, shift_id):
            continue
        pinned = _with_pair(problem, shift_id, stylist_id)
        plan = near(pinned, holders, shift_id, seconds=5)
        assert plan[shift_id] == stylist_id
        for one in (problem, pinned):
            assert violations(one, a_roster(one, **plan)) == []
        assert Terms(pinned, Measures(pinned)).values(plan) >= best_values(pinned)


def test_a_large_problem_is_compared_near_the_plan_there_is(monkeypatch):
    problem = parse_problem(loaded("S-1.json"))
    roster = solve(problem, time_limit_seconds=5)
    held = _holders(roster)
    shift_id, stylist_id = next(
        (shift_id, stylist_id)
        for shift_id, stylist_id in _pairs(problem)
        if held.get(shift_id, stylist_id) != stylist_id and not reasons(problem, stylist_id, shift_id)
    )
    whole = forced(problem, roster, shift_id, stylist_id, seconds=5)
    monkeypatch.setattr("salonpool.solver.forced.MOST_PAIRS", 0)
    found = forced(problem, roster, shift_id, stylist_id, seconds=5)
    assert violations(problem, found.roster) == []
    assert whole.is_proven
    assert found.worth >= whole.worth
    assert len(found.changes) < 10


def test_an_unknown_id_is_a_key_error():
    problem = a_problem([a_stylist()], [a_shift()])
    for shift_id, stylist_id in (("s9", "ana"), ("s1", "nobody")):
        with pytest.raises(KeyError):
            forced(problem, a_roster(problem), shift_id, stylist_id)
