"""What a watcher of the machine is told."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from migrations import guards
from salonpool import clock
from salonpool.app import create_app
from salonpool.database import db, engine, transaction
from salonpool.models import InboundMessage, Lease, Message, PlanningRun, Provider
from salonpool.queries import metrics
from salonpool.usecases import leases
from tests.builders import a_network
from tests.databases import config_for

T0 = datetime(2026, 10, 19, 1, 0, tzinfo=UTC)
ABSENT = {"salonpool_ready": 0, "salonpool_database_up": 0}


def test_the_process_is_up(client):
    assert client.get("/healthz").json == {"status": "ok"}


def test_a_migrated_database_with_its_guards_is_ready(client):
    leases.acquire("clock", "a", clock.system_now())
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "ready",
        "database": "ok",
        "schema": "ok",
        "guards": "ok",
        "disk": "ok",
        "outbox_age_seconds": 0,
        "unknown_texts": 0,
        "provider": "ok",
        "clock": "ok",
        "planner": "ok",
    }


def _a_text(**changes: Any) -> None:
    """Due for ten minutes."""
    network_id = a_network()
    at = clock.system_now() - timedelta(minutes=10)
    with transaction() as session:
        given = {
            "network_id": network_id, "event_id": "sign_in:1", "text_id": "S1", "to": "+886912000001",
            "language": "en", "body": "s.example/in/1", "status": "pending", "created_at": at, "due_at": at,
        }  # fmt: skip
        session.add(Message(**{**given, **changes}))


def test_a_stopped_clock_and_late_texts_are_told_but_pages_go_on(client):
    _a_text()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json["outbox_age_seconds"] >= 600
    assert answer.json["clock"] == "not running: start flask jobs"


def test_a_lease_that_ends_hours_ahead_is_no_running_clock(client):
    with transaction() as session:
        ahead = clock.system_now() + timedelta(hours=2)
        session.add(Lease(name="clock", holder="a", fencing=1, expires_at=ahead))
    assert client.get("/readyz").json["clock"] == "not running: start flask jobs"


def test_a_text_of_unknown_outcome_is_told_unless_it_was_taken(client):
    _a_text(status="unknown")
    assert client.get("/readyz").json["unknown_texts"] == 1
    with transaction() as session:
        session.execute(sa.update(Message).values(sid="SM1"))
    told = client.get("/readyz").json
    assert (told["unknown_texts"], told["outbox_age_seconds"]) == (0, 0)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"failing_since": T0}, "takes nothing since 2026-10-19T01:00:00Z"),
        (
            {"failing_since": T0, "stopped_at": T0 + timedelta(minutes=2), "reason": "credentials"},
            "stopped since 2026-10-19T01:02:00Z: credentials, see flask doctor",
        ),
    ],
)
def test_a_provider_that_takes_nothing_is_told_but_pages_go_on(client, row, told):
    _a_text(attempts=1)
    with transaction() as session:
        session.add(Provider(name="sms", **row))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["provider"]) == (200, told)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_disk_that_is_nearly_full_is_not_ready(client, monkeypatch):
    room = os.statvfs("/")
    monkeypatch.setattr(
        os, "statvfs", lambda _: os.statvfs_result((*room[:4], 16 * 2**20 // room[1] - 1, *room[5:]))
    )
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["disk"]) == (503, "full: make room where the database is")
    monkeypatch.setattr(
        os, "statvfs", lambda _: os.statvfs_result((*room[:4], 16 * 2**20 // room[1], *room[5:]))
    )
    assert client.get("/readyz").status_code == 200


def test_a_database_that_had_no_room_lately_is_not_ready_until_half_a_minute_later(client, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("salonpool.database.time.monotonic", lambda: now[0])
    with engine().connect() as connection, pytest.raises(sa.exc.DBAPIError):
        _run_out_of_room(connection)
    assert client.get("/readyz").json["disk"].startswith("full")
    now[0] += 31
    assert client.get("/readyz").status_code == 200


def _run_out_of_room(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
        connection.exec_driver_sql("CREATE TABLE big AS SELECT randomblob(10000000) AS x")
    connection.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$")


def test_a_network_whose_plans_fail_is_told_but_pages_go_on(client):
    network_id, now = a_network(), clock.system_now()
    with transaction() as session:
        for _ in range(3):
            session.add(
                PlanningRun(
                    network_id=network_id, status="failed", cause="timetable", requested_at=now,
                    finished_at=now,
                )
            )  # fmt: skip
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json["planner"] == "networks in quarantine: 1, see flask doctor"


def test_without_its_guards_the_database_is_not_ready(client):
    with engine().connect() as connection:
        guards.drop(connection)
        connection.commit()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["guards"].startswith("missing: ")


def test_an_older_schema_is_not_ready(client):
    with transaction() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = 'older'"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["database"]) == (503, "ok")
    assert answer.json["schema"].startswith("not the one")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_unreachable_database_is_told_not_raised(client, monkeypatch):
    unreachable = sa.create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1")
    monkeypatch.setattr("salonpool.queries.health.engine", lambda: unreachable)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["database"]) == (503, "unreachable")
    db.session.rollback()


LINE = re.compile(r'salonpool_[a-z_]+(\{[a-z]+="[a-z]+"\})? -?[0-9.e+]+')


def _measured(client: Any, **arguments: Any) -> dict[str, float]:
    answer = client.get("/metrics", **arguments)
    assert (answer.status_code, answer.content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert answer.text.endswith("\n")
    lines = [line for line in answer.text.splitlines() if not line.startswith("# ")]
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    named = {line.split()[2] for line in answer.text.splitlines() if line.startswith("# TYPE ")}
    assert named == {re.split(r"[ {]", line)[0] for line in lines}
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_prometheus_reads_how_texts_clock_and_provider_are_doing(client, stopped_clock):
    leases.acquire("clock", "a", clock.system_now())
    _a_text(attempts=1)
    with transaction() as session:
        since = clock.system_now() - timedelta(minutes=5)
        session.add(Provider(name="sms", failing_since=since, stopped_at=since, reason="credentials"))
        session.add(InboundMessage(sid="SM1", sender="+886912000001", body="?", raw={}, received_at=since))
    found = _measured(client)
    assert found['salonpool_texts{status="pending"}'] == 1
    assert found['salonpool_texts{status="delivered"}'] == 0
    assert 600 <= found["salonpool_outbox_age_seconds"] < 660
    assert 300 <= found["salonpool_provider_failing_seconds"] < 360
    ones = ("ready", "database_up", "clock_running", "provider_stopped", "inbound_unread")
    assert {found[f"salonpool_{name}"] for name in ones} == {1.0}
    assert ("salonpool_disk_free_bytes" in found) is (db.engine.dialect.name == "sqlite")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_gauge_is_explained(app):
    page = (Path(__file__).parents[2] / "docs/operating.md").read_text(encoding="utf-8")
    listed = page.partition("### Metrics")[2]
    assert [gauge.name for gauge in metrics.read(clock.system_now()) if f"`{gauge.name}" not in listed] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_of_an_absent_database_prometheus_reads_that_it_is(client, monkeypatch):
    unreachable = sa.create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1")
    monkeypatch.setattr("salonpool.queries.health.engine", lambda: unreachable)
    assert _measured(client) == ABSENT


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_goes_while_it_is_read_is_absent_too(client, monkeypatch):
    monkeypatch.setattr("salonpool.queries.metrics.engine", _gone)
    assert _measured(client) == ABSENT


def _gone() -> Engine:
    raise OperationalError("SELECT 1", {}, Exception("gone"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "elsewhere",
    [
        {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}},
        {"environ_base": {"REMOTE_ADDR": ""}},
        {"headers": {"X-Forwarded-For": "192.0.2.7"}},
        {"headers": {"Via": "1.1 a-proxy"}},
    ],
)
def test_without_a_token_only_this_machine_may_measure(client, elsewhere):
    assert client.get("/metrics", **elsewhere).status_code == 403
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "::1"}).status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_with_a_token_whoever_has_it_may_measure_and_nobody_else(database_url):
    client = create_app(config_for(database_url, metrics_token="a-token")).test_client()
    for headers in ({}, {"Authorization": "Bearer b-token"}, {"Authorization": "Bearer ä"}):
        assert client.get("/metrics", headers=headers).status_code == 403
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    _measured(client, headers={"Authorization": "Bearer a-token"}, environ_base=elsewhere)
