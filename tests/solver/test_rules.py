"""Each hard rule kept and broken by one minute, one day or one person; eligibility and referee must agree."""

from dataclasses import replace

import pytest

from salonpool.solver.check import violations
from salonpool.solver.eligibility import why_not
from salonpool.solver.formulation import solve
from salonpool.solver.problem import Busy, Limit, Salon, Span, Travel
from tests.solver.builders import DAY, a_problem, a_roster, a_shift, a_stylist, broken_rules

CHAIR = (Salon(id="A", x_km=0, y_km=0, chairs=1), Salon(id="B", x_km=5, y_km=0))
NIGHT = Busy(start=-120, end=-60, salon="A")


def _beside(end=720, **changes):
    """Ana's own problem, with ben already at the salon until `end`."""
    return a_problem(
        [a_stylist(**changes), a_stylist("ben", busy=(Busy(start=540, end=end, salon="A"),))],
        [a_shift(start=600, end=780)],
    )


def _case(stylist=None, shift=None, **problem):
    return a_problem([a_stylist(**(stylist or {})), a_stylist("ben")], [a_shift(**(shift or {}))], **problem)


def _held(start, end, salon="A", **stylist):
    """Ana is busy from start to end and may get the shift from 9 to 12 o'clock."""
    return _case(stylist={"busy": (Busy(start=start, end=end, salon=salon),), **stylist})


def _limited(history_day=0, **limit):
    """Ana has worked four hours on a day before the first and may get three hours on the first."""
    start = history_day * DAY + 540
    history = (Busy(start=start, end=start + 240, salon="A"),)
    return _case(stylist={"history": history, "limits": (Limit(**{"days": 7, "step": "rolling", **limit}),)})


CASES = [
    ("skill", _case(), _case(shift={"skill": "colour"})),
    (
        "available",
        _case(stylist={"available": (Span(start=540, end=720),)}),
        _case(stylist={"available": (Span(start=540, end=719), Span(start=600, end=800))}),
    ),
    (
        "available",
        _case(stylist={"available": (Span(start=0, end=800),)}),
        _case(stylist={"available": (Span(start=0, end=630), Span(start=630, end=800))}),
    ),
    (
        "blocked",
        _case(stylist={"blocked_salons": ("B",)}),
        _case(stylist={"blocked_salons": ("B",)}, shift={"salon": "B"}),
    ),
    ("refused", _case(shift={"refused_by": ("ben",)}), _case(shift={"refused_by": ("ana",)})),
    ("excluded", _case(shift={"excluded": {"ben": "away"}}), _case(shift={"excluded": {"ana": "away"}})),
    (
        "home-travel",
        _case(stylist={"max_travel_minutes": 18}, shift={"salon": "B"}),
        _case(stylist={"max_travel_minutes": 17}, shift={"salon": "B"}),
    ),
    ("hourly-cost", _case(shift={"max_hourly_cost": 100}), _case(shift={"max_hourly_cost": 99})),
    ("overlap", _held(720, 780), _held(719, 780)),
    ("overlap", _held(480, 540), _held(480, 541)),
    ("travel-gap", _held(738, 780, "B"), _held(737, 780, "B")),
    (
        "travel-gap",
        replace(_held(480, 530, "B"), travel=Travel(minutes={"A": {"B": 99}, "B": {"A": 9.1}})),
        replace(_held(480, 531, "B"), travel=Travel(minutes={"A": {"B": 0}, "B": {"A": 9.1}})),
    ),
    ("rest", _held(-180, -120), _held(-180, -119)),
    ("rest", _held(DAY - 60, DAY), _held(DAY, DAY + 60, min_rest_minutes=721)),
    ("day-minutes", _held(720, 1140), _held(720, 1141)),
    ("day-minutes", _held(DAY - 60, DAY + 360), _held(DAY - 60, DAY + 361)),
    ("window-minutes", _limited(-6, max_minutes=420), _limited(-6, max_minutes=419)),
    ("window-minutes", _limited(-7, max_minutes=419), _limited(-1, max_minutes=419)),
    (
        "window-minutes",
        _limited(-1, step="fixed", max_minutes=419),
        _limited(-1, step="fixed", first_day=-8, max_minutes=419, days=9),
    ),
    ("window-days", _limited(-6, max_worked_days=2), _limited(-6, max_worked_days=1)),
    ("window-days", _limited(-3, days=3, max_worked_days=1), _limited(-2, days=3, max_worked_days=1)),
    ("not-with", _beside(600, not_with=("ben",)), _beside(601, not_with=("ben",))),
    ("chairs", replace(_beside(600), salons=CHAIR), replace(_beside(601), salons=CHAIR)),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "kept", "broken"), CASES)
