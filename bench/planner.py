"""Is the planner as good and as fast as it says? Fresh weeks, beside four plain ways to plan them.

python -m bench.planner [--sizes S,M,L,XL] [--seed N] [--problems N] [--file FILE] [--random N] [--short]

Each contestant solves each week alone, on one thread and with the same seconds; the referee looks at every
plan. Then ten people say no, again and again, and small random problems are compared with every roster there
is. Bars: S proven within 1 processor second; M 0.1 % from the bound after 10, proven within 30, first plan
within 0.1; L 0.5 % after 60, first plan within 0.5; M and L mended after ten declines within 0.3 in 19 of 20
rounds, no yes moved; never 2 seconds late; no broken rule, no wrong bound, no peer better. Else exit 1.
"""

import argparse
import json
import secrets
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import declines, random_puzzles
from bench.contestants import AT_ONCE, OURS, Result, contest, rivals
from bench.puzzles import SIZES, invent
from bench.table import show
from salonpool.solver.problem import Problem, parse_problem

MOST_LATE_SECONDS = 2.0
BUSY_MACHINE = 0.2
KNOWN = {"S-1": (201, 91_609), "M-1": (25, 738_784)}  # proven by models of other people
USUAL_SIZES = "S,M,L"
RANDOM = 1_000


@dataclass(frozen=True, kw_only=True)
class Bars:
    """What a size is held to, in processor seconds; `gap` is of the last level, the ones before proven."""

    seconds: float
    short_seconds: float
    proven_within: float | None = None
    gap: float | None = None
    first_plan: float | None = None
    is_mended: bool = False


BARS = {
    "S": Bars(seconds=5, short_seconds=2, proven_within=1),
    "M": Bars(seconds=10, short_seconds=4, proven_within=30, gap=0.001, first_plan=0.1, is_mended=True),
    "L": Bars(seconds=60, short_seconds=20, gap=0.005, first_plan=0.5, is_mended=True),
    "XL": Bars(seconds=240, short_seconds=60),
}


@dataclass
class Match:
    """One problem, and what everybody made of it. `longer` is a second try with the time a proof may take."""

    problem: str
    size: str
    ours: Result
    longer: Result | None = None
    peers: list[Result] = field(default_factory=list)
    mending: declines.Mending | None = None

    @property
    def results(self) -> list[Result]:
        """Everybody's, ours first."""
        return [self.ours, *([self.longer] if self.longer else []), *self.peers]

    def faults(self, *, timed: bool) -> list[str]:
        """The bars that do not hold; `timed` False leaves out those of time, and rank, which takes time."""
        found = [fault for result in self._tries() for fault in _unsound(result)]
        found += [
            f"BOUND > PLAN OF {rival.name}" for rival in self.results if self._is_contradicted_by(rival)
        ]
        known = KNOWN.get(self.problem)
        if known and any(result.proven and result.values != known for result in self._tries()):
            found.append("NOT THE KNOWN OPTIMUM")
        if timed:
            found += [f"NO BETTER THAN {peer.name}" for peer in self.peers if self._is_beaten_by(peer)]
            found += self._slow()
        return found

    def _tries(self) -> list[Result]:
        return [result for result in self.results if result.name == OURS]

    def _is_beaten_by(self, peer: Result) -> bool:
        """A sound plan is better than ours, or as good although it is only what our search begins with."""
        if not peer.is_sound or peer.values is None:
            return False
        if self.ours.values is None:
            return True
        return peer.values < self.ours.values or (peer.name == AT_ONCE and peer.values == self.ours.values)

    def _is_contradicted_by(self, rival: Result) -> bool:
        """A sound plan below our bound of a level, no worse than ours in the levels before it."""
        if not rival.is_sound or rival.values is None:
            return False
        for ours in self._tries():
            if ours.values is None:
                continue
            for level, bound in enumerate(ours.bounds):
                as_good = rival.values[:level] == ours.values[:level]
                if as_good and bound is not None and rival.values[level] < bound:
                    return True
        return False

    def _slow(self) -> Iterator[str]:
        bars = BARS[self.size]
        first = self.ours.first_plan_seconds
        if bars.first_plan is not None and (first is None or first > bars.first_plan):
            yield f"FIRST PLAN > {bars.first_plan:g} s"
        if bars.gap is not None:
            gap = gap_of(self.ours)
            if gap is None or gap > bars.gap:
                yield f"GAP > {bars.gap:.1%}"
        within = bars.proven_within
        if within is not None and not any(r.proven and r.spent.cpu <= within for r in self._tries()):
            yield f"NOT PROVEN IN {within:g} s"


