"""The real thing as child processes: gunicorn and `flask jobs`, on a free loopback port."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import httpx

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60.0
STOP_SECONDS = 10.0

# Every setting of the app: none may leak in from the shell that runs the tests.
SETTINGS = frozenset(re.findall(r'"([A-Z][A-Z0-9_]+)"', (ROOT / "config.py").read_text()))


@dataclass
class Process:
    """A child in a process group of its own, its output kept for the day it fails."""

    name: str
    popen: "subprocess.Popen[bytes]"
    output: IO[bytes]

    def running(self) -> bool:
        """Is it still there?"""
        return self.popen.poll() is None

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to the whole group."""
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, number)

    def stop(self) -> int:
        """Ask, wait a bounded time, then insist. Returns the exit code."""
        if self.running():
            self.kill(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.popen.wait(STOP_SECONDS)
        self.kill(signal.SIGKILL)
        code = self.popen.wait()
        self.output.close()
        return code

    def log(self) -> str:
        """What it has written so far."""
        self.output.flush()
        return os.pread(self.output.fileno(), 10_000_000, 0).decode(errors="replace")


@dataclass
class Live:
    """A running server: its address and its processes."""

    url: str
    web: Process
    jobs: list[Process] = field(default_factory=list)


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The shell's variables without the app's own, plus the settings given."""
    return {name: value for name, value in os.environ.items() if name not in SETTINGS} | dict(settings)


def start(
    name: str,
    command: list[str],
    settings: Mapping[str, str],
    pass_fds: tuple[int, ...] = (),
    python: str = sys.executable,
) -> Process:
    """Start a Python module (`command` follows `python -m`) from the repository's folder."""
    output = tempfile.TemporaryFile()  # noqa: SIM115 - stop() closes it
    popen = subprocess.Popen(
        [python, "-m", *command],
        cwd=ROOT,
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        pass_fds=pass_fds,
    )
    return Process(name, popen, output)


def start_web(
    settings: Mapping[str, str],
    *,
    workers: int = 1,
    threads: int = 8,
    app: str = "wsgi:app",
    python: str = sys.executable,
) -> Live:
    """Start gunicorn; the port is taken before it starts, so nobody else can. Does not wait."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(512)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        command = _gunicorn(app, f"fd://{listener.fileno()}", workers, threads)
        web = start("web", command, {"PUBLIC_URL": url, **settings}, (listener.fileno(),), python)
    return Live(url, web)


def start_web_at(url: str, settings: Mapping[str, str], *, workers: int = 1, threads: int = 8) -> Process:
    """Start gunicorn at an address of this machine, again and again the same. Does not wait."""
    command = _gunicorn("wsgi:app", url.removeprefix("http://"), workers, threads)
    return start("web", command, {"PUBLIC_URL": url, **settings})


def _gunicorn(app: str, bind: str, workers: int, threads: int) -> list[str]:
    command = ["gunicorn", app, "--bind", bind, "--workers", str(workers), "--threads", str(threads)]
    return [*command, "--worker-class", "gthread", "--graceful-timeout", "3", "--no-control-socket"]


def start_jobs(settings: Mapping[str, str]) -> Process:
    """Start a clock. Does not wait."""
    return start("jobs", ["flask", "--app", "wsgi", "jobs"], settings)


@contextmanager
def server(
    database_url: str,
    *,
    workers: int = 1,
    jobs: int = 0,
    app: str = "wsgi:app",
    settings: Mapping[str, str] | None = None,
) -> Iterator[Live]:
    """A server that answers, on a migrated database, with so many clocks beside it; stopped afterwards."""
    given = {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a key for tests only, long enough",
        **(settings or {}),
    }
    live = start_web(given, workers=workers, app=app)
    try:
        wait_until_ready(live)
        for _ in range(jobs):
            live.jobs.append(start_jobs({"PUBLIC_URL": live.url, **given}))
        yield live
    finally:
        for process in [*live.jobs, live.web]:
            process.stop()


def wait_until_ready(live: Live) -> None:
    """Poll /healthz. Raises RuntimeError with the server's output if it dies or stays silent for 60 s."""
    deadline = time.monotonic() + READY_SECONDS
    with httpx.Client(timeout=5, trust_env=False) as http:
        while time.monotonic() < deadline and live.web.running():
            with suppress(httpx.TransportError):
                if http.get(f"{live.url}/healthz").status_code == 200:
                    return
            time.sleep(0.05)
    raise RuntimeError(f"the server did not become ready:\n{live.web.log()}")
