"""What may befall a database that processes go on using: full, locked, restarted. Each trouble is a block."""

import errno
import os
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from tests import databases, postgres

# Room for the database with what a run writes, and little beside.
MEGABYTES = {"sqlite": 48, "postgresql": 320}
CHUNK = 64 * 1024
# Here a commit must be on disk before it is told: the server is killed.
LASTING = {"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on"}


class NotPossible(Exception):
    """This machine does not allow it; the message says what."""


@dataclass(frozen=True)
class Ground:
    """A migrated database in a folder of its own; `disk` if that is a small file system."""

    kind: databases.Kind
    url: str
    folder: Path
    disk: bool


@contextmanager
def standing(kind: databases.Kind) -> Iterator[Ground]:
    """A database on a small disk if the machine allows that, otherwise on a large one."""
    parent = postgres.new_folder()
    try:
        with _small_disk(parent, MEGABYTES[kind]) as disk, _database(kind, parent) as url:
            yield Ground(kind, url, parent, disk)
    finally:
        parent.rmdir()


@contextmanager
def full(ground: Ground, seconds: float) -> Iterator[None]:
    """No byte left for so long. Raises NotPossible."""
    if not ground.disk:
        raise NotPossible("needs a small file system: run as root where mount works")
    ballast = ground.folder / "ballast"
    with _lasting(seconds):
        _fill(ballast)
        yield
    ballast.unlink()
    if ground.kind == "postgresql":
        _revive(ground)


@contextmanager
def locked(ground: Ground, seconds: float) -> Iterator[None]:
    """Somebody else holds the whole database, or the tables everybody needs."""
    if ground.kind == "sqlite":
        path = str(sa.make_url(ground.url).database)
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            with _lasting(seconds):
                yield
            connection.execute("ROLLBACK")
        return
    engine = sa.create_engine(ground.url, poolclass=sa.NullPool)
    with engine.begin() as held:
        held.execute(sa.text("LOCK TABLE booking, message, occupancy IN ACCESS EXCLUSIVE MODE"))
        with _lasting(seconds):
            yield


@contextmanager
def restarted(ground: Ground, seconds: float) -> Iterator[None]:
    """The server is killed and started again. Raises NotPossible where there is no server."""
    if ground.kind == "sqlite":
        raise NotPossible("no server")
    with _lasting(seconds):
        postgres.restart_cluster(ground.folder / "cluster")
        yield


TROUBLES: dict[str, Callable[..., object]] = {"disk full": full, "locked": locked, "restarted": restarted}


@contextmanager
def _lasting(seconds: float) -> Iterator[None]:
    until = time.monotonic() + seconds
    yield
    time.sleep(max(0.0, until - time.monotonic()))


@contextmanager
def _small_disk(folder: Path, megabytes: int) -> Iterator[bool]:
    """A file system of so many MiB in memory on the folder; False where that is not allowed."""
    options = f"size={megabytes}m,mode=0755"
    try:
        mounted = _quiet("mount", "-t", "tmpfs", "-o", options, "salonpool-bench", str(folder))
    except FileNotFoundError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted and not _quiet("umount", str(folder)):
            _quiet("umount", "--lazy", str(folder))


def _quiet(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def _database(kind: databases.Kind, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        path = folder / "salonpool.sqlite"
        try:
            databases.migrate(f"sqlite:///{path}")
            yield f"sqlite:///{path}"
        finally:
            for left in folder.glob("salonpool.sqlite*"):
                left.unlink()
        return
    try:
        server_url = postgres.start_cluster(folder / "cluster", **LASTING)
        databases.migrate(server_url)
        yield server_url
    finally:
        postgres.stop_cluster(folder / "cluster")


def _fill(ballast: Path) -> None:
    """Write until nothing fits any more; at the end byte by byte, as a page may be left."""
    with ballast.open("wb", buffering=0) as file:
        for size in (CHUNK, 1):
            with suppress(_NoSpace):
                while True:
                    _write(file.fileno(), size)


class _NoSpace(Exception):
    pass


def _write(file: int, size: int) -> None:
    try:
        os.write(file, b"\0" * size)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise _NoSpace from error
        raise


def _revive(ground: Ground) -> None:
    """A server that gave up for want of room is started again, by whoever watches it; ours never is."""
    engine = sa.create_engine(ground.url, poolclass=sa.NullPool)
    try:
        engine.connect().close()
    except sa.exc.OperationalError:
        postgres.restart_cluster(ground.folder / "cluster")
