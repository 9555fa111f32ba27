"""The example network served by the real processes, and people with phones in front of it."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Protocol

import pytest
from playwright.sync_api import Page

from tests import chromium, databases, example, live

SETTINGS = {
    "DEMO": "1",
    "SMS_LINK_HOST": "salon.test",
    "SMS_TWO_WAY": "0",
}  # one-way: every text has its link


class Opens(Protocol):
    """`opens(screen, **options)`: a page in a window of its own, with its own cookies."""

    def __call__(self, screen: dict[str, Any] = ..., **options: Any) -> Page: ...


@pytest.fixture(scope="session")
def town(templates: databases.Templates) -> Iterator[live.Live]:
    """A web server and a clock on a copy of the example network, shared by the tests of one worker."""
    copy = templates.copy("sqlite", "example", example.build)
    with copy as url, live.server(url, jobs=1, settings=SETTINGS) as running:
        yield running


@pytest.fixture
def opens(browser: Any, town: live.Live) -> Iterator[Opens]:
    """Opens pages in English; a script error or a complaint of the content policy fails the test."""
    noise: list[str] = []
    with ExitStack() as stack:

        def open_page(screen: dict[str, Any] = chromium.PHONE, **options: Any) -> Page:
            given = {"locale": "en-GB", "timezone_id": "Asia/Taipei", "reduced_motion": "reduce", **options}
            page = stack.enter_context(chromium.window(browser, screen, town.url, **given)).new_page()
            page.on("pageerror", lambda error: noise.append(str(error)))
            page.on(
                "console", lambda said: noise.append(said.text) if "Content Security" in said.text else None
            )
            return page

        yield open_page
    assert not noise
