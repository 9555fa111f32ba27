"""Where tasks run: lanes side by side, so that a minute of planning never delays a text."""

import logging
import queue
import signal
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from salonpool import logs
from salonpool.jobs import tasks
from salonpool.jobs.clock import RENEW_EVERY, LeaseKeeper
from salonpool.jobs.timetable import PLANNING, SWEEPS, Timetable
from salonpool.usecases.leases import DatabaseTrouble

log = logging.getLogger(__name__)

DRAIN_SECONDS = 60.0  # the longest task is a planning run
# The lane that looks at a row which database.wake named.
LANE_OF = {
    "message": "outbox",
    "inbound": "inbound",
    "planning": "planning",
    "what_if": "questions",
    "waitlist": "waitlist",
}
# A lane that searches rather than looks; what frees a place wakes it, other processes' changes it finds.
WAITS = {"waitlist": timedelta(seconds=15)}


class Lane:
    """One task at a time, tick after tick; `woken` while it runs makes it look again before it ends."""

    def __init__(self, name: str, app: Flask, keeper: LeaseKeeper, work: Callable[[], None]) -> None:
        self.name = name
        self.running = threading.Lock()
        self.woken = threading.Event()
        self._app = app
        self._keeper = keeper
        self._work = work

    def tick(self) -> None:
        """Work if the clock is ours. Trouble with the database is logged, and the next tick tries again."""
        with self.running:
            again = True
            while again and self._keeper.fencing() is not None:
                self.woken.clear()
                self._tick_once()
                again = self.woken.is_set()

    def _tick_once(self) -> None:
        with self._app.app_context():
            try:
                self._work()
            except DatabaseTrouble as trouble:
                # Its text may hold numbers and bodies of texts.
                log.error("lane %s: %s", self.name, type(trouble).__name__)


class Lanes:
    """Every lane of `flask jobs` and the scheduler that ticks them."""

    def __init__(self, app: Flask, tick_seconds: float) -> None:
        self.keeper = LeaseKeeper()
        self._app = app
        self._tick = timedelta(seconds=tick_seconds)
        planning, sweeps = Timetable(PLANNING), Timetable(SWEEPS)

        def plan() -> None:
            planning.run_due(self.keeper.fencing)
            tasks.run_plans()

        self.lanes = {
            name: Lane(name, app, self.keeper, work)
            for name, work in {
                "inbound": tasks.handle_inbound,
                "outbox": tasks.send_messages,
                "planning": plan,
                "questions": tasks.answer_questions,
                "waitlist": tasks.offer_places,
                "sweeps": lambda: sweeps.run_due(self.keeper.fencing),
            }.items()
        }
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(self.lanes) + 1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Take the clock or stand by, and tick."""
        self._every(RENEW_EVERY, "lease", lambda: self._on_lease(self.keeper.keep))
        for lane in self.lanes.values():
            self._every(max(self._tick, WAITS.get(lane.name, self._tick)), lane.name, lane.tick)
        self._app.extensions["salonpool.wake"] = self.wake
        self._scheduler.start()

    def stop(self) -> None:
        """Start nothing more, wait for what runs, then let the next clock begin at once."""
        self._app.extensions.pop("salonpool.wake")
        for lane in self.lanes.values():
            self._scheduler.remove_job(lane.name)
        for lane in self.lanes.values():
            lane.running.acquire(timeout=DRAIN_SECONDS)
        self._scheduler.shutdown(wait=False)
        self._on_lease(self.keeper.let_go)

    def wake(self, woken: Iterable[tuple[str, int]]) -> None:
        """Shorten the wait of the lanes that look at these rows."""
        for name in {LANE_OF[task] for task, _ in woken if task in LANE_OF}:
            lane = self.lanes[name]
            lane.woken.set()
            if not lane.running.locked():
                with suppress(JobLookupError):  # we are stopping
                    self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

    def _every(self, wait: timedelta, name: str, work: Callable[[], None]) -> None:
        first = datetime.now(UTC)
        seconds = wait.total_seconds()
        self._scheduler.add_job(work, "interval", seconds=seconds, id=name, next_run_time=first)

    def _on_lease(self, do: Callable[[], None]) -> None:
        with self._app.app_context():
            try:
                do()
            except DatabaseTrouble as trouble:
                log.error("lease: %s", type(trouble).__name__)


def run(app: Flask, tick_seconds: float) -> None:
    """Run the clock until SIGTERM or SIGINT."""
    logs.set_up()
    signals: queue.SimpleQueue[int] = queue.SimpleQueue()  # its put() is safe inside a signal handler
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: signals.put(number))
    lanes = Lanes(app, tick_seconds)
    lanes.start()
    log.info("stopping on signal %s", signals.get())
    lanes.stop()
