"""The planner at its edges: nobody, nothing, no time; and what it says about what stayed open."""

import json
import pickle
import threading
import time

import pytest

from salonpool.solver.check import violations
from salonpool.solver.files import check_files, read_problem, write_roster
from salonpool.solver.formulation import Progress, solve
from salonpool.solver.problem import InvalidProblem, Limit, parse_problem
from salonpool.solver.ranking import ranked
from salonpool.solver.roster import parse_roster
from salonpool.solver.search import Search
from tests.solver.builders import DATA, DAY, a_problem, a_shift, a_stylist, a_tiny_problem, loaded, values


def test_nobody_to_plan_with_leaves_every_shift_open():
    problem = a_problem([], [a_shift("s1"), a_shift("s2", priority=1)])
    roster = solve(problem)
    assert violations(problem, roster) == []
    assert (roster.status, values(problem, roster.levels)) == ("optimal", (110, 0))
    assert [item.shift for item in roster.unfilled] == ["s1", "s2"]
    assert roster.unfilled[0].funnel == {}


def test_nothing_to_plan_is_an_empty_optimal_roster():
    problem = a_problem([a_stylist()], [])
    roster = solve(problem)
    assert (roster.status, roster.assignments, roster.gap) == ("optimal", (), 0.0)
    assert violations(problem, roster) == []


def test_no_days_and_no_levels_are_planned_too():
    problem = a_problem([a_stylist()], [], day_starts=(0,), objective=())
    roster = solve(problem)
    assert (roster.levels, roster.bound, violations(problem, roster)) == ((), (), [])


def test_without_time_the_quick_plan_is_returned():
    problem = parse_problem(loaded("S-1.json"))
    roster = solve(problem, time_limit_seconds=0)
    assert violations(problem, roster) == []
    assert roster.status == "feasible"
    assert 0 < roster.gap <= 1
    assert len(roster.assignments) > 50


def test_one_worker_proves_the_same():
    problem = parse_problem(loaded("S-1.json"))
    roster = solve(problem, time_limit_seconds=60, workers=1, seed=3)
    assert (roster.status, values(problem, roster.levels)) == ("optimal", (201, 91609))


def test_progress_only_ever_gets_better():
    heard: list[Progress] = []
    problem = parse_problem(loaded("S-1.json"))
    roster = solve(problem, time_limit_seconds=60, on_progress=heard.append)
    assert [progress.values for progress in heard] == sorted(
        (progress.values for progress in heard), reverse=True
    )
    assert heard[-1].values == values(problem, roster.levels)
    assert all(0 <= progress.level < 2 for progress in heard)


def test_a_huge_window_costs_no_time():
    limit = Limit(days=10**9, step="rolling", max_minutes=300, max_worked_days=10**9)
    problem = a_problem([a_stylist(limits=(limit,))], [a_shift("s1"), a_shift("s2", start=2000, end=2180)])
    started = time.monotonic()
    roster = solve(problem)
    assert len(roster.assignments) == 1
    assert time.monotonic() - started < 5


def test_problems_rosters_and_refusals_survive_the_way_to_another_process():
    problem = a_tiny_problem("not-with")
    roster = solve(problem)
    refusal = InvalidProblem("shifts[0].end", "must end after its start")
    assert pickle.loads(pickle.dumps(problem)) == problem
    assert pickle.loads(pickle.dumps(roster)) == roster
    assert str(pickle.loads(pickle.dumps(refusal))) == "shifts[0].end: must end after its start"


def test_a_changed_holder_is_listed_as_changed():
    problem = a_tiny_problem("pinned-and-stability")
    assert solve(problem).changed == ("s3",)


def test_the_chosen_person_ranks_first_then_the_cheapest():
    people = [
        a_stylist("ana", hourly_cost=150),
        a_stylist("ben", hourly_cost=90),
        a_stylist("cleo", hourly_cost=120),
    ]
    shifts = [
        a_shift("s1"),
        a_shift("s2"),
        a_shift("s3", start=DAY + 540, end=DAY + 720, holder="ana", pinned=True),
    ]
    problem = a_problem(people, shifts)
    roster = solve(problem)
    chosen = {item.shift: item.stylist for item in roster.assignments}
    ranks = ranked(problem, roster)
    assert set(ranks) == {"s1", "s2"}
    for shift, people_ranked in ranks.items():
        other = "cleo" if chosen[shift] == "ben" else "ben"
        assert people_ranked == [chosen[shift], "ana"]
        assert other not in people_ranked


def test_solving_and_checking_files(tmp_path):
    out = tmp_path / "roster.json"
    roster = solve(read_problem(DATA / "tiny" / "chairs.json"), time_limit_seconds=10)
    write_roster(out, roster)
    assert parse_roster(json.loads(out.read_text(encoding="utf-8"))) == roster
    assert check_files(DATA / "tiny" / "chairs.json", out) == []
    fault = DATA / "tiny" / "faults" / "chairs.chairs.roster.json"
    assert {violation.rule for violation in check_files(DATA / "tiny" / "chairs.json", fault)} == {"chairs"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "not JSON"),
        (b"", "not JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b'{"format": 1, "format": 2}', 'duplicate key "format"'),
        (b'{"format": NaN}', "NaN"),
        (b'{"format": -Infinity}', "Infinity"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"format": ' + b"9" * 5000 + b"}", "too large"),
        (b"[]", "expected an object"),
        (b'{"format": "salonpool-problem/1"}', "name: missing"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_in_one_line(tmp_path, content, words):
    path = tmp_path / "problem.json"
    path.write_bytes(content)
    with pytest.raises(InvalidProblem) as refused:
        read_problem(path)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_or_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(InvalidProblem, match="cannot be read"):
        check_files(tmp_path / "none.json", tmp_path / "none.json")
    roster = solve(read_problem(DATA / "tiny" / "chairs.json"), time_limit_seconds=0)
    with pytest.raises(InvalidProblem, match="cannot be written"):
        write_roster(tmp_path / "none" / "out.json", roster)


def test_a_roster_that_names_strangers_is_reported():
    problem = a_problem([a_stylist()], [a_shift()])
    data = loaded("tiny/skills.optimum.json")["one_optimal_roster"] | {
        "assignments": [{"shift": "s9", "stylist": "zoe"}]
    }
    assert {violation.rule for violation in violations(problem, parse_roster(data))} == {"unknown"}


def test_a_search_that_does_not_keep_its_limit_is_left_behind(monkeypatch):
    wait = threading.Event()
    ended = threading.Event()

    def endless(self, deadline, *, workers, seed):
        wait.wait(60)
        self.best, self.values = {}, (0, 0)
        self._on_change(0)
        ended.set()

    monkeypatch.setattr(Search, "run", endless)
    problem = a_problem([a_stylist()], [a_shift()])
    told = []
    began = time.monotonic()
    roster = solve(problem, time_limit_seconds=0.5, on_progress=told.append)
    assert time.monotonic() - began < 10
    assert [(item.shift, item.stylist) for item in roster.assignments] == [("s1", "ana")]
    assert roster.status == "feasible"
    assert violations(problem, roster) == []
    before = len(told)
    wait.set()
    assert ended.wait(60)
    assert len(told) == before, "what it finds later is nobody's"


def test_what_goes_wrong_in_a_search_is_raised(monkeypatch):
    monkeypatch.setattr(Search, "run", lambda *_, **__: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        solve(a_problem([a_stylist()], [a_shift()]))
