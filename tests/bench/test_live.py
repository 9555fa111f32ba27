"""What the servers of tests and benches are started with."""

import os

from config import Config
from tests import live


def test_no_setting_of_the_app_leaks_in_from_the_shell(monkeypatch):
    asked: set[str] = set()

    class Asking(dict):
        def get(self, name, default=None):
            asked.add(name)
            return super().get(name, default)

    monkeypatch.setattr(os, "environ", Asking(SECRET_KEY="a key for tests only", PUBLIC_URL="http://a.test"))
    Config.from_env()
    assert {"SMS_COUNTRIES", "LIMITS_SCALE", "PLANNER_MEMORY_MB"} <= asked
    assert asked <= live.SETTINGS
    monkeypatch.setattr(os, "environ", dict.fromkeys(asked, "1") | {"PATH": "/bin"})
    assert live.environment({"PORT": "8123"}) == {"PATH": "/bin", "PORT": "8123"}
