"""Limits are counted in the database, so they hold across processes."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.caps import CAPS, Kind, Per
from salonpool.domain.refusal import Refusal
from salonpool.logs import JsonLine
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


def _take(kind: Kind, who: dict[Per, str], now=NOW, scale: float = 1.0) -> None:
    with transaction() as session:
        limits.take(session, kind, who, now, scale=scale)


def test_one_statement_counts_all_caps_of_a_kind(app):
    statements: list[str] = []
    with transaction() as session:
        sa.event.listen(session.get_bind(), "before_cursor_execute", lambda *call: statements.append(call[2]))
        limits.take(session, Kind.CODE, limits.at_address("192.0.2.7") | {Per.PHONE: "+886912345678"}, NOW)
    assert len([text for text in statements if "counter" in text]) == 1
    assert {hits for (hits,) in db.session.query(Counter.hits)} == {1}
    assert db.session.query(Counter).count() == 5


def test_the_cap_that_is_full_refuses_and_the_refused_one_is_not_counted(app):
    who = {Per.PHONE: "+886912345678"}
    for _ in range(3):
        _take(Kind.CODE, who)
    for _ in range(9):
        with pytest.raises(Refusal) as refused:
            _take(Kind.CODE, who)
        assert refused.value.code == "too_many_codes"
        assert refused.value.values == {"retry_at": NOW + TEN_MINUTES}
    for minutes in (10, 20):
        for _ in range(3):
            _take(Kind.CODE, who, NOW + timedelta(minutes=minutes))
    _take(Kind.CODE, who, NOW + timedelta(minutes=30))  # the tenth of the day
    with pytest.raises(Refusal) as refused:
        _take(Kind.CODE, who, NOW + timedelta(minutes=30))
    assert refused.value.values == {"retry_at": NOW.replace(hour=0) + timedelta(days=1)}


def test_a_load_test_may_scale_places_but_not_what_is_sent_to_a_phone(app):
    for _ in range(50):
        _take(Kind.BOOKING, limits.at_address("192.0.2.7"), scale=2)
    for _ in range(3):
        _take(Kind.CODE, {Per.PHONE: "+886912345678"}, scale=2)
    with pytest.raises(Refusal, match="too_many_codes"):
        _take(Kind.CODE, {Per.PHONE: "+886912345678"}, scale=2)


def test_neighbours_in_one_block_count_together_others_do_not(app):
    for host in range(6):
        for _ in range(20):
            _take(Kind.BOOKING, limits.at_address(f"192.0.2.{host}"))
    with pytest.raises(Refusal, match="too_many_places"):
        _take(Kind.BOOKING, limits.at_address("192.0.2.99"))
    _take(Kind.BOOKING, limits.at_address("198.51.100.99"))
    with pytest.raises(Refusal, match="too_many_places"):
        _take(Kind.BOOKING, limits.at_address("192.0.2.200"))


def test_every_cap_has_a_name_of_its_own_and_says_where_its_number_comes_from():
    assert len({cap.name for cap in CAPS}) == len(CAPS)
    assert all(cap.why and cap.most > 0 for cap in CAPS)
    assert all(cap.window <= limits.LONGEST_WINDOW for cap in CAPS)


def test_half_of_a_limit_that_many_share_is_logged_once_and_names_nobody(app, caplog):
    who = {Per.PREFIX: "+886912345", Per.PHONE: "+886912345678"}
    for _ in range(19):
        with transaction() as session:
            limits.is_within(session, Kind.CODE, who, NOW)
    [record] = [record for record in caplog.records if record.name == limits.log.name]
    line = JsonLine().format(record)
    said = {"alert", "limit", "hits", "most", "minutes"}
    assert {name: value for name, value in json.loads(line).items() if name in said} == {
        "alert": "half_of_a_limit", "limit": "code/prefix/60", "hits": 10, "most": 20, "minutes": 60,
    }  # fmt: skip
    assert "912" not in line


def test_half_of_a_limit_of_one_number_is_not_logged(app, caplog):
    for _ in range(20):
        with transaction() as session:
            limits.is_within(session, Kind.TEXT, {Per.PHONE: "+886912345678"}, NOW)
    assert caplog.records == []
