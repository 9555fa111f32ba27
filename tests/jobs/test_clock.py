"""One clock at a time: the lease, its fencing number, and due runs that are done once."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from salonpool import clock, uptime
from salonpool.database import db, transaction
from salonpool.jobs.clock import LEASE, LeaseKeeper
from salonpool.jobs.timetable import DAY, Entry, Timetable
from salonpool.models import ClockJob, Lease
from salonpool.usecases import leases

T0 = datetime(2026, 10, 19, 1, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


class Times:
    """Both clocks, moved by hand."""

    def __init__(self) -> None:
        self.system = self.people = T0
        self.since_boot = 100.0

    def pass_(self, wait: timedelta) -> None:
        self.system += wait
        self.people += wait
        self.since_boot += wait.total_seconds()

    def put_back(self, by: timedelta) -> None:
        """As when somebody sets the machine's time."""
        self.system -= by
        self.people -= by


@pytest.fixture
def times(app, monkeypatch):
    times = Times()
    monkeypatch.setattr(clock, "system_now", lambda: times.system)
    monkeypatch.setattr(clock, "now", lambda: times.people)
    monkeypatch.setattr(uptime, "since_boot", lambda: times.since_boot)
    return times


class Counted:
    """A task that counts its runs, and may fail first."""

    def __init__(self, failures: int = 0) -> None:
        self.runs = 0
        self.failures = failures

    def __call__(self) -> None:
        self.runs += 1
        if self.runs <= self.failures:
            raise ZeroDivisionError


def _rows() -> list[tuple[str, datetime, bool]]:
    rows = db.session.execute(sa.select(ClockJob.name, ClockJob.due_at, ClockJob.done_at))
    return [(name, due_at, done_at is not None) for name, due_at, done_at in rows]


def test_the_first_to_ask_gets_the_lease_the_second_waits(app):
    assert leases.acquire("clock", "a", T0) == 1
    assert leases.acquire("clock", "b", T0 + 19 * SECOND) is None
    assert leases.renew("clock", "a", 1, T0 + 19 * SECOND)
    assert leases.acquire("clock", "b", T0 + 38 * SECOND) is None


def test_a_lease_that_ran_out_goes_to_the_next_with_a_higher_number(app):
    leases.acquire("clock", "a", T0)
    assert leases.acquire("clock", "b", T0 + 20 * SECOND) == 2
    assert not leases.renew("clock", "a", 1, T0 + 20 * SECOND)
    assert not leases.release("clock", "a", 1, T0 + 20 * SECOND)


def test_a_lease_given_up_is_free_at_once(app):
    leases.acquire("clock", "a", T0)
    assert leases.release("clock", "a", 1, T0 + SECOND)
    assert leases.acquire("clock", "b", T0 + SECOND) == 2


def test_a_due_run_is_claimed_once(app):
    leases.acquire("clock", "a", T0)
    assert leases.claim_run("clock", "plan", T0, 1, T0)
    assert leases.finish_run("plan", T0, 1, T0)
    assert not leases.finish_run("plan", T0, 1, T0)
    assert not leases.claim_run("clock", "plan", T0, 1, T0)
    assert leases.claim_run("clock", "plan", T0 + MINUTE, 1, T0)


def test_a_stale_holder_can_neither_claim_nor_finish(app):
    leases.acquire("clock", "a", T0)
    assert leases.claim_run("clock", "plan", T0, 1, T0)
    late = T0 + 30 * SECOND
    assert not leases.claim_run("clock", "sweep", T0, 1, late)
    assert leases.acquire("clock", "b", late) == 2
    assert leases.claim_run("clock", "plan", T0, 2, late)
    assert not leases.finish_run("plan", T0, 1, late)
    assert not leases.claim_run("clock", "plan", T0, 1, late)
    assert leases.finish_run("plan", T0, 2, late)


