"""A plan mended after declines, absences and posts."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from salonpool.solver.check import violations
from salonpool.solver.formulation import solve
from salonpool.solver.measures import Measures
from salonpool.solver.problem import Problem, Span
from salonpool.solver.repair import repaired
from salonpool.solver.terms import Terms
from tests.solver import builders as b
from tests.thorough import examples


def _holders(roster: Any) -> dict[str, str]:
    return {item.shift: item.stylist for item in roster.assignments}


def _declined(problem: Problem, shift_id: str, who: str) -> Problem:
    shifts = tuple(
        replace(shift, refused_by=(*shift.refused_by, who)) if shift.id == shift_id else shift
        for shift in problem.shifts
    )
    return replace(problem, shifts=shifts)


def test_a_declined_shift_goes_to_somebody_else_and_the_rest_stays() -> None:
    problem = b.a_problem(
        [b.a_stylist(name) for name in b.NAMES[:4]],
        [b.a_shift(f"s{day}", start=1440 * day + 540, end=1440 * day + 720) for day in range(3)],
    )
    before = {"s0": "ana", "s1": "ben", "s2": "cleo"}
    after = _holders(repaired(_declined(problem, "s1", "ben"), before))
    assert after["s1"] != "ben"
    assert {shift: who for shift, who in after.items() if shift != "s1"} == {"s0": "ana", "s2": "cleo"}


def test_somebody_makes_room_when_nobody_is_free() -> None:
    both, cut = ("cut", "colour"), ("cut",)
    problem = b.a_problem(
        [b.a_stylist("ana", skills=both), b.a_stylist("ben", skills=cut), b.a_stylist("cleo", skills=both)],
        [b.a_shift("s1", skill="colour"), b.a_shift("s2", skill="cut")],
    )
    after = _holders(repaired(_declined(problem, "s1", "ana"), {"s1": "ana", "s2": "cleo"}))
    assert after["s1"] == "cleo"
    assert after["s2"] in {"ana", "ben"}


def test_who_is_away_loses_what_they_had_and_a_post_finds_somebody() -> None:
    here, away = b.a_stylist("ana"), b.a_stylist("ben", available=(Span(start=2880, end=4320),))
    problem = b.a_problem([here, away], [b.a_shift("s1"), b.a_shift("s2", start=3420, end=3600)])
    after = _holders(repaired(problem, {"s1": "ben"}, posted=["s2"]))
    assert after["s1"] == "ana"
    assert "s2" in after


def test_what_was_agreed_stays_whatever_it_costs() -> None:
    problem = b.a_problem(
        [b.a_stylist("ana"), b.a_stylist("ben", hourly_cost=900)],
        [b.a_shift("s1"), b.a_shift("s2", holder="ana", pinned=True)],
    )
    after = _holders(repaired(problem, {"s2": "ana"}, posted=["s1"]))
    assert after == {"s1": "ben", "s2": "ana"}


@settings(max_examples=examples(60), deadline=None)
@given(st.integers(0, 10**6), st.data())
def test_a_mended_plan_keeps_every_rule_and_no_pinned_shift_moves(seed: int, data: st.DataObject) -> None:
    problem = b.a_random_problem(seed, people=5, shifts=9)
    before = _holders(solve(problem, time_limit_seconds=0))
    for shift_id in (
        data.draw(st.lists(st.sampled_from(sorted(before)), max_size=3, unique=True)) if before else ()
    ):
        if not problem.shifts_by_id[shift_id].pinned:
            problem = _declined(problem, shift_id, before[shift_id])
    mended = repaired(problem, before, time_limit_seconds=2)
    assert violations(problem, mended) == []
    assert {item.shift for item in mended.assignments} >= {
        shift.id for shift in problem.shifts if shift.pinned
    }
    shifts = problem.shifts_by_id
    without = {
        shift: who
        for shift, who in before.items()
        if shifts[shift].pinned or who not in shifts[shift].refused_by
    }
    values = Terms(problem, Measures(problem)).values
    assert values(_holders(mended)) <= values(without)
