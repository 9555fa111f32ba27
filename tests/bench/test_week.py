"""The walk of bench.week on both databases, and that it would tell."""

import pytest

from bench import week
from tests import databases


@pytest.mark.parametrize("kind", databases.KINDS)
def test_book_post_ask_yes_book_cancel_over_http(
    kind: databases.Kind, request: pytest.FixtureRequest
) -> None:
    if kind == "postgresql":
        request.getfixturevalue("postgres_server")  # skips in plain sight where there is none
    outcome = week.run(kind)
    assert outcome.trouble == ""
    assert outcome.held()


def test_a_step_that_failed_breaks_the_bar() -> None:
    assert not week.Outcome().held()
    assert not week.Outcome(steps=[("book", 0.1, "FAILED")], trouble="500").held()