def test_old_runs_are_forgotten(app):
    leases.acquire("clock", "a", T0)
    leases.claim_run("clock", "plan", T0, 1, T0)
    leases.claim_run("clock", "plan", T0 + timedelta(days=3), 1, T0)
    with transaction() as session:
        leases.forget_old_runs(session, T0 + timedelta(days=3))
    assert [due_at for _, due_at, _ in _rows()] == [T0 + timedelta(days=3)]


def test_the_holder_knows_for_how_long_the_lease_is_surely_its_own(times):
    keeper, other = LeaseKeeper(), LeaseKeeper()
    keeper.keep()
    other.keep()
    assert (keeper.fencing(), other.fencing()) == (1, None)
    times.pass_(15 * SECOND)
    keeper.keep()
    times.pass_(15 * SECOND)
    assert keeper.fencing() == 1
    times.pass_(5 * SECOND)
    assert keeper.fencing() is None
    other.keep()
    assert other.fencing() == 2
    keeper.keep()
    assert keeper.fencing() is None


def test_a_holder_that_stops_lets_the_next_one_begin(times):
    keeper, other = LeaseKeeper(), LeaseKeeper()
    keeper.keep()
    keeper.let_go()
    keeper.keep()
    other.keep()
    assert (keeper.fencing(), other.fencing()) == (None, 2)


def test_a_dead_holders_lease_is_taken_over_although_the_clock_was_put_back(times):
    keeper, other = LeaseKeeper(), LeaseKeeper()
    keeper.keep()
    times.put_back(timedelta(hours=2))
    other.keep()
    times.pass_(15 * SECOND)
    other.keep()
    assert other.fencing() is None
    times.pass_(5 * SECOND)
    other.keep()
    assert other.fencing() == 2


def test_a_holder_that_lives_keeps_its_lease_when_the_clock_is_put_back(times):
    keeper, other = LeaseKeeper(), LeaseKeeper()
    keeper.keep()
    times.put_back(timedelta(hours=2))
    for _ in range(10):
        other.keep()
        times.pass_(5 * SECOND)
        keeper.keep()
    assert (keeper.fencing(), other.fencing()) == (1, None)


def test_the_lease_is_over_for_its_holder_when_the_machine_has_slept(times):
    keeper = LeaseKeeper()
    keeper.keep()
    times.since_boot += 60
    assert keeper.fencing() is None
    keeper.keep()
    assert keeper.fencing() == 1


def test_the_time_since_boot_never_goes_back(app):
    one = uptime.since_boot()
    assert 0 < one <= uptime.since_boot()


def test_the_lease_follows_the_machine_time_not_the_time_people_see(times):
    keeper = LeaseKeeper()
    keeper.keep()
    times.people += timedelta(days=1)
    assert db.session.get_one(Lease, LEASE).expires_at == T0 + leases.LENGTH


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (T0, T0),
        (T0 + MINUTE, T0),
        (T0 + 10 * MINUTE - SECOND, T0),
        (T0 + 10 * MINUTE, T0 + 10 * MINUTE),
    ],
)
def test_a_job_is_due_at_the_multiples_of_its_period(now, due):
    assert Entry("plan", 10 * MINUTE, Counted()).latest_due(now) == due


def test_a_daily_job_is_due_at_its_hour():
    entry = Entry("nightly", timedelta(days=1), Counted(), offset=timedelta(hours=19))
    assert entry.latest_due(T0) == datetime(2026, 10, 18, 19, 0, tzinfo=UTC)


def test_each_due_run_happens_once_however_often_it_ticks(times, caplog):
    caplog.set_level("INFO")
    keeper, task = LeaseKeeper(), Counted()
    keeper.keep()
    table = Timetable((Entry("plan", 10 * MINUTE, task),))
    for _ in range(5):
        table.run_due(keeper.fencing)
    assert task.runs == 1
    assert _rows() == [("plan", T0, True)]
    assert "ran plan due 2026-10-19T01:00:00+00:00" in caplog.messages
    times.people += 10 * MINUTE
    table.run_due(keeper.fencing)
    assert task.runs == 2


