"""Why somebody else: asked with one tap, answered by the clock's planner, shown without a reload."""

from datetime import date, timedelta

from playwright.sync_api import expect

from tests.browser.conftest import Opens
from tests.browser.hands import PATIENCE, Hands, width


def test_an_owner_asks_about_somebody_and_the_answer_comes_by_itself(opens: Opens) -> None:
    page = opens()
    hands = Hands(page)
    page.goto("/demo")
    hands.tap_on("form:has(input[value=owner]) button")
    after = page.get_by_role("link", name="Day after").get_attribute("href") or ""
    day = date.fromisoformat(after.rsplit("/", 1)[1]) + timedelta(days=5)
    page.goto(f"/desk/shift/new?on={day}")
    page.fill("#field-starts", "12:15")
    page.fill("#field-ends", "16:45")
    page.fill("#field-hourly_pay", "600")
    hands.tap_on("button[form=shift]")
    shift = page.url
    hands.tap_on(page.get_by_role("link", name="Why somebody else?"))
    hands.tap_on("#people form button >> nth=0")
    assert width(page) <= 360
    expect(page.locator("#people .told").first).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#people")).not_to_contain_text("Being worked out")
    hands.tap_on(page.get_by_role("link", name="Back to the shift"))
    assert page.url == shift
