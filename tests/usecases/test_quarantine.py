"""One network whose planner fails stands back; the others are planned as ever."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.app import create_app
from salonpool.database import db, engine, transaction
from salonpool.domain.quarantine import FAILURES, Quarantine
from salonpool.models import AuditEntry, PlanningRun
from salonpool.queries import quarantines
from salonpool.usecases.planning import plan_claims, plan_process, plan_requests, planning
from salonpool.usecases.planning.plan_progress import Step
from salonpool.usecases.planning.planning import Report
from tests.builders import NOW, TODAY, a_network, a_pooled_stylist, a_salon, a_shift, an_offer
from tests.databases import config_for
from tests.usecases import dying, pool

pytestmark = pytest.mark.usefixtures("app")
HOUR = timedelta(hours=1)


@pytest.fixture
def networks(monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """The first one's planner dies each time, the second one's does not."""
    monkeypatch.setattr(plan_process, "_work", dying.poisoned)
    return _network("poison"), _network("well")


def _network(slug: str) -> int:
    network = a_network(slug=slug)
    a_pooled_stylist(network)
    a_shift(a_salon(network), day=TODAY + timedelta(days=6))
    return network


def _run(now: datetime) -> list[tuple[int, str]]:
    """One pass of the clock's lane after both networks were asked for: (network, outcome)."""
    planning.request_all(now, cause="timetable")
    return _go_on(now)


def _go_on(now: datetime) -> list[tuple[int, str]]:
    reports = planning.run_requested(now, now, pool.texting(), time_limit_seconds=pool.LIMIT)
    return [(_network_of(report), report.status) for report in reports]


def _network_of(report: Report) -> int:
    db.session.rollback()
    return db.session.get_one(PlanningRun, report.run_id).network_id


def _quarantine(network_id: int) -> Quarantine | None:
    db.session.rollback()
    return quarantines.quarantine_of(db.session(), network_id)


def _run_one(network: int, now: datetime) -> list[tuple[int, str]]:
    """The same after one network was asked for."""
    pool.request(network, now)
    return _go_on(now)


def _fail(network: int, now: datetime = NOW) -> None:
    for number in range(FAILURES):
        _run_one(network, now + number * timedelta(minutes=10))


def test_three_failures_stop_one_network_while_the_other_is_planned_each_time(
    networks: tuple[int, int],
) -> None:
    poison, well = networks
    for number in range(3):
        ran = _run(NOW + number * timedelta(minutes=10))
        assert ran == [(poison, "no_answer"), (well, "published")]
    for number in range(3, 8):
        assert _run(NOW + number * timedelta(minutes=10)) == [(well, "published")]
    assert _quarantine(well) is None
    quarantine = _quarantine(poison)
    assert quarantine is not None
    assert quarantine.failures == 3
    assert timedelta() <= quarantine.retry_at - (NOW + timedelta(minutes=20) + HOUR) < timedelta(minutes=1)


def test_it_is_tried_again_after_an_hour_then_four_then_daily(networks: tuple[int, int]) -> None:
    poison, _ = networks
    _fail(poison)
    now = NOW + timedelta(minutes=21)
    for hours in (1, 4, 24, 24):
        assert _run_one(poison, now + hours * HOUR - timedelta(minutes=2)) == []
        now += hours * HOUR + timedelta(minutes=1)
        assert _run_one(poison, now) == [(poison, "no_answer")]


