"""`flask plan`, `flask solve` and `flask check`, as a shell calls them."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from tests.builders import a_network, a_pooled_stylist, a_salon, a_shift
from tests.databases import config_for
from tests.live import ROOT, environment
from tests.usecases import pool

TINY = ROOT / "tests" / "data" / "tiny"
PROBLEM = TINY / "skills.json"


def _flask(*words: object, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *map(str, words)]
    env = environment(settings)
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False
    )


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
    config = config_for(database_url)
    settings = {
        "DATABASE_URL": database_url,
        "SECRET_KEY": config.secret_key,
        "PUBLIC_URL": config.public_url,
    }
    start = (
        [sys.executable, "-m", "flask"]
        if command == "module"
        else [str(Path(sys.executable).with_name("flask"))]
    )
    env = environment(settings) | {"PATH": os.environ["PATH"]}
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
    config = config_for(database_url)
    refused = _flask(
        "plan", "--network", "nowhere",
        DATABASE_URL=database_url, SECRET_KEY=config.secret_key, PUBLIC_URL=config.public_url,
    )  # fmt: skip
    assert refused.returncode == 2
    assert refused.stderr == "network: unknown_choice given=nowhere\n"
