"""Does every due job run once? Two `flask jobs` on one database; the one that ticks is killed, then frozen.

python -m bench.clock [--database sqlite|postgresql|both] [--ticks N] [--short]

A tick moves the demo's clock on by 10 minutes, which makes jobs due. Bars: every job that was due is done
once, by the rows and by the log lines of all processes together; after a kill and after a freeze the other
takes over within 30 s. Else exit 1. The short form ends a lost lease by hand instead of waiting 20 s for
it, so the frozen process comes back believing that the lease is still its own.
"""

import argparse
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from bench.table import show
from salonpool import clock
from salonpool.app import create_app
from salonpool.database import db
from salonpool.jobs.clock import LEASE
from salonpool.jobs.timetable import PLANNING, SWEEPS
from salonpool.models import ClockJob, Lease
from salonpool.usecases import demo_clock
from tests import databases, live

TICK_SECONDS = "0.2"
STEP = timedelta(minutes=10)
TAKEOVER_BAR_SECONDS = 30.0
PATIENCE_SECONDS = 45.0
TICKS, SHORT_TICKS = 60, 5
RAN = re.compile(r'"ran (\S+) due ([^"\s]+)"')

Due = tuple[str, datetime]


class TooLate(Exception):
    """Something that had to happen did not; the message says what."""


@dataclass
class Outcome:
    """What one database came to."""

    due: set[Due] = field(default_factory=set)
    takeovers: dict[str, float] = field(default_factory=dict)
    lines: Counter[Due] = field(default_factory=Counter)
    done: set[Due] = field(default_factory=set)
    trouble: str = ""

    def missed_jobs(self) -> set[Due]:
        """Jobs that were due and not done, by their row or by their line."""
        return {due for due in self.due if due not in self.done or not self.lines[due]}

    def missed(self) -> int:
        """How many those are."""
        return len(self.missed_jobs())

    def doubled(self) -> int:
        """Jobs that more than one line says were run."""
        return sum(1 for count in self.lines.values() if count > 1)

    def held(self) -> bool:
        """Do all bars hold?"""
        in_time = all(seconds <= TAKEOVER_BAR_SECONDS for seconds in self.takeovers.values())
        return not (self.trouble or self.missed() or self.doubled()) and len(self.takeovers) == 2 and in_time


@dataclass
class Bench:
    """Two clocks on one database, and what is seen of them."""

    settings: dict[str, str]
    outcome: Outcome
    stack: ExitStack
    processes: list[live.Process] = field(default_factory=list)

    def start_one(self) -> None:
        """Another clock."""
        process = live.start_jobs(self.settings)
        self.processes.append(process)
        self.stack.callback(process.stop)

    def tick(self, times: int) -> None:
        """Make jobs due and wait until they are done, again and again."""
        for _ in range(times):
            demo_clock.jump(STEP, clock.now())
            self.settle()

    def settle(self) -> None:
        """Wait until everything that is due now is done."""
        for _ in _patiently("what was due was not done"):
            due = {(entry.name, entry.latest_due(clock.now())) for entry in (*PLANNING, *SWEEPS)}
            # A run that a later one overtook before it was done is not made up for: it is not due any more.
            # A job's line follows its row, so a process killed between the two would seem to have missed it.
            if due <= _done() and due <= self.read_lines().keys():
                self.outcome.due |= due
                return

    def take_the_clock_away(self, how: str, number: int, *, by_hand: bool) -> live.Process:
        """Kill or freeze the process that ticks; wait until another does its work."""
        holder = self.holder()
        before = time.monotonic()
        with _nobody_writing():
            holder.kill(number)
        if by_hand:
            _end_lease()
        for _ in _patiently("nobody took over"):
            if self.holder_pid() not in {None, holder.popen.pid}:
                break
        self.tick(1)
        self.outcome.takeovers[how] = time.monotonic() - before
        return holder

    def holder(self) -> live.Process:
        """The process whose lease it is."""
        for _ in _patiently("nobody has the clock"):
            for process in self.processes:
                if process.popen.pid == self.holder_pid() and process.running():
                    return process
        raise AssertionError("unreachable")

    def holder_pid(self) -> int | None:
        """The process id in the lease row, while the lease runs."""
        holder = _read(
            sa.select(Lease.holder).where(Lease.name == LEASE, Lease.expires_at > clock.system_now())
        )
        return int(holder[0][0].split(":")[1]) if holder else None

    def read_lines(self) -> Counter[Due]:
        """What the processes say they ran, and how often."""
        said = [RAN.findall(process.log()) for process in self.processes]
        return Counter((name, datetime.fromisoformat(due_at)) for runs in said for name, due_at in runs)


