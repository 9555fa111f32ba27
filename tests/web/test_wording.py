"""Every refusal the code can make has words in every language, and its values fill them."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from salonpool.app import create_app
from salonpool.domain.offer import OfferGone, OfferStatus, check_answer
from salonpool.domain.person import LANGUAGES
from salonpool.web import errors
from salonpool.web.wording import sentence
from tests.databases import config_for

LATE = datetime(2026, 10, 19, tzinfo=UTC)
PACKAGE = Path(__file__).parents[2] / "salonpool"
# Only commands make these; they print the code and its values in English.
COMMANDS = ("cli.py", "demo/", "usecases/accounts.py")
RAISED = {"Refusal", "InvalidInput", "SlotTaken", "OfferGone"}


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if str(path.relative_to(PACKAGE)).startswith(COMMANDS):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED:
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", node


def _codes(node: ast.expr) -> list[str]:
    """The codes an argument can be: a text, or one of two."""
    if isinstance(node, ast.IfExp):
        return _codes(node.body) + _codes(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


# (where, code, names of the values given) of every refusal made from a literal code.
RAISES = [
    (where, code, tuple(k.arg for k in call.keywords if k.arg not in {None, "field"}))
    for where, call in _calls()
    for code in (_codes(call.args[0]) if call.args else [])
]


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Say a refusal in a language; needs no database."""
    app = create_app(config_for(f"sqlite:///{tmp_path_factory.mktemp('unused') / 'never-opened.sqlite'}"))

    def say(language: str, code: str, values: dict[str, str]) -> str:
        with app.test_request_context(f"/?lang={language}"):
            return sentence(code, values)

    return say


def test_the_search_finds_the_refusals() -> None:
    assert {"in_the_past", "already_confirmed", "not_open", "phone_landline"} <= {
        code for _, code, _ in RAISES
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_a_sentence_that_its_values_fill(words: Any, language: str) -> None:
    unsaid = []
    for where, code, names in RAISES:
        try:
            said = words(language, code, {name: 3 if name == "limit" else f"<{name}>" for name in names})
        except KeyError as missing:
            unsaid.append(f"{where} {code}: {missing}")
        else:
            assert said
            assert "%(" not in said
    assert unsaid == []


def test_the_answers_without_a_refusal_have_words_too(words: Any) -> None:
    for code in {*errors.CODES.values(), "slot_taken", "not_found", "bad_form", "busy", "broken"}:
        assert words("en", code, {})


def test_every_way_an_offer_can_be_gone_has_words(words: Any) -> None:
    for status in OfferStatus:
        with pytest.raises(OfferGone) as gone:
            check_answer(status, LATE, LATE)
        assert words("en", gone.value.code, gone.value.values)


def test_values_appear_in_the_sentence(words: Any) -> None:
    assert "16" in words("en", "too_long_a_shift", {"hours": 16})
    assert "03:00" in words("zh-Hant", "time_skipped", {"next": "03:00"})
