"""A yes by phone, taken down on a phone 320 px wide without script."""

from datetime import date, timedelta

from playwright.sync_api import Page, expect

from tests import chromium
from tests.browser.conftest import Opens
from tests.browser.hands import Hands, width

MONDAY = 0


def _enter_as_owner(page: Page) -> None:
    page.goto("/demo")
    Hands(page).tap_on("form:has(input[value=owner]) button")


def _post_far_ahead(page: Page, hourly_pay: int) -> str:
    """The address of a shift on a day the planner does not look at yet."""
    page.goto("/desk")
    after = page.get_by_role("link", name="Day after").get_attribute("href") or ""
    day = date.fromisoformat(after.rsplit("/", 1)[1]) + timedelta(days=40)
    day += timedelta(days=day.weekday() == MONDAY)
    page.goto(f"/desk/shift/new?on={day}")
    page.fill("#field-starts", "12:00")
    page.fill("#field-ends", "15:00")
    page.fill("#field-hourly_pay", str(hourly_pay))
    Hands(page).tap_on("button[form=shift]")
    return page.url


def test_four_taps_and_a_reason_give_a_shift_that_pays_too_little(opens: Opens) -> None:
    page = opens(chromium.NARROW, java_script_enabled=False)
    _enter_as_owner(page)
    shift = _post_far_ahead(page, hourly_pay=200)
    hands = Hands(page)
    hands.tap_on("text=Somebody said yes by phone")
    assert width(page) == 320
    name = page.locator("section[aria-labelledby=reason] b").first.inner_text()
    hands.tap_on(page.locator("section[aria-labelledby=reason] a").first)
    expect(page.locator("h1")).to_have_text(f"Give the shift to {name}")
    hands.tap("#field-reason")
    page.fill("#field-reason", "Agreed on the phone.")
    hands.tap_on("button[form=give]")
    assert hands.taps == 4
    assert page.url == shift
    expect(page.locator("main")).to_contain_text(f"gave the shift to {name}, although:")
    expect(page.locator("main")).to_contain_text("Reason: Agreed on the phone.")
    assert page.locator("text=Somebody said yes by phone").count() == 0
    assert width(page) == 320
