"""What the planner's process does beside the plan fits into the time it has."""

from salonpool.solver.roster import Solution
from salonpool.usecases.planning import plan_child
from tests.solver.builders import a_problem, a_shift, a_stylist

FOUR = ({"coverage": 1}, {"stability": 1}, {"fairness": 1}, {"cost": 1, "travel": 1, "preference": 1})


def _solution(seconds: float) -> Solution:
    """Ana, who is dear, is being asked already; Ben would cost less."""
    people = [a_stylist("ana", hourly_cost=140), a_stylist("ben", hourly_cost=100)]
    return plan_child.solution(
        a_problem(people, [a_shift(holder="ana")], objective=FOUR),
        time_limit_seconds=seconds, workers=1, seed=0, rank=True, tell=lambda _: None,
    )  # fmt: skip


def test_with_time_left_people_are_ranked_and_what_was_given_up_is_tried() -> None:
    solution = _solution(10)
    assert solution.ranked == {"s1": ("ana", "ben")}
    assert [trade.level for trade in solution.trades] == [3]


def test_without_time_people_are_ranked_still_and_no_more_is_tried() -> None:
    solution = _solution(0)
    assert solution.ranked == {"s1": ("ana", "ben")}
    assert solution.trades == ()
