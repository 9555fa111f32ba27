"""The planner's bench in short, and that it would tell: each bar that does not hold is named, and exits 1."""

import sys
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from bench import planner, random_puzzles
from bench.contestants import AT_ONCE, OURS, Result, Spent
from bench.declines import Mending, Round
from bench.planner import Match, Outcome, gap_of
from bench.planner_peers import PEERS
from bench.puzzles import invent
from tests.solver.builders import DATA, a_problem, a_shift, a_stylist

QUICK = Spent(cpu=0.5, wall=0.5)
MOVED = Round(cpu=0.1, wall=0.1, broken=0, accepted_moved=1, offered_moved=0, lost=0, refilled=10)


def _ours(**changes: Any) -> Result:
    fields: dict[str, Any] = {
        "seconds": 10.0, "spent": QUICK, "values": (25, 1000), "bounds": (25, 1000), "proven": True,
        "first_plan_seconds": 0.05,
    }  # fmt: skip
    return Result(name=OURS, **(fields | changes))


def _peer(**changes: Any) -> Result:
    return replace(_ours(proven=False, bounds=(None, None), **changes), name="greedy")


def _faults(ours: Result, *peers: Result, size: str = "M", timed: bool = True, **more: Any) -> list[str]:
    return Match("week", size, ours, peers=[*peers], **more).faults(timed=timed)


