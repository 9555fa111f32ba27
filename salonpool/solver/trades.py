"""What each level of a plan gave up for the levels before it: how good it could be if it came sooner."""

from collections.abc import Mapping
from dataclasses import replace

from salonpool.solver.formulation import solve
from salonpool.solver.measures import Measures
from salonpool.solver.problem import Problem
from salonpool.solver.roster import Roster, Trade
from salonpool.solver.terms import Terms


def trades(problem: Problem, roster: Roster, *, seconds: float = 1.5, seed: int = 0) -> tuple[Trade, ...]:
    """Levels that gave something up for others than the first, each tried in up to `seconds`.

    A level that nothing would make better, or nothing that was found, is not in it. The first level gives
    nothing up, and the second only to the first.
    """
    found = (_tried(problem, roster, level, seconds, seed) for level in range(2, len(problem.objective)))
    return tuple(trade for trade in found if trade is not None)


def _tried(problem: Problem, roster: Roster, level: int, seconds: float, seed: int) -> Trade | None:
    order = [0, level, *(other for other in range(1, len(problem.objective)) if other != level)]
    sooner = replace(problem, objective=tuple(problem.objective[other] for other in order))
    plan = solve(sooner, time_limit_seconds=seconds, workers=1, seed=seed)
    terms = Terms(problem, Measures(problem))
    now = {item.shift: item.stylist for item in roster.assignments}
    then = {item.shift: item.stylist for item in plan.assignments}
    values, others = terms.values(now), terms.values(then)
    worth = others[level] - values[level]
    if others[0] > values[0] or worth >= 0:
        return None
    old, new = terms.levels(now), terms.levels(then)
    return Trade(
        level=level,
        gain=_difference(old[level], new[level]),
        worth=worth,
        lost=tuple(
            (other, _difference(old[other], new[other]))
            for other in range(1, level)
            if others[other] > values[other]
        ),
        is_proven=others[0] <= plan.bound[0] and others[level] <= plan.bound[1],
    )


def _difference(old: Mapping[str, int], new: Mapping[str, int]) -> dict[str, int]:
    return {term: value - old[term] for term, value in new.items()}