def test_a_rule_kept_to_the_minute_lets_the_shift_be_worked(rule, kept, broken):
    assert why_not(kept, "ana", "s1") is None
    assert broken_rules(kept, s1="ana") == set()


@pytest.mark.parametrize(("rule", "kept", "broken"), CASES)
def test_a_rule_broken_by_one_is_named_alone(rule, kept, broken):
    assert why_not(broken, "ana", "s1") == rule
    assert broken_rules(broken, s1="ana") == {rule}


@pytest.mark.parametrize(("rule", "kept", "broken"), CASES)
def test_the_planner_gives_the_shift_only_where_the_rule_is_kept(rule, kept, broken):
    for problem, keeps in ((kept, True), (broken, False)):
        alone = replace(problem, shifts=tuple(replace(shift, holder="ana") for shift in problem.shifts))
        alone = replace(alone, objective=({"coverage": 1}, {"stability": 1}))
        roster = solve(alone, time_limit_seconds=10)
        assert violations(alone, roster) == []
        assert (("s1", "ana") in {(item.shift, item.stylist) for item in roster.assignments}) == keeps


def test_one_naming_the_other_is_enough_to_be_kept_apart():
    problem = a_problem(
        [a_stylist(), a_stylist("ben", busy=(Busy(start=540, end=700, salon="A"),), not_with=("ana",))],
        [a_shift()],
    )
    assert why_not(problem, "ana", "s1") == "not-with"
    assert broken_rules(problem, s1="ana") == {"not-with"}


def test_two_assignments_of_one_person_are_tested_against_each_other():
    problem = a_problem([a_stylist()], [a_shift("s1"), a_shift("s2", start=700, end=800)])
    assert broken_rules(problem, s1="ana", s2="ana") == {"overlap"}
    assert why_not(problem, "ana", "s1", holders={"s2": "ana"}) == "overlap"
    assert len(solve(problem, time_limit_seconds=10).assignments) == 1


def test_a_shift_listed_twice_breaks_only_one_per_shift():
    problem = a_problem([a_stylist(), a_stylist("ben")], [a_shift()])
    once = a_roster(problem, s1="ana")
    twice = replace(once, assignments=once.assignments * 2, levels=({"coverage": 0}, {"cost": 600}))
    assert {violation.rule for violation in violations(problem, twice)} == {"one-per-shift"}


def test_a_pinned_shift_keeps_its_holder_and_is_never_tested_itself():
    shift = a_shift(skill="colour", holder="ana", pinned=True, refused_by=("ana",), max_hourly_cost=1)
    problem = a_problem([a_stylist(), a_stylist("ben", skills=("colour",))], [shift])
    assert broken_rules(problem, s1="ana") == set()
    assert broken_rules(problem, s1="ben") == {"pinned"}
    assert broken_rules(problem) == {"pinned"}
    assert why_not(problem, "ana", "s1") is None
    assert why_not(problem, "ben", "s1") == "hourly-cost"
    assert [item.stylist for item in solve(problem).assignments] == ["ana"]


def test_a_pinned_shift_counts_against_the_others_of_its_holder():
    shifts = [a_shift("s1", holder="ana", pinned=True), a_shift("s2", start=600, end=660)]
    problem = a_problem([a_stylist()], shifts)
    assert why_not(problem, "ana", "s2") == "overlap"
    assert broken_rules(problem, s1="ana", s2="ana") == {"overlap"}
    assert broken_rules(problem, s1="ana") == set()


def test_what_is_broken_without_any_new_shift_is_nobodys_fault():
    busy = (Busy(start=540, end=1300, salon="A"), Busy(start=600, end=700, salon="B"))
    problem = a_problem([a_stylist(busy=busy, history=(NIGHT,))], [a_shift(start=3 * DAY, end=3 * DAY + 60)])
    assert broken_rules(problem) == set()
    assert broken_rules(problem, s1="ana") == set()


@pytest.mark.parametrize(("length", "expected"), [(1380, "rest"), (1440, None)])
def test_a_day_of_the_clock_change_is_as_long_as_it_is(length, expected):
    starts = (0, length, length + DAY)
    problem = a_problem(
        [a_stylist(busy=(Busy(start=1000, end=1200, salon="A"),))],
        [a_shift(start=1380, end=1430)],
        day_starts=starts,
    )
    assert why_not(problem, "ana", "s1") == expected
    assert broken_rules(problem, s1="ana") == ({expected} if expected else set())
