"""Random small problems: the planner finds what trying every roster finds, and keeps every rule."""

import pytest

from salonpool.solver.check import violations
from salonpool.solver.eligibility import reasons, why_not
from salonpool.solver.formulation import solve
from salonpool.solver.problem import parse_problem, problem_to_json
from salonpool.solver.ranking import ranked
from salonpool.solver.roster import parse_roster, roster_to_json
from tests.solver.builders import a_random_problem, a_roster, best_values, broken_rules, values
from tests.thorough import examples


@pytest.mark.parametrize("seed", range(examples(150)))
def test_no_roster_is_better_than_the_solved_one(seed):
    problem = a_random_problem(seed)
    roster = solve(problem, time_limit_seconds=20)
    assert violations(problem, roster) == []
    assert values(problem, roster.levels) == best_values(problem)
    assert roster.status == "optimal"
    assert roster.bound == values(problem, roster.levels)


@pytest.mark.parametrize("seed", range(examples(60)))
def test_eligibility_alone_agrees_with_the_referee_in_every_rule(seed):
    problem = a_random_problem(seed)
    pinned = {shift.id: shift.holder for shift in problem.shifts if shift.pinned}
    for shift in problem.shifts:
        for stylist in problem.stylists:
            if not shift.pinned:
                found = reasons(problem, stylist.id, shift.id)
                assert set(found) == broken_rules(problem, **pinned, **{shift.id: stylist.id})
                assert why_not(problem, stylist.id, shift.id) == (found[0] if found else None)


@pytest.mark.parametrize("seed", range(examples(60)))
def test_the_quick_plan_and_every_rank_keep_all_rules(seed):
    problem = a_random_problem(seed)
    roster = solve(problem, time_limit_seconds=0)
    assert violations(problem, roster) == []
    holders = {item.shift: item.stylist for item in roster.assignments}
    ranks = ranked(problem, roster)
    assert set(ranks) == {shift.id for shift in problem.shifts if not shift.pinned}
    assert ranked(problem, roster, seconds=0) == {}
    for shift_id, people in ranks.items():
        assert holders.get(shift_id) in (None, *people[:1])
        for stylist in problem.stylists:
            keeps = not broken_rules(problem, **holders | {shift_id: stylist.id})
            assert keeps == (stylist.id in people)


@pytest.mark.parametrize("seed", range(examples(40)))
def test_problems_and_rosters_survive_being_written_and_read(seed):
    problem = a_random_problem(seed)
    assert parse_problem(problem_to_json(problem)) == problem
    roster = solve(problem, time_limit_seconds=0)
    assert parse_roster(roster_to_json(roster)) == roster


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("seed", [1, 7])
def test_the_seed_and_the_workers_do_not_change_what_is_optimal(seed, workers):
    problem = a_random_problem(12)
    roster = solve(problem, time_limit_seconds=20, workers=workers, seed=seed)
    assert values(problem, roster.levels) == best_values(problem)
    assert violations(problem, roster) == []


def test_the_referee_reports_levels_that_are_not_true():
    problem = a_random_problem(3)
    roster = a_roster(problem, s0=problem.stylists[0].id)
    lying = parse_roster(roster_to_json(roster) | {"levels": [{"coverage": 7}]})
    assert "levels" in {violation.rule for violation in violations(problem, lying)}
