"""A page asks once for its reader's language and words, however many words it has."""

from datetime import date
from typing import Any

import jinja2
import pytest
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from salonpool.web import extensions, filters, rendering

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _counted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[str]:
    calls: list[str] = []
    original = getattr(module, name)
    monkeypatch.setattr(module, name, lambda: (calls.append(name), original())[1])
    return calls


def test_a_page_looks_for_its_words_and_language_once(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogues = _counted(monkeypatch, rendering, "get_translations")
    languages = _counted(monkeypatch, extensions, "_chosen_language")
    assert client.get("/help").status_code == 200
    assert (len(catalogues), len(languages)) == (1, 1)


def test_each_reader_gets_their_own_words(client: Any) -> None:
    in_turns = ["en", "zh-Hant", "zh-Hans", "en"]
    pages = [client.get("/help", headers={"Accept-Language": language}).text for language in in_turns]
    assert pages[0] == pages[3]
    assert len(set(pages)) == 3


def test_a_global_of_the_templates_is_seen_inside_macros(app: Any) -> None:
    app.jinja_env.globals["shop_sign"] = "open"
    assert (
        app.jinja_env.from_string("{% macro m() %}{{ shop_sign }}{% endmacro %}{{ m() }}").render() == "open"
    )


def test_a_length_is_written_in_each_readers_language_every_time(app: Any) -> None:
    written = []
    for language in ("en", "zh-Hant", "zh-Hans", "en"):
        with app.app_context(), app.test_request_context(f"/?lang={language}"):
            written.append(filters.minutes_long(90))
    assert written == ["1 h 30 min", "1 小時 30 分", "1小时30分", "1 h 30 min"]


def test_a_value_within_a_text_is_escaped_and_a_macros_answer_is_not(app: Any) -> None:
    macro = "{% macro bold(x) %}<b>{{ x }}</b>{% endmacro %}"
    with app.test_request_context("/?lang=en"):
        template = app.jinja_env.from_string(macro + "{{ _('Call %(salon)s', salon=name) }} {{ bold(name) }}")
        text = template.render(name="<i>")
    assert text == "Call &lt;i&gt; <b>&lt;i&gt;</b>"


def test_a_function_that_asks_for_the_context_is_given_it(app: Any) -> None:
    @pass_context
    def name_of(context: Context, key: str) -> str:
        return f"{key} is {context[key]}"

    template = app.jinja_env.from_string("{% for n in (1, 2) %}{{ name_of('salon') }} {% endfor %}")
    assert template.render(name_of=name_of, salon="qinghe") == "salon is qinghe salon is qinghe "


@pytest.mark.parametrize(
    "value",
    [
        "14:00",
        "<b>",
        "a & b",
        "it's",
        'say "hi"',
        Markup("<b>&amp;</b>"),
        7,
        True,
        None,
        1.5,
        date(2026, 10, 19),
        "",
    ],
)
def test_a_value_is_written_as_jinja_would_write_it(app: Any, value: Any) -> None:
    source = '{{ value }}<p title="{{ value }}">{% macro m(x) %}{{ x }}{% endmacro %}{{ m(value) }}'
    usual = jinja2.Environment(autoescape=True).from_string(source).render(value=value)
    assert app.jinja_env.from_string(source).render(value=value) == usual


def test_what_has_html_of_its_own_is_asked_for_it(app: Any) -> None:
    class Link:
        def __html__(self) -> str:
            return "<a>"

    class Loud(str):
        def __html__(self) -> str:
            return "<b>"

    template = app.jinja_env.from_string("{{ link }}{{ loud }}")
    assert template.render(link=Link(), loud=Loud("x")) == "<a><b>"
