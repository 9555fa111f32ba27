"""Benches in their short form: on copies of the run's templates instead of databases of their own."""

import pytest

from tests import databases


@pytest.fixture(autouse=True)
def _copied(monkeypatch: pytest.MonkeyPatch, templates: databases.Templates) -> None:
    monkeypatch.setattr(databases, "fresh", templates.copy)
