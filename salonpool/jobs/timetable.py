"""What runs when. Due times are UTC instants of the clock people see; each due run is a row, done once.

After downtime, or a jump of the demo's clock, only the latest due run of a job is made up for.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from salonpool import clock, uptime
from salonpool.jobs import tasks
from salonpool.jobs.clock import LEASE
from salonpool.usecases import leases

log = logging.getLogger(__name__)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RETRY_SECONDS = 30.0  # a job that failed stands back meanwhile, so that the others get their turn


@dataclass(frozen=True, slots=True)
class Entry:
    """A job that is due at every multiple of `every` since the epoch, plus `offset`."""

    name: str
    every: timedelta
    task: Callable[[], None]
    offset: timedelta = timedelta()

    def latest_due(self, now: datetime) -> datetime:
        """The last instant at or before `now` at which it was due."""
        return now - (now - EPOCH - self.offset) % self.every


DAY = timedelta(days=1)
PLANNING = (
    Entry("plan", timedelta(minutes=10), tasks.request_plans),
    Entry("plan_nightly", DAY, tasks.request_nightly_plans, offset=timedelta(hours=19)),
)
SWEEPS = (
    Entry("sweep_holds", timedelta(seconds=15), tasks.sweep_holds),
    Entry("sweep_unanswered", timedelta(seconds=15), tasks.sweep_unanswered),
    Entry("sweep_offers", timedelta(seconds=15), tasks.sweep_offers),
    Entry("reminders", timedelta(minutes=1), tasks.remind),
    Entry("fill_rotas", DAY, tasks.fill_rotas, offset=timedelta(hours=18)),
    Entry("tidy_up", DAY, tasks.tidy_up, offset=timedelta(hours=20)),
)


@dataclass
class Timetable:
    """The entries of one lane, run in order. Remembers what is settled: an idle tick writes nothing."""

    entries: tuple[Entry, ...]
    _settled: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    _not_before: dict[str, float] = field(default_factory=dict)

    def run_due(self, our_fencing: Callable[[], int | None]) -> None:
        """Run what is due and not done yet, for as long as `our_fencing` gives a number.

        What a task raises is raised; its claim stays ours, and half a minute later it is tried again.
        """
        for entry in self.entries:
            fencing = our_fencing()
            if fencing is not None and uptime.since_boot() >= self._not_before.get(entry.name, 0.0):
                self._run(entry, entry.latest_due(clock.now()), fencing)

    def _run(self, entry: Entry, due_at: datetime, fencing: int) -> None:
        if self._settled.get(entry.name) == (due_at, fencing):
            return
        if leases.claim_run(LEASE, entry.name, due_at, fencing, clock.system_now()):
            self._not_before[entry.name] = uptime.since_boot() + RETRY_SECONDS
            entry.task()
            del self._not_before[entry.name]
            word = (
                "ran" if leases.finish_run(entry.name, due_at, fencing, clock.system_now()) else "overtaken"
            )
            log.info("%s %s due %s", word, entry.name, due_at.isoformat())
        elif not leases.was_run(entry.name, due_at):
            return  # the lease is over by a clock that was put ahead, until it is renewed: then once more
        self._settled[entry.name] = (due_at, fencing)
