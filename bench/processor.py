"""Processor time of other processes, as Linux counts it (nanoseconds in /proc/PID/task/*/schedstat)."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

PROC = Path("/proc")


@dataclass(frozen=True)
class Time:
    """Seconds on a processor, and seconds ready to run while somebody else had it."""

    ran: float = 0.0
    waited: float = 0.0

    def __sub__(self, before: "Time") -> "Time":
        return Time(self.ran - before.ran, self.waited - before.waited)

    def __add__(self, other: "Time") -> "Time":
        return Time(self.ran + other.ran, self.waited + other.waited)

    def share_waited(self) -> float:
        """0 on an idle machine, 0.5 where every turn is waited for as long as it takes."""
        return self.waited / (self.ran + self.waited) if self.ran else 0.0


def spent(pids: Iterable[int]) -> Time:
    """What all threads of these processes have used since they began; one that is gone counts 0."""
    ran = waited = 0
    for pid in pids:
        for thread in (PROC / str(pid) / "task").glob("*/schedstat"):
            with suppress(FileNotFoundError, ProcessLookupError):
                on, behind, _ = thread.read_text().split()
                ran, waited = ran + int(on), waited + int(behind)
    return Time(ran / 1e9, waited / 1e9)


def family(pid: int) -> list[int]:
    """A process and its children."""
    children: list[int] = []
    for listed in (PROC / str(pid) / "task").glob("*/children"):
        children += [int(child) for child in listed.read_text().split()]
    return [pid, *children]


def backends(engine: sa.Engine) -> list[int]:
    """The PostgreSQL processes that serve others on this database; none on SQLite."""
    if engine.dialect.name != "postgresql":
        return []
    with engine.connect() as connection:
        return list(
            connection.scalars(
                sa.text(
                    "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                    " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
                )
            )
        )
