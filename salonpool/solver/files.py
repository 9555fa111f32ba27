"""Problems and rosters as files, for the commands that solve and check them."""

import json
from pathlib import Path
from typing import Any, NoReturn

from salonpool.solver import check
from salonpool.solver.problem import InvalidProblem, Problem, parse_problem, problem_to_json
from salonpool.solver.roster import Roster, parse_roster, roster_to_json


def read_problem(path: Path | str) -> Problem:
    """The problem in a file; InvalidProblem says in one line what is wrong with it."""
    return parse_problem(_loaded(path))


def read_roster(path: Path | str) -> Roster:
    """The roster in a file; InvalidProblem says in one line what is wrong with it."""
    return parse_roster(_loaded(path))


def write_roster(path: Path | str, roster: Roster) -> None:
    """Write the roster to a file. Raises InvalidProblem when that cannot be done."""
    _write(path, roster_to_json(roster))


def write_problem(path: Path | str, problem: Problem) -> None:
    """The same for a problem."""
    _write(path, problem_to_json(problem))


def check_files(problem_path: Path | str, roster_path: Path | str) -> list[check.Violation]:
    """What the roster in one file breaks of the problem in another; empty when it may be published."""
    return check.violations(read_problem(problem_path), read_roster(roster_path))


def _write(path: Path | str, document: dict[str, Any]) -> None:
    text = json.dumps(document, indent=1, ensure_ascii=False)
    try:
        Path(path).write_text(text + "\n", encoding="utf-8")
    except OSError as refused:
        raise InvalidProblem(str(path), f"cannot be written: {refused.strerror}") from refused


def _loaded(path: Path | str) -> Any:
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as refused:
        raise InvalidProblem(str(path), f"cannot be read: {refused.strerror}") from refused
    except UnicodeDecodeError as refused:
        raise InvalidProblem(str(path), f"is not UTF-8 at byte {refused.start}") from refused
    try:
        return json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)
    except InvalidProblem as refused:
        raise InvalidProblem(str(path), refused.message) from refused
    except json.JSONDecodeError as refused:
        place = f"line {refused.lineno} column {refused.colno}"
        raise InvalidProblem(str(path), f"is not JSON: {refused.msg} at {place}") from refused
    except RecursionError as refused:
        raise InvalidProblem(str(path), "is nested too deeply") from refused
    except ValueError as refused:
        raise InvalidProblem(str(path), "holds a number that is too large") from refused


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InvalidProblem("", f"duplicate key {json.dumps(key[:60], ensure_ascii=False)}")
        found[key] = value
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidProblem("", f"{name} is not a number of JSON")
