"""Web tests: a client, and an hour that stands still."""

from datetime import datetime
from typing import Any

import pytest

from salonpool import clock
from tests.builders import NOW


class StoppedClock:
    """The time people see; tests move it by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> StoppedClock:
    """Monday 09:00 in Taipei, until the test says otherwise."""
    stopped = StoppedClock(NOW)
    monkeypatch.setattr(clock, "now", lambda: stopped.now)
    return stopped


@pytest.fixture
def client(app: Any, stopped_clock: StoppedClock) -> Any:
    """A test client in English."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client
