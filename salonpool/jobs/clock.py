"""Only one clock ticks: this process's keeper of the lease row, which renews it well before it ends."""

import logging
import os
import socket
import threading
import uuid
from datetime import datetime, timedelta

from salonpool import clock, uptime
from salonpool.usecases import leases

log = logging.getLogger(__name__)

LEASE = "clock"
RENEW_EVERY = timedelta(seconds=5)
# Stop starting work a little before others may take over.
MARGIN = timedelta(seconds=2)


class LeaseKeeper:
    """The lease as this process knows it. keep() is called every 5 seconds, the rest from any thread."""

    def __init__(self) -> None:
        self.holder = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._held: tuple[int, float] | None = None
        self._seen: tuple[datetime | None, float] | None = None
        self._over = False
        self._changing = threading.Lock()

    def keep(self) -> None:
        """Renew the lease, or take it if it is free."""
        with self._changing:
            if not self._over:
                self._keep()

    def renew(self) -> None:
        """Renew the lease if it is ours."""
        with self._changing:
            if self._held is not None:
                self._keep()

    def fencing(self) -> int | None:
        """The fencing number while the lease is surely ours; by the time since the machine started, so that
        a process that was frozen, or asleep with its machine, knows at once."""
        held = self._held
        return held[0] if held and uptime.since_boot() < held[1] else None

    def let_go(self) -> None:
        """Give the lease up for the next one."""
        with self._changing:
            self._over = True
            held, self._held = self._held, None
            if held and leases.release(LEASE, self.holder, held[0], clock.system_now()):
                log.info("clock released by %s fencing %s", self.holder, held[0])

    def _keep(self) -> None:
        before = uptime.since_boot()
        fencing = self._renewed() or self._acquired()
        if fencing is None:
            return
        if self._held is None:
            log.info("clock taken by %s fencing %s", self.holder, fencing)
        self._held = (fencing, before + (leases.LENGTH - MARGIN).total_seconds())

    def _renewed(self) -> int | None:
        if self._held is None:
            return None
        fencing = self._held[0]
        if leases.renew(LEASE, self.holder, fencing, clock.system_now()):
            return fencing
        log.warning("clock lost by %s fencing %s", self.holder, fencing)
        self._held = None
        return None

    def _acquired(self) -> int | None:
        """Ours, if it is over; or if nobody has renewed it for as long as it lasts, although its end lies
        ahead: then the wall clock was put back."""
        ends_at, now = leases.find_end(LEASE), uptime.since_boot()
        if self._seen is None or self._seen[0] != ends_at:
            self._seen = ends_at, now
        is_left = now - self._seen[1] >= leases.LENGTH.total_seconds()
        return leases.acquire(LEASE, self.holder, clock.system_now(), left_with=ends_at if is_left else None)
