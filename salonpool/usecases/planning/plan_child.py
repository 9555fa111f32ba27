"""What runs in the planner's own process; loaded there once, and nowhere else."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from salonpool.solver.comparison import Forced
from salonpool.solver.forced import forced
from salonpool.solver.formulation import Progress, solve
from salonpool.solver.problem import Problem
from salonpool.solver.ranking import ranked
from salonpool.solver.roster import Roster, Solution, Trade
from salonpool.solver.trades import trades
from salonpool.usecases.planning.plan_progress import Step

TRADE_SECONDS = 1.5
LEAST_RANK_SECONDS = 0.5
# Of shifts and people: more of them take too long for a sentence on a page.
MOST_PAIRS = 20_000


def solution(
    problem: Problem,
    *,
    time_limit_seconds: float,
    workers: int,
    seed: int,
    rank: bool,
    tell: Callable[[Step], None],
) -> Solution:
    """Solve, and if `rank`, list the people who may work each seat beside what the plan gives everybody else,
    and try what its levels gave up; both with the time that is left, a half second for the list at least.

    `tell` hears every better plan, and the last one when all is known of it.
    """
    until = time.monotonic() + time_limit_seconds
    telling = threading.Lock()  # the solver's threads may tell at once

    def heard(progress: Progress) -> None:
        step = Step(
            seconds=round(progress.seconds, 2),
            level=progress.level,
            values=progress.values,
            bounds=progress.bounds,
            cpu_seconds=round(time.process_time(), 2),
        )
        with telling:
            tell(step)

    roster = solve(
        problem, time_limit_seconds=time_limit_seconds, workers=workers, seed=seed, on_progress=heard
    )
    left = max(LEAST_RANK_SECONDS, until - time.monotonic())
    people = ranked(problem, roster, seconds=left) if rank else {}
    given_up = _given_up(problem, roster, until) if rank else ()
    with telling:
        tell(_last(problem, roster))
    return Solution(roster, {seat: tuple(those) for seat, those in people.items()}, given_up)


def comparison(
    problem: Problem,
    *,
    as_it_is: Problem,
    seat: str,
    stylist: str,
    time_limit_seconds: float,
    tell: Callable[[Step], None],
) -> Forced:
    """What it would take to give the seat to the stylist, beside the best plan of `as_it_is`.

    Tells nobody how far it is: it is over before anybody would look.
    """
    known = solve(as_it_is, time_limit_seconds=time_limit_seconds, workers=1)
    # Its bounds are those of plans without the pair.
    unbounded = replace(known, bound=(float("-inf"),) * len(known.bound))
    return forced(problem, unbounded, seat, stylist, seconds=time_limit_seconds)


def _given_up(problem: Problem, roster: Roster, until: float) -> tuple[Trade, ...]:
    """Nothing of a large problem, nor when it is `until` already."""
    seconds = min(TRADE_SECONDS, (until - time.monotonic()) / len(problem.objective))
    is_small = len(problem.shifts) * len(problem.stylists) <= MOST_PAIRS
    return trades(problem, roster, seconds=seconds) if is_small and seconds > 0 else ()


def _last(problem: Problem, roster: Roster) -> Step:
    values = tuple(
        sum(weight * terms[term] for term, weight in level.items())
        for level, terms in zip(problem.objective, roster.levels, strict=True)
    )
    return Step(
        seconds=round(roster.seconds, 2),
        level=len(values) - 1,
        values=values,
        bounds=tuple(int(bound) for bound in roster.bound),
        cpu_seconds=round(time.process_time(), 2),
    )