def _unsound(result: Result) -> Iterator[str]:
    if result.trouble or result.values is None:
        yield f"NO PLAN {result.trouble}".strip()
    if result.broken:
        yield "BROKEN RULES"
    if result.spent.wall > result.seconds + MOST_LATE_SECONDS:
        yield f"LATE BY {result.spent.wall - result.seconds:.1f} s"


def gap_of(result: Result) -> float | None:
    """How far the last level may be from the best there is; None while a level before it is open."""
    if result.values is None:
        return None
    gaps = [
        1.0 if bound is None else max(0.0, value - bound) / max(1, value)
        for value, bound in zip(result.values, result.bounds, strict=True)
    ]
    return None if any(gaps[:-1]) else gaps[-1]


@dataclass
class Outcome:
    """Everything one run of the bench saw."""

    matches: list[Match] = field(default_factory=list)
    tried: random_puzzles.Tried | None = None

    def faults(self, *, timed: bool) -> list[str]:
        """Every bar that does not hold, with where."""
        found = [f"{match.problem}: {fault}" for match in self.matches for fault in match.faults(timed=timed)]
        for match in self.matches:
            if match.mending is not None:
                found += [f"{match.problem}, declines: {x}" for x in match.mending.faults(timed=timed)]
        if self.tried is not None:
            found += [f"random problems: {fault}" for fault in self.tried.faults()]
        return found


