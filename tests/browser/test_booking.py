"""Booking with a thumb, without scripts, with large text and by keyboard."""

import gzip
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests import chromium
from tests.browser.conftest import Opens
from tests.browser.hands import Hands, focused, free_times, press_until, width

SALON = "/s/qinghe"
PAGE_KB = 30  # compressed, with everything it loads


def test_four_taps_and_a_number_make_a_booking(opens: Opens) -> None:
    page = opens()
    hands = Hands(page)
    page.goto(SALON)
    hands.tap(free_times(page).first)
    hands.tap_on("button[form=hold]")
    hands.tap("#field-phone")
    hands.type("0900 000 801")
    hands.tap_on("button[form=confirm]")
    expect(page.locator("h1")).to_have_text("You are booked")
    assert hands.taps == 4


def test_the_choice_refreshes_the_times_and_stays_in_the_address(opens: Opens) -> None:
    page = opens()
    hands = Hands(page)
    page.goto(SALON)
    with page.expect_response(re.compile("/times")):
        hands.tap(page.locator("#choices input[name=service]").nth(1))
    with page.expect_response(re.compile("/times")):
        hands.tap(page.locator("#choices input[name=stylist]").nth(2))
    expect(page.locator("#times-said")).to_have_text(re.compile(r"time(s)? on "))
    expect(page).to_have_url(re.compile(r"service=\d+&stylist=\d+"))
    chosen = free_times(page).nth(1)
    hands.tap(chosen)
    expect(page.locator("#chosen-time")).to_have_text(chosen.get_attribute("data-said") or "")
    address, times = page.url, free_times(page).count()
    page.goto(address)
    assert free_times(page).count() == times


def test_without_scripts_on_the_narrowest_screen_one_can_book_and_cancel(opens: Opens) -> None:
    page = opens(chromium.NARROW, java_script_enabled=False)
    hands = Hands(page)
    page.goto(SALON)
    assert width(page) <= 320
    hands.tap(page.locator("#days input:enabled").nth(2))
    hands.tap_on(page.get_by_role("button", name="Show times"))
    hands.tap(free_times(page).last)
    hands.tap_on("button[form=hold]")
    assert width(page) <= 320
    page.fill("#field-phone", "0900 000 802")
    hands.tap_on("button[form=confirm]")
    expect(page.locator("h1")).to_have_text("You are booked")
    hands.tap_on(page.get_by_role("link", name="Cancel booking"))
    hands.tap_on(page.get_by_role("button", name="Yes, cancel it"))
    expect(page.locator("h1")).to_have_text("This booking is cancelled")
    assert width(page) <= 320


def test_a_length_an_addition_and_a_second_service_need_no_script(opens: Opens) -> None:
    page = opens(chromium.NARROW, java_script_enabled=False)
    hands = Hands(page)
    page.goto(SALON)
    long_hair = page.get_by_role("radio", name=re.compile("^long hair"))
    assert long_hair.count() == 0  # of no service that is chosen
    hands.tap(page.get_by_role("radio", name=re.compile("^Colour")))
    hands.tap(long_hair)
    hands.tap(page.get_by_role("checkbox", name=re.compile("^Treatment")))
    hands.tap(page.get_by_text("Add a service"))
    page.select_option("#service-then-1", index=2)
    assert width(page) <= 320
    hands.tap_on(page.get_by_role("button", name="Show times"))
    expect(page.locator("#bar b")).to_contain_text("Colour (long hair) + Treatment + Cut · ")
    assert width(page) <= 320


def test_a_day_of_another_month_is_two_taps_away_without_scripts(opens: Opens) -> None:
    page = opens(java_script_enabled=False)
    hands = Hands(page)
    page.goto(SALON)
    hands.tap_on(page.get_by_role("link", name="More dates"))
    hands.tap_on(page.get_by_role("link", name="Next month"))
    day = page.locator(".month a").nth(-3)
    number = day.inner_text()
    hands.tap_on(day)
    hands.tap(free_times(page).first)
    hands.tap_on("button[form=hold]")
    expect(page.locator("p.when")).to_contain_text(f" {number} ")


