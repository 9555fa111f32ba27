"""A person at a phone: taps are counted, typing is not."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page

PATIENCE = 60_000  # milliseconds; the planner may take a while on a busy machine
SIGHT = """() => document.activeElement && (document.activeElement.id || document.activeElement.className)"""


class Hands:
    """Two thumbs on one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0

    def tap(self, what: str | Locator) -> None:
        """One tap."""
        place = self.page.locator(what) if isinstance(what, str) else what
        place.tap()
        self.taps += 1

    def tap_on(self, what: str | Locator) -> None:
        """One tap that leads to another page."""
        with self.page.expect_navigation():
            self.tap(what)

    def type(self, text: str) -> None:
        """Into the field that has the focus."""
        self.page.keyboard.type(text)


def free_times(page: Page) -> Locator:
    """The times to choose from."""
    return page.locator("#hold input[name=starts_at]")


def focused(page: Page) -> str:
    """The id of what has the focus, or its class."""
    found: str = page.evaluate(SIGHT)
    return found


def press_until(page: Page, key: str, there: Callable[[], bool], at_most: int = 60) -> int:
    """Press a key until something holds; how often that took."""
    for presses in range(1, at_most + 1):
        page.keyboard.press(key)
        if there():
            return presses
    raise AssertionError(f"{at_most} times {key}, and still at {focused(page)}")


def width(page: Page) -> int:
    """How wide the page is, whatever the screen."""
    found: int = page.evaluate("document.documentElement.scrollWidth")
    return found
