"""`flask plan`, `flask solve` and `flask check`, as a shell calls them."""

import io
import json
import os
import resource
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from salonpool.database import transaction
from salonpool.models import PlanningRun, WeightsVersion
from salonpool.usecases.planning.plan_progress import Step
from salonpool.usecases.planning.plan_report import ProgressLine
from tests.builders import a_network, a_pooled_stylist, a_salon, a_shift
from tests.databases import config_for
from tests.live import ROOT, environment
from tests.usecases import pool

TINY = ROOT / "tests" / "data" / "tiny"
PROBLEM = TINY / "skills.json"


def _flask(*words: object, cap: int = 0, **settings: str) -> subprocess.CompletedProcess[str]:
    """The command's outcome; `cap` bounds its address space (MB), as `ulimit -v` does."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *map(str, words)]
    env = environment(settings)

    def capped() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (cap * 2**20, cap * 2**20))

    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False,
        preexec_fn=capped if cap else None,
    )  # fmt: skip


def test_a_file_is_solved_and_checked_without_settings_or_database(tmp_path: Path) -> None:
    roster = tmp_path / "roster.json"
    solved = _flask("solve", PROBLEM, "--out", roster, "--time-limit", 20, "--workers", 1, "--seed", 3)
    assert (solved.returncode, solved.stderr) == (0, "")
    assert solved.stdout.startswith("optimal in ")
    assert json.loads(roster.read_text())["format"] == "salonpool-roster/1"
    assert _flask("check", PROBLEM, roster).returncode == 0


def test_a_roster_that_breaks_a_rule_is_refused_by_name(tmp_path: Path) -> None:
    roster = tmp_path / "roster.json"
    _flask("solve", PROBLEM, "--out", roster)
    found = json.loads(roster.read_text())
    found["assignments"].append(found["assignments"][0])
    roster.write_text(json.dumps(found))
    refused = _flask("check", PROBLEM, roster)
    assert refused.returncode == 1
    assert "one-per-shift: " in refused.stdout


@pytest.mark.parametrize(
    "words", [("solve", "{broken}", "--out", "{out}"), ("check", "{broken}", "{broken}")]
)
def test_a_broken_file_is_one_line_that_names_the_field(words: tuple[str, ...], tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    problem = json.loads(PROBLEM.read_text())
    problem["stylists"][0]["skills"] = ["juggling"]
    broken.write_text(json.dumps(problem))
    out = tmp_path / "out.json"
    refused = _flask(*(word.format(broken=broken, out=out) for word in words))
    assert refused.returncode == 2
    assert refused.stderr == 'stylists[0].skills[0]: unknown skill "juggling"\n'
    assert not out.exists()


def test_every_other_command_says_which_setting_is_missing() -> None:
    for words in (["plan"], ["db", "upgrade"]):
        refused = _flask(*words)
        assert refused.returncode == 2
        assert refused.stderr.startswith("Error: SECRET_KEY: ")
        assert refused.stderr.count("\n") == 1


def _zone_at_noon() -> str:
    """Where it is about noon now: the command uses the real time, and nobody is asked at night."""
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"


@pytest.mark.parametrize("command", ["module", "script"])
def test_plan_prints_what_it_did(app: Flask, database_url: str, command: str) -> None:
    zone = _zone_at_noon()
    network = a_network(slug="yuanshan", zone=zone)
    salon = a_salon(network, slug="kapok", zone=zone)
    stylist = a_pooled_stylist(network, name="Mia", skills=("cut",))
    soon = datetime.now(UTC) + timedelta(days=5)
    asked = a_shift(salon, day=soon.date(), tz=ZoneInfo(zone))
    nobody = a_shift(salon, day=soon.date(), skill="colour", tz=ZoneInfo(zone))
    start = (
        [sys.executable, "-m", "flask"]
        if command == "module"
        else [str(Path(sys.executable).with_name("flask"))]
    )
    env = environment(_settings(database_url)) | {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [*start, "--app", "wsgi", "plan", "--network", "yuanshan", "--time-limit", "20"],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, *rest = done.stdout.splitlines()
    assert first.startswith("yuanshan run 1: published, optimal in ")
    assert any(line.startswith(f"offered   {asked:>5}  kapok") and line.endswith("Mia") for line in rest)
    assert any(
        line.startswith(f"unfilled  {nobody:>5}") and "1 in the pool: skill 1" in line for line in rest
    )
    assert any(line.startswith("objective coverage 10 > stability 0 > ") for line in rest)
    assert pool.asked(asked) == [stylist]


def test_an_unknown_network_is_refused_by_name(app: Flask, database_url: str) -> None:
    refused = _flask("plan", "--network", "nowhere", **_settings(database_url))
    assert refused.returncode == 2
    assert refused.stderr == "network: unknown_choice given=nowhere\n"


def _settings(database_url: str) -> dict[str, str]:
    config = config_for(database_url)
    return {
        "DATABASE_URL": database_url,
        "SECRET_KEY": config.secret_key,
        "PUBLIC_URL": config.public_url,
    }


def _a_run() -> int:
    network = a_network(slug="yuanshan")
    a_pooled_stylist(network)
    a_shift(a_salon(network))
    return pool.plan(network).run_id or 0


def test_a_run_is_made_again_and_comes_to_the_same_levels(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    run_id = _a_run()
    problem, roster = tmp_path / "problem.json", tmp_path / "roster.json"
    settings = _settings(database_url)
    again = _flask("solve", "--run", run_id, "--out", roster, **settings)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.endswith("the same levels\n")
    assert f"run {run_id} of yuanshan: published, weights version 1, problem " in again.stdout
    exported = _flask("plan", "--export", run_id, problem, **settings)
    assert exported.returncode == 0, exported.stderr
    assert exported.stdout.split()[0] in again.stdout
    assert _flask("check", problem, roster).returncode == 0


def test_a_run_that_comes_to_other_levels_is_told(app: Flask, database_url: str) -> None:
    run_id = _a_run()
    with transaction() as session:
        run = session.get_one(PlanningRun, run_id)
        run.outcome = {**(run.outcome or {}), "levels": [{"coverage": 7}]}
        run.solver_version = "solver of old"
    again = _flask("solve", "--run", run_id, **_settings(database_url))
    assert again.returncode == 1
    assert "other levels; the run had objective coverage 7\n" in again.stdout
    assert "the run was made by solver of old, this is solver " in again.stdout


def test_a_run_is_made_again_under_another_version_of_the_weights(app: Flask, database_url: str) -> None:
    run_id = _a_run()
    with transaction() as session:
        network_id = session.get_one(PlanningRun, run_id).network_id
        weights = dict(session.scalars(sa.select(WeightsVersion.weights)).one())
        weights["objective"] = [{"cost": 1}, {"coverage": 1}]
        session.add(
            WeightsVersion(
                network_id=network_id, number=2, digest="2", weights=weights, since=datetime.now(UTC)
            )
        )
    again = _flask("solve", "--run", run_id, "--weights", 2, **_settings(database_url))
    assert again.returncode == 0, again.stderr
    assert "objective cost 0 > coverage 10\n" in again.stdout, "dear people are not worth a seat now"
    assert "weights version 2" in again.stdout
    assert "other levels; the run had objective coverage 0 > " in again.stdout


def test_a_run_that_is_not_there_is_one_line(app: Flask, database_url: str) -> None:
    refused = _flask("solve", "--run", 7, **_settings(database_url))
    assert (refused.returncode, refused.stderr) == (2, "run: unknown_choice given=7\n")


@pytest.mark.parametrize("words", [("--run", 7), ("--run=7",)], ids=["two words", "one word"])
def test_a_run_is_read_with_settings_only(words: tuple[object, ...]) -> None:
    refused = _flask("solve", *words)
    assert refused.returncode == 2
    assert refused.stderr.startswith("Error: SECRET_KEY: ")


@pytest.mark.parametrize(
    "words", [(), (PROBLEM,), (PROBLEM, "--run", "7", "--out", "x")], ids=["neither", "no out", "both"]
)
def test_solve_wants_a_file_or_a_run(words: tuple[object, ...]) -> None:
    refused = _flask("solve", *words, SECRET_KEY="k", PUBLIC_URL="http://x.test")
    assert refused.returncode == 2
    assert refused.stderr == "give PROBLEM.json and --out ROSTER.json, or --run ID\n"


@pytest.mark.parametrize("cap", [512, 300])
def test_under_a_cap_on_memory_there_is_a_roster_or_one_line(cap: int, tmp_path: Path) -> None:
    out = tmp_path / "roster.json"
    done = _flask("solve", ROOT / "tests" / "data" / "S-1.json", "--out", out, "--time-limit", 5, cap=cap)
    assert done.returncode in (0, 2), done.stderr
    assert out.exists() == (done.returncode == 0)
    assert done.stderr.count("\n") <= 1, done.stderr
    said = "no roster: " if done.returncode else "only a quick plan: "
    assert done.stderr == "" or done.stderr.startswith(said), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("memory_mb", [5, 20, 90, 120])
def test_a_planner_that_may_take_too_little_is_one_line_and_exit_2(memory_mb: int, tmp_path: Path) -> None:
    out = tmp_path / "roster.json"
    done = _flask("solve", PROBLEM, "--out", out, "--time-limit", 5, PLANNER_MEMORY_MB=str(memory_mb))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"no roster: out of memory; it may use {memory_mb} MB (PLANNER_MEMORY_MB)\n"
    assert not out.exists()


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _step(seconds: float, level: int, *values: int) -> Step:
    return Step(seconds=seconds, level=level, values=values, bounds=(20, 0))


def test_a_terminal_shows_one_line_drawn_over_with_the_level_worked_on_first() -> None:
    terminal = _Terminal()
    line = ProgressLine(terminal)
    line(_step(0.5, 0, 25, 900))
    line(_step(2.0, 1, 20, 1200))
    drawn = terminal.getvalue().split("\r\x1b[2K")
    assert drawn[1] == "0.5 s  level 1: best 25 bound 20 gap 20.00% 0.5 s"
    assert drawn[2].startswith("2.0 s  level 2: best 1,200 bound 0 gap 100.00% 0.0 s  level 1: best 20")
    line.clear()
    assert terminal.getvalue().endswith("\r\x1b[2K")
    assert "\n" not in terminal.getvalue()


def test_where_nothing_can_be_drawn_over_there_is_a_line_every_few_seconds() -> None:
    file = io.StringIO()
    line = ProgressLine(file)
    for second in range(12):
        line(_step(float(second), 0, 30 - second, 0))
    line.clear()
    assert [words.split()[0] for words in file.getvalue().splitlines()] == ["5.0", "10.0"]


def test_quiet_draws_nothing(tmp_path: Path) -> None:
    done = _flask("solve", PROBLEM, "--out", tmp_path / "roster.json", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
