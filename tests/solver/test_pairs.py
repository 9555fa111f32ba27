"""The pairs that are possible at all are those of the one eligibility function."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from salonpool.solver.eligibility import Eligibility
from salonpool.solver.pairs import feasible_pairs
from tests.solver import builders as b
from tests.thorough import examples

ALONE = {"skill", "available", "blocked", "refused", "excluded", "home-travel", "hourly-cost", "pinned"}


@settings(max_examples=examples(100), deadline=None)
@given(st.integers(0, 10**6))
def test_a_pair_is_possible_when_no_rule_is_in_its_way(seed: int) -> None:
    problem = b.a_random_problem(seed, people=4, shifts=8)
    eligibility = Eligibility(problem)
    assert feasible_pairs(problem, eligibility) == {
        shift.id: [who.id for who in problem.stylists if eligibility.why_not(who, shift) is None]
        for shift in problem.shifts
        if not shift.pinned
    }


@settings(max_examples=examples(100), deadline=None)
@given(st.integers(0, 10**6))
def test_what_fits_beside_a_plan_clashes_with_nothing_in_it(seed: int) -> None:
    chance = random.Random(seed)
    problem = b.a_random_problem(seed, people=4, shifts=8)
    eligibility = Eligibility(problem)
    for shift in problem.shifts:
        if not shift.pinned and chance.random() < 0.5:
            eligibility.diary.add(chance.choice(problem.stylists).id, shift.id)
    for shift in problem.shifts:
        for who in problem.stylists:
            broken = set(eligibility.reasons(who, shift)) - ALONE
            if not (shift.pinned and shift.holder == who.id):
                assert eligibility.fits(who, shift) == (not broken)
                assert (eligibility.clash(who, shift) is None) == (not broken)
