"""What the clock's tasks hand on."""

from typing import Any

import pytest
from flask import Flask

from salonpool.jobs import tasks
from salonpool.usecases.planning import planning


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"planner_memory_mb": 300}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_planner_may_take_as_much_memory_as_the_settings_say(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(planning, "run_requested", lambda *_, **options: given.update(options))
    tasks.run_plans()
    assert given == {"memory_mb": 300}
