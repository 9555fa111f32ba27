"""Web tests: a client, and an hour that stands still."""

from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from salonpool import clock
from salonpool.database import db
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


class FreshClient(FlaskClient):
    """Each request in an app context of its own, as on a server; the test's own reads never hold it up."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """End the test's open read, then ask."""
        db.session.rollback()
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture
def client(app: Any, stopped_clock: StoppedClock) -> Any:
    """A test client in English."""
    app.test_client_class = FreshClient
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client
