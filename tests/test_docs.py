"""What the pages say of the code is true: links, files, settings, refusals, commands, benches, rooms."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from salonpool.messaging import receipts, twilio_gateway
from salonpool.web import errors, wording

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
ROOMS = sorted((ROOT / "salonpool").glob("*/__init__.py"))
PREFIXES = ("", "salonpool/")  # inside docs/ a file of the package may go by its room and name
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"\.?[\w-]+(?:/[\w.-]+)*/[\w.-]+\.(?:py|md|html|toml|json|service|css|js|png)")
SOURCE = {".py", ".html", ".css", ".js", ".md", ".toml", ".service", ".txt", ".in", ".po"}
COMMANDS_OF_OTHERS = {"openapi"}  # flask-smorest's own


def _text(path: str | Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _all_pages() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def _names(page: Path) -> Iterator[str]:
    """Files a page names in backticks, outside examples; endings in words ('…/confirm') are none."""
    for name in CODE.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if FILE.fullmatch(name):
            yield name


def _ids(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=_ids)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    targets = {link.partition("#")[0] for link in LINK.findall(page.read_text(encoding="utf-8"))}
    local = {
        target for target in targets if target and "://" not in target and not target.startswith("mailto:")
    }
    assert {target for target in local if not (page.parent / target).exists()} == set()


@pytest.mark.parametrize("page", PAGES, ids=_ids)
def test_every_file_a_page_names_exists(page: Path) -> None:
    missing = {
        name for name in _names(page) if not any((ROOT / before / name).exists() for before in PREFIXES)
    }
    assert missing == set()


def test_every_file_the_map_in_the_package_names_exists() -> None:
    words = ast.get_docstring(ast.parse(_text("salonpool/__init__.py"))) or ""
    named = set(re.findall(r"[\w-]+(?:/[\w-]+)+\.(?:py|html)", words)) | set(
        re.findall(r"^\w+\.py", words, re.MULTILINE)
    )
    assert len(named) > 5
    assert {
        name for name in named if not any((ROOT / before / name).exists() for before in PREFIXES)
    } == set()


@pytest.mark.parametrize("room", ROOMS, ids=lambda path: path.parent.name)
def test_every_room_opens_with_its_reason_and_who_may_call_it(room: Path) -> None:
    words = ast.get_docstring(ast.parse(room.read_text(encoding="utf-8"))) or ""
    assert re.match(r"(THE )?[A-Z]{4,}\b[^\n]*: ?\w*|RULES of the trade: ", words), words
    assert re.search(r"[Cc]alled by|may call", words), words


def test_every_setting_is_in_operating() -> None:
    settings = set(re.findall(r'"([A-Z][A-Z_]+)"', _text("config.py")))
    assert "DATABASE_URL" in settings
    explained = set(re.findall(r"^\| `([A-Z_]+)` \|", _text("docs/operating.md"), re.MULTILINE))
    assert settings - {"FLASK_APP"} == explained


def test_every_alert_is_in_operating_and_no_other() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "salonpool").rglob("*.py"))
    raised = set(re.findall(r'"alert": "(\w+)"', code.replace(_text("salonpool/logs.py"), "")))
    listed = _text("docs/operating.md").partition("| `alert` | means |")[2].partition("\n\n")[0]
    assert raised == set(re.findall(r"^\| `(\w+)` \|", listed, re.MULTILINE))


def test_every_refusal_is_in_the_api_page_and_no_other() -> None:
    page = _text("docs/api.md")
    listed = re.findall(r"^\| `(\w+)` \| [\d, ]+ \|", page, re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == set(wording._SENTENCES)
    statuses = errors.STATUS | {code: status for status, code in errors.CODES.items() if code != "unreadable"}
    assert {code for code, status in statuses.items() if f"| `{code}` | {status} |" not in page} == set()


def test_every_code_of_twilio_s_is_on_its_page() -> None:
    known = {str(code) for code in twilio_gateway.CODES} | set(receipts.FAILURE_OF_CODE)
    rows = re.findall(r"^\| ([^|]*\d{5}[^|]*) \|", _text("docs/twilio.md"), re.MULTILINE)
    assert known - set(re.findall(r"\b\d{5}\b", " ".join(rows))) == set()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_route_of_the_api_is_in_the_api_page(app) -> None:
    page = _text("docs/api.md")
    routes = {
        f"{method} {re.sub(r'<[^>]*slug>', '{slug}', re.sub(r'<int[^>]*>', '{id}', rule.rule))}"
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and not rule.rule.endswith("openapi.json")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert len(routes) > 5
    assert {route for route in routes if f"`{route}" not in page} == set()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_command_is_in_operating(app) -> None:
    page = _text("docs/operating.md")
    commands = set(app.cli.commands) - COMMANDS_OF_OTHERS
    assert {name for name in commands if f"`flask {name}" not in page} == set()


def test_every_make_target_is_in_the_readme() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", _text("Makefile"), re.MULTILINE))
    readme = _text("README.md")
    assert {target for target in targets if f"`make {target}" not in readme} == set()


def test_every_bench_is_in_testing() -> None:
    page = _text("docs/testing.md")
    benches = {
        path.stem for path in (ROOT / "bench").glob("*.py") if "__main__" in path.read_text(encoding="utf-8")
    }
    assert "race" in benches
    assert benches == set(re.findall(r"`python -m bench\.(\w+)`", page))


def test_pages_named_in_the_code_exist() -> None:
    folders = ("salonpool", "migrations", "bench", "templates", "deploy", "static/css", "static/js")
    files = [ROOT / "config.py", ROOT / "Makefile", ROOT / "pyproject.toml"]
    files += [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in SOURCE]
    named = {
        (path, name)
        for path in files
        for name in re.findall(r"[\w/.-]+\.md\b", path.read_text(encoding="utf-8"))
    }
    assert {f"{_ids(path)}: {name}" for path, name in named if not (ROOT / name).exists()} == set()
