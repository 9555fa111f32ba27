"""Tests of use cases look at no page; those of texts on their way add texts, and mostly let no time pass."""

import pytest
from flask import Flask

from salonpool.usecases.texts import claims
from tests.outgoing import Adding


@pytest.fixture
def doors() -> bool:
    """To hang up the pages would take longer than most of these tests."""
    return False


@pytest.fixture
def enqueue(app: Flask) -> Adding:
    """Adds texts of one network."""
    return Adding()


@pytest.fixture
def no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a pass, however slow the machine is."""
    monkeypatch.setattr(claims, "since_boot", lambda: 0.0)
