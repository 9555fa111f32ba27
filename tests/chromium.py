"""A real Chromium, at the two widths the pages are drawn for."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, sync_playwright

# The background fetches of a fresh profile would slow the tests down and reach outside the machine.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"viewport": {"width": 360, "height": 800}, "is_mobile": True, "has_touch": True}
NARROW = {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1280, "height": 800}}


class NotInstalled(Exception):
    """The machine has no Chromium; the message says what to install."""


def executable() -> str:
    """Where the browser is. Raises NotInstalled."""
    path = shutil.which("chromium")
    if path is None:
        raise NotInstalled("Chromium is not installed (Debian: apt-get install chromium)")
    return path


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless browser for the length of a block. Raises NotInstalled."""
    path = executable()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def window(
    browser: Browser, screen: dict[str, object], base_url: str = "", **options: object
) -> Iterator[BrowserContext]:
    """A new context with its own cookies: screen is PHONE, NARROW or DESK.

    Options are playwright's; `java_script_enabled=False` shows what remains without script, `bypass_csp=True`
    lets axe in, `locale="zh-TW"` asks for a language. Waits end after 10 s.
    """
    context = browser.new_context(base_url=base_url or None, **{**screen, **options})  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    try:
        yield context
    finally:
        context.close()
