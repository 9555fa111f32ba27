"""What is looked at on one page: frame, words, axe's rules, width, what the browser complains about."""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, Page

TAGS = {"zh-Hant": "zh-Hant-TW", "en": "en", "zh-Hans": "zh-Hans-CN"}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALL_RULES = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
# Colours fade when the light changes; axe must not look half-way.
RUN_AXE = """async (options) => {
  await Promise.all(document.getAnimations().map((one) => one.finished));
  const {violations} = await axe.run(document, options);
  return violations.flatMap(
    ({id, nodes}) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`));
}"""
PHONE, DESK, NARROW = (360, 800), (1280, 800), (320, 640)
# What reads the same in a Chinese sentence: the brand, the currencies, what programs and phones call a thing.
FOREIGN = {"salonpool", "nt", "us", "twd", "app", "cookie", "google"}
READ_FRAME = """() => ({
  tag: document.documentElement.lang,
  title: document.title,
  headings: document.querySelectorAll('h1').length,
  others: document.querySelectorAll('nav.languages a').length,
})"""
READ_WORDS = """() => {
  const own = document.documentElement.lang;
  const copy = document.body.cloneNode(true);
  copy.querySelectorAll('script, noscript, .texts, .sms').forEach((node) => node.remove());
  copy.querySelectorAll('[lang]').forEach((node) => { if (node.lang !== own) node.remove(); });
  const said = [...copy.querySelectorAll('[aria-label], [placeholder], [title]')].flatMap(
    (node) => ['aria-label', 'placeholder', 'title'].map((name) => node.getAttribute(name) || ''));
  const description = document.querySelector('meta[name=description]').content;
  return [document.title, description, copy.textContent, ...said].join(' | ');
}"""


@dataclass
class Visit:
    """A page in a browser that shows one scene after the other, and what it did in the last."""

    page: Page
    statuses: list[int] = field(default_factory=list)
    noise: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, room: BrowserContext) -> Self:
        """An empty page that is listened to."""
        visit = cls(room.new_page())
        visit.page.on("response", visit._answered)
        visit.page.on("request", visit._asked)
        visit.page.on("console", visit._said)
        visit.page.on("pageerror", lambda error: visit.noise.append(f"script: {error}"))
        return visit

    def again(self) -> None:
        """Forget what the page did."""
        self.statuses.clear()
        self.noise.clear()

    def frame_faults(self, status: int, language: str, names: Set[str]) -> list[str]:
        """Status, language tag, title, heading, language links, and words of another language."""
        frame = self.page.evaluate(READ_FRAME)
        title = frame["title"]
        facts = {
            f"answers {self.statuses[-1]}, not {status}": self.statuses[-1] == status,
            f"lang={frame['tag']}": frame["tag"] == TAGS[language],
            f"title {title!r}": " · " in title and not title.startswith(" "),
            f"{frame['headings']} h1": frame["headings"] == 1,
            f"{frame['others']} language links": frame["others"] == len(TAGS) - 1,
        }
        foreign = foreign_words(self.page.evaluate(READ_WORDS), names) if language != "en" else set()
        return [fault for fault, holds in facts.items() if not holds] + [
            f"English: {w}" for w in sorted(foreign)
        ]

    def screens(self, *, thorough: bool, shot: Path | None = None) -> Iterator[tuple[str, list[str]]]:
        """Faults on one screen after the other: a phone; if thorough, a dark one and a desk too; 320 px."""
        page = self.page
        page.evaluate(AXE_SCRIPT)
        yield "360", self._axe(ALL_RULES)
        self._shoot(shot, "360")
        if thorough:
            page.emulate_media(color_scheme="dark")
            yield "360 dark", self._axe(COLOURS)
            self._shoot(shot, "360-dark")
            self._resize(DESK)
            yield "1280 dark", self._axe(COLOURS)
            page.emulate_media(color_scheme="light")
            yield "1280", self._axe(ALL_RULES)
            self._shoot(shot, "1280")
        self._resize(NARROW)
        width = page.evaluate("document.documentElement.scrollWidth")
        yield "320", [f"{width} px wide"] if width > NARROW[0] else []
        self._resize(PHONE)

    def _axe(self, options: dict[str, Any]) -> list[str]:
        found: list[str] = self.page.evaluate(RUN_AXE, options)
        return [" ".join(fault.split()) for fault in found]

    def _resize(self, size: tuple[int, int]) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def _shoot(self, shot: Path | None, screen: str) -> None:
        if shot:
            self.page.screenshot(path=f"{shot}-{screen}.png", full_page=True)

    def _answered(self, response: Any) -> None:
        if response.request.is_navigation_request():
            self.statuses.append(response.status)

    def _asked(self, request: Any) -> None:
        if urlsplit(request.url).hostname not in {"127.0.0.1", None}:
            self.noise.append(f"asks {request.url}")

    def _said(self, message: Any) -> None:
        # The console also names every error status; those are checked by themselves.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.noise.append(f"console: {message.text}")


def foreign_words(text: str, names: Set[str]) -> set[str]:
    """ASCII words of two letters or more that are neither names nor known."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    return {word for word in re.findall(r"[A-Za-z]{2,}", text) if word.lower() not in FOREIGN}
