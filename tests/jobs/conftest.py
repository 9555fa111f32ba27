"""Tests of jobs look at no page."""

import pytest


@pytest.fixture
def doors() -> bool:
    """To hang up the pages would take longer than most of these tests."""
    return False
