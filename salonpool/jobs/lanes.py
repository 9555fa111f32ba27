"""Where tasks run: lanes side by side, so that a minute of planning never delays a text.

Each lane is a thread that waits on an event: no step of the wall clock can make it wait for longer.
"""

import logging
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial

from flask import Flask

from salonpool import logs
from salonpool.jobs import tasks
from salonpool.jobs.clock import RENEW_EVERY, LeaseKeeper
from salonpool.jobs.timetable import PLANNING, SWEEPS, Timetable
from salonpool.usecases.leases import DatabaseTrouble

log = logging.getLogger(__name__)

# The lane that looks at a row which database.wake named.
LANE_OF = {
    "message": "outbox",
    "inbound": "inbound",
    "planning": "planning",
    "what_if": "questions",
    "waitlist": "waitlist",
}
# Seconds between looks of a lane that searches; what frees a place wakes it, what others changed it finds.
WAITS = {"waitlist": 15.0}
# How long a lane may go on with what it does when we stop: one call of the provider, or one planning run.
DRAIN_SECONDS = 20.0
LONG_DRAINS = {"planning": 75.0, "questions": 75.0}


class Lane:
    """A thread for one task, look after look; `woken` lets it look now, or again when it is looking."""

    def __init__(
        self, name: str, app: Flask, may_go_on: Callable[[], bool], work: Callable[[], None], wait: float
    ) -> None:
        self.name = name
        self.woken = threading.Event()
        self._app = app
        self._may_go_on = may_go_on
        self._work = work
        self._wait = wait
        self._over = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Look now and from then on; nothing happens if it does already. Again after a task's own error,
        which ended the thread."""
        if not (self._over or self.is_running()):
            self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
            self._thread.start()

    def is_running(self) -> bool:
        """Is there still a thread?"""
        return self._thread is not None and self._thread.is_alive()

    def stop(self) -> None:
        """Look no more; what runs goes on."""
        self._over = True
        self.woken.set()

    def join(self, seconds: float) -> bool:
        """Wait for what runs; True when nothing does any more."""
        if self._thread is not None:
            self._thread.join(max(0.0, seconds))
        return not self.is_running()

    def look(self) -> None:
        """Work if the clock is ours. Trouble with the database is logged, and the next look tries again."""
        self.woken.clear()
        if not self._may_go_on():
            return
        with self._app.app_context():
            try:
                self._work()
            except DatabaseTrouble as trouble:
                # Its text may hold numbers and bodies of texts.
                log.error("lane %s: %s", self.name, type(trouble).__name__)

    def _run(self) -> None:
        while not self._over:
            self.look()
            self.woken.wait(self._wait)


class Lanes:
    """Every lane of `flask jobs`, and the one clock they work by."""

    def __init__(self, app: Flask, tick_seconds: float) -> None:
        self.keeper = LeaseKeeper()
        self._app = app
        self._stopping = False
        self.lanes = {
            name: Lane(name, app, self._may_go_on, work, max(tick_seconds, WAITS.get(name, 0.0)))
            for name, work in self._works().items()
        }

    def start(self) -> None:
        """Take the clock or stand by, and look at what is due."""
        self.keep()
        self._app.extensions["salonpool.wake"] = self.wake

    def keep(self) -> None:
        """Renew the lease, or take it if it is free; and start the lanes that an error ended."""
        self._on_lease(self.keeper.keep)
        for lane in self.lanes.values():
            lane.start()

    def stop(self) -> None:
        """Start nothing more, wait for what runs, then let the next clock begin at once."""
        began = time.monotonic()
        self._stopping = True
        self._app.extensions.pop("salonpool.wake")
        for lane in self.lanes.values():
            lane.stop()
        for name, lane in self.lanes.items():
            until = began + LONG_DRAINS.get(name, DRAIN_SECONDS)
            while not lane.join(min(until - time.monotonic(), RENEW_EVERY.total_seconds())):
                if time.monotonic() >= until:
                    log.warning("lane %s is left behind", name)
                    break
                self._on_lease(self.keeper.renew)
        self._on_lease(self.keeper.let_go)

    def wake(self, woken: Iterable[tuple[str, int]]) -> None:
        """Shorten the wait of the lanes that look at these rows."""
        for name in {LANE_OF[task] for task, _ in woken if task in LANE_OF}:
            self.lanes[name].woken.set()

    def _works(self) -> dict[str, Callable[[], None]]:
        planning, sweeps = Timetable(PLANNING), Timetable(SWEEPS)

        def plan() -> None:
            planning.run_due(self._fencing)
            tasks.run_plans()

        return {
            "inbound": partial(tasks.handle_inbound, self._may_go_on),
            "outbox": tasks.send_messages,
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
