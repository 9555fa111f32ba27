"""Lets the planner and its peers solve a problem, each alone in a process whose processor time counts, and
has the referee look at what they bring."""

import math
import multiprocessing
import resource
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing.connection import Connection
from typing import TypeVar

from bench.planner_peers import PEERS, Budget, Plan
from salonpool.solver.check import true_levels, violations
from salonpool.solver.eligibility import Eligibility
from salonpool.solver.formulation import Progress, solve
from salonpool.solver.greedy import Greedy
from salonpool.solver.measures import Measures
from salonpool.solver.pairs import feasible_pairs
from salonpool.solver.problem import Problem
from salonpool.solver.roster import Assignment, Roster
from salonpool.solver.terms import Terms

T = TypeVar("T")

OURS = "salonpool"
AT_ONCE = "greedy + ejection"
SECONDS_TO_DIE = 120.0
MOST_BYTES = 8 * 2**30  # of addresses: naive rows of the largest size must not take the machine down
TOO_LATE = 5  # times the budget: a contestant that is not back by then is stopped


Contestant = Callable[[Problem, Budget, int], tuple[Plan, Roster | None]]


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What a run cost: seconds on a processor and on the wall, and the most memory it had."""

    cpu: float = 0.0
    wall: float = 0.0
    megabytes: float = 0.0

    @property
    def waited(self) -> float:
        """Seconds it waited for a processor: a contestant does one thing after the other, never sleeping."""
        return max(0.0, self.wall - self.cpu)


@dataclass(frozen=True, kw_only=True)
class Result:
    """A contestant's plan as the referee sees it; `values` None when there is none."""

    name: str
    seconds: float
    spent: Spent = Spent()
    values: tuple[int, ...] | None = None
    bounds: tuple[float | None, ...] = ()
    proven: bool = False
    first_plan_seconds: float | None = None
    broken: Counter[str] = field(default_factory=Counter)
    trouble: str = ""
    holders: dict[str, str] | None = None

    @property
    def is_sound(self) -> bool:
        """There is a plan, and it breaks no rule."""
        return self.values is not None and not self.broken


def contest(problem: Problem, name: str, seconds: float, seed: int) -> Result:
    """One contestant's try at the problem; a plan that breaks rules is told, never left out."""
    process = partial(_run, problem, name, seconds, seed)
    answer = in_a_process(process, give_up_after=TOO_LATE * seconds + SECONDS_TO_DIE)
    if isinstance(answer, str):
        return Result(name=name, seconds=seconds, trouble=answer)
    return judged(problem, Result(name=name, seconds=seconds), *answer)


def judged(problem: Problem, result: Result, plan: Plan, stated: Roster | None, spent: Spent) -> Result:
    """The result with what the referee says of the plan, and of the roster the contestant states, if any."""
    result = replace(
        result, spent=spent, bounds=plan.bounds, proven=plan.proven,
        first_plan_seconds=plan.first_plan_seconds, holders=plan.holders,
    )  # fmt: skip
    if plan.holders is None:
        return result
    roster = stated or as_roster(problem, plan.holders)
    broken = Counter(violation.rule for violation in violations(problem, roster))
    return replace(result, values=worth(problem, roster), broken=broken)


def worth(problem: Problem, roster: Roster) -> tuple[int, ...]:
    """The weighted value of every level, as the referee reckons it."""
    levels = true_levels(problem, roster)
    return tuple(
        sum(weight * level[term] for term, weight in weights.items())
        for weights, level in zip(problem.objective, levels, strict=True)
    )


def as_roster(problem: Problem, holders: Mapping[str, str]) -> Roster:
    """{shift id: stylist id} as a roster that states what is true of it."""
    bare = Roster(
        status="feasible",
        assignments=tuple(Assignment(shift=shift, stylist=stylist) for shift, stylist in holders.items()),
        levels=(), bound=(), gap=0.0, seconds=0.0,
    )  # fmt: skip
    return replace(bare, levels=true_levels(problem, bare))


def in_a_process(work: Callable[[], T], *, give_up_after: float) -> T | str:
    """What the work returns, done in a fresh process; in words what went wrong when nothing came back."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_send, args=(there, work), daemon=True)
    child.start()
    there.close()
    try:
        if not here.poll(give_up_after):
            return "did not come back"
        answer: T = here.recv()
        return answer
    except EOFError:
        child.join()
        return f"died ({child.exitcode})"
    finally:
        child.kill()
        child.join()
        here.close()


def _send(there: Connection, work: Callable[[], T]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    there.send(work())
    there.close()


def _run(problem: Problem, name: str, seconds: float, seed: int) -> tuple[Plan, Roster | None, Spent]:
    budget, started = Budget(seconds), time.monotonic()
    plan, stated = CONTESTANTS[name](problem, budget, seed)
    wall = time.monotonic() - started
    cpu = budget.used()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return plan, stated, Spent(cpu=cpu, wall=wall, megabytes=megabytes)


def _ours(problem: Problem, budget: Budget, seed: int) -> tuple[Plan, Roster]:
    first: list[float] = []

    def on_progress(progress: Progress) -> None:
        if not first:
            first.append(budget.used())

    roster = solve(problem, time_limit_seconds=budget.seconds, workers=1, seed=seed, on_progress=on_progress)
    plan = Plan(
        holders={item.shift: item.stylist for item in roster.assignments},
        bounds=tuple(roster.bound),
        proven=roster.status == "optimal",
        first_plan_seconds=first[0] if first else None,
    )
    return plan, roster


def _at_once(problem: Problem, budget: Budget, seed: int) -> tuple[Plan, None]:
    """The plan our search begins with: greedy, then whoever is in the way moved once."""
    measures = Measures(problem)
    pairs = feasible_pairs(problem, Eligibility(problem, measures))
    begun = Greedy(problem, Eligibility(problem, measures), Terms(problem, measures), pairs)
    begun.plan()
    first = budget.used()
    nothing = (None,) * len(problem.objective)
    return Plan(holders=begun.with_room_made(math.inf), bounds=nothing, first_plan_seconds=first), None


def _peer(name: str, problem: Problem, budget: Budget, seed: int) -> tuple[Plan, None]:
    return PEERS[name](problem, budget, seed), None


CONTESTANTS: dict[str, Contestant] = {
    OURS: _ours,
    AT_ONCE: _at_once,
    **{name: partial(_peer, name) for name in PEERS},
}


def rivals(size: str) -> Sequence[str]:
    """Who stands beside the planner: at the largest size also its own first plan alone."""
    return [*PEERS, AT_ONCE] if size == "XL" else [*PEERS]
