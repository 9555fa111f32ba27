"""Limits are counted in the database, so they hold across processes."""

from datetime import timedelta

import pytest

from salonpool.database import db, transaction
from salonpool.domain.refusal import Refusal
from salonpool.models import Counter
from salonpool.usecases import limits
from tests.builders import NOW

TEN_MINUTES = timedelta(minutes=10)


def _hit(key: str, now=NOW, limit: int = 3) -> None:
    with transaction() as session:
        limits.hit(session, key, limit, TEN_MINUTES, now)


def test_the_hit_above_the_limit_is_refused_and_says_until_when(app):
    for _ in range(3):
        _hit("a")
    with pytest.raises(Refusal) as refused:
        _hit("a", NOW + timedelta(minutes=4))
    assert (refused.value.code, refused.value.values) == ("too_many_tries", {"retry_at": NOW + TEN_MINUTES})


def test_each_window_and_each_key_counts_for_itself(app):
    for _ in range(3):
        _hit("a")
    _hit("b")
    _hit("a", NOW + TEN_MINUTES)


def test_guesses_at_links_are_refused_after_thirty_from_one_address(app):
    for _ in range(limits.MISSES):
        limits.check_misses("192.0.2.7", NOW)
        limits.count_miss("192.0.2.7", NOW)
    with pytest.raises(Refusal, match="too_many_tries"):
        limits.check_misses("192.0.2.7", NOW)
    limits.check_misses("192.0.2.8", NOW)
    limits.check_misses("192.0.2.7", NOW + limits.MISS_WINDOW)


def test_addresses_of_one_customer_count_as_one(app):
    assert limits.address_key("miss", "2001:db8::1") == limits.address_key("miss", "2001:db8::2:3")
    assert limits.address_key("miss", "2001:db8::1") != limits.address_key("miss", "2001:db8:0:1::1")
    assert limits.address_key("miss", "192.0.2.1") != limits.address_key("miss", "192.0.2.2")
    assert limits.address_key("miss", None) == limits.address_key("miss", "nonsense")


def test_no_number_or_address_is_kept(app):
    limits.count_miss("192.0.2.7", NOW)
    (counter,) = db.session.query(Counter).all()
    assert "192" not in counter.key


def test_old_windows_are_forgotten(app):
    _hit("a")
    _hit("a", NOW + timedelta(days=2))
    with transaction() as session:
        assert limits.forget_old(session, NOW + timedelta(days=2)) == 1
