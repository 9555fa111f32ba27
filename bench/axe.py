"""Every page in every state, in a real browser: accessible, in one language, narrow, asking nobody else.

Each scene is opened under the page's own content policy in each language, and looked at on a phone, in the
dark, on a desk and 320 px wide. `--only` takes part of a scene's name, `--screenshots` a folder.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser

from bench.looks import Visit
from bench.scenes import ERRORS, SCENES, Scene, pages_of, submit
from bench.stage import LINK_HOST, SETTINGS, Stage
from bench.table import show
from salonpool.app import create_app
from salonpool.database import db
from tests import chromium, databases, live

LANGUAGES = ("zh-Hant", "en", "zh-Hans")


@dataclass(frozen=True)
class How:
    """Which part of the walk, and how closely to look. `thorough`: not on a light phone only."""

    languages: Sequence[str] = LANGUAGES
    scenes: Sequence[Scene] = SCENES
    screenshots: Path | None = None
    thorough: bool = True


@dataclass
class Seen:
    """What was looked at, and what was wrong: (scene, screen, fault)."""

    pages: int = 0
    looks: int = 0
    faults: list[tuple[str, str, str]] = field(default_factory=list)


def main() -> None:
    """Walk through everything; exit 1 unless nothing is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    parser.add_argument("--only", default="")
    parser.add_argument("--screenshots", type=Path)
    options = parser.parse_args()
    wanted = [scene for scene in SCENES if options.only in scene.name]
    if not wanted:
        parser.error(f"no page is called anything like {options.only}")
    how = How(options.language or LANGUAGES, wanted, options.screenshots)
    with chromium.launched() as browser, databases.fresh("sqlite") as url:
        seen = walk(browser, url, how)
    for language, one in seen.items():
        for scene, screen, fault in one.faults:
            print(f"{language}: {scene}, {screen}: {fault}")
    show(
        "every page in every state",
        ["language", "pages", "looks", "faults", "bar"],
        [
            [language, one.pages, one.looks, len(one.faults), "FAILS" if one.faults else "holds"]
            for language, one in seen.items()
        ],
    )
    sys.exit(1 if any(one.faults for one in seen.values()) else 0)


def walk(browser: Browser, database_url: str, how: How) -> dict[str, Seen]:
    """Everything seen, by language, on a migrated database; the example is built unless it is there."""
    app = create_app(databases.config_for(database_url, demo=True, sms_link_host=LINK_HOST))
    with app.app_context():
        unlisted = pages_of(app) - {scene.endpoint for scene in SCENES}
        assert not unlisted, f"no scene shows {sorted(unlisted)}"
        stage = Stage(app)
        with live.server(database_url, app="tests.failing_doors:app", settings=SETTINGS) as server:
            seen = {language: _walk(browser, server.url, stage, language, how) for language in how.languages}
        db.session.remove()
        db.engine.dispose()
    return seen


def _walk(browser: Browser, url: str, stage: Stage, language: str, how: How) -> Seen:
    seen = Seen()
    with _rooms(browser, url, stage, language) as rooms:
        for scene in how.scenes:
            _look(rooms[scene.who], scene, stage, language, how, seen)
    return seen


@contextmanager
def _rooms(browser: Browser, url: str, stage: Stage, language: str) -> Iterator[dict[str, Visit]]:
    """A page in a window of their own for everybody, signed in, in one language."""
    with ExitStack() as stack:
        rooms = {}
        for who in ("guest", *stage.accounts):
            room = stack.enter_context(chromium.window(browser, chromium.PHONE, url, reduced_motion="reduce"))
            room.add_cookies([{"name": "language", "value": language, "url": url}])
            rooms[who] = Visit.begin(room)
            if who != "guest":
                rooms[who].page.goto(stage.sign_in(who))
                submit(rooms[who].page, "main button.primary")
        yield rooms


def _look(visit: Visit, scene: Scene, stage: Stage, language: str, how: How, seen: Seen) -> None:
    visit.again()
    try:
        visit.page.goto(scene.path if isinstance(scene.path, str) else scene.path(stage))
        if scene.act:
            scene.act(visit.page, stage)
        shot = (
            how.screenshots
            and how.screenshots / f"{scene.name.replace(', ', '-').replace(' ', '_')}-{language}"
        )
        found = [("page", fault) for fault in visit.frame_faults(scene.status, language, stage.names())]
        for screen, faults in visit.screens(thorough=how.thorough, shot=shot):
            seen.looks += 1
            found += [(screen, fault) for fault in faults]
        found += [("browser", fault) for fault in visit.noise]
        seen.pages += 1
        seen.faults += [(scene.name, screen, fault) for screen, fault in found]
    finally:
        if scene.endpoint == ERRORS:
            stage.forgive()


if __name__ == "__main__":
    main()
