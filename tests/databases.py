"""Fresh, migrated databases of both kinds, cheaply: migrate one template, copy it for each use."""

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self
from unittest import mock

import flask_migrate
import sqlalchemy as sa
from flask import Flask

from config import Config
from salonpool import web
from salonpool.app import create_app
from salonpool.database import db
from tests import once, postgres, remembered

Kind = Literal["sqlite", "postgresql"]
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")


def config_for(database_url: str, **settings: object) -> Config:
    """A test's settings: the two secrets a deployment must give, and whatever the test names."""
    values = {
        "secret_key": "a key for tests only, long enough",
        "public_url": "http://salon.test",
        "testing": True,
    }
    return Config(database_url=database_url, **{**values, **settings})  # type: ignore[arg-type]


@contextmanager
def opened(database_url: str, *, doors: bool, **settings: object) -> Iterator[Flask]:
    """The app on the database, inside an app context; its connections are closed afterwards.

    Without `doors` it has no pages: to hang them up takes fifty times as long as everything else.
    """
    config = config_for(database_url, **settings)
    with remembered.url_builders() if doors else mock.patch.object(web, "init_app"):
        app = create_app(config)
    if doors:
        remembered.compiled_pages(app)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def migrate(database_url: str) -> None:
    """Bring an empty database to the newest revision, guards included."""
    with opened(database_url, doors=False):
        flask_migrate.upgrade()


@dataclass(frozen=True)
class SqliteTemplate:
    """A migrated SQLite file to copy."""

    folder: Path

    @classmethod
    def build(cls, folder: Path) -> Self:
        """Migrate one file in the folder."""
        template = cls(folder)
        migrate(template.url)
        return template

    @property
    def url(self) -> str:
        """The template's own URL."""
        return f"sqlite:///{self.folder / 'template.sqlite'}"

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The URL of a fresh copy, removed afterwards."""
        with tempfile.TemporaryDirectory(dir=self.folder, ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "salonpool.sqlite"
            shutil.copyfile(self.folder / "template.sqlite", path)
            yield f"sqlite:///{path}"


@dataclass(frozen=True)
class PostgresTemplate:
    """A migrated PostgreSQL database to clone, in a cluster of our own."""

    server_url: str
    name: str

    @classmethod
    def build(cls, server_url: str) -> Self:
        """Migrate one new database of the cluster."""
        template = cls(server_url, f"template_{uuid.uuid4().hex[:12]}")
        template._run(f"CREATE DATABASE {template.name}")
        migrate(template._url(template.name))
        return template

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The URL of a fresh clone, dropped afterwards even if something is still connected."""
        name = f"copy_{uuid.uuid4().hex[:12]}"
        # Copying files takes a third of the time that writing them through the log takes.
        self._run(f"CREATE DATABASE {name} TEMPLATE {self.name} STRATEGY FILE_COPY")
        try:
            yield self._url(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    @property
    def url(self) -> str:
        """The template's own URL; nobody may be connected to it while it is copied."""
        return self._url(self.name)

    def _url(self, name: str) -> str:
        return sa.make_url(self.server_url).set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        engine = sa.create_engine(self.server_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.execute(sa.text(statement))


@dataclass(frozen=True)
class Templates:
    """The templates of a run, one of each kind and content for all its workers."""

    folder: Path
    server_url: Callable[[], str]

    def copy(
        self, kind: Kind, content: str = "empty", fill: Callable[[str], None] | None = None
    ) -> AbstractContextManager[str]:
        """The URL of a fresh copy; `fill` writes the content, the first time it is asked for."""
        name = f"{kind}-{content}"
        told = once.text(self.folder / f"{name}.built", lambda: self._build(kind, self.folder / name, fill))
        if kind == "postgresql":
            return PostgresTemplate(self.server_url(), told).copy()
        return SqliteTemplate(Path(told)).copy()

    def _build(self, kind: Kind, folder: Path, fill: Callable[[str], None] | None) -> str:
        if kind == "postgresql":
            template = PostgresTemplate.build(self.server_url())
            url, told = template.url, template.name
        else:
            folder.mkdir()
            url, told = SqliteTemplate.build(folder).url, str(folder)
        if fill:
            fill(url)
        return told


@contextmanager
def fresh(kind: Kind) -> Iterator[str]:
    """One migrated database outside pytest, for bench/: starts and stops a cluster of its own if need be."""
    if kind == "postgresql":
        with postgres.cluster() as server_url, PostgresTemplate.build(server_url).copy() as url:
            yield url
        return
    with (
        tempfile.TemporaryDirectory(prefix="salonpool-") as folder,
        SqliteTemplate.build(Path(folder)).copy() as url,
    ):
        yield url
