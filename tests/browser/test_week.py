"""The main job on phones 360 px wide: post a shift, a stylist takes it, that time is booked and cancelled."""

import re
from datetime import date, timedelta

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opens
from tests.browser.hands import PATIENCE, Hands, free_times, width

WEEKEND_AND_MONDAY = {0, 5, 6}


def _enter(page: Page, role: str) -> None:
    """Through the demo's front door."""
    page.goto("/demo")
    with page.expect_navigation():
        page.locator(f"form:has(input[value={role}]) button").tap()


def _a_coming_day(page: Page) -> date:
    """A weekday some days ahead, by the clock of the desk."""
    page.goto("/desk")
    after = page.get_by_role("link", name="Day after").get_attribute("href") or ""
    day = date.fromisoformat(after.rsplit("/", 1)[1]) + timedelta(days=2)
    while day.weekday() in WEEKEND_AND_MONDAY:
        day += timedelta(days=1)
    return day


def _post_a_shift(page: Page, day: date, starts: str, ends: str) -> str:
    """As the owner; the address where the asking can be watched."""
    hands = Hands(page)
    page.goto(f"/desk/shift/new?on={day}")
    page.fill("#field-starts", starts)
    page.fill("#field-ends", ends)
    page.fill("#field-hourly_pay", "450")
    hands.tap_on("button[form=shift]")
    expect(page.locator("h1")).to_contain_text(f"{starts}–{ends}")
    return page.url


def _book(page: Page, phone: str) -> None:
    """The time that is chosen."""
    hands = Hands(page)
    hands.tap_on("button[form=hold]")
    page.fill("#field-phone", phone)
    hands.tap_on("button[form=confirm]")
    expect(page.locator("h1")).to_have_text("You are booked")


def test_from_an_open_shift_to_a_booking_with_whoever_took_it(opens: Opens) -> None:
    guest, owner, phones, stylist = opens(), opens(), opens(), opens()
    phones.goto("/demo/phones")
    # The story's own offers run out, so that everybody may be asked again.
    Hands(phones).tap_on(phones.get_by_role("button", name="+1 hour"))
    _enter(owner, "owner")
    day = _a_coming_day(owner)
    shift = _post_a_shift(owner, day, "11:45", "16:15")

    phone = phones.locator("section.phone", has_text="11:45-16:15").first
    asked = phone.locator("li", has_text="11:45-16:15").first
    expect(asked).to_be_visible(timeout=PATIENCE)
    name = phone.locator("h2").inner_text()
    phone = phones.get_by_role("region", name=name, exact=True)

    stylist.goto(asked.locator("a").get_attribute("href") or "")
    assert width(stylist) <= 360
    Hands(stylist).tap_on(stylist.get_by_role("button", name="Take this shift"))
    expect(stylist.locator(".badge.ok")).to_have_text("Yours")
    expect(phone.locator("li", has_text="11:45-16:15").nth(1)).to_be_visible(timeout=PATIENCE)

    owner.goto(shift)
    expect(owner.get_by_role("heading", name="Who works it")).to_be_visible()
    expect(owner.locator(".list .row", has_text=name).first).to_contain_text("Said yes")

    guest.goto(f"/s/qinghe?on={day}")
    with guest.expect_response(re.compile("/times")):
        Hands(guest).tap(guest.get_by_role("radio", name=re.compile(f"^{name}")))
    expect(guest.locator("#chosen-time + *, #bar")).to_contain_text(name)
    assert [time.get_attribute("data-said") or "" for time in free_times(guest).all()][0].endswith("11:45")
    Hands(guest).tap(free_times(guest).first)
    _book(guest, "0900 000 804")
    expect(guest.locator(".facts")).to_contain_text(name)
    Hands(guest).tap_on(guest.get_by_role("link", name="Cancel booking"))
    Hands(guest).tap_on(guest.get_by_role("button", name="Yes, cancel it"))
    expect(guest.locator("h1")).to_have_text("This booking is cancelled")


def test_a_reply_from_the_phones_takes_a_shift(opens: Opens) -> None:
    owner, phones = opens(), opens()
    _enter(owner, "owner")
    shift = _post_a_shift(owner, _a_coming_day(owner) + timedelta(days=7), "12:15", "15:45")
    phones.goto("/demo/phones")
    phone = phones.locator("section.phone", has_text="12:15-15:45").first
    expect(phone).to_be_visible(timeout=PATIENCE)
    phone.get_by_role("textbox").fill("1")
    with phones.expect_navigation():
        phone.get_by_role("button", name="Send").tap()
    phone = phones.locator("section.phone", has=phones.locator("li.mine"))
    expect(phone.locator("li.mine")).to_contain_text("1")
    expect(phone.locator("li", has_text="12:15-15:45").nth(1)).to_be_visible(timeout=PATIENCE)
    owner.goto(shift)
    expect(owner.locator(".badge").filter(has_text="Filled").first).to_be_visible(timeout=PATIENCE)
