"""What every test may ask for: a fresh database of either kind, the app on it, a browser, a server."""

import os
import shutil
import signal
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests import chromium, once, postgres

BY_TURNS = ("tests/web/", "tests/queries/")
KINDS = ("sqlite", "postgresql")
CLUSTER = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """The controlling process makes the folder of the one cluster; workers are told where it is."""
    given = getattr(config, "workerinput", {}).get("cluster")
    config.stash[CLUSTER] = Path(given) if given else postgres.new_folder(postgres.memory())
    if not given:  # a terminated run tidies up as an interrupted one does
        signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist: a worker is about to start."""
    node.workerinput["cluster"] = str(node.config.stash[CLUSTER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """The controlling process stops the cluster, whoever started it."""
    folder = config.stash[CLUSTER]
    if hasattr(config, "workerinput"):
        return
    postgres.stop_cluster(folder / "cluster")
    shutil.rmtree(folder)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of pages and queries run on one kind of database each, by turns; ALL_DATABASES=1: on both.

    What writes is tested below them, in the use cases, always on both.
    """
    if os.environ.get("ALL_DATABASES") == "1":
        return
    ids = {item.nodeid for item in items}
    dropped = {item.nodeid for item in items if _is_others_turn(item.nodeid, ids)}
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in dropped])
    items[:] = [item for item in items if item.nodeid not in dropped]


def _is_others_turn(name: str, names: set[str]) -> bool:
    other = name.replace("sqlite", "postgresql") if "sqlite" in name else name.replace("postgresql", "sqlite")
    if not name.startswith(BY_TURNS) or other == name or other not in names:
        return False
    turn = KINDS[zlib.crc32(name.replace("sqlite", "postgresql").encode()) % 2]
    return turn not in name


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> str:
    """The URL of the run's one PostgreSQL cluster: the first worker to ask starts it."""
    folder = request.config.stash[CLUSTER]
    try:
        return once.text(folder / "url", lambda: postgres.start_cluster(folder / "cluster"))
    except postgres.NotInstalled as missing:
        _missing(missing)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium; open pages with tests.chromium.window."""
    try:
        with chromium.launched() as browser:
            yield browser
    except chromium.NotInstalled as missing:
        _missing(missing)


@pytest.fixture(scope="session")
def templates(request: pytest.FixtureRequest) -> Any:
    """A databases.Templates: migrated databases to copy."""
    from tests import databases  # here, so that tests of pure rules start without the app

    return databases.Templates(
        request.config.stash[CLUSTER], lambda: str(request.getfixturevalue("postgres_server"))
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, templates: Any) -> Iterator[str]:
    """A fresh migrated database; the test runs once for each kind.

    One kind only: `@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)`.
    """
    with templates.copy(request.param) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def example_url(request: pytest.FixtureRequest, templates: Any) -> Iterator[str]:
    """A fresh copy of the whole example network; the test runs once for each kind of database."""
    from tests import example

    with templates.copy(request.param, "example", example.build) as url:
        yield url


@pytest.fixture
def settings() -> dict[str, Any]:
    """Settings of the app under test beside the database's; a test file may override this fixture."""
    return {}


@pytest.fixture
def doors() -> bool:
    """Has the app under test its pages? Rooms whose tests need none override this fixture: it saves time."""
    return True


@pytest.fixture
def app(database_url: str, settings: dict[str, Any], doors: bool) -> Iterator[Any]:
    """The app on the fresh database, inside an app context."""
    from tests import databases

    with databases.opened(database_url, doors=doors, **settings) as app:
        yield app


def _missing(what: Exception) -> NoReturn:
    """A machine without a tool skips in plain sight; `make test` promised everything, so there it fails."""
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(str(what), pytrace=False)
    pytest.skip(f"NOT TESTED: {what}")
