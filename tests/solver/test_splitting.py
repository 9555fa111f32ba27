"""Levels of prices that dominate each other are solved goal by goal, and told as the problem states them."""

import random
from dataclasses import replace
from itertools import product

import pytest

from salonpool.solver.check import violations
from salonpool.solver.formulation import Progress, solve
from salonpool.solver.problem import Problem, parse_problem
from salonpool.solver.program import Goal, Program
from salonpool.solver.splitting import split
from tests.solver.builders import a_random_problem, best_values, loaded, values
from tests.thorough import examples

TERMS = ("coverage", "stability", "cost", "travel", "preference", "fairness", "activation")


def test_a_level_of_a_thousand_million_is_proven_to_the_last_unit():
    problem = a_random_problem(1582)
    assert problem.objective == ({"coverage": 10**7, "cost": 1, "fairness": 3, "stability": 40},)
    roster = solve(problem, time_limit_seconds=20)
    assert values(problem, roster.levels) == roster.bound == (1_000_000_830,)
    assert (roster.status, roster.gap) == ("optimal", 0.0)


@pytest.mark.parametrize("seed", range(examples(100)))
def test_whatever_the_weights_no_roster_is_better_and_the_level_is_told_as_stated(seed):
    problem = _randomly_weighted(seed)
    heard: list[Progress] = []
    roster = solve(problem, time_limit_seconds=20, on_progress=heard.append)
    assert violations(problem, roster) == []
    assert values(problem, roster.levels) == roster.bound == best_values(problem)
    assert (roster.status, roster.gap) == ("optimal", 0.0)
    assert heard[-1].values == roster.bound
    assert all(progress.level < len(problem.objective) for progress in heard)


@pytest.mark.parametrize("seconds", [0, 0.03, 0.1, 0.3, 60])
def test_a_week_weighed_in_one_level_is_bounded_from_below_at_any_time(seconds):
    problem = parse_problem(loaded("S-1.json"))
    problem = replace(problem, objective=({"coverage": 10**7} | problem.objective[1],))
    roster = solve(problem, time_limit_seconds=seconds)
    ((bound,), (value,)) = roster.bound, values(problem, roster.levels)
    assert bound <= 201 * 10**7 + 91_609 <= value
    assert roster.status == ("feasible" if bound < value else "optimal")
    assert roster.status == "optimal" or seconds < 60


@pytest.mark.parametrize("seed", range(examples(200)))
def test_goals_order_all_solutions_as_their_sum_does(seed):
    program, prices = _a_random_program(random.Random(seed))
    program.goals = [
        Goal(0, 7 if index == 0 else 0, factors) for index, factors in enumerate(split(prices, program))
    ]
    by_sum: dict[int, tuple[int, ...]] = {}
    for solution in map(list, product(*(range(most + 1) for most in program.greatest))):
        if all(row.holds(solution) for row in program.rows):
            parts = tuple(goal.value(solution) for goal in program.goals)
            total = 7 + sum(price * solution[column] for price, column in prices)
            assert sum(parts) == total
            assert program.goal_values([total]) == parts
            by_sum[total] = parts
    assert [by_sum[total] for total in sorted(by_sum)] == sorted(by_sum.values())


def test_lighter_prices_that_together_outweigh_a_heavier_one_stay_with_it():
    program = Program()
    columns = [program.column() for _ in range(3)]
    prices = list(zip((10**6, 600_001, 500_001), columns, strict=True))
    assert len(split(prices, program)) == 1
    program.exactly_one(columns[1:])
    assert split(prices, program) == [{0: 10**6}, {1: 600_001, 2: 500_001}]


def test_a_column_with_a_heavy_and_a_light_price_is_in_both_goals():
    program = Program()
    one, other = program.column(), program.column()
    prices = [(10**7, one), (10**7, other), (3, one)]
    assert split(prices, program) == [{one: 10**7, other: 10**7}, {one: 3}]


def test_what_is_exact_together_stays_together():
    program = Program()
    a, b, c, d, e = (program.column() for _ in range(5))
    prices = [(10**9, a), (10**8, b), (10**7, c), (7, d), (3, e)]
    assert split(prices, program) == [{a: 10**9, b: 10**8, c: 10**7}, {d: 7, e: 3}]


def test_a_level_of_small_numbers_is_one_goal():
    program = Program()
    columns = [program.column(), program.column()]
    assert split([(10**5, columns[0]), (3, columns[1])], program) == [{0: 10**5, 1: 3}]
    assert split([], program) == [{}]


def _randomly_weighted(seed: int) -> Problem:
    """Now and then two levels; weights far apart and close together, whatever their terms are worth."""
    chance = random.Random(seed)
    levels = tuple(
        {
            term: chance.choice((1, 3, 40, 10**4, 10**7))
            for term in chance.sample(TERMS, chance.choice((1, 2, 3, 4)))
        }
        for _ in range(chance.choice((1, 1, 2)))
    )
    return replace(a_random_problem(seed), objective=levels)


def _a_random_program(chance: random.Random) -> tuple[Program, list[tuple[int, int]]]:
    program = Program()
    columns = [program.column(chance.choice((1, 1, 2))) for _ in range(6)]
    if chance.random() < 0.5:
        program.exactly_one(columns[:3])
    program.at_most(dict.fromkeys(columns, 1), chance.choice((3, 6)))
    scales = chance.choice(((10**6 + 1, 10**7), (1, 20, 10**4, 10**8), (10**3, 10**9)))
    return program, [
        (chance.choice(scales) * chance.randint(1, 3), column) for column in columns for _ in range(2)
    ]
