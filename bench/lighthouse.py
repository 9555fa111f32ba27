"""How the guest pages do under Lighthouse on a phone: speed, accessibility, best practices, search engines.

python -m bench.lighthouse [--runs N]

Lighthouse is installed by npm into a folder of its own (Node is needed here and nowhere else), and drives
the Chromium the tests use. Bar: the median of each score at least 95, else exit 1. Pages that ask search
engines to stay away are not scored for them.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench.stage import LINK_HOST, SETTINGS, Stage
from bench.table import show
from salonpool.app import create_app
from salonpool.database import db
from tests import chromium, databases, live

VERSION = "12.8.2"
# Kept between runs; git does not see it.
FOLDER = live.ROOT / "instance" / "bench-lighthouse"
PROGRAM = FOLDER / "node_modules" / ".bin" / "lighthouse"
INSTALL_SECONDS, RUN_SECONDS = 300, 120
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
BAR = 95


class NotAvailable(Exception):
    """Lighthouse could not be installed; the message says why."""


@dataclass(frozen=True)
class Page:
    """A guest page. `listed`: search engines are welcome."""

    name: str
    path: Callable[[Stage], str]
    listed: bool = True

    @property
    def categories(self) -> Sequence[str]:
        """What it is scored for."""
        return CATEGORIES if self.listed else CATEGORIES[:-1]


PAGES = (
    Page("salons", lambda _: "/"),
    Page("book", lambda _: "/s/qinghe"),
    Page("month", lambda stage: f"/s/qinghe?month={stage.now:%Y-%m}"),
    Page("help", lambda _: "/help"),
    Page("confirm", lambda stage: stage.hold(), listed=False),
    Page("booking", lambda stage: stage.book(), listed=False),
    Page("move", lambda stage: f"{stage.book()}/move", listed=False),
    Page("cancel", lambda stage: f"{stage.book()}/cancel", listed=False),
)


@dataclass
class Scores:
    """The scores of one page, run by run."""

    page: Page
    found: dict[str, list[int]] = field(default_factory=dict)

    def median(self, category: str) -> int:
        """Of all runs."""
        return round(statistics.median(self.found[category]))

    def holds(self) -> bool:
        """Is every median at least the bar?"""
        return all(self.median(category) >= BAR for category in self.page.categories)


def main() -> None:
    """Score every page; exit 1 unless all bars hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    try:
        install()
    except NotAvailable as reason:
        sys.exit(f"NOT RUN: {reason}")
    scores = score(options.runs)
    show(
        f"Lighthouse {VERSION}, phone, median of {options.runs} runs",
        ["page", *CATEGORIES, "bar"],
        [
            [
                one.page.name,
                *(one.median(c) if c in one.page.categories else "not listed" for c in CATEGORIES),
                "holds" if one.holds() else f"FAILS (< {BAR})",
            ]
            for one in scores
        ],
    )
    sys.exit(0 if all(one.holds() for one in scores) else 1)


def install() -> None:
    """Put Lighthouse into its folder unless it is there. Raises NotAvailable."""
    if PROGRAM.exists():
        return
    if shutil.which("npm") is None:
        raise NotAvailable("npm is not installed (Debian: apt-get install npm)")
    FOLDER.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(FOLDER), f"lighthouse@{VERSION}"]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        shutil.rmtree(FOLDER)
        raise NotAvailable(f"npm could not install lighthouse@{VERSION}: {error}") from error


def score(runs: int) -> list[Scores]:
    """Every page on a fresh example network."""
    with databases.fresh("sqlite") as url:
        app = create_app(databases.config_for(url, demo=True, sms_link_host=LINK_HOST))
        with app.app_context():
            stage = Stage(app)
            paths = {page: page.path(stage) for page in PAGES}
            db.session.remove()
            db.engine.dispose()
        with live.server(url, settings=SETTINGS) as server:
            scores = [Scores(page) for page in PAGES]
            for _ in range(runs):
                for one in scores:
                    for category, points in _run(server.url + paths[one.page], one.page.categories).items():
                        one.found.setdefault(category, []).append(points)
    return scores


def _run(address: str, categories: Sequence[str]) -> dict[str, int]:
    command = [
        str(PROGRAM), address, "--quiet", "--output=json", "--output-path=stdout",
        f"--only-categories={','.join(categories)}", f"--chrome-flags={' '.join(chromium.FLAGS)}",
    ]  # fmt: skip
    environment = {**os.environ, "CHROME_PATH": chromium.executable()}
    done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_SECONDS, env=environment)
    if done.returncode:
        sys.exit(f"{address}: {done.stderr.strip()[-400:]}")
    found = json.loads(done.stdout)["categories"]
    return {category: round(found[category]["score"] * 100) for category in categories}


if __name__ == "__main__":
    main()
