"""What must be true when a process is ready to be forked into workers."""

import subprocess
import sys
from typing import Any

import pytest

from salonpool.app import create_app
from salonpool.database import db
from tests.databases import config_for


def test_an_app_that_was_only_made_has_no_connection_its_workers_could_share(database_url: str) -> None:
    app = create_app(config_for(database_url))
    with app.app_context():
        pool: Any = db.engine.pool
        assert pool.checkedin() + pool.checkedout() == 0
        with db.engine.connect():
            assert pool.checkedout() == 1
        db.engine.dispose()


@pytest.mark.parametrize("library", ["ortools", "twilio", "apscheduler"])
def test_the_web_starts_without_what_only_the_clock_needs(library: str, loaded_by_web: set[str]) -> None:
    assert library not in loaded_by_web


def test_making_the_app_starts_no_thread(loaded_by_web: set[str]) -> None:
    assert "threads: 1" in loaded_by_web


@pytest.fixture(scope="module")
def loaded_by_web() -> set[str]:
    """The modules of a web process, and its threads, when it is ready to be forked."""
    program = (
        "import sys, threading; from salonpool.app import create_app; from config import Config\n"
        "create_app(Config(database_url='sqlite:////nowhere/x', secret_key='x', public_url='http://a.test'))\n"
        "print(*sys.modules, f'threads: {threading.active_count()}', sep='\\n')"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(run.stdout.splitlines())
