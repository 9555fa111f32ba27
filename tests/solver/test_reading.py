"""A problem that breaks its format is refused with the path of the field, in one line."""

import copy
import math

import pytest

from salonpool.solver.problem import DEFAULT_OBJECTIVE, InvalidProblem, parse_problem, problem_to_json
from salonpool.solver.roster import parse_roster
from tests.solver.builders import loaded

GOOD = loaded("S-1.json")
MISSING = object()

REFUSED = [
    ((), [], "", "expected an object, not a list"),
    (("format",), "salonpool-problem/2", "format", "expected"),
    (("extra",), 1, "extra", "unknown key"),
    (("name",), None, "name", "not null"),
    (("weights",), MISSING, "weights", "missing"),
    (("day_starts",), [], "day_starts", "at least one"),
    (("day_starts", 0), 60, "day_starts[0]", "must be 0"),
    (("day_starts", 2), 1440, "day_starts[2]", "later"),
    (("day_starts", 1), 1440.0, "day_starts[1]", "not a fraction"),
    (("skills", 1), "k0", "skills[1]", 'duplicate "k0"'),
    (("salons", 1, "id"), "h0", "salons[1].id", 'duplicate id "h0"'),
    (("salons", 0, "x_km"), math.nan, "salons[0].x_km", "finite"),
    (("salons", 0, "y_km"), math.inf, "salons[0].y_km", "finite"),
    (("salons", 0, "chairs"), -1, "salons[0].chairs", "at least 0"),
    (("salons", 0, "chairs"), None, "salons[0].chairs", "not null"),
    (("travel", "base_minutes"), -1, "travel.base_minutes", "at least 0"),
    (("travel", "base_minutes"), 1.5, "travel.base_minutes", "not a fraction"),
    (("travel",), {"minutes": {}}, "travel.minutes.h", "missing"),
    (("travel",), {"minutes": {"zz": {}}}, "travel.minutes.zz", "unknown salon"),
    (("stylists", 3, "skills", 0), "x", "stylists[3].skills[0]", 'unknown skill "x"'),
    (("stylists", 3, "skill"), "x", "stylists[3].skill", "unknown key"),
    (("stylists", 3, "home"), "x", "stylists[3].home", 'unknown salon "x"'),
    (("stylists", 1, "id"), "p0", "stylists[1].id", 'duplicate id "p0"'),
    (("stylists", 0, "id"), 7, "stylists[0].id", "expected a string, not an integer"),
    (("stylists", 0, "available", 0), [10, 10], "stylists[0].available[0]", "end after its start"),
    (("stylists", 0, "available", 0), [10], "stylists[0].available[0]", "expected 2 entries"),
    (("stylists", 0, "busy"), [[0, 10, "x"]], "stylists[0].busy[0][2]", "unknown salon"),
    (("stylists", 0, "history", 0, 0), True, "stylists[0].history[0][0]", "an integer, not true"),
    (("stylists", 0, "hourly_cost"), -1, "stylists[0].hourly_cost", "at least 0"),
    (("stylists", 0, "hourly_cost"), 10**30, "stylists[0].hourly_cost", "too large"),
    (("stylists", 0, "max_day_minutes"), -1, "stylists[0].max_day_minutes", "at least 0"),
    (("stylists", 0, "limits", 0, "days"), 0, "stylists[0].limits[0].days", "at least 1"),
    (("stylists", 0, "limits", 0, "step"), "weekly", "stylists[0].limits[0].step", "expected"),
    (("stylists", 0, "limits", 0, "max_minutes"), -5, "stylists[0].limits[0].max_minutes", "at least 0"),
    (("stylists", 0, "preferences", "h0"), 3, "stylists[0].preferences.h0", "between -2 and 2"),
    (("stylists", 0, "preferences", "q q"), 1, 'stylists[0].preferences["q q"]', "unknown salon"),
    (("stylists", 0, "blocked_salons"), ["h1", "h1"], "stylists[0].blocked_salons[1]", "duplicate"),
    (("stylists", 0, "not_with"), ["zz"], "stylists[0].not_with[0]", "unknown stylist"),
    (("shifts", 0, "end"), 0, "shifts[0].end", "end after its start"),
    (("shifts", 0, "start"), 10080, "shifts[0].start", "inside the days"),
    (("shifts", 0, "start"), -1, "shifts[0].start", "inside the days"),
    (("shifts", 0, "skill"), "x", "shifts[0].skill", 'unknown skill "x"'),
    (("shifts", 0, "salon"), "x", "shifts[0].salon", 'unknown salon "x"'),
    (("shifts", 0, "priority"), 4, "shifts[0].priority", "1, 2 or 3"),
    (("shifts", 0, "priority"), True, "shifts[0].priority", "an integer, not true"),
    (("shifts", 0, "holder"), "zz", "shifts[0].holder", "unknown stylist"),
    (("shifts", 99, "pinned"), True, "shifts[99].pinned", "needs a holder"),
    (("shifts", 99, "pinned"), 1, "shifts[99].pinned", "true or false"),
    (("shifts", 0, "refused_by"), ["zz"], "shifts[0].refused_by[0]", "unknown stylist"),
    (("shifts", 0, "excluded"), {"zz": "why"}, "shifts[0].excluded.zz", "unknown stylist"),
    (("shifts", 0, "excluded"), {"p0": 1}, "shifts[0].excluded.p0", "expected a string"),
    (("objective", 0), {"beauty": 1}, "objective[0].beauty", "unknown term"),
    (("objective", 0, "coverage"), -1, "objective[0].coverage", "at least 0"),
    (("objective", 0, "coverage"), 10**9, None, None),
    (("objective", 1, "cost"), 10**9, "objective[1]", "too large to add up"),
    (("weights", "coverage"), {"1": 1, "2": 1}, "weights.coverage.3", "missing"),
    (("weights", "coverage", "4"), 1, "weights.coverage.4", "unknown key"),
    (("weights", "fairness_tiers", 1), [0.3, 0], "weights.fairness_tiers[1][1]", "must not fall"),
    (("weights", "fairness_tiers", 0, 0), -0.1, "weights.fairness_tiers[0][0]", "at least 0"),
]


