"""Solves a problem: a quick plan of the whole first, then each part that has to do with no other."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from salonpool.solver.eligibility import Eligibility
from salonpool.solver.explain import unfilled
from salonpool.solver.greedy import Greedy
from salonpool.solver.measures import Measures
from salonpool.solver.pairs import feasible_pairs
from salonpool.solver.parts import split_up
from salonpool.solver.problem import Problem
from salonpool.solver.roster import Assignment, Roster
from salonpool.solver.search import Search
from salonpool.solver.terms import Terms

EXPLAIN_SHARE = 0.05
LEAST_EXPLAIN_SECONDS = 0.5
LATE_SECONDS = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """A better plan or bound was found: seconds since the start, the level worked on, the weighted value of
    every level, and below what no roster gets as far as is known."""

    seconds: float
    level: int
    values: tuple[int, ...]
    bounds: tuple[int, ...]


def solve(
    problem: Problem,
    *,
    time_limit_seconds: float = 60,
    workers: int = 2,
    seed: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Roster:
    """The best roster found within the limit; always one, and one that breaks no rule.

    Levels are made as small as possible one after another, a later one never worsens an earlier one. `status`
    is optimal when every level is proven. With no time at all the quick plan is returned. More than one of
    `workers` lets the proof run in a thread beside the search. `on_progress` hears every better plan, and
    every bound that rose.

    A search that does not keep the limit, as writing down a large problem may not, is left behind in its
    thread, and what was found before stands. Only the quick plan is always waited for.
    """
    planner = _Planner(problem, time_limit_seconds, on_progress)
    planner.run_in_time(workers=workers, seed=seed)
    return planner.roster()


def plan(problem: Problem, *, time_limit_seconds: float, workers: int = 2, seed: int = 0) -> dict[str, str]:
    """{shift id: stylist id} of the best roster found, as solve() without reasons for what stays open."""
    planner = _Planner(problem, time_limit_seconds, None)
    planner.run(workers=workers, seed=seed)
    return planner.best


class _Planner:
    def __init__(
        self, problem: Problem, time_limit_seconds: float, on_progress: Callable[[Progress], None] | None
    ) -> None:
        self._started = time.monotonic()
        self._problem = problem
        self._deadline = self._started + time_limit_seconds * (1 - EXPLAIN_SHARE)
        self._explain_seconds = max(LEAST_EXPLAIN_SECONDS, time_limit_seconds * EXPLAIN_SHARE)
        self._on_progress = on_progress
        self._keeping = threading.RLock()
        self._is_over = False
        self._measures = Measures(problem)
        self._terms = Terms(problem, self._measures)
        self._searches: list[Search] | None = None  # not known yet
        self._pairs = feasible_pairs(problem, Eligibility(problem, self._measures))
        greedy = Greedy(problem, Eligibility(problem, self._measures), self._terms, self._pairs)
        self._keep(greedy.plan())
        if self._left() > 0:
            self._keep(min(greedy.with_room_made(self._deadline), self.best, key=self._terms.values))

    def run_in_time(self, *, workers: int, seed: int) -> None:
        """As run(), and over soon after the deadline. Raises what run() raises."""
        if self._left() <= 0:
            return
        raised: list[BaseException] = []

        def run() -> None:
            try:
                self.run(workers=workers, seed=seed)
            except BaseException as error:  # it is raised again where it is waited for
                raised.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(self._left() + LATE_SECONDS)
        with self._keeping:
            self._is_over = thread.is_alive()
        if raised:
            raise raised[0]

    def run(self, *, workers: int, seed: int) -> None:
        """Search part after part, each with a share of the time by its size."""
        if self._left() <= 0:
            return
        parts = split_up(self._problem, self._pairs)
        searches = [self._search(each) for each in (parts if len(parts) != 1 else [self._problem])]
        self._searches = searches
        sizes = [sum(len(self._pairs.get(s.id, ())) for s in each.shifts) for each in parts]
        for index, search in enumerate(searches):
            if self._left() <= 0:
                return
            share = sizes[index] / sum(sizes[index:])
            search.run(time.monotonic() + share * self._left(), workers=workers, seed=seed)

    def roster(self) -> Roster:
        """The best plan with what it is worth and why shifts stayed open."""
        bounds = self._known if self._is_over else self._bounds()
        gaps = [
            (value - bound) / max(1, value)
            for value, bound in zip(self._values, bounds, strict=True)
            if value > bound
        ]
        shifts, best = self._problem.shifts, self.best
        return Roster(
            status="feasible" if gaps else "optimal",
            assignments=tuple(
                Assignment(shift=shift.id, stylist=best[shift.id]) for shift in shifts if shift.id in best
            ),
            levels=self._terms.levels(best),
            bound=tuple(bounds),
            gap=gaps[0] if gaps else 0.0,
            unfilled=unfilled(self._problem, best, measures=self._measures, seconds=self._explain_seconds),
            changed=tuple(
                shift.id
                for shift in shifts
                if shift.id in best and shift.holder not in (None, best[shift.id])
            ),
            seconds=round(time.monotonic() - self._started, 3),
        )

    def _search(self, part: Problem) -> Search:
        ids = {shift.id for shift in part.shifts}
        pairs = {shift_id: people for shift_id, people in self._pairs.items() if shift_id in ids}
        start = {shift_id: holder for shift_id, holder in self.best.items() if shift_id in ids}
        return Search(part, pairs, start, self._measures, self._heard)

    def _heard(self, level: int) -> None:
        """A part has a better plan or bound: a shift that its best plan leaves out is nobody's."""
        best = dict(self.best)
        for search in self._searches or ():
            for shift_id in search.shift_ids:
                best.pop(shift_id, None)
            best |= search.best
        self._keep(best, level)

    def _keep(self, holders: Mapping[str, str], level: int = 0) -> None:
        with self._keeping:
            if self._is_over:
                return
            self.best = dict(holders)
            self._values = self._terms.values(self.best)
            self._known = self._bounds()
            if self._on_progress is not None:
                seconds, bounds = time.monotonic() - self._started, tuple(self._known)
                self._on_progress(Progress(seconds=seconds, level=level, values=self._values, bounds=bounds))

    def _bounds(self) -> list[int]:
        """The bounds of the parts added up, and what the rest is worth in any case.

        Of several parts, one could be better in a level that is not proven and another worse: then nothing is
        known about the levels after it.
        """
        bounds: list[int] = []
        if self._searches is None:
            return [0] * len(self._values)
        for level, value in enumerate(self._values):
            parts = [(each.values[level], each.level_bounds()[level]) for each in self._searches]
            rest = value - sum(worth for worth, _ in parts)
            bounds.append(rest + sum(bound for _, bound in parts))
            if len(parts) > 1 and bounds[-1] < value:
                return bounds + [0] * (len(self._values) - len(bounds))
        return bounds

    def _left(self) -> float:
        return self._deadline - time.monotonic()
