"""Where tasks run: lanes side by side, so that a minute of planning never delays a text."""

import logging
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, timedelta
from functools import partial

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from salonpool import clock
from salonpool.jobs import tasks
from salonpool.jobs.clock import RENEW_EVERY, LeaseKeeper
from salonpool.jobs.timetable import PLANNING, SWEEPS, Timetable
from salonpool.usecases.leases import DatabaseTrouble
from salonpool.usecases.texts import provider

log = logging.getLogger(__name__)

# The lane that looks at a row which database.wake named.
LANE_OF = {
    "message": "outbox",
    "inbound": "inbound",
    "planning": "planning",
    "what_if": "questions",
    "waitlist": "waitlist",
}
# Lanes that search rather than look; what frees a place wakes the waitlist's, what others change it finds.
WAITS = {"waitlist": timedelta(seconds=15), "reports": timedelta(minutes=1)}
# How long a lane may go on with what it does when we stop: one call of the provider, or one planning run.
DRAIN_SECONDS = 20.0
LONG_DRAINS = {"planning": 75.0, "questions": 75.0}


class Lane:
    """One task at a time, look after look; `woken` while it runs makes it look again before it ends."""

    def __init__(
        self, name: str, app: Flask, may_go_on: Callable[[], bool], work: Callable[[], None]
    ) -> None:
        self.name = name
        self.running = threading.Lock()
        self.woken = threading.Event()
        self._app = app
        self._may_go_on = may_go_on
        self._work = work

    def look(self) -> None:
        """Work if the clock is ours and nobody works here. Trouble with the database is logged, and the next
        look tries again."""
        again = True
        while again and self._may_go_on() and self.running.acquire(blocking=False):
            self.woken.clear()
            try:
                self._look_once()
            finally:
                self.running.release()
            again = self.woken.is_set()

    def _look_once(self) -> None:
        with self._app.app_context():
            try:
                self._work()
            except DatabaseTrouble as trouble:
                # Its text may hold numbers and bodies of texts.
                log.error("lane %s: %s", self.name, type(trouble).__name__)


class Lanes:
    """Every lane of `flask jobs`, the scheduler that ticks them, and the one clock they work by."""

    def __init__(self, app: Flask, tick_seconds: float) -> None:
        self.keeper = LeaseKeeper()
        self._app = app
        self._tick = timedelta(seconds=tick_seconds)
        self._stopping = False
        self.lanes = {name: Lane(name, app, self._may_go_on, work) for name, work in self._works().items()}
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(self.lanes) + 1)},
            # Two, as the scheduler counts a look that has just ended; a second one at once has nothing to do.
            job_defaults={"coalesce": True, "max_instances": 2, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Take the clock or stand by, and tick."""
        self._on_lease(self.keeper.keep)
        self._on_lease(lambda: provider.ask_now(clock.system_now()))
        for name, lane in self.lanes.items():
            every = IntervalTrigger(seconds=max(self._tick, WAITS.get(name, self._tick)).total_seconds())
            self._scheduler.add_job(lane.look, every, id=name, next_run_time=clock.system_now())
        self._app.extensions["salonpool.wake"] = self.wake
        self._scheduler.start()

    def keep(self) -> None:
        """Renew the lease, or take it if it is free; every 5 seconds of a clock that only goes forward.

        The scheduler waits for instants of the wall clock: when that is put back by hours, the next tick lies
        hours ahead, and is made due now.
        """
        self._on_lease(self.keeper.keep)
        now = clock.system_now()
        for job in self._scheduler.get_jobs():
            if job.next_run_time > now + job.trigger.interval:
                self._tick_now(job.id)

    def stop(self) -> None:
        """Start nothing more, wait for what runs, then let the next clock begin at once."""
        began = time.monotonic()
        self._stopping = True
        self._app.extensions.pop("salonpool.wake")
        self._scheduler.remove_all_jobs()
        for name, lane in self.lanes.items():
            until = began + LONG_DRAINS.get(name, DRAIN_SECONDS)
            if not self._drained(lane, until):
                log.warning("lane %s is left behind", name)
        self._scheduler.shutdown(wait=False)
        self._on_lease(self.keeper.let_go)

    def wake(self, woken: Iterable[tuple[str, int]]) -> None:
        """Shorten the wait of the lanes that look at these rows."""
        for name in {LANE_OF[task] for task, _ in woken if task in LANE_OF}:
            self.lanes[name].woken.set()
            self._tick_now(name)

    def _works(self) -> dict[str, Callable[[], None]]:
        planning, sweeps = Timetable(PLANNING), Timetable(SWEEPS)

        def plan() -> None:
            planning.run_due(self._fencing)
            tasks.run_plans()

        return {
            "inbound": partial(tasks.handle_inbound, self._may_go_on),
            "outbox": partial(tasks.send_messages, self._may_go_on),
            "lookups": partial(tasks.settle_unknown, self._may_go_on),
            "reports": partial(tasks.read_reports, self._may_go_on),
            "planning": plan,
            "questions": tasks.answer_questions,
            "waitlist": tasks.offer_places,
            "sweeps": lambda: sweeps.run_due(self._fencing),
        }

    def _fencing(self) -> int | None:
        """The number under which work may be started: the clock is ours, and we do not stop."""
        return None if self._stopping else self.keeper.fencing()

    def _may_go_on(self) -> bool:
        return self._fencing() is not None

    def _tick_now(self, name: str) -> None:
        with suppress(JobLookupError):  # we are stopping
            self._scheduler.modify_job(name, next_run_time=clock.system_now())

    def _drained(self, lane: Lane, until: float) -> bool:
        """Wait for what the lane does, at most until then, and keep the clock meanwhile if it is ours."""
        while not lane.running.acquire(timeout=_at_most(RENEW_EVERY.total_seconds(), until)):
            if time.monotonic() >= until:
                return False
            self._on_lease(self.keeper.renew)
        return True

    def _on_lease(self, do: Callable[[], None]) -> None:
        with self._app.app_context():
            try:
                do()
            except DatabaseTrouble as trouble:
                log.error("lease: %s", type(trouble).__name__)


def run(app: Flask, tick_seconds: float) -> None:
    """Run the clock until SIGTERM or SIGINT."""
    signals: queue.SimpleQueue[int] = queue.SimpleQueue()  # its put() is safe inside a signal handler
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda number, _: signals.put(number))
    lanes = Lanes(app, tick_seconds)
    lanes.start()
    while (number := _next(signals)) is None:
        lanes.keep()
    log.info("stopping on signal %s", number)
    lanes.stop()


def _next(signals: "queue.SimpleQueue[int]") -> int | None:
    """The signal we got, or None when it is time to renew the lease."""
    with suppress(queue.Empty):
        return signals.get(timeout=RENEW_EVERY.total_seconds())
    return None


def _at_most(seconds: float, until: float) -> float:
    return max(0.0, min(seconds, until - time.monotonic()))
