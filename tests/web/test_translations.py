"""No sentence is missing in either written Chinese, and the compiled catalogues are those of the sources."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
LOCALES = ["zh_Hant", "zh_Hans"]
PLACEHOLDER = re.compile(r"%\(\w+\)s")
# Characters with another shape in the other script: a slip of the keyboard, or a conversion by machine.
ONLY_TRADITIONAL = set("預約請簡訊號碼設計師們這個時間還沒來問題連結頁開關門傳送寄給誰讓顯選擇業務員")
ONLY_SIMPLIFIED = set("预约请简讯号码设计师们这个时间还没来问题连结页开关门传送给谁让显选择业务员发录")


def _words_in_the_code() -> set[str]:
    """Every msgid of the templates and the code, singular forms."""
    found: set[str] = set()
    for folder, method in (("salonpool", "python"), ("templates", "jinja2")):
        for _, _, message, _, _ in extract_from_dir(
            ROOT / folder, [("**.py", "python"), ("**.html", method)]
        ):
            found.add(message if isinstance(message, str) else message[0])
    return found


def _catalogue(locale: str) -> Catalog:
    """The translations as their source file has them."""
    with (ROOT / "translations" / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=locale)


def _singular(message: Message) -> str:
    """The msgid, of a plural its first form."""
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message: Message) -> list[str]:
    """All translated forms of a message."""
    return [message.string] if isinstance(message.string, str) else list(message.string)


@pytest.mark.parametrize("locale", LOCALES)
def test_no_sentence_is_missing_or_fuzzy(locale: str) -> None:
    listed = {_singular(message): message for message in _catalogue(locale) if message.id}
    missing = [text for text in _words_in_the_code() if text not in listed or not all(_forms(listed[text]))]
    assert not missing, "make translations, then translate"
    assert not [text for text, message in listed.items() if message.fuzzy]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_translation_keeps_every_value(locale: str) -> None:
    for message in _catalogue(locale):
        if message.id:
            whole = message.id if isinstance(message.id, str) else message.id[-1]
            for text in _forms(message):
                assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(whole)), whole


@pytest.mark.parametrize(
    ("locale", "foreign"),
    [("zh_Hant", ONLY_SIMPLIFIED - ONLY_TRADITIONAL), ("zh_Hans", ONLY_TRADITIONAL - ONLY_SIMPLIFIED)],
)
def test_each_script_uses_its_own_characters(locale: str, foreign: set[str]) -> None:
    for message in _catalogue(locale):
        if message.id:
            for text in _forms(message):
                assert not foreign & set(text), text


@pytest.mark.parametrize("locale", LOCALES)
def test_the_compiled_catalogue_is_that_of_the_source(locale: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, _catalogue(locale))
    compiled.seek(0)
    with (ROOT / "translations" / locale / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        shipped = read_mo(file)
    assert _words(shipped) == _words(read_mo(compiled)), "make translations"


def _words(catalog: Catalog) -> dict[str, list[str]]:
    return {_singular(message): _forms(message) for message in catalog if message.id}
