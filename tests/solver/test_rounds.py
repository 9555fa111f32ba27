"""Rounds that decide anew about part of a plan: they never make it worse, and know which part to take."""

import random
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from salonpool.solver.eligibility import Eligibility
from salonpool.solver.fixing import Fixing
from salonpool.solver.formulation import solve
from salonpool.solver.greedy import Greedy
from salonpool.solver.highs import Fractions
from salonpool.solver.measures import Measures
from salonpool.solver.neighbourhoods import Kind, Neighbourhoods
from salonpool.solver.pairs import feasible_pairs
from salonpool.solver.problem import Busy, Problem, Salon
from salonpool.solver.rounds import Rounds
from salonpool.solver.search import formulated
from salonpool.solver.terms import Terms
from salonpool.solver.variables import Variables
from tests.solver import builders as b
from tests.thorough import examples

PEOPLE = ("ana", "ben", "cleo", "dora")


def _formulated(problem: Problem) -> tuple[Variables, dict[str, str]]:
    """Its columns, and a quick plan."""
    measures = Measures(problem)
    terms, eligibility = Terms(problem, measures), Eligibility(problem, measures)
    pairs = feasible_pairs(problem, eligibility)
    holders = Greedy(problem, Eligibility(problem, measures), terms, pairs).plan()
    return formulated(problem, terms, pairs, eligibility), holders


def _a_week(*, at: str = "A") -> Problem:
    """A shift a day, anybody could take any of them."""
    shifts = [
        b.a_shift(f"d{day}", start=day * b.DAY + 540, end=day * b.DAY + 720, salon="A" if day else at)
        for day in range(7)
    ]
    return b.a_problem([b.a_stylist(name, hourly_cost=90 + len(name)) for name in PEOPLE], shifts)


@settings(max_examples=examples(40), deadline=None)
@given(st.integers(0, 10**6))
def test_a_round_keeps_every_row_and_worsens_no_goal_up_to_its_own(seed: int) -> None:
    variables, holders = _formulated(b.a_random_problem(seed))
    assume(variables.pairs)
    program = variables.program
    rounds = Rounds(variables, seed=seed)
    before = variables.solution(holders)
    for index in range(len(program.goals)):
        for _ in range(3):
            solution, _ = rounds.better(holders, index, 5, time.monotonic() + 30)
            assert all(row.holds(solution) for row in program.rows)
            old = [goal.value(before) for goal in program.goals[: index + 1]]
            assert [goal.value(solution) for goal in program.goals[: index + 1]] <= old


@settings(max_examples=examples(40), deadline=None)
@given(st.integers(0, 10**6), st.data())
def test_a_part_and_what_is_fixed_keep_the_same_rows_and_are_worth_the_same(
    seed: int, data: st.DataObject
) -> None:
    variables, holders = _formulated(b.a_random_problem(seed))
    program, solution = variables.program, variables.solution(holders)
    everything = range(len(program.greatest))
    free = sorted(data.draw(st.sets(st.sampled_from(everything)))) if everything else []
    part = Fixing(program).part(free, solution)
    values = [data.draw(st.integers(0, greatest)) for greatest in part.greatest]
    whole = list(solution)
    for column, value in zip(free, values, strict=True):
        whole[column] = value
    assert all(row.holds(values) for row in part.rows) == all(row.holds(whole) for row in program.rows)
    for goal, of_part in zip(program.goals, part.goals, strict=True):
        assert goal.value(whole) - goal.value(solution) == of_part.value(values) - of_part.value(
            [solution[column] for column in free]
        )


@pytest.mark.parametrize("kind", Kind)
def test_a_neighbourhood_is_around_its_shift_and_as_large_as_asked(kind: Kind) -> None:
    variables, holders = _formulated(_a_week())
    neighbourhoods = Neighbourhoods(variables, random.Random(0))
    few = neighbourhoods.pick(kind, holders, 100, "d3")
    assert few.shifts[0] == "d3" or kind is Kind.SALONS
    assert len(few.shifts) <= max(1, 100 // few.choices)
    everything = neighbourhoods.pick(kind, holders, 10_000, "d3")
    if kind in (Kind.DAYS, Kind.SALONS):
        assert neighbourhoods.columns(everything, holders) == list(range(len(variables.program.greatest)))


def test_days_takes_the_nearest_days_and_salons_the_nearest_places() -> None:
    variables, holders = _formulated(_a_week(at="B"))
    neighbourhoods = Neighbourhoods(variables, random.Random(0))
    days = neighbourhoods.pick(Kind.DAYS, holders, 60, "d0")
    assert list(days.shifts) == [f"d{day}" for day in range(len(days.shifts))]
    assert neighbourhoods.pick(Kind.SALONS, holders, 1, "d0").shifts == ["d0"]
    assert neighbourhoods.pick(Kind.SALONS, holders, 36, "d5").shifts[-1] != "d0"


def test_an_open_shift_may_go_to_anybody_and_the_rest_to_the_cheapest_and_their_holders() -> None:
    variables, holders = _formulated(_a_week())
    del holders["d3"]
    neighbourhoods = Neighbourhoods(variables, random.Random(0))
    around = neighbourhoods.pick(Kind.OPEN, holders, 10_000, "d3")
    free = set(neighbourhoods.columns(around.narrowed(), holders))
    assert {variables.pairs["d3", who] for who in PEOPLE} <= free
    assert all(variables.pairs[shift, holders[shift]] in free for shift in around.shifts if shift in holders)


def test_only_what_the_fractions_fill_is_hoped_for() -> None:
    variables, _ = _formulated(_a_week())
    neighbourhoods = Neighbourhoods(variables, random.Random(0))
    assert set(neighbourhoods.hopes({})) == set(variables.unfilled)
    values = [0.0] * len(variables.program.greatest)
    for shift_id, column in variables.unfilled.items():
        values[column] = 1.0 if shift_id != "d5" else 0.25
    neighbourhoods.learn(Fractions(0, values, [0.0] * len(values)))
    assert neighbourhoods.hopes({}) == {"d5": 0.75}
    assert set(neighbourhoods.hopes({"d5": "ana"})) == set(variables.unfilled) - {"d5"}


def test_a_salon_that_is_overfull_by_what_is_fixed_keeps_no_other_from_being_planned() -> None:
    crowd = [
        b.a_stylist(name, busy=(Busy(start=540, end=720, salon="A"),), skills=()) for name in ("ben", "cleo")
    ]
    problem = b.a_problem(
        [b.a_stylist("ana"), *crowd],
        [b.a_shift("here"), b.a_shift("there", salon="B")],
        salons=(Salon(id="A", x_km=0, y_km=0, chairs=1), Salon(id="B", x_km=5, y_km=0, chairs=1)),
    )
    roster = solve(problem, time_limit_seconds=10)
    assert (roster.status, [each.shift for each in roster.assignments]) == ("optimal", ["there"])
