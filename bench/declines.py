"""Ten people say no: how fast the plan is mended, round after round, with nobody who said yes moved."""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bench.contestants import as_roster, in_a_process, worth
from bench.table import percentile
from salonpool.solver.check import violations
from salonpool.solver.problem import Problem, Shift
from salonpool.solver.repair import repaired

DECLINES = 10
ACCEPTED_SHARE = 0.4
MOST_SECONDS = 0.3
ROUNDS = 24
LEAST_ROUNDS = 20


@dataclass(frozen=True, kw_only=True)
class Round:
    """One time ten people said no. `lost` is how much worse the first level is than with them left out."""

    cpu: float
    wall: float
    broken: int
    accepted_moved: int
    offered_moved: int
    lost: int
    refilled: int


@dataclass
class Mending:
    """All rounds on one problem."""

    name: str
    rounds: list[Round] = field(default_factory=list)
    trouble: str = ""

    def seconds(self, share: float) -> float:
        """Processor seconds of a round, at this share of them."""
        return percentile([round.cpu for round in self.rounds], share)

    def faults(self, *, timed: bool) -> list[str]:
        """The bars that do not hold."""
        if self.trouble or not self.rounds:
            return [f"NOT RUN {self.trouble}".strip()]
        found = []
        if any(round.broken for round in self.rounds):
            found.append("BROKEN RULES")
        if any(round.accepted_moved for round in self.rounds):
            found.append("ACCEPTED MOVED")
        if any(round.lost > 0 for round in self.rounds):
            found.append("WORSE THAN LEFT OPEN")
        if timed and len(self.rounds) < LEAST_ROUNDS:
            found.append(f"ROUNDS < {LEAST_ROUNDS}")
        if timed and self.seconds(0.95) > MOST_SECONDS:
            found.append(f"P95 > {MOST_SECONDS * 1000:.0f} ms")
        return found


def mend(problem: Problem, holders: Mapping[str, str], *, rounds: int, seed: int) -> Mending:
    """Rounds of ten declines of the same plan, in a process of their own."""
    answer = in_a_process(_Rounds(problem, dict(holders), rounds, seed), give_up_after=60 + 10.0 * rounds)
    if isinstance(answer, str):
        return Mending(problem.name, trouble=answer)
    return Mending(problem.name, answer)


@dataclass(frozen=True)
class _Rounds:
    problem: Problem
    holders: dict[str, str]
    rounds: int
    seed: int

    def __call__(self) -> list[Round]:
        chance = random.Random(self.seed)
        return [self._round(chance) for _ in range(self.rounds)]

    def _round(self, chance: random.Random) -> Round:
        declined, problem = declined_by_ten(self.problem, self.holders, chance)
        cpu, wall = time.process_time(), time.perf_counter()
        roster = repaired(problem, self.holders, seed=self.seed)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        after = {item.shift: item.stylist for item in roster.assignments}
        accepted = {shift.id for shift in problem.shifts if shift.pinned}
        kept = {shift: holder for shift, holder in self.holders.items() if shift not in declined}
        moved = {shift for shift, holder in self.holders.items() if after.get(shift) != holder}
        return Round(
            cpu=cpu,
            wall=wall,
            broken=len(violations(problem, roster)),
            accepted_moved=len(moved & accepted),
            offered_moved=len(moved - accepted - declined),
            lost=worth(problem, roster)[0] - worth(problem, as_roster(problem, kept))[0],
            refilled=sum(shift in after for shift in declined),
        )


def declined_by_ten(
    problem: Problem, holders: Mapping[str, str], chance: random.Random
) -> tuple[set[str], Problem]:
    """The shifts ten of the people asked said no to, and the problem after it, every yes pinned."""
    asked = [shift.id for shift in problem.shifts if shift.id in holders and not shift.pinned]
    declined = set(chance.sample(asked, min(DECLINES, len(asked))))
    left = [shift for shift in asked if shift not in declined]
    accepted = set(chance.sample(left, int(ACCEPTED_SHARE * len(left))))

    def after(shift: Shift) -> Shift:
        holder = holders.get(shift.id)
        if holder is None or shift.pinned:
            return shift
        if shift.id in declined:
            return replace(shift, holder=None, refused_by=(*shift.refused_by, holder))
        return replace(shift, holder=holder, pinned=shift.id in accepted)

    return declined, replace(problem, shifts=tuple(after(shift) for shift in problem.shifts))
