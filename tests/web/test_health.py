"""What a watcher of the machine is told."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from migrations import guards
from salonpool import clock
from salonpool.database import db, engine, transaction
from salonpool.models import PlanningRun
from salonpool.usecases import leases
from salonpool.usecases.texts import messages
from tests.builders import a_network


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
        "outbox_age_seconds": 0,
        "clock": "ok",
        "planner": "ok",
    }


def test_a_stopped_clock_and_late_texts_are_told_but_pages_go_on(client):
    network_id = a_network()
    due_at = clock.system_now() - timedelta(minutes=10)
    with transaction() as session:
        messages.enqueue(
            session, network_id=network_id, event_id="sign_in:1", text_id="S1", to="+886912000001",
            language="en", values={"u": "s.example/in/1"}, now=due_at,
        )  # fmt: skip
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json["outbox_age_seconds"] >= 600
    assert answer.json["clock"] == "not running: start flask jobs"


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
