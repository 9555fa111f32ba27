"""Starts a process again when it died, as the units in deploy/ ask of systemd; and knows whom one could kill.

With a main process its whole group goes (KillMode=mixed), and 2 s later (RestartSec) the next one begins.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests import live

RESTART_SECONDS = 2.0
LOOK_EVERY = 0.02


@dataclass(frozen=True, slots=True)
class Member:
    """A living process: `main` is the one that was started, the others are its descendants."""

    service: str
    pid: int
    main: bool


@dataclass
class Service:
    """One of the things kept running. Times are of the monotonic clock."""

    start: Callable[[], live.Process]
    process: live.Process | None = None
    starts: list[float] = field(default_factory=list)
    deaths: list[float] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Start it now."""
        self.starts.append(time.monotonic())
        self.process = self.start()

    def bury(self) -> None:
        """Its main process died: end the rest of its group, keep what it said."""
        if self.process is not None:
            self.deaths.append(time.monotonic())
            self.logs.append(self.process.log())
            self.process.stop()
            self.process = None


class Supervisor:
    """Keeps services running while its block lasts."""

    def __init__(self, starts: Mapping[str, Callable[[], live.Process]]) -> None:
        self.services = {name: Service(start) for name, start in starts.items()}
        self._changing = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        for service in self.services.values():
            service.begin()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        for service in self.services.values():
            if service.process is not None:
                service.logs.append(service.process.log())
                service.process.stop()
                service.process = None

    def members(self) -> list[Member]:
        """Every process that lives now."""
        with self._changing:
            mains = [
                (name, service.process.popen.pid)
                for name, service in self.services.items()
                if service.process is not None and service.process.running()
            ]
        found = [Member(name, pid, True) for name, pid in mains]
        for name, pid in mains:
            found += [Member(name, below, False) for below in descendants(pid)]
        return found

    def deaths(self) -> int:
        """How often a main process died."""
        return sum(len(service.deaths) for service in self.services.values())

    def said(self) -> str:
        """All that the processes wrote, each service's in its order."""
        now = [service.process.log() for service in self.services.values() if service.process is not None]
        return "".join(log for service in self.services.values() for log in service.logs) + "".join(now)

    def _watch(self) -> None:
        while not self._over.wait(LOOK_EVERY):
            for service in self.services.values():
                with self._changing:
                    if service.process is not None and not service.process.running():
                        service.bury()
                    elif service.process is None and time.monotonic() >= service.deaths[-1] + RESTART_SECONDS:
                        service.begin()


def kill(member: Member) -> bool:
    """SIGKILL; False if it was gone already."""
    with suppress(ProcessLookupError):
        os.kill(member.pid, signal.SIGKILL)
        return True
    return False


def descendants(pid: int) -> list[int]:
    """Living children of a process, their children and so on."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            after_name = stat.read_text().rpartition(")")[2].split()
            if after_name[0] != "Z":
                children.setdefault(int(after_name[1]), []).append(int(stat.parent.name))
    found, left = [], [pid]
    while left:
        below = children.get(left.pop(), [])
        found += below
        left += below
    return found