def test_a_short_run_holds_every_bar_but_those_of_time(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = planner.run([invent("S", 11)], seed=11, random=4, short=True)
    assert outcome.faults(timed=False) == []
    [match] = outcome.matches
    assert match.ours.proven
    assert {result.name for result in match.results} == {OURS, *PEERS}
    assert all(result.is_sound and result.spent.cpu > 0 for result in match.results)
    shown = capsys.readouterr().out
    assert all(name in shown for name in [OURS, *PEERS, "S-seed-11", "random small problems"])


def test_a_problem_file_is_solved_to_its_known_optimum(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(DATA / "S-1.json")
    monkeypatch.setattr(sys, "argv", ["planner", "--file", path, "--random", "0", "--short", "--seed", "3"])
    with pytest.raises(SystemExit) as ended:
        planner.main()
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "201 / 91,609" in shown
    assert "seed 3: all bars hold" in shown


def test_a_match_within_its_bars_has_no_fault() -> None:
    assert _faults(_ours(), _peer(), _peer(values=(30, 1))) == []
    assert _faults(_ours(spent=Spent(cpu=1.0, wall=1.0)), size="S") == []


@pytest.mark.parametrize(
    ("size", "changes", "fault"),
    [
        ("M", {"values": None, "trouble": "died (-9)"}, "NO PLAN died (-9)"),
        ("S", {"broken": Counter(rest=1)}, "BROKEN RULES"),
        ("M", {"spent": Spent(cpu=9.0, wall=12.5)}, "LATE BY 2.5 s"),
    ],
)
def test_no_plan_a_broken_rule_and_being_late_are_faults_even_untimed(
    size: str, changes: dict[str, Any], fault: str
) -> None:
    assert fault in _faults(_ours(**changes), size=size, timed=False)


@pytest.mark.parametrize(
    ("size", "changes", "fault"),
    [
        ("S", {"spent": Spent(cpu=1.1, wall=1.1)}, "NOT PROVEN IN 1 s"),
        ("S", {"proven": False}, "NOT PROVEN IN 1 s"),
        ("M", {"bounds": (25, 998), "proven": False}, "GAP > 0.1%"),
        ("M", {"bounds": (24, 1000), "proven": False}, "GAP > 0.1%"),
        ("M", {"first_plan_seconds": 0.2}, "FIRST PLAN > 0.1 s"),
        ("M", {"first_plan_seconds": None}, "FIRST PLAN > 0.1 s"),
        ("L", {"first_plan_seconds": 0.6}, "FIRST PLAN > 0.5 s"),
        ("L", {"bounds": (25, 994), "proven": False}, "GAP > 0.5%"),
    ],
)
def test_each_bar_of_time_is_a_fault_when_time_counts(size: str, changes: dict[str, Any], fault: str) -> None:
    assert fault in _faults(_ours(**changes), size=size)
    assert _faults(_ours(**changes), size=size, timed=False) == []


def test_a_proof_that_takes_the_second_try_is_enough() -> None:
    first = _ours(proven=False, bounds=(25, 999.5))
    assert _faults(first) == ["NOT PROVEN IN 30 s"]
    longer = _ours(seconds=30.0, spent=Spent(cpu=29.0, wall=29.0))
    assert _faults(first, longer=longer) == []
    assert _faults(first, longer=replace(longer, spent=Spent(cpu=31.0, wall=31.0))) == ["NOT PROVEN IN 30 s"]


def test_a_better_peer_is_a_fault_unless_it_broke_a_rule() -> None:
    ours = _ours(bounds=(20, 900), proven=False)
    assert "NO BETTER THAN greedy" in _faults(ours, _peer(values=(25, 999)))
    assert "NO BETTER THAN greedy" in _faults(ours, _peer(values=(24, 9999)))
    assert "NO BETTER THAN greedy" not in _faults(ours, _peer(values=(25, 1001)))
    assert "NO BETTER THAN greedy" not in _faults(ours, _peer(values=(24, 9), broken=Counter(rest=2)))


def test_no_better_than_what_the_search_begins_with_is_a_fault() -> None:
    begun = replace(_peer(), name=AT_ONCE)
    assert _faults(_ours(), begun, size="XL") == [f"NO BETTER THAN {AT_ONCE}"]
    assert _faults(_ours(), replace(begun, values=(25, 1001)), size="XL") == []


def test_a_bound_above_a_sound_plan_is_a_fault_even_untimed() -> None:
    wrong = ["BOUND > PLAN OF greedy"]
    assert _faults(_ours(), _peer(values=(24, 2000)), timed=False) == wrong
    assert _faults(_ours(), _peer(values=(25, 999)), timed=False) == wrong
    assert _faults(_ours(), _peer(values=(26, 10)), timed=False) == []
    assert _faults(_ours(), _peer(values=(24, 2000), broken=Counter(rest=1)), timed=False) == []


def test_a_proof_of_another_value_than_the_known_one_is_a_fault() -> None:
    proven = _ours(values=(201, 91_610), bounds=(201, 91_610))
    assert Match("S-1", "S", proven).faults(timed=False) == ["NOT THE KNOWN OPTIMUM"]
    known = _ours(values=(201, 91_609), bounds=(201, 91_609))
    assert Match("S-1", "S", known).faults(timed=False) == []


def test_the_gap_of_the_last_level_is_known_only_when_those_before_are_closed() -> None:
    assert gap_of(_ours(bounds=(25, 990))) == pytest.approx(0.01)
    assert gap_of(_ours(bounds=(24, 1000))) is None
    assert gap_of(_ours(bounds=(25, None))) == 1.0
    assert gap_of(_ours(values=None)) is None


def test_a_fault_anywhere_is_an_exit_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    good = Match("week", "S", _ours())
    for match, mending, status in (
        (good, None, 0),
        (replace(good, ours=_ours(proven=False)), None, 1),
        (good, Mending("week", [MOVED]), 1),
    ):
        outcome = Outcome([replace(match, mending=mending)])
        monkeypatch.setattr(planner, "run", lambda *a, outcome=outcome, **k: outcome)
        monkeypatch.setattr(sys, "argv", ["planner", "--sizes", "S", "--seed", "1"])
        with pytest.raises(SystemExit) as ended:
            planner.main()
        assert ended.value.code == status
    tried = random_puzzles.Tried(problems=1, broken=["random 1"])
    assert Outcome(tried=tried).faults(timed=False) == ["random problems: BROKEN RULES: random 1"]


@pytest.mark.parametrize(("shifts", "size"), [(4, "S"), (100, "S"), (300, "M"), (600, "M"), (4000, "L")])
def test_a_problem_from_a_file_is_held_to_the_bars_of_its_size(shifts: int, size: str) -> None:
    problem = a_problem([a_stylist()], [a_shift(f"s{n}") for n in range(shifts)])
    assert planner.size_of(problem) == size
