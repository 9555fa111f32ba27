"""Settings about limits are read from the environment, and wrong ones stop the start with one line."""

import pytest

from config import Config, ConfigError


@pytest.fixture(autouse=True)
def _a_whole_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DEMO", "SMS_COUNTRIES", "LIMITS_SCALE", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SECRET_KEY", "a key for tests only, long enough")
    monkeypatch.setenv("PUBLIC_URL", "http://salon.test")


def test_limits_hold_in_full_unless_somebody_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Config.from_env().limits_scale == 1
    monkeypatch.setenv("LIMITS_SCALE", "7.5")
    assert Config.from_env().limits_scale == 7.5


def test_in_the_demo_where_everybody_has_one_address_limits_are_wider(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEMO", "1")
    assert Config.from_env().limits_scale == 100
    monkeypatch.setenv("LIMITS_SCALE", "1")
    assert Config.from_env().limits_scale == 1


def test_no_country_but_the_networks_own_is_let_in_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Config.from_env().sms_countries == frozenset()
    monkeypatch.setenv("SMS_COUNTRIES", "JP, HK")
    assert Config.from_env().sms_countries == {"JP", "HK"}


@pytest.mark.parametrize("given", ["Japan", "jp", "JP;HK", "+81"])
def test_a_country_nobody_knows_stops_the_start(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("SMS_COUNTRIES", given)
    with pytest.raises(ConfigError, match="SMS_COUNTRIES: .*JP,HK"):
        Config.from_env()


def test_the_planner_may_take_a_gigabyte_unless_somebody_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Config.from_env().planner_memory_mb == 1024
    monkeypatch.setenv("PLANNER_MEMORY_MB", "256")
    assert Config.from_env().planner_memory_mb == 256
    monkeypatch.setenv("PLANNER_MEMORY_MB", "255")
    with pytest.raises(ConfigError, match="PLANNER_MEMORY_MB: give 256 or more"):
        Config.from_env()
