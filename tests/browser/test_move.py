"""Changing the time of a booking with a thumb, with and without scripts."""

import re

from playwright.sync_api import Locator, Page, expect

from tests import chromium
from tests.browser.conftest import Opens
from tests.browser.hands import Hands, free_times, width

SALON = "/s/qinghe"


def _book(page: Page, phone: str) -> None:
    page.goto(SALON)
    day = page.locator("#days input:enabled").nth(2).get_attribute("value")  # well before the cut-off
    page.goto(f"{SALON}?on={day}")
    free_times(page).last.check(force=True)
    page.click("button[form=hold]")
    page.fill("#field-phone", phone)
    page.click("button[form=confirm]")
    expect(page.locator("h1")).to_have_text("You are booked")


def _others(page: Page) -> Locator:
    return page.locator("#move input[name=starts_at]:not([disabled])")


def test_three_taps_change_the_time(opens: Opens) -> None:
    page = opens()
    hands = Hands(page)
    _book(page, "0900 000 811")
    hands.tap_on(page.get_by_role("link", name="Change time"))
    expect(page.locator("#move input[disabled] + .face")).to_have_text(re.compile("now"))
    chosen = _others(page).first
    hands.tap(chosen)
    said = chosen.get_attribute("data-said") or ""
    expect(page.locator("#chosen-time")).to_have_text(said)
    hands.tap_on("button[form=move]")
    expect(page.locator("h1")).to_have_text("Moved")
    expect(page.locator(".when")).to_have_text(re.compile(said.rpartition(" ")[2]))
    assert hands.taps == 3


def test_another_day_changes_the_times_in_place_and_the_address(opens: Opens) -> None:
    page = opens()
    _book(page, "0900 000 812")
    page.get_by_role("link", name="Change time").click()
    day = page.locator("#days input:enabled:not(:checked)").first
    on = day.get_attribute("value") or ""
    with page.expect_response(re.compile("/move")):
        Hands(page).tap(day)
    expect(page).to_have_url(re.compile(f"on={on}"))
    expect(page.locator("#times-said")).to_have_text(re.compile(r"times? on "))
    expect(page.locator(f"#on-{on}")).to_be_checked()
    times = _others(page).count()
    page.reload()
    assert _others(page).count() == times


def test_without_scripts_on_the_narrowest_screen_one_can_move(opens: Opens) -> None:
    page = opens(chromium.NARROW, java_script_enabled=False)
    hands = Hands(page)
    _book(page, "0900 000 813")
    hands.tap_on(page.get_by_role("link", name="Change time"))
    assert width(page) <= 320
    hands.tap(page.locator("#days input:enabled:not(:checked)").first)
    hands.tap_on(page.get_by_role("button", name="Show times"))
    hands.tap(_others(page).first)
    hands.tap_on("button[form=move]")
    expect(page.locator("h1")).to_have_text("Moved")
    assert width(page) <= 320


def test_text_twice_as_large_covers_nothing_on_the_pages_of_a_booking(opens: Opens) -> None:
    page = opens(chromium.NARROW)
    _book(page, "0900 000 814")
    booking = page.url.partition("?")[0]
    for part in ("", "/move", "/cancel"):
        page.goto(booking + part)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert width(page) <= 320
