"""The whole example network, for databases to be copied from and for apps on them."""

from contextlib import AbstractContextManager

from flask import Flask

from salonpool.demo import network
from tests import databases


def build(database_url: str) -> None:
    """Write the example into a migrated database."""
    with opened(database_url, doors=False) as app:
        network.build(app.extensions["salonpool.texting"])


def opened(database_url: str, *, doors: bool = True, **settings: object) -> AbstractContextManager[Flask]:
    """The demo app on the database, as databases.opened."""
    return databases.opened(database_url, doors=doors, demo=True, **settings)
