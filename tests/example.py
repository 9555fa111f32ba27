"""The whole example network as a template: built once per kind of database, copied for each test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from salonpool.app import create_app
from salonpool.database import db
from salonpool.demo import network
from tests import databases


def build(database_url: str) -> None:
    """Write the example into a migrated database."""
    with opened(database_url) as app:
        network.build(app.extensions["salonpool.texting"])


@contextmanager
def opened(database_url: str, **settings: object) -> Iterator[Any]:
    """The demo app on the database, inside an app context; its connections are closed afterwards."""
    app = create_app(databases.config_for(database_url, demo=True, **settings))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def sqlite_template(folder: Path) -> databases.SqliteTemplate:
    """An SQLite file with the example in it."""
    folder.mkdir()
    template = databases.SqliteTemplate.build(folder)
    build(f"sqlite:///{folder / 'template.sqlite'}")
    return template


def postgres_template(server_url: str) -> databases.PostgresTemplate:
    """A PostgreSQL database with the example in it."""
    template = databases.PostgresTemplate.build(server_url)
    build(template.url)
    return template
