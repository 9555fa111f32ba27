"""The planner's own process: an answer, or the knowledge that there is none."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from salonpool.solver.problem import Problem, Salon, Shift, Span, Stylist, Travel
from salonpool.solver.roster import Solution
from salonpool.usecases.planning import plan_process
from salonpool.usecases.planning.plan_process import NoAnswer
from salonpool.usecases.planning.plan_progress import Step, thinned
from tests.usecases import dying

ROOT = Path(__file__).parent.parent.parent


def _problem() -> Problem:
    mia = Stylist(
        id="mia",
        home="a",
        skills=("cut",),
        available=(Span(start=0, end=1440),),
        hourly_cost=1,
        max_travel_minutes=60,
        min_rest_minutes=0,
        max_day_minutes=600,
    )
    return Problem(
        name="one",
        day_starts=(0, 1440),
        skills=("cut",),
        salons=(Salon(id="a", x_km=0, y_km=0),),
        travel=Travel(),
        stylists=(mia,),
        shifts=(Shift(id="s", salon="a", start=600, end=700, skill="cut", priority=1),),
    )


def test_a_roster_and_a_ranking_come_back() -> None:
    solution = plan_process.solve(_problem(), time_limit_seconds=10)
    assert isinstance(solution, Solution)
    assert [(item.shift, item.stylist) for item in solution.roster.assignments] == [("s", "mia")]
    assert solution.ranked == {"s": ("mia",)}


def test_it_works_from_a_thread() -> None:
    answers: list[object] = []
    thread = threading.Thread(
        target=lambda: answers.append(plan_process.solve(_problem(), time_limit_seconds=10))
    )
    thread.start()
    thread.join()
    assert isinstance(answers[0], Solution)


@pytest.mark.parametrize(
    ("work", "reason"),
    [(dying.killed, "ended with SIGKILL; it may"), (dying.raising, "ended with 1: ZeroDivisionError")],
)
def test_a_child_that_dies_is_no_answer_and_says_why(
    work: object, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_process, "_work", work)
    answer = plan_process.solve(_problem(), time_limit_seconds=10)
    assert isinstance(answer, NoAnswer)
    assert reason in answer.reason


@pytest.mark.parametrize("threads", [True, False], ids=["from a server", "forked"])
@pytest.mark.parametrize("work", [dying.short_of_memory, dying.short_of_memory_in_its_engine])
def test_a_child_that_gets_no_more_memory_is_no_answer_with_its_bound(
    work: object, threads: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_process, "_work", work)
    answer = plan_process.solve(_problem(), time_limit_seconds=10, memory_mb=300, threads=threads)
    assert answer == NoAnswer("out of memory; it may use 300 MB (PLANNER_MEMORY_MB)", "out_of_memory")


@pytest.mark.parametrize("threads", [True, False], ids=["from a server", "forked"])
def test_a_child_without_memory_for_a_search_gives_the_quick_plan_and_says_why(
    threads: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = _problem()
    searched = plan_process.solve(problem, time_limit_seconds=10, threads=threads)
    assert isinstance(searched, Solution)
    assert searched.cut_short is None
    monkeypatch.setattr(plan_process, "_work", dying.short_of_memory_for_a_search)
    quick = plan_process.solve(problem, time_limit_seconds=10, memory_mb=300, threads=threads)
    assert isinstance(quick, Solution)
    assert quick.cut_short == "out of memory; it may use 300 MB (PLANNER_MEMORY_MB)"
    assert [each.stylist for each in quick.roster.assignments] == ["mia"]


@pytest.mark.parametrize(
    ("memory_mb", "code"), [(300, "out_of_memory"), (None, "died")], ids=["bounded", "not bounded"]
)
def test_c_code_that_fails_without_a_reason_is_short_of_memory_where_memory_is_bounded(
    memory_mb: int | None, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_process, "_work", dying.failing_without_a_reason)
    answer = plan_process.solve(_problem(), time_limit_seconds=10, memory_mb=memory_mb)
    assert isinstance(answer, NoAnswer)
    assert answer.code == code


def test_the_room_asked_for_first_is_what_the_libraries_take() -> None:
    program = """
import re, sys
from pathlib import Path
from salonpool.usecases.planning import plan_process
import salonpool.cli

def megabytes(of):
    return int(re.search(of + r":\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024

before = megabytes("VmData"), megabytes("VmSize")
import salonpool.usecases.planning.plan_child
print(megabytes("VmData") - before[0], megabytes("VmSize") - before[1])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True,
        env=os.environ | plan_process.ONE_THREAD,
    )  # fmt: skip
    data, space = map(float, done.stdout.split())
    assert plan_process.LIBRARIES_MB * 0.8 <= data <= plan_process.LIBRARIES_MB
    assert plan_process.LIBRARIES_SPACE_MB * 0.8 <= space <= plan_process.LIBRARIES_SPACE_MB


def test_a_bound_that_is_large_enough_changes_nothing() -> None:
    assert isinstance(plan_process.solve(_problem(), time_limit_seconds=10, memory_mb=300), Solution)


def test_every_second_the_newest_plan_is_told_and_at_the_end_the_last() -> None:
    told: list[Step] = []
    solution = plan_process.solve(_problem(), time_limit_seconds=10, on_progress=told.append)
    assert isinstance(solution, Solution)
    assert told[-1].values == (0, 0, 0, 3)
    assert told[-1].bounds == tuple(solution.roster.bound)
    assert told[-1].cpu_seconds > 0
    assert len(told) <= 3, "a plan of an instant is not told plan by plan"


def test_a_child_that_overruns_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_process, "_work", dying.endless)
    monkeypatch.setattr(plan_process, "GRACE_SECONDS", 0.0)
    began = time.monotonic()
    assert plan_process.solve(_problem(), time_limit_seconds=1.5) == NoAnswer("out of time", "out_of_time")
    assert time.monotonic() - began < 30


def test_a_long_run_keeps_its_first_and_its_last_step_and_few_between() -> None:
    steps = [Step(seconds=second, level=0, values=(1,)) for second in range(1000)]
    few = thinned(steps, 80)
    assert (few[0], few[-1]) == (steps[0], steps[-1])
    assert 40 <= len(few) <= 80
    assert thinned(steps[:80], 80) == steps[:80]


def test_the_next_one_works_again_after_one_was_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(plan_process, "_work", dying.killed)
        plan_process.solve(_problem(), time_limit_seconds=10)
    assert isinstance(plan_process.solve(_problem(), time_limit_seconds=10), Solution)


def test_a_web_process_loads_no_solver(tmp_path: Path) -> None:
    program = (
        "import sys; from salonpool.app import create_app; from config import Config;"
        f"create_app(Config(database_url='sqlite:///{tmp_path}/x', secret_key='k', public_url='http://x.test'));"
        "sys.exit('ortools' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
