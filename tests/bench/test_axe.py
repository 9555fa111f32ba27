"""Every page in every state once, on a phone: the short form of the accessibility bench."""

from typing import Any

import pytest
from flask import Flask

from bench import axe, looks, scenes

HALF = len(scenes.SCENES) // 2


@pytest.mark.parametrize("example_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("half", [scenes.SCENES[:HALF], scenes.SCENES[HALF:]], ids=["first", "second"])
def test_every_page_is_accessible_in_one_language_and_narrow(
    browser: Any, example_url: str, half: tuple[scenes.Scene, ...]
) -> None:
    how = axe.How(languages=["zh-Hant"], scenes=half, thorough=False)
    seen = axe.walk(browser, example_url, how)["zh-Hant"]
    assert seen.faults == []
    assert seen.pages == len(half)


def test_a_new_page_without_a_scene_is_noticed() -> None:
    app = Flask("new")
    app.add_url_rule("/new", "guest.show_new", lambda: "")
    app.add_url_rule("/api/v1/new", "new.list_new", lambda: "")
    assert scenes.pages_of(app) - {scene.endpoint for scene in scenes.SCENES} == {"guest.show_new"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("預約 Mia 的時間 | salonpool", set()),
        ("NT$1,050 12:30", set()),
        ("Book 青禾", {"Book"}),
        ("None", {"None"}),
    ],
)
def test_words_of_another_language_are_noticed(text: str, found: set[str]) -> None:
    assert looks.foreign_words(text, {"Mia"}) == found
