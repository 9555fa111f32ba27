"""The demo by hand: in by a text's link, the clock, and starting over only after a question."""

import re
from datetime import datetime

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opens
from tests.browser.hands import PATIENCE, Hands

OWNER = "0900 000 011"


def _clock(page: Page) -> datetime:
    """What the demo's clock says."""
    return datetime.strptime(page.locator("#clock").inner_text(), "%a %d %b %H:%M")  # noqa: DTZ007


def test_an_owner_signs_in_by_the_link_on_their_phone(opens: Opens) -> None:
    page = opens()
    hands = Hands(page)
    page.goto("/desk")
    assert "/in?next=" in page.url
    hands.tap("#field-phone")
    hands.type(OWNER)
    hands.tap_on("main button.primary")
    hands.tap_on(page.get_by_role("link", name="See the phones of the demo"))
    phone = page.locator("section.phone", has_text=OWNER)
    link = phone.locator("a[href^='/in/']").last
    expect(link).to_be_visible(timeout=PATIENCE)
    hands.tap_on(link)
    hands.tap_on("main button.primary")
    assert page.url.endswith("/desk")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_the_clock_jumps_forward(opens: Opens) -> None:
    page = opens()
    page.goto("/demo/phones")
    before = _clock(page)
    Hands(page).tap_on(page.get_by_role("button", name="+5 min"))
    assert 5 <= (_clock(page) - before).seconds / 60 <= 7


def test_what_is_typed_on_a_phone_survives_the_next_texts(opens: Opens) -> None:
    page = opens()
    page.goto("/demo/phones")
    box = page.get_by_role("textbox").first
    box.fill("half an answ")
    with page.expect_response(re.compile("/demo/phones$")):
        pass
    expect(box).to_have_value("half an answ")
    expect(box).to_be_focused()


def test_the_demo_asks_before_it_starts_over(opens: Opens) -> None:
    page = opens()
    hands = Hands(page)
    page.goto("/demo")
    hands.tap_on(page.get_by_role("link", name="Start over"))
    expect(page.locator("h1")).to_have_text("Start the example over?")
    hands.tap_on(page.get_by_role("link", name="Keep it"))
    expect(page.locator("h1")).to_have_text("Who would you like to be?")
