"""A PostgreSQL of our own on a free loopback port: never the one the machine may run already."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Nothing here outlives a test run, so nothing is worth an fsync.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
}


class NotInstalled(Exception):
    """The machine has no PostgreSQL server; the message says what to install."""


def start_cluster(folder: Path, **settings: str) -> str:
    """Make and start a cluster in a new folder; returns the SQLAlchemy URL of its database `postgres`.

    A server refuses to run as root, so root runs it as the account Debian made for it; that account must be
    able to reach the folder. Raises NotInstalled.
    """
    initdb = _binary("initdb")
    folder.mkdir()
    if os.getuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
    port = _free_port()
    data = folder / "data"
    _run(initdb, "-D", data, "-U", "postgres", "--auth=trust", "--locale=C", "--encoding=UTF8", "--no-sync")
    options = {**SETTINGS, **settings, "port": port, "unix_socket_directories": folder}
    flags = " ".join(f"-c {name}={value}" for name, value in options.items())
    _run(_binary("pg_ctl"), "-D", data, "-l", folder / "log", "-w", "-t", "60", "-o", flags, "start")
    return f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"


def restart_cluster(folder: Path) -> None:
    """Kill the server's processes and start it again, as after a crash; also when it is down."""
    _run(_binary("pg_ctl"), "-D", folder / "data", "-l", folder / "log", "-m", "immediate", "-w", "restart")


def stop_cluster(folder: Path) -> None:
    """Stop what start_cluster started there, if anything, and remove the folder."""
    if (folder / "data" / "postmaster.pid").exists():
        _run(_binary("pg_ctl"), "-D", folder / "data", "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def cluster() -> Iterator[str]:
    """A running cluster's URL, for the length of a block. Raises NotInstalled."""
    folder = new_folder() / "cluster"
    try:
        yield start_cluster(folder)
    finally:
        stop_cluster(folder)
        folder.parent.rmdir()


def memory() -> str | None:
    """A folder in memory, where there is one: on a disk, waiting for fsync is most of a test's time."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def new_folder(parent: str | None = None) -> Path:
    """A temporary folder that the server's account can enter, which pytest's own cannot be."""
    folder = Path(tempfile.mkdtemp(prefix="salonpool-pg-", dir=parent))
    folder.chmod(0o755)
    return folder


def _binary(name: str) -> Path:
    found = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]), reverse=True
    )
    if found:
        return found[0]
    on_path = shutil.which(name)
    if on_path is None:
        raise NotInstalled("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    return Path(on_path)


def _run(*command: object) -> None:
    words = [str(word) for word in command]
    if os.getuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    # Output goes to a file: the server would keep a pipe open, and we would wait for its end for ever.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", check=False
        )
        output.seek(0)
        if done.returncode:
            raise RuntimeError(f"{words} failed: {output.read()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