def _changed(path, value):
    data = copy.deepcopy(GOOD)
    if not path:
        return value
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    if value is MISSING:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return data


@pytest.mark.parametrize(("path", "value", "field", "words"), REFUSED)
def test_the_wrong_field_is_named(path, value, field, words):
    data = _changed(path, value)
    if field is None:
        assert parse_problem(data).name == "S-1"
        return
    with pytest.raises(InvalidProblem) as refused:
        parse_problem(data)
    assert refused.value.path.startswith(field)
    assert words in refused.value.message
    assert "\n" not in str(refused.value)


def test_a_problem_that_is_read_and_written_is_the_same_document():
    assert problem_to_json(parse_problem(GOOD)) == GOOD


def test_without_an_objective_the_default_counts():
    assert parse_problem(_changed(("objective",), MISSING)).objective == DEFAULT_OBJECTIVE


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("status",), "done", "status"),
        (("assignments", 0), {"shift": "s1"}, "assignments[0].stylist"),
        (("levels", 0, "coverage"), 1.5, "levels[0].coverage"),
        (("gap",), None, "gap"),
        (("unfilled",), [{"shift": "s1"}], "unfilled[0].funnel"),
        (("unfilled",), [{"shift": "s1", "funnel": {}, "remedies": [1]}], "unfilled[0].remedies[0]"),
    ],
)  # fmt: skip
def test_a_roster_that_breaks_its_format_is_refused(path, value, field):
    data = loaded("tiny/skills.optimum.json")["one_optimal_roster"]
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(InvalidProblem) as refused:
        parse_roster(data)
    assert refused.value.path.startswith(field)
