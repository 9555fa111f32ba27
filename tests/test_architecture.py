"""What the linters cannot say: pure rooms, small files, short functions, no lost test."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "salonpool"
ROOMS = {"domain", "solver", "models", "queries", "usecases", "messaging", "web", "jobs", "demo"}
# What the owner of the project has chosen; it is not ours to leave out, whatever could be done without it.
CHOSEN = {"apscheduler", "flask", "flask_login", "flask_sqlalchemy", "ortools", "twilio"}
PURE = {"domain": {"phonenumbers"}, "solver": {"ortools"}}
FILE_LINES = 400
FUNCTION_LINES = 40


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _imported(path: Path) -> set[str]:
    """Top-level names a file imports; its own package and room count as themselves."""
    found = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


def test_the_rooms_on_disk_are_the_rooms_of_the_map() -> None:
    found = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert found == ROOMS
    words = ast.get_docstring(_tree(PACKAGE / "__init__.py")) or ""
    assert {room for room in ROOMS if room not in words} == set()


def test_the_package_itself_imports_nothing() -> None:
    assert _imported(PACKAGE / "__init__.py") == set()


def test_what_the_owner_chose_is_required_and_used() -> None:
    required = {line.split("==")[0].split(">")[0] for line in (ROOT / "requirements.in").read_text().split()}
    assert {name for name in CHOSEN if name.replace("_", "-") not in required} == set()
    used = {name.split(".")[0] for path in _files(PACKAGE) for name in _imported(path)}
    assert CHOSEN - used == set()


@pytest.mark.parametrize("room", sorted(PURE))
def test_pure_rooms_use_the_standard_library_only(room: str) -> None:
    allowed = sys.stdlib_module_names | PURE[room]
    files = _files(PACKAGE / room)
    assert files
    broken = {
        f"{_name(path)}: {name}"
        for path in files
        for name in _imported(path)
        if not name.startswith(f"salonpool.{room}") and name.split(".")[0] not in allowed
    }
    assert broken == set()


def test_every_file_says_why_it_exists() -> None:
    silent = [_name(path) for path in _files(PACKAGE) if not ast.get_docstring(_tree(path))]
    assert silent == []


def test_files_stay_short() -> None:
    lengths = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in _files(PACKAGE)}
    assert {name: length for name, length in lengths.items() if length > FILE_LINES} == {}


def test_functions_stay_short() -> None:
    long = [
        f"{_name(path)}:{node.lineno} {node.name} {node.end_lineno - node.lineno + 1}"
        for path in _files(PACKAGE)
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES
    ]
    assert long == []


def test_no_test_is_lost_to_its_name() -> None:
    lost = [
        f"{_name(path)}: {node.name}"
        for path in _files(ROOT / "tests")
        if path.name.startswith("test_")
        for node in _tree(path).body
        if isinstance(node, ast.FunctionDef) and not _is_test_fixture_or_private(node)
    ]
    assert lost == []


def _is_test_fixture_or_private(node: ast.FunctionDef) -> bool:
    decorators = {ast.unparse(decorator) for decorator in node.decorator_list}
    return node.name.startswith(("test_", "_")) or any(
        word.startswith(("pytest.fixture", "contextmanager")) for word in decorators
    )


def test_tests_do_not_sleep() -> None:
    sleepy = [
        _name(path)
        for path in _files(ROOT / "tests")
        if path.name.startswith("test_")
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"time.sleep", "sleep"}
    ]
    assert sleepy == []
