"""Is anything lost when processes die? Random ones are killed (SIGKILL) under 10 bookings a second.

python -m bench.crash [--database sqlite|postgresql|both] [--kills N] [--rate N] [--seed N] [--short]

Four web workers and `flask jobs`, each started again 2 s after it died; guests hold and confirm from outside;
a stand-in takes the texts. Then the database is full for a minute, locked for 8 s, its server killed. Bars:
every booking a guest was told of is there, with its text or the reason for none; each text is taken once,
unless its sender died before it could note the answer; all texts are out 120 s after the last kill; /readyz
10 s after each start. In the second part only 200, 201, 409, 429 and 503 are answered, and no process dies.
Else exit 1. The short form ends a dead process's leases by hand instead of waiting for them.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial

from bench import troubles
from bench.bookers import FINE, Bookers
from bench.ledger import Reckoning
from bench.standing import Standing, end_leases, standing
from bench.supervisor import RESTART_SECONDS, Member, Supervisor, kill
from bench.table import percentile, show
from tests import databases

KILLS, SHORT_KILLS = 200, 10
RATE = 10.0
PAUSE, SHORT_PAUSE = (1.0, 5.0), (0.2, 0.8)  # seconds between two kills
# Each of the first three is killed once, in some order; then whoever.
KINDS = ("web", "worker", "jobs", "planner")
OUT_BAR_SECONDS, READY_BAR_SECONDS = 120.0, 10.0
AGAIN_BAR_SECONDS = 10.0  # after a trouble is over, until the next booking
SECONDS = {"disk full": 60.0, "locked": 8.0, "restarted": 8.0}
SHORT_SECONDS = {"disk full": 4.0, "locked": 6.5, "restarted": 3.0}
AROUND = 3.0  # seconds of bookings before and after a trouble
SHORT_SETTINGS = {"BACKOFF_SCALE": "0.05"}
KILL_SECONDS = 30.0
SAID = 6000  # the last characters of what processes wrote, shown when a bar fails


@dataclass
class Outcome:
    """One run: what was killed or befell, how fast all was well again, what the reckoning says."""

    name: str
    wanted_kills: int = 0
    told: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    reckoning: Reckoning = field(default_factory=Reckoning)
    out_seconds: float = float("inf")
    ready_seconds: list[float] = field(default_factory=list)
    again_seconds: float = 0.0
    not_tested: str = ""
    deaths: int = 0

    def wrong(self) -> list[str]:
        """Every bar that does not hold, in words."""
        if self.not_tested:
            return []
        bars = {
            "nothing to compare": not self.told or not self.reckoning.texts,
            "too few kills": sum(self.killed[kind] for kind in KINDS) < self.wanted_kills,
            "texts out too late": self.out_seconds > OUT_BAR_SECONDS,
            "ready too late": bool(self.wanted_kills) and self._slowest() > READY_BAR_SECONDS,
            "no booking afterwards": self.again_seconds > AGAIN_BAR_SECONDS,
            f"processes died: {self.deaths}": self.deaths > 0,
        }
        found = [f"{name}: {count}" for name, count in self.reckoning.faults().items()]
        found += [name for name, is_wrong in bars.items() if is_wrong]
        # Whose process is killed gets no answer; a trouble of the database is no reason for that.
        fine = FINE | ({0} if self.wanted_kills else set())
        return found + [f"answered {status or 'nothing'}" for status in sorted(set(self.statuses) - fine)]

    def _slowest(self) -> float:
        return max(self.ready_seconds, default=float("inf"))

    def row(self, kind: str) -> list[object]:
        """A line of the table."""
        if self.not_tested:
            return [kind, self.name, *["-"] * 8, f"NOT TESTED: {self.not_tested}"]
        said = " ".join(f"{status or 'none'}:{count}" for status, count in sorted(self.statuses.items()))
        killed = " ".join(f"{name}:{self.killed[name]}" for name in KINDS) if self.wanted_kills else "-"
        twice = f"{len(self.reckoning.twice)} ({len(self.reckoning.twice_answer_lost)})"
        ready = f"{self._slowest():.1f} s" if self.wanted_kills else f"{self.again_seconds:.1f} s"
        late = f"{percentile(self.reckoning.waits, 0.95):.1f} s"
        lost = len(self.reckoning.missing), len(self.reckoning.lost) + len(self.reckoning.unfinished)
        verdict = "held" if not self.wrong() else "BROKEN " + ", ".join(self.wrong())
        return [
            kind, self.name, killed, self.told, said, f"{lost[0]} + {lost[1]}", twice,
            f"{self.out_seconds:.0f} s", ready, late, verdict,
        ]  # fmt: skip


def main() -> None:
    """Run on the databases asked for; exit 1 unless all bars hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--database", choices=[*databases.KINDS, "both"], default="both")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--rate", type=float, default=RATE, help="bookings a second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["kills", "troubles"], help="one part only")
    parser.add_argument("--short", action="store_true", help="a few kills, leases ended by hand")
    options = parser.parse_args()
    kinds = databases.KINDS if options.database == "both" else (options.database,)
    kills = options.kills or (SHORT_KILLS if options.short else KILLS)
    outcomes: dict[str, list[Outcome]] = {kind: [] for kind in kinds}
    for kind in kinds:
        if options.only != "troubles":
            outcomes[kind].append(run(kind, kills, options.rate, options.seed, short=options.short))
        if options.only != "kills":
            outcomes[kind] += run_troubles(kind, options.rate, short=options.short)
    _show(outcomes)
    sys.exit(1 if any(outcome.wrong() for found in outcomes.values() for outcome in found) else 0)


