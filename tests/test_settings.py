"""Settings are read from the environment, and wrong ones stop the start with one line."""

import os

import pytest

from config import Config, ConfigError
from salonpool.app import create_app
from salonpool.domain.text_price import TextPrice
from salonpool.messaging.capabilities import Capabilities


@pytest.fixture(autouse=True)
def _a_whole_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    others = [name for name in os.environ if name.startswith("SMS_")]
    for name in (*others, "DEMO", "LIMITS_SCALE", "DATABASE_URL"):
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


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("HTTPS://Book.Example", "https://book.example"),
        ("https://Book.Example:8443/Salon/", "https://book.example:8443/Salon"),
        ("http://Name:Word@Book.Example", "http://Name:Word@book.example"),
    ],
)
def test_scheme_and_host_of_the_public_address_are_kept_in_small_letters(
    monkeypatch: pytest.MonkeyPatch, given: str, kept: str
) -> None:
    monkeypatch.setenv("PUBLIC_URL", given)
    assert Config.from_env().public_url == kept


def test_texts_go_both_ways_with_bare_links_unless_somebody_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = Config.from_env()
    assert (config.sms_two_way, config.sms_max_ucs2, config.sms_links) == (True, 70, True)
    assert (config.sms_link_scheme, config.sms_tail_prefix, config.sms_price) == ("", False, None)
    monkeypatch.setenv("SMS_TWO_WAY", "0")
    monkeypatch.setenv("SMS_MAX_UCS2", "65")
    monkeypatch.setenv("SMS_LINK_SCHEME", "https")
    monkeypatch.setenv("SMS_PRICE", "0.05 USD")
    texting = create_app(Config.from_env()).extensions["salonpool.texting"]
    assert texting.capabilities == Capabilities(two_way=False, max_ucs2=65, link_scheme="https://")
    assert texting.price == TextPrice(50_000, "USD")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"SMS_MAX_UCS2": "71"}, "SMS_MAX_UCS2: give 20 to 70, for example 65"),
        ({"SMS_MAX_UCS2": "19"}, "SMS_MAX_UCS2: give 20 to 70, for example 65"),
        ({"SMS_LINKS": "0", "SMS_TWO_WAY": "0"}, "SMS_LINKS: give 1 where SMS_TWO_WAY is 0"),
        ({"SMS_LINK_SCHEME": "ftp"}, "SMS_LINK_SCHEME: give https"),
        ({"SMS_LINK_HOST": "https://s.example"}, "SMS_LINK_HOST: give a host .* s.example"),
        ({"SMS_TAIL_PREFIX": "1", "SMS_MAX_UCS2": "65"}, "SMS_TAIL_PREFIX: give 0 where SMS_MAX_UCS2"),
        ({"SMS_PRICE": "5 cents"}, "SMS_PRICE: .* for example 0.05 USD, not '5 cents'"),
    ],
)
def test_what_no_text_can_be_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=said):
        Config.from_env()