def test_one_success_ends_it(networks: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    poison, _ = networks
    _fail(poison)
    monkeypatch.undo()
    assert _run_one(poison, NOW + 2 * HOUR) == [(poison, "published")]
    assert _quarantine(poison) is None


def test_by_hand_it_is_tried_at_once_and_who_asked_is_written_down(networks: tuple[int, int]) -> None:
    poison, _ = networks
    _fail(poison)
    now = NOW + timedelta(minutes=30)
    assert _run_one(poison, now) == []
    assert [run.cause for run in pool.open_requests()] == ["test"]
    plan_requests.request_by_hand(poison, "account:7", now)
    assert [run.cause for run in pool.open_requests()] == ["by_hand"]
    assert _go_on(now) == [(poison, "no_answer")]
    actor = db.session.scalar(sa.select(AuditEntry.actor).where(AuditEntry.subject == "planning_run"))
    assert actor == "account:7"
    quarantine = _quarantine(poison)
    assert quarantine is not None
    assert quarantine.failures == 4


def test_by_hand_twice_is_one_run(networks: tuple[int, int]) -> None:
    poison, _ = networks
    for _ in range(2):
        plan_requests.request_by_hand(poison, "account:7", NOW)
    assert len(pool.open_requests()) == 1


def test_the_command_plans_it_at_once(networks: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    poison, _ = networks
    _fail(networks[0])
    monkeypatch.undo()
    assert pool.plan(poison, NOW + timedelta(minutes=25)).status == "published"
    assert _quarantine(poison) is None


def test_another_process_after_a_restart_knows_of_it(networks: tuple[int, int], database_url: str) -> None:
    _fail(networks[0])
    db.session.remove()
    with create_app(config_for(database_url)).app_context():
        now = NOW + timedelta(minutes=30)
        planning.request_all(now, cause="timetable")
        claim = plan_claims.claim_next(now, now, pool.LIMIT)
        assert claim is not None
        assert claim.network_id == networks[1]
        assert plan_claims.claim_next(now, now, pool.LIMIT) is None
        db.session.remove()
        db.engine.dispose()


def test_an_idle_tick_does_not_write_while_a_network_waits(
    networks: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    _fail(networks[0])
    now = NOW + timedelta(minutes=30)
    pool.request(networks[0], now)
    monkeypatch.setattr(plan_claims, "transaction", None)
    assert plan_claims.claim_next(now, now, pool.LIMIT) is None


def test_offers_that_are_out_stay_valid_meanwhile(networks: tuple[int, int]) -> None:
    poison, _ = networks
    stylist = a_pooled_stylist(poison)
    shift = a_shift(a_salon(poison), day=TODAY + timedelta(days=4))
    offer = an_offer(shift, stylist)
    _fail(networks[0])
    pool.accept(offer, stylist)
    assert pool.holders(shift) == [stylist]


def test_a_mistake_in_the_code_is_a_failure_of_its_network_and_blocks_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    poison, well = _network("poison"), _network("well")
    decide = planning.decide

    def mistaken(reading: Any, *given: Any) -> Any:
        return decide(reading, *given) if reading.network_id == well else 1 / 0

    monkeypatch.setattr(planning, "decide", mistaken)
    for number in range(3):
        now = NOW + number * timedelta(minutes=10)
        with pytest.raises(ZeroDivisionError):
            _run(now)
        assert _go_on(now) == [(well, "published")]
    assert _run(NOW + timedelta(minutes=30)) == [(well, "published")]
    run = db.session.scalars(sa.select(PlanningRun).where(PlanningRun.network_id == poison)).first()
    assert run is not None
    assert run.outcome == {"code": "mistake", "reason": "ended with ZeroDivisionError"}


def test_a_planner_that_takes_its_whole_process_along_counts_as_failed_when_its_lease_ends() -> None:
    poison = _network("poison")
    now = NOW
    for _ in range(3):
        pool.request(poison, now)
        claim = plan_claims.claim_next(now, now, pool.LIMIT)
        assert claim is not None
        assert claim.network_id == poison
        now = claim.lease_until + timedelta(seconds=1)
    assert plan_claims.claim_next(now, now, pool.LIMIT) is None
    with engine().connect() as connection:
        (row,) = quarantines.list_quarantined(connection)
    assert (row.network_slug, row.quarantine.failures, row.code) == ("poison", 3, "lost")


def test_progress_is_noted_only_by_who_holds_the_run() -> None:
    network = _network("well")
    pool.request(network)
    claim = plan_claims.claim_next(NOW, NOW, pool.LIMIT)
    assert claim is not None
    step = Step(seconds=1.0, level=0, values=(20, 5), bounds=(10, 0), cpu_seconds=1.5)
    plan_claims.note_progress(claim, [step])
    overtaken = plan_claims.Claim(claim.run_id, claim.network_id, claim.lease_until + HOUR)
    plan_claims.note_progress(overtaken, [step, step])
    db.session.rollback()
    run = db.session.get_one(PlanningRun, claim.run_id)
    assert run.progress == {
        "steps": [{"seconds": 1.0, "level": 0, "values": [20, 5], "bounds": [10, 0], "cpu_seconds": 1.5}]
    }


def test_a_run_that_gets_no_more_memory_says_so_and_leaves_what_was_decided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = _network("well")
    stylist = a_pooled_stylist(network)
    shift = a_shift(a_salon(network), day=TODAY + timedelta(days=4))
    offer = an_offer(shift, stylist)
    monkeypatch.setattr(plan_process, "_work", dying.short_of_memory)
    report = pool.plan(network, memory_mb=300)
    assert report.status == "no_answer"
    run = db.session.scalars(sa.select(PlanningRun)).one()
    reason = "out of memory; it may use 300 MB (PLANNER_MEMORY_MB)"
    assert run.outcome == {"code": "out_of_memory", "reason": reason}
    assert (run.time_limit_seconds, run.input_digest is not None) == (pool.LIMIT, True)
    assert [item.id for item in pool.all_offers(shift)] == [offer]
    assert pool.asked(shift) == [stylist]


def test_trouble_with_noting_progress_does_not_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    network = _network("well")

    def refuse(*_: Any) -> None:
        raise sa.exc.OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(plan_claims, "note_progress", refuse)
    assert pool.plan(network).status == "published"


def test_a_run_in_the_middle_of_which_the_database_fails_is_not_called_its_networks_mistake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = _network("well")

    def refuse(*_: Any) -> None:
        raise sa.exc.OperationalError("SELECT", {}, Exception("server closed the connection"))

    monkeypatch.setattr(planning, "publish", refuse)
    with pytest.raises(sa.exc.OperationalError):
        pool.plan(network)
    db.session.rollback()
    with transaction() as session:
        assert session.scalars(sa.select(PlanningRun.status)).all() == ["running"]
