"""What somebody new meets: a fresh clone, `make run` until it serves, then `make test`."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUN_SECONDS = 180
TEST_SECONDS = 900
STOP_SECONDS = 20
PAGES = ("/healthz", "/demo")
# A newcomer's shell has none of our settings, and no virtual environment.
OURS = (
    "DATABASE_URL",
    "SECRET_KEY",
    "PUBLIC_URL",
    "DEMO",
    "PORT",
    "VIRTUAL_ENV",
    "REQUIRE_ALL",
    "MAKEFLAGS",
    "MAKELEVEL",
)


def main() -> int:
    """Clone what is committed, time both commands, print one table. Returns 1 if a bar fails."""
    folder = Path(tempfile.mkdtemp(prefix="salonpool-newcomer-"))
    clone = folder / "salonpool"
    try:
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], check=True)
        rows = [("make run, until it serves", *_time_run(clone, folder / "run.log"), RUN_SECONDS)]
        rows.append(("make test, passing", *_time_test(clone, folder / "test.log"), TEST_SECONDS))
        _print_table(rows)
        good = all(passed and seconds <= bar for _, seconds, passed, bar in rows)
        if not good:
            for log in sorted(folder.glob("*.log")):
                print(f"\n{log.name}, the end:\n{log.read_text(errors='replace')[-4000:]}")
        return 0 if good else 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _time_run(clone: Path, log: Path) -> tuple[float, bool]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.monotonic()
    make = _start(clone, log, "run", f"PORT={port}")
    try:
        while time.monotonic() - started < RUN_SECONDS and make.poll() is None:
            if all(_answers(f"http://127.0.0.1:{port}{page}") for page in PAGES):
                return time.monotonic() - started, True
            time.sleep(0.2)
        return time.monotonic() - started, False
    finally:
        _stop(make)


def _time_test(clone: Path, log: Path) -> tuple[float, bool]:
    started = time.monotonic()
    make = _start(clone, log, "test")
    try:
        with suppress(subprocess.TimeoutExpired):
            make.wait(TEST_SECONDS)
        return time.monotonic() - started, make.poll() == 0
    finally:
        _stop(make)


def _start(clone: Path, log: Path, *words: str) -> "subprocess.Popen[bytes]":
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    with log.open("wb") as output:
        return subprocess.Popen(
            ["make", *words],
            cwd=clone,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _stop(make: "subprocess.Popen[bytes]") -> None:
    """Ask the whole group to end, wait, then insist: what it started must not outlive us."""
    if make.poll() is None:
        os.killpg(make.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            make.wait(STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(make.pid, signal.SIGKILL)
    make.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def _print_table(rows: list[tuple[str, float, bool, int]]) -> None:
    print(f"{'a newcomer does':<28}{'seconds':>9}{'limit':>7}  result")
    for name, seconds, passed, bar in rows:
        print(f"{name:<28}{seconds:>9.1f}{bar:>7}  {'ok' if passed and seconds <= bar else 'FAILED'}")


if __name__ == "__main__":
    sys.exit(main())
