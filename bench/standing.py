"""The whole system as an operator runs it, for benches that harm it: workers, clock, stand-in, guests."""

import random
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import sqlalchemy as sa
from flask import Flask

from bench import ledger
from bench.bookers import Bookers, open_salons, wall
from bench.meanwhile import repeating
from bench.supervisor import Supervisor
from salonpool import clock
from salonpool.app import create_app
from salonpool.database import db
from salonpool.domain.message import RETRY_MOST, UNFINISHED, MessageStatus
from salonpool.models import Lease, Message
from salonpool.queries import dump
from salonpool.usecases.planning import planning
from tests import builders, databases, live
from tests.twilio_stand_in import AUTH_TOKEN, StandIn

WORKERS = 4
PORTS = (10_000, 32_000)
LISTING_DELAY = 2.0
PATIENCE_SECONDS = 300.0
PLAN_EVERY = 3.0
NETWORKS_TO_PLAN, SHIFTS_TO_PLAN = 3, 6
WAITING = (*UNFINISHED, MessageStatus.HELD)
SETTINGS = {
    "SECRET_KEY": "a key for benches only, long enough",
    "LIMITS_SCALE": "1000000",  # all guests come from one address
    "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
}


class Readiness(threading.Thread):
    """Asks /readyz again and again; `ready` are the monotonic instants of a yes."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.ready: list[float] = []
        self.over = threading.Event()
        self._url = url

    def run(self) -> None:
        """Until told that it is over."""
        limits = httpx.Limits(max_keepalive_connections=0)
        with httpx.Client(timeout=2, trust_env=False, limits=limits) as http:
            while not self.over.wait(0.1):
                try:
                    if http.get(f"{self._url}/readyz").status_code == 200:
                        self.ready.append(time.monotonic())
                except httpx.TransportError:
                    continue

    def stop(self) -> None:
        """Ask no more."""
        self.over.set()
        self.join()

    def wait(self, since: float) -> bool:
        """Wait for a yes after that instant."""
        until = time.monotonic() + live.READY_SECONDS
        while time.monotonic() < until:
            if self.ready and self.ready[-1] > since:
                return True
            time.sleep(0.05)
        return False

    def after(self, starts: list[float]) -> list[float]:
        """Seconds from each start to the next yes; left out where another start came before it."""
        found = []
        for start, following in zip(starts, [*starts[1:], float("inf")], strict=True):
            first = next((at for at in self.ready if at > start), float("inf"))
            if first < following or following == float("inf"):
                found.append(first - start)
        return found


@dataclass
class Standing:
    """The system on one database; `bookers` are outside and come when their block is entered."""

    app: Flask
    texts: StandIn
    supervisor: Supervisor
    bookers: Bookers
    readiness: Readiness

    def wait_until_out(self, since: float, patience_seconds: float = PATIENCE_SECONDS) -> float:
        """Seconds from then (monotonic) until no text waits; infinite if that takes too long."""
        until = time.monotonic() + patience_seconds
        while time.monotonic() < until:
            if not _is_any_waiting():
                return time.monotonic() - since
            time.sleep(0.1)
        return float("inf")

    def reckon(self) -> ledger.Reckoning:
        """What guests, dump and provider say, all of it so far."""
        died = [wall(at) for at in self.supervisor.services["jobs"].deaths]
        return ledger.reckon(self.bookers.acknowledged, read_dump(), self.texts.messages, deaths=died)

    @contextmanager
    def planning(self) -> Iterator[None]:
        """Somebody asks for plans all the time."""
        with repeating(self.app, lambda: planning.request_all(clock.now(), cause="bench"), PLAN_EVERY):
            yield


@contextmanager
def standing(
    database_url: str, rate: float, bookings: int, settings: Mapping[str, str] | None = None
) -> Iterator[Standing]:
    """Four workers, a clock and a stand-in, kept running; salons for so many bookings, `rate` a second.

    Inside, an app of our own on the same database is open. Raises RuntimeError if it never gets ready.
    """
    url = f"http://127.0.0.1:{_free_port()}"
    with ExitStack() as stack:
        app = create_app(databases.config_for(database_url))
        stack.enter_context(app.app_context())
        stack.callback(db.engine.dispose)
        stack.callback(db.session.remove)
        grounds = open_salons(builders.a_network(), "guests", bookings)
        _post_shifts()
        db.session.remove()
        texts = stack.enter_context(StandIn())
        texts.change(listing_delay=LISTING_DELAY, receipts="ordered")
        given = {
            **SETTINGS,
            "DATABASE_URL": database_url,
            "PUBLIC_URL": url,
            "TWILIO_API_BASE": texts.base,
            "TWILIO_ACCOUNT_SID": texts.account_sid,
            **(settings or {}),
        }
        starts = {
            "web": lambda: live.start_web_at(url, given, workers=WORKERS),
            "jobs": lambda: live.start_jobs(given),
        }
        supervisor = stack.enter_context(Supervisor(starts))
        readiness = Readiness(url)
        readiness.start()
        stack.callback(readiness.stop)
        if not (readiness.wait(0.0) and _has_clock()):
            raise RuntimeError(f"it did not begin to work:\n{supervisor.said()}")
        yield Standing(app, texts, supervisor, Bookers(url, grounds, rate), readiness)


def read_dump() -> dict[str, Any]:
    """What `flask dump --json` would print, as of now."""
    return {name: rows if isinstance(rows, str) else list(rows) for name, rows in dump.tables(clock.now())}


def end_leases() -> None:
    """What waiting for them would come to: nobody has the clock, and whatever was being sent is abandoned."""
    with db.engine.connect().execution_options(writing=True) as connection:
        connection.execute(sa.update(Lease).values(expires_at=clock.system_now()))
        sending = Message.status == MessageStatus.SENDING
        connection.execute(sa.update(Message).where(sending).values(lease_until=clock.system_now()))
        connection.commit()


def _has_clock() -> bool:
    """Wait until `flask jobs` ticks; False if it never does."""
    until = time.monotonic() + live.READY_SECONDS
    while time.monotonic() < until:
        with db.engine.connect() as connection:
            if connection.scalar(sa.select(Lease.fencing).where(Lease.expires_at > clock.system_now())):
                return True
        time.sleep(0.1)
    return False


def _is_any_waiting() -> bool:
    """A text that is due, or soon will be because a try has failed."""
    soon = clock.now() + RETRY_MOST
    waiting = sa.exists().where(Message.status.in_(WAITING), Message.due_at <= soon)
    with db.engine.connect() as connection:
        return bool(connection.scalar(sa.select(waiting)))


def _post_shifts() -> None:
    """Open shifts and nobody to ask, so that the planner has work and nobody is texted."""
    day = (clock.now() + timedelta(days=2)).date()
    for number in range(NETWORKS_TO_PLAN):
        salon = builders.a_salon(builders.a_network(), slug=f"short-{number}")
        for _ in range(SHIFTS_TO_PLAN):
            builders.a_shift(salon, day=day)


def _free_port() -> int:
    """A port that is free and stays so: none that the kernel gives to whoever connects to somebody."""
    while True:
        port = random.randrange(*PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