def run(kind: databases.Kind, kills: int, rate: float, seed: int, *, short: bool) -> Outcome:
    """All kills on one database, and the reckoning."""
    outcome, chance = Outcome("killed", kills), random.Random(seed)
    pause = SHORT_PAUSE if short else PAUSE
    order = chance.sample(KINDS[:3], 3)
    bookings, settings = (
        int(rate * kills * (sum(pause) / 2 + RESTART_SECONDS)),
        SHORT_SETTINGS if short else {},
    )
    with databases.fresh(kind) as database_url:
        with standing(database_url, rate, bookings, settings) as it:
            with it.planning(), it.bookers:
                for number in range(kills):
                    time.sleep(chance.uniform(*pause))
                    victim = _kill_one(it.supervisor, order[number] if number < len(order) else None, chance)
                    outcome.killed[victim] += 1
                last = time.monotonic()
            if short:
                end_leases()
            outcome.out_seconds = it.wait_until_out(last)
            it.readiness.wait(last)
            outcome.told, outcome.statuses = len(it.bookers.acknowledged), it.bookers.statuses()
            outcome.ready_seconds = it.readiness.after(it.supervisor.services["web"].starts)
            outcome.reckoning = it.reckon()
        _explain(outcome, it.supervisor)
    return outcome


def run_troubles(kind: databases.Kind, rate: float, *, short: bool) -> list[Outcome]:
    """Each trouble of the database in turn, for processes that went through those before."""
    seconds = SHORT_SECONDS if short else SECONDS
    bookings = int(rate * sum(each + 2 * (AROUND + AGAIN_BAR_SECONDS) for each in seconds.values()))
    found: list[Outcome] = []
    with troubles.standing(kind) as ground:
        with standing(ground.url, rate, bookings, SHORT_SETTINGS if short else {}) as it:
            for name, befall in troubles.TROUBLES.items():
                outcome = Outcome(name)
                try:
                    _go_through(it, outcome, partial(befall, ground, seconds[name]))
                except troubles.NotPossible as reason:
                    outcome.not_tested = str(reason)
                found.append(outcome)
        for outcome in found:
            _explain(outcome, it.supervisor)
    return found


def _go_through(it: Standing, outcome: Outcome, befall: Callable[[], AbstractContextManager[None]]) -> None:
    deaths, before, told_before = it.supervisor.deaths(), it.bookers, len(it.bookers.acknowledged)
    it.bookers = Bookers(before.url, before.grounds, before.rate, outcome.name, before.acknowledged)
    with it.bookers:
        time.sleep(AROUND)
        with befall():
            pass
        over = time.monotonic()
        while time.monotonic() < over + AROUND + AGAIN_BAR_SECONDS and not (
            time.monotonic() > over + AROUND and _first_after(it.bookers, over) < float("inf")
        ):
            time.sleep(0.1)
    outcome.again_seconds = _first_after(it.bookers, over) - over
    outcome.told = len(it.bookers.acknowledged) - told_before
    outcome.statuses = it.bookers.statuses()
    outcome.out_seconds = it.wait_until_out(over)
    outcome.deaths = it.supervisor.deaths() - deaths
    outcome.reckoning = it.reckon()


def _first_after(bookers: Bookers, instant: float) -> float:
    return min((each.at for each in bookers.acknowledged if each.at > instant), default=float("inf"))


def _kill_one(supervisor: Supervisor, kind: str | None, chance: random.Random) -> str:
    """Kill a process of that kind, or any at all; what it was. Waits while a service is down, so that the
    others do not bear its share."""
    until = time.monotonic() + KILL_SECONDS
    while time.monotonic() < until:
        living = supervisor.members()
        victims = [member for member in living if kind in {None, _kind_of(member)}]
        up = {member.service for member in living if member.main} == set(supervisor.services)
        if up and victims and kill(victim := chance.choice(victims)):
            return _kind_of(victim)
        time.sleep(0.05)
    return "nobody"


def _kind_of(member: Member) -> str:
    if member.service == "web":
        return "web" if member.main else "worker"
    return "jobs" if member.main else "planner"


def _explain(outcome: Outcome, supervisor: Supervisor) -> None:
    """What the processes said at the end, when a bar fails."""
    if outcome.wrong():
        ready = [round(seconds, 1) for seconds in outcome.ready_seconds]
        print(f"{outcome.name}: {outcome.wrong()} {outcome.reckoning}, ready {ready}", file=sys.stderr)
        print(supervisor.said()[-SAID:], file=sys.stderr)


def _show(outcomes: dict[str, list[Outcome]]) -> None:
    heads = [
        "database", "what", "killed", "bookings", "answers", "lost: bookings + texts",
        "texts twice (answer lost)", "all out after", "ready after", "commit to provider p95", "bars",
    ]  # fmt: skip
    rows = [outcome.row(kind) for kind, found in outcomes.items() for outcome in found]
    show("crash: guests book from outside; texts go to a stand-in", heads, rows)


if __name__ == "__main__":
    main()
