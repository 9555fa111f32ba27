"""A peer to measure beside us: django-appointment from PyPI, in a virtual environment of its own."""

import json
import os
import subprocess
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench import busy_salons
from tests import live

VERSION = "3.12.0"
PACKAGES = (f"django-appointment=={VERSION}", "Django==5.2.*", "gunicorn")
# Kept between runs; git does not see it.
FOLDER = live.ROOT / "instance" / "bench-peer"
INSTALL_SECONDS = 300
FILL = "import sys; from bench import appointment_site; appointment_site.fill(sys.argv[1])"


class NotAvailable(Exception):
    """The peer could not be installed; the message says why."""


@contextmanager
def server(folder: Path, visits: Sequence[busy_salons.Visit]) -> Iterator[live.Live]:
    """The peer on SQLite and gunicorn, with the first salon's visits. Raises NotAvailable."""
    python = _installed()
    data, database = folder / "salon.json", folder / "peer.sqlite"
    data.write_text(json.dumps(_salon(visits)))
    settings = {"PEER_DATABASE": str(database)}
    environment = {**os.environ, **settings}
    command = [python, "-c", FILL, str(data)]
    subprocess.run(command, cwd=live.ROOT, env=environment, check=True)
    running = live.start_web(settings, app="bench.appointment_site:application", python=python)
    try:
        live.wait_until_ready(running)
        yield running
    finally:
        running.web.stop()


def _salon(visits: Sequence[busy_salons.Visit]) -> dict[str, object]:
    """One salon only: the page of the peer grows with everybody's staff, so this is kind to it."""
    return {
        "opens": busy_salons.OPENS.isoformat(),
        "closes": busy_salons.CLOSES.isoformat(),
        "services": busy_salons.SERVICE_MINUTES,
        "staff": busy_salons.STYLISTS,
        "visits": [(str(v.day), v.stylist, v.service, v.minute) for v in visits if v.salon == 0],
    }


def _installed() -> str:
    """The interpreter of the peer's environment, made at the first call."""
    python, done = FOLDER / "bin" / "python", FOLDER / f"installed-{VERSION}"
    if not done.exists():
        try:
            venv.create(FOLDER, clear=True, with_pip=True)
            install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
            subprocess.run(install, check=True, timeout=INSTALL_SECONDS, stderr=subprocess.PIPE, text=True)
        except subprocess.CalledProcessError as failed:
            last = (failed.stderr or "").strip().splitlines()[-1:]
            raise NotAvailable(f"pip could not install {PACKAGES[0]}: {''.join(last)}") from failed
        except subprocess.TimeoutExpired as late:
            raise NotAvailable(f"pip took more than {INSTALL_SECONDS} s") from late
        done.touch()
    return str(python)
