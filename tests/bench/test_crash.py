"""The crash bench in short, and that it would tell: every loss, every text twice, everything too late."""

import os
import signal
import subprocess
import time
from collections import Counter
from typing import Any

import pytest

from bench import crash, supervisor
from bench.bookers import Acknowledged
from bench.crash import Outcome
from bench.ledger import Reckoning, reckon
from bench.standing import Readiness
from bench.supervisor import Supervisor, descendants, kill
from tests import databases, live

# Both take twice the time; what differs between them, the guards of each, is tested in other places.
KINDS = databases.KINDS if os.environ.get("ALL_DATABASES") == "1" else ("sqlite",)
KILLS = 6  # each kind at least once; every start of a process costs seconds
SLEEPER = ["http.server", "--bind", "127.0.0.1", "0"]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_when_processes_are_killed(kind: databases.Kind) -> None:
    outcome = crash.run(kind, KILLS, rate=5, seed=4, short=True)
    assert outcome.wrong() == []
    assert outcome.killed["jobs"]
    assert outcome.killed["web"]


def _booking(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": number, "status": "confirmed", "client_ref": f"guest-{number}", **changes}


def _text(number: int, **changes: Any) -> dict[str, Any]:
    created = "2026-10-19T02:00:00Z"
    return {"id": 10 * number, "booking_id": number, "status": "sent", "created_at": created, **changes}


def _taken(number: int, second: int = 5) -> dict[str, str]:
    at = f"2026-10-19T02:00:{second:02d}+00:00"
    return {"status_callback": f"http://a.test/status?oid={10 * number}", "created_at": at}


def _found(
    *,
    told: tuple[int, ...] = (1,),
    bookings: list[dict[str, Any]] | None = None,
    texts: list[dict[str, Any]] | None = None,
    taken: list[dict[str, str]] | None = None,
    deaths: tuple[float, ...] = (),
) -> Reckoning:
    dump = {
        "bookings": [_booking(1)] if bookings is None else bookings,
        "sms": [_text(1)] if texts is None else texts,
    }
    acknowledged = [Acknowledged(number, f"guest-{number}", "+886900000001", 0.0) for number in told]
    return reckon(acknowledged, dump, [_taken(1)] if taken is None else taken, deaths=deaths)


def test_what_was_told_is_there_and_was_sent():
    found = _found()
    assert found.held()
    assert found.waits == [5.0]


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"told": (1, 2)}, {"bookings missing": 1}),
        ({"bookings": [_booking(1, status="cancelled")]}, {"bookings missing": 1}),
        ({"bookings": [_booking(1), _booking(2, client_ref="guest-1", no_sms_reason="no_phone")]},
         {"guests booked twice": 1}),
        ({"bookings": [_booking(1), _booking(2)]}, {"bookings without text or reason": 1}),
        ({"taken": []}, {"texts lost": 1}),
        ({"texts": [_text(1, status="failed")], "taken": []}, {"texts lost": 1}),
        ({"texts": [_text(1, status="unknown")]}, {"texts not out": 1}),
        ({"taken": [_taken(1), _taken(1, 40)]}, {"texts twice": 1}),
    ],
)  # fmt: skip
def test_every_difference_is_a_fault(changes, faults):
    found = _found(**changes)
    assert found.faults() == faults
    assert not found.held()


def test_a_text_may_be_taken_twice_only_if_its_sender_died_before_it_could_note_the_answer():
    taken = [_taken(1, 5), _taken(1, 40)]
    first = 1792375205.0  # 02:00:05
    assert _found(taken=taken, deaths=(first + 1,)).held()
    assert not _found(taken=taken, deaths=(first + 30,)).held()


def test_nothing_to_compare_is_not_a_success():
    assert not reckon([], {"bookings": [], "sms": []}, []).held()


def _outcome(**changes: Any) -> Outcome:
    values = {
        "wanted_kills": 1,
        "told": 1,
        "killed": Counter(jobs=1),
        "statuses": Counter({0: 3, 201: 9, 503: 2}),
        "reckoning": _found(),
        "out_seconds": 90.0,
        "ready_seconds": [2.0, 4.0],
    }
    return Outcome("killed", **values | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"told": 0},
        {"killed": Counter()},
        {"killed": Counter(nobody=1)},
        {"statuses": Counter({201: 9, 500: 1})},
        {"reckoning": _found(taken=[])},
        {"out_seconds": 121.0},
        {"ready_seconds": []},
        {"ready_seconds": [2.0, 11.0]},
        {"again_seconds": 11.0},
        {"deaths": 1},
        {"wanted_kills": 0},  # nobody was killed, so everybody is answered
    ],
)
def test_every_bar_of_the_bench_can_break(changes):
    assert _outcome().wrong() == []
    assert _outcome(**changes).wrong()


def test_what_was_not_tried_says_so_and_breaks_nothing():
    outcome = Outcome("disk full", not_tested="no mount")
    assert outcome.wrong() == []
    assert outcome.row("sqlite")[-1] == "NOT TESTED: no mount"


def test_a_start_that_was_cut_short_by_the_next_one_is_not_timed():
    asking = Readiness("http://a.test")
    asking.ready = [1.0, 21.0, 22.0]
    assert asking.after([0.0, 10.0, 12.0]) == [1.0, 9.0]
    assert asking.after([30.0]) == [float("inf")]


def test_what_died_is_started_again_and_nothing_of_it_is_left(monkeypatch):
    monkeypatch.setattr(supervisor, "RESTART_SECONDS", 0.05)
    with Supervisor({"jobs": lambda: live.start("jobs", SLEEPER, {})}) as kept:
        (first,) = kept.members()
        assert first.main
        assert kill(first)
        until = time.monotonic() + 20
        while not (now := kept.members()) or now[0].pid == first.pid:
            assert time.monotonic() < until
        assert kept.deaths() == 1
        assert not kill(first)
    assert kept.members() == []


def test_descendants_are_children_and_theirs():
    words = ["sh", "-c", "sh -c 'sleep 60; true'; true"]
    with subprocess.Popen(words, start_new_session=True) as first:
        try:
            until = time.monotonic() + 20
            while len(found := descendants(first.pid)) < 2:
                assert time.monotonic() < until
            assert first.pid not in found
            assert {first.pid, *found} <= set(descendants(os.getpid()))
        finally:
            os.killpg(first.pid, signal.SIGKILL)