def main() -> None:
    """Run what is asked for; exit 1 unless all bars hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", help=f"of {','.join(SIZES)}; usually {USUAL_SIZES}, short S,M")
    parser.add_argument("--seed", type=int, default=None, help="else another one each time")
    parser.add_argument("--problems", type=int, default=1, help="of each size")
    parser.add_argument("--file", type=Path, action="append", default=[], help="this problem, not fresh ones")
    parser.add_argument("--random", type=int, default=None, help=f"small problems; usually {RANDOM}")
    parser.add_argument("--short", action="store_true", help="little time; no bar of time or rank")
    options = parser.parse_args()
    seed = secrets.randbelow(10**6) if options.seed is None else options.seed
    sizes = options.sizes or ("" if options.file else "S,M" if options.short else USUAL_SIZES)
    problems = [_read(path) for path in options.file]
    problems += [invent(size, seed + n) for size in sizes.split(",") if size for n in range(options.problems)]
    count = options.random if options.random is not None else 60 if options.short else RANDOM
    outcome = run(problems, seed=seed, random=count, short=options.short)
    faults = outcome.faults(timed=not options.short)
    print(f"\nseed {seed}: " + ("; ".join(faults) or "all bars hold"))
    sys.exit(1 if faults else 0)


def run(problems: Sequence[Problem], *, seed: int, random: int, short: bool) -> Outcome:
    """Everything about the problems, and so many random ones; prints a table for each."""
    outcome = Outcome()
    for problem in problems:
        outcome.matches.append(_match(problem, seed=seed, short=short))
        _show(outcome.matches[-1], timed=not short)
        sys.stdout.flush()  # a large one takes minutes
    mended = [match for match in outcome.matches if match.mending is not None]
    if mended:
        _show_mended(mended, timed=not short)
    if random:
        outcome.tried = random_puzzles.run(range(seed, seed + random))
        _show_tried(outcome.tried)
    return outcome


def size_of(problem: Problem) -> str:
    """The largest size the problem has at least half the shifts of."""
    fitting = [name for name, size in SIZES.items() if len(problem.shifts) * 2 >= size.shifts]
    return fitting[-1] if fitting else "S"


def _read(path: Path) -> Problem:
    return parse_problem(json.loads(path.read_text(encoding="utf-8")))


def _match(problem: Problem, *, seed: int, short: bool) -> Match:
    size = size_of(problem)
    bars = BARS[size]
    seconds = bars.short_seconds if short else bars.seconds
    match = Match(problem.name, size, contest(problem, OURS, seconds, seed))
    within = bars.proven_within
    if within is not None and within > seconds and not short and not match.ours.proven:
        match.longer = contest(problem, OURS, within, seed)
    match.peers = [contest(problem, name, seconds, seed) for name in rivals(size)]
    holders = (match.longer or match.ours).holders
    if bars.is_mended and holders is not None:
        rounds = 3 if short else declines.ROUNDS
        match.mending = declines.mend(problem, holders, rounds=rounds, seed=seed)
    return match


def _show(match: Match, *, timed: bool) -> None:
    faults = ", ".join(match.faults(timed=timed)) or "ok"
    show(
        f"{match.problem}, {match.ours.seconds:g} s each on one thread",
        ["who", "CPU s", "waited", "first plan", "coverage", "second level", "bound", "gap %", "broken",
         "proven", "MB", "bars"],
        [_row(result, faults if result is match.ours else "") for result in match.results],
    )  # fmt: skip
    ran = sum(result.spent.cpu for result in match.results)
    waited = sum(result.spent.waited for result in match.results)
    share = waited / (ran + waited) if ran else 0.0
    noise = "OVER-LOADED, times are worth little: " if share > BUSY_MACHINE else ""
    print(f"{noise}they waited for a processor {share:.0%} of their time")


def _row(result: Result, bars: str) -> list[str]:
    name = result.name if result.name != OURS else f"{OURS}, {result.seconds:g} s"
    spent = [
        f"{result.spent.cpu:.2f}",
        f"{result.spent.waited:.1f}",
        _number(result.first_plan_seconds, ".2f"),
    ]
    memory = f"{result.spent.megabytes:.0f}"
    if result.values is None:
        bound = _levels(result.bounds)
        return [name, *spent, result.trouble or "no plan", "", bound, "", "", "", memory, bars]
    gap = gap_of(result)
    broken = sum(result.broken.values())
    return [
        name, *spent, str(result.values[0]), _levels(result.values[1:]), _levels(result.bounds),
        "level 1 open" if gap is None else f"{gap:.3%}",
        f"{broken}: {', '.join(sorted(result.broken))}" if broken else "0",
        "yes" if result.proven else "", memory, bars,
    ]  # fmt: skip


def _levels(values: Sequence[float | None]) -> str:
    return " / ".join(_number(value, ",.0f") or "-" for value in values)


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _show_mended(matches: Sequence[Match], *, timed: bool) -> None:
    rows = []
    for match in matches:
        mending = match.mending
        if mending is None:
            continue
        rounds = mending.rounds
        p50, p95 = (f"{mending.seconds(share) * 1000:.0f}" for share in (0.5, 0.95))
        sums = [
            sum(round.accepted_moved for round in rounds), sum(round.offered_moved for round in rounds),
            sum(round.refilled for round in rounds), sum(round.broken for round in rounds),
        ]  # fmt: skip
        bars = ", ".join(mending.faults(timed=timed)) or "ok"
        slowest = f"{max((round.wall for round in rounds), default=0) * 1000:.0f}"
        rows.append([match.problem, len(rounds), p50, p95, slowest, *sums, bars])
    show(
        f"{declines.DECLINES} declines, {declines.ACCEPTED_SHARE:.0%} of the others accepted",
        ["problem", "rounds", "CPU ms p50", "p95", "wall, worst", "accepted moved", "offered moved",
         "filled again", "broken", "bars"],
        rows,
    )  # fmt: skip


def _show_tried(tried: random_puzzles.Tried) -> None:
    show(
        "random small problems, every rule in reach",
        ["problems", "broken rules", "beside all rosters", "beside a peer's proof", "not the best", "proven",
         "bars"],
        [[tried.problems, len(tried.broken), tried.against_all_rosters, tried.against_a_peer,
          len(tried.not_best), tried.proven, ", ".join(tried.faults()) or "ok"]],
    )  # fmt: skip


if __name__ == "__main__":
    main()
