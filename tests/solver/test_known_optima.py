"""Problems whose optimum was proven elsewhere, and rosters that break exactly one rule."""

import pytest

from salonpool.solver.check import violations
from salonpool.solver.formulation import solve
from salonpool.solver.problem import parse_problem
from salonpool.solver.roster import parse_roster
from tests.solver.builders import DATA, a_tiny_problem, loaded, values

TINY = sorted(path.name.removesuffix(".optimum.json") for path in (DATA / "tiny").glob("*.optimum.json"))
FAULTS = sorted(loaded("tiny/faults/index.json").items())


@pytest.mark.parametrize("name", TINY)
def test_the_optimum_is_found_and_proven(name):
    problem = a_tiny_problem(name)
    roster = solve(problem, time_limit_seconds=20)
    assert violations(problem, roster) == []
    assert list(values(problem, roster.levels)) == loaded(f"tiny/{name}.optimum.json")["values"]
    assert roster.status == "optimal"
    assert roster.gap == 0
    assert values(problem, roster.levels) == roster.bound


@pytest.mark.parametrize("name", TINY)
def test_the_referee_passes_a_proven_optimum(name):
    optimum = loaded(f"tiny/{name}.optimum.json")["one_optimal_roster"]
    assert violations(a_tiny_problem(name), parse_roster(optimum)) == []


@pytest.mark.parametrize(("file", "rule"), FAULTS)
def test_the_referee_names_the_broken_rule_and_no_other(file, rule):
    roster = parse_roster(loaded(f"tiny/faults/{file}"))
    found = violations(a_tiny_problem(file.split(".")[0]), roster)
    assert {violation.rule for violation in found} == {rule}


def test_a_week_of_a_hundred_shifts_is_proven():
    problem = parse_problem(loaded("S-1.json"))
    roster = solve(problem, time_limit_seconds=60)
    assert violations(problem, roster) == []
    assert values(problem, roster.levels) == (201, 91609)
    assert roster.status == "optimal"
    assert all(sum(item.funnel.values()) == len(problem.stylists) for item in roster.unfilled)
