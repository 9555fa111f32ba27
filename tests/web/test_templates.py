"""Every page renders on its own, in every state, with nothing but what its comment asks for."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace as Row
from typing import Any

import pytest
from flask import Flask
from jinja2 import StrictUndefined

from salonpool.web import filters
from tests.web.template_samples import frame, samples

ROOT = Path(__file__).resolve().parents[2]
STATES = [(template, state, values) for template, states in samples().items() for state, values in states]
FRAGMENTS = {"guest/move_times.html", "guest/times.html", "guest/who.html"}
IDS = [f"{template}-{state}" for template, state, _ in STATES]


@pytest.fixture(scope="module")
def app() -> Flask:
    """A bare application: the templates, untranslated, with plain stand-ins for the filters."""
    app = Flask("templates", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.add_extension("jinja2.ext.i18n")
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    env.globals["csrf_token"] = lambda: "csrf"
    env.filters["local_time"] = lambda value, zone: value.strftime("%H:%M")
    env.filters["day_long"] = env.filters["day_short"] = lambda value, zone=None: value.strftime("%d.%m.")
    env.filters["day_soon"] = lambda value, zone, today: value.strftime("%d.%m.")
    env.filters["day_name"] = lambda value, today: value.strftime("%a")
    env.filters["month_name"] = env.filters["weekday_name"] = lambda value: value.strftime("%b %a")
    env.filters["service_name"] = lambda value: value.name
    env.filters["length_name"] = str
    env.filters["money"] = lambda value: f"{value.currency} {value.amount_minor}"
    env.filters["minutes_long"] = lambda value: f"{value} min"
    env.filters["phone"] = lambda value, region="TW": value
    env.globals["limits"] = filters.LIMITS
    return app


class Page(HTMLParser):
    """What a browser without scripts needs: tags that close, one id each, forms that post a token."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "path", "circle", "rect"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.post_forms = self.tokens = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append((tag, values))
        self.post_forms += tag == "form" and values.get("method") == "post"
        self.tokens += tag == "input" and values.get("name") == "csrf_token"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes something else"


def _render(app: Flask, template: str, values: dict[str, Any], **over: Any) -> str:
    """The page as text, inside a request, as Flask would give it."""
    with app.test_request_context():
        return app.jinja_env.get_template(template).render({**frame(), **values, **over})


def test_every_page_template_has_a_sample() -> None:
    pages = {path.relative_to(ROOT / "templates").as_posix() for path in (ROOT / "templates").rglob("*.html")}
    parts = {"layout.html", "guest/chosen.html", "guest/move_chosen.html", "desk/nav.html"} | {
        "guest/_elsewhere.html",
        "office/nav.html",
    }
    assert {page for page in pages if not page.startswith("components/")} - parts == set(samples())


@pytest.mark.parametrize(("template", "state", "values"), STATES, ids=IDS)
def test_a_page_is_whole_in_every_state(
    app: Flask, template: str, state: str, values: dict[str, Any]
) -> None:
    page = Page(_render(app, template, values))
    assert page.open == []
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids)), "an id twice"
    assert page.post_forms == page.tokens, "a form that posts without its token, or a token in an address"
    if template not in FRAGMENTS:
        assert [tag for tag, _ in page.tags].count("h1") == 1


@pytest.mark.parametrize(("template", "state", "values"), STATES, ids=IDS)
def test_a_page_lives_under_the_strict_content_policy(
    app: Flask, template: str, state: str, values: dict[str, Any]
) -> None:
    page = Page(_render(app, template, values))
    for tag, attrs in page.tags:
        assert tag != "style"
        assert "style" not in attrs
        assert not [name for name in attrs if name.startswith("on") or name.startswith("hx-on")]
        if tag == "script" or (tag == "link" and attrs.get("rel") != "canonical"):
            assert (attrs.get("src") or attrs.get("href") or "").startswith("/static/")


@pytest.mark.parametrize(("template", "state", "values"), STATES, ids=IDS)
def test_what_people_type_is_escaped(app: Flask, template: str, state: str, values: dict[str, Any]) -> None:
    evil = "<b>'\"&"
    hurt = {
        key: Row(**{**vars(value), "name": evil})
        if key in ("salon", "stylist") and hasattr(value, "name")
        else value
        for key, value in values.items()
    }
    if "form" in values:
        hurt["form"] = {
            **values["form"],
            **{key: evil for key in ("phone", "name", "note") if key in values["form"]},
        }
    assert evil not in _render(app, template, hurt)


def test_the_frame_names_page_language_and_problem(app: Flask) -> None:
    wrong = dict(samples()["guest/confirm.html"])["wrong"]
    account = Row(name="A", home_url="/desk", is_office=False)
    text = _render(app, "guest/confirm.html", wrong, page_language="zh-Hant-TW", account=account)
    assert '<html lang="zh-Hant-TW">' in text
    assert re.search(r"<title>Error: Your booking · Qinghe Hair</title>", text)
    assert 'action="/out"' in text


def test_times_as_an_answer_carry_the_bar_and_the_spoken_count(app: Flask) -> None:
    free = dict(samples()["guest/times.html"])["free"]
    alone = _render(app, "guest/times.html", free)
    assert 'id="bar" hx-swap-oob' in alone
    assert "10 times on" in alone
    assert "hx-swap-oob" not in _render(app, "guest/book.html", free)
