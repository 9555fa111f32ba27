"""What a later level gave up for an earlier one, found by letting it come sooner."""

from dataclasses import replace

import pytest

from salonpool.solver.formulation import solve
from salonpool.solver.problem import Problem
from salonpool.solver.roster import Trade
from salonpool.solver.trades import trades
from tests.solver.builders import (
    a_problem,
    a_random_problem,
    a_roster,
    a_shift,
    a_stylist,
    best_values,
    values,
)
from tests.thorough import examples

FOUR = ({"coverage": 1}, {"stability": 1}, {"fairness": 1}, {"cost": 1, "travel": 1, "preference": 1})


def _told_to_ana_first() -> Problem:
    """Ana, who is dear, is being asked already; Ben would cost less."""
    people = [a_stylist("ana", hourly_cost=140), a_stylist("ben", hourly_cost=100)]
    return a_problem(people, [a_shift(holder="ana")], objective=FOUR)


def test_what_people_were_told_stays_though_somebody_else_would_cost_less():
    problem = _told_to_ana_first()
    roster = solve(problem, time_limit_seconds=5)
    assert trades(problem, roster) == (
        Trade(
            level=3,
            gain={"cost": -120, "travel": 0, "preference": 0},
            worth=-120,
            lost=((1, {"stability": 1}),),
            is_proven=True,
        ),
    )


def test_a_plan_in_which_nothing_gave_way_has_no_trades():
    problem = replace(_told_to_ana_first(), shifts=(a_shift(),))
    assert trades(problem, solve(problem, time_limit_seconds=5)) == ()


def test_a_plan_that_is_simply_bad_lost_it_to_no_level():
    problem = replace(_told_to_ana_first(), shifts=(a_shift(),))
    (trade,) = trades(problem, a_roster(problem, s1="ana"))
    assert (trade.worth, trade.lost) == (-120, ())


def test_without_time_no_trade_is_called_proven():
    problem = _told_to_ana_first()
    for trade in trades(problem, a_roster(problem, s1="ana"), seconds=0):
        assert not trade.is_proven


@pytest.mark.parametrize("seed", range(examples(40)))
def test_each_trade_is_the_most_that_level_can_gain_after_the_first(seed):
    problem = replace(a_random_problem(seed), objective=FOUR)
    roster = solve(problem, time_limit_seconds=10)
    found = {trade.level: trade for trade in trades(problem, roster, seconds=10)}
    now = values(problem, roster.levels)
    for level in (2, 3):
        alone = replace(problem, objective=(FOUR[0], FOUR[level]))
        gain = best_values(alone)[1] - now[level]
        assert (found[level].worth if level in found else 0) == gain
        assert level not in found or found[level].is_proven
        assert level not in found or found[level].lost