def test_after_a_jump_of_the_clock_only_the_latest_due_run_happens(times):
    keeper, task = LeaseKeeper(), Counted()
    keeper.keep()
    table = Timetable((Entry("plan", 10 * MINUTE, task),))
    table.run_due(keeper.fencing)
    times.people += timedelta(hours=26)
    table.run_due(keeper.fencing)
    assert task.runs == 2


def test_sweeps_go_on_when_the_clock_was_put_back(times):
    keeper, task, other = LeaseKeeper(), Counted(), Counted()
    keeper.keep()
    table = Timetable((Entry("sweep", MINUTE, task), Entry("plan", DAY, other)))
    for _ in range(3):
        table.run_due(keeper.fencing)
        times.pass_(MINUTE)
        keeper.keep()
    times.put_back(2 * MINUTE)
    for _ in range(3):
        keeper.keep()
        table.run_due(keeper.fencing)
        table.run_due(keeper.fencing)
        times.pass_(MINUTE)
    assert (task.runs, other.runs) == (6, 1)


def test_a_daily_job_is_not_left_out_when_the_clock_is_put_ahead(times):
    keeper, task = LeaseKeeper(), Counted()
    table = Timetable((Entry("fill", DAY, task),))
    keeper.keep()
    table.run_due(keeper.fencing)
    times.put_back(-timedelta(hours=26))
    table.run_due(keeper.fencing)
    assert task.runs == 1, "by the new time the lease is over"
    keeper.keep()
    table.run_due(keeper.fencing)
    assert task.runs == 2


def test_another_process_does_not_run_what_was_done(times):
    first, second, task = LeaseKeeper(), LeaseKeeper(), Counted()
    first.keep()
    Timetable((Entry("plan", 10 * MINUTE, task),)).run_due(first.fencing)
    first.let_go()
    second.keep()
    Timetable((Entry("plan", 10 * MINUTE, task),)).run_due(second.fencing)
    assert task.runs == 1


def test_a_run_its_holder_died_in_is_run_by_the_next_holder(times):
    first, second = LeaseKeeper(), LeaseKeeper()
    first.keep()
    leases.claim_run(LEASE, "plan", T0, 1, T0)
    times.pass_(leases.LENGTH)
    second.keep()
    task = Counted()
    Timetable((Entry("plan", 10 * MINUTE, task),)).run_due(second.fencing)
    assert (task.runs, _rows()) == (1, [("plan", T0, True)])


def test_a_run_that_was_overtaken_is_not_reported_as_done(times, caplog):
    caplog.set_level("INFO")
    first, second = LeaseKeeper(), LeaseKeeper()
    first.keep()

    def freeze() -> None:
        times.pass_(leases.LENGTH)
        second.keep()
        Timetable((Entry("plan", 10 * MINUTE, Counted()),)).run_due(second.fencing)

    Timetable((Entry("plan", 10 * MINUTE, freeze),)).run_due(first.fencing)
    said = [message.split()[0] for message in caplog.messages if " plan due " in message]
    assert said == ["ran", "overtaken"]


def test_a_job_that_fails_stands_back_for_half_a_minute_and_the_others_run(times):
    keeper, broken, sound = LeaseKeeper(), Counted(failures=1), Counted()
    keeper.keep()
    table = Timetable((Entry("plan", 10 * MINUTE, broken), Entry("sweep", 10 * MINUTE, sound)))
    with pytest.raises(ZeroDivisionError):
        table.run_due(keeper.fencing)
    table.run_due(keeper.fencing)
    assert (broken.runs, sound.runs) == (1, 1)
    times.pass_(30 * SECOND)
    keeper.keep()
    table.run_due(keeper.fencing)
    assert broken.runs == 2
    assert all(done for _, _, done in _rows())


def test_without_the_lease_nothing_runs(times):
    task = Counted()
    Timetable((Entry("plan", 10 * MINUTE, task),)).run_due(LeaseKeeper().fencing)
    assert (task.runs, _rows()) == (0, [])
