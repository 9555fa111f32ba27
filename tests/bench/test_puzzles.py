"""Invented weeks are of the family they say: of the size wanted, the same for the same number, and sound."""

from collections import Counter
from dataclasses import replace

import pytest

from bench.puzzles import PINNED_SHARE, SIZES, WANTED, invent
from salonpool.solver.eligibility import Eligibility
from salonpool.solver.pairs import feasible_pairs
from salonpool.solver.problem import Problem, parse_problem, problem_to_json
from tests.solver.builders import broken_rules

PAIRS = {"S": range(250, 700), "M": range(11_000, 19_000), "L": range(95_000, 180_000)}
SOME = [("S", 1), ("S", 2), ("S", 3), ("M", 1), ("M", 2)]


def _unpinned(problem: Problem) -> Problem:
    return replace(problem, shifts=tuple(replace(shift, pinned=False) for shift in problem.shifts))


@pytest.mark.parametrize(("size", "seed"), [*SOME, ("L", 1)])
def test_a_week_has_the_shifts_people_and_possible_pairs_of_its_size(size: str, seed: int) -> None:
    problem = invent(size, seed)
    wanted = SIZES[size]
    assert len(problem.shifts) == wanted.shifts
    assert len(problem.stylists) == wanted.stylists
    assert len(problem.salons) == wanted.salons
    assert len(problem.day_starts) == wanted.days + 1
    unpinned = _unpinned(problem)
    pairs = feasible_pairs(unpinned, Eligibility(unpinned))
    assert sum(len(pairs[shift.id]) for shift in problem.shifts if not shift.pinned) in PAIRS[size]


@pytest.mark.parametrize(("size", "seed"), SOME)
def test_the_plan_pinned_shifts_come_from_breaks_no_rule(size: str, seed: int) -> None:
    problem = invent(size, seed)
    held = {shift.id: shift.holder for shift in problem.shifts if shift.holder is not None}
    pinned = [shift for shift in problem.shifts if shift.pinned]
    assert len(pinned) == round(PINNED_SHARE * len(problem.shifts))
    assert all(shift.id in held for shift in pinned)
    assert len(held) > len(pinned)
    assert broken_rules(_unpinned(problem), **held) == set()


@pytest.mark.parametrize("size", ["S", "M"])
def test_a_week_reads_and_writes_as_a_problem_file(size: str) -> None:
    problem = invent(size, 4)
    assert parse_problem(problem_to_json(problem)) == problem


def test_the_number_decides_the_week() -> None:
    assert invent("S", 5) == invent("S", 5)
    assert invent("S", 5).shifts != invent("S", 6).shifts


def test_shares_are_those_of_the_family() -> None:
    problem = invent("M", 7)
    asked = Counter(shift.skill for shift in problem.shifts)
    for skill, share in WANTED.items():
        assert abs(asked[skill] / len(problem.shifts) - share) < 0.06
    on_days = Counter(shift.start // 1440 % 7 for shift in problem.shifts)
    assert max(on_days, key=on_days.__getitem__) == 5
    assert min(on_days, key=on_days.__getitem__) in (0, 6)
    minutes = [limit.max_minutes for stylist in problem.stylists for limit in stylist.limits]
    assert {480, 2400} <= set(minutes)
    assert all(stylist.wanted_minutes % 30 == 0 for stylist in problem.stylists)