def test_the_stylists_are_those_of_the_service_as_soon_as_it_is_tapped(opens: Opens) -> None:
    page = opens()
    hands = Hands(page)
    page.goto(SALON)
    perm = page.get_by_role("radio", name=re.compile("^以晴"))
    expect(perm).to_have_count(1)
    with page.expect_response(re.compile("/times")):
        hands.tap(page.get_by_role("radio", name=re.compile("^Perm")))
    expect(perm).to_have_count(0)


@pytest.mark.parametrize(
    "path", [SALON, f"{SALON}?service=5&guests=2&gender=man", "/", "/in", "/demo/phones", "/help"]
)
def test_text_twice_as_large_covers_nothing_and_needs_no_sideways_scroll(opens: Opens, path: str) -> None:
    page = opens(chromium.NARROW)
    page.goto(path)
    # What 200 % does to a phone's page: half the room, in every unit that text is measured in.
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert width(page) <= 320


def test_at_a_zoom_of_two_the_bar_stands_still(opens: Opens) -> None:
    page = opens({"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2})
    page.goto(SALON)
    bar = page.locator(".bar")
    assert bar.evaluate("bar => getComputedStyle(bar).position") == "static"


def test_the_keyboard_alone_is_enough(opens: Opens) -> None:
    page = opens(chromium.DESK)
    page.goto(SALON)
    page.keyboard.press("Tab")
    assert focused(page) == "skip"
    page.keyboard.press("Enter")
    press_until(page, "Tab", lambda: focused(page).startswith("service-"))
    with page.expect_response(re.compile("/times")):
        page.keyboard.press("ArrowDown")
    press_until(page, "Tab", lambda: focused(page).startswith("at-"))
    page.keyboard.press("Space")
    press_until(page, "Tab", lambda: focused(page).startswith("button primary"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press_until(page, "Tab", lambda: focused(page) == "field-phone")
    page.keyboard.type("0900 000 803")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("You are booked")


def test_focus_stays_on_the_day_when_its_times_arrive(opens: Opens) -> None:
    page = opens(chromium.DESK)
    page.goto(SALON)
    press_until(page, "Tab", lambda: focused(page).startswith("on-"))
    before = focused(page)
    with page.expect_response(re.compile("/times")):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#times")).not_to_have_attribute("aria-busy", "true")
    after = focused(page)
    assert after.startswith("on-")
    assert after != before


def test_after_an_error_the_summary_is_read_first_and_leads_to_the_field(opens: Opens) -> None:
    page = opens()
    hands = Hands(page)
    page.goto(SALON)
    hands.tap(free_times(page).first)
    hands.tap_on("button[form=hold]")
    page.fill("#field-phone", "02 2591 2345")
    page.fill("#field-name", "Ms Lin")
    hands.tap_on("button[form=confirm]")
    assert focused(page) == "problem"
    expect(page).to_have_title(re.compile("^Error: "))
    hands.tap(page.locator(".problem a"))
    assert focused(page) == "field-phone"
    assert page.input_value("#field-name") == "Ms Lin"


def test_a_language_is_chosen_by_link_and_remembered(opens: Opens) -> None:
    page = opens()
    page.goto(f"{SALON}?service=1")
    page.get_by_role("link", name="繁體中文").tap()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant-TW")
    assert "service=1" in page.url
    page.goto("/help")
    expect(page.locator("h1")).to_have_text("說明")


def test_a_booking_page_weighs_little_with_all_it_loads(opens: Opens) -> None:
    page = opens()
    weights: dict[str, int] = {}
    page.on("response", lambda answer: weights.update({urlsplit(answer.url).path: _weight(answer.body())}))
    page.goto(SALON, wait_until="networkidle")
    assert len(weights) >= 4, weights
    assert sum(weights.values()) <= PAGE_KB * 1024, weights


def _weight(body: bytes) -> int:
    return len(gzip.compress(body, 6))