def main() -> None:
    """Run on the databases asked for; exit 1 unless all bars hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--database", choices=[*databases.KINDS, "both"], default="both")
    parser.add_argument("--ticks", type=int, default=0)
    parser.add_argument("--short", action="store_true", help="a few ticks, leases ended by hand")
    options = parser.parse_args()
    kinds = databases.KINDS if options.database == "both" else (options.database,)
    ticks = options.ticks or (SHORT_TICKS if options.short else TICKS)
    outcomes = {kind: run(kind, ticks, by_hand=options.short) for kind in kinds}
    _show(outcomes, ticks)
    sys.exit(0 if all(outcome.held() for outcome in outcomes.values()) else 1)


def run(kind: databases.Kind, ticks: int, *, by_hand: bool) -> Outcome:
    """All phases on one database."""
    outcome = Outcome()
    with databases.fresh(kind) as url:
        app = create_app(databases.config_for(url, demo=True))
        with app.app_context(), _bench(url, outcome) as bench:
            try:
                _phases(bench, ticks, by_hand=by_hand)
            except TooLate as late:
                outcome.trouble = str(late)
            outcome.done = _done()
            outcome.lines = bench.read_lines()
            db.session.remove()
            db.engine.dispose()
            if not outcome.held():
                for process in bench.processes:
                    print(f"{process.popen.pid}: {process.log()[-3000:]}", file=sys.stderr)
                print("missed:", sorted(outcome.missed_jobs()), file=sys.stderr)
    return outcome


def _phases(bench: Bench, ticks: int, *, by_hand: bool) -> None:
    bench.start_one()
    bench.start_one()
    bench.holder()
    bench.tick(ticks)
    bench.take_the_clock_away("killed", signal.SIGKILL, by_hand=by_hand)
    bench.start_one()
    bench.tick(3)
    frozen = bench.take_the_clock_away("frozen", signal.SIGSTOP, by_hand=by_hand)
    frozen.kill(signal.SIGCONT)
    bench.tick(ticks // 4)


@contextmanager
def _bench(url: str, outcome: Outcome) -> Iterator[Bench]:
    settings = {
        "DATABASE_URL": url,
        "SECRET_KEY": "a key for benches only, long enough",
        "PUBLIC_URL": "http://salon.test",
        "CLOCK_TICK_SECONDS": TICK_SECONDS,
        "DEMO": "1",
    }
    with ExitStack() as stack:
        yield Bench(settings, outcome, stack)


def _done() -> set[Due]:
    rows = _read(sa.select(ClockJob.name, ClockJob.due_at).where(ClockJob.done_at.is_not(None)))
    return {(name, due_at) for name, due_at in rows}


@contextmanager
def _nobody_writing() -> Iterator[None]:
    """On SQLite a process frozen inside a transaction keeps its file locks, and nobody else can write until
    it goes on or is killed. PostgreSQL ends such a transaction by itself (app.py says after how long)."""
    if db.engine.dialect.name != "sqlite":
        yield
        return
    with closing(db.engine.raw_connection()) as connection:
        connection.cursor().execute("BEGIN EXCLUSIVE")
        yield
        connection.cursor().execute("ROLLBACK")


def _end_lease() -> None:
    """What waiting for 20 seconds would come to."""
    with db.engine.connect().execution_options(writing=True) as connection:
        connection.execute(sa.update(Lease).values(expires_at=clock.system_now()))
        connection.commit()


def _read(statement: sa.Select[tuple[str, ...]]) -> list[sa.Row[tuple[str, ...]]]:
    """Rows, on a connection that is given back: an open read would keep SQLite's writers waiting."""
    db.session.rollback()
    with db.engine.connect() as connection:
        return list(connection.execute(statement))


def _patiently(what: str) -> Iterator[None]:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        yield
        db.session.rollback()
        time.sleep(0.05)
    raise TooLate(what)


def _show(outcomes: dict[databases.Kind, Outcome], ticks: int) -> None:
    heads = ["database", "due", "ran once", "missed", "twice", "killed", "frozen", "bars"]
    rows = []
    for kind, outcome in outcomes.items():
        took = [
            f"{outcome.takeovers[how]:.1f} s" if how in outcome.takeovers else "-"
            for how in ("killed", "frozen")
        ]
        once = len(outcome.due) - outcome.missed()
        verdict = "held" if outcome.held() else f"BROKEN {outcome.trouble}".strip()
        rows.append([kind, len(outcome.due), once, outcome.missed(), outcome.doubled(), *took, verdict])
    show(
        f"clock: {ticks} ticks, two processes; taken over after (bar {TAKEOVER_BAR_SECONDS:.0f} s)",
        heads,
        rows,
    )


if __name__ == "__main__":
    main()
