"""The bench of pages in short, and that it would tell: what is dear, what grows, what is missing."""

import itertools
from datetime import date

import pytest

from bench import busy_salons, pages
from bench.asking import Question, Server
from bench.volley import Request
from tests import databases, live

NOWHERE = Server("http://127.0.0.1:9", list)


def _question(*cost: float, **more: object) -> Question:
    return Question("q", NOWHERE, itertools.repeat([]), b"", 1, cost=list(cost), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", databases.KINDS)
def test_every_question_is_answered_within_its_statements(
    kind: databases.Kind, request: pytest.FixtureRequest
) -> None:
    if kind == "postgresql":
        request.getfixturevalue("postgres_server")  # skips in plain sight where there is none
    outcome = pages.run(kind, pages.SHORT, seed=3)
    assert outcome.faults(timed=False) == {}
    assert all(min(question.cost) > 0 for question in [outcome.hello, *outcome.questions])
    assert all(question.statements for question in outcome.questions if question.smaller)
    assert pages.ACROSS in {question.name for question in outcome.questions}


def test_a_question_dearer_than_its_bar_breaks_it() -> None:
    hello = _question(1.0, 1.0, 1.0)
    assert _question(5.0, 99.0, 6.0, most_hellos=6).faults(hello, timed=True) == []
    assert _question(5.0, 7.0, 7.0, most_hellos=6).faults(hello, timed=True) == ["COST > 6 hellos"]
    assert _question(16.0, most_ms=15).faults(hello, timed=True) == ["COST > 15 ms"]


def test_a_question_that_grows_with_the_bookings_breaks_its_bar() -> None:
    smaller = _question(1.0, 2.0, 3.0)
    assert _question(1.1, 2.2, 3.3, smaller=smaller).faults(smaller, timed=True) == []
    assert _question(1.3, 2.6, 3.9, smaller=smaller).faults(smaller, timed=True) == ["GROWS > 1.2x"]


def test_too_many_statements_break_the_bar_even_untimed() -> None:
    hello = _question(1.0)
    assert _question(statements=7, most_statements=6).faults(hello, timed=False) == ["STATEMENTS > 6"]


def test_a_missing_route_and_an_empty_answer_are_no_success() -> None:
    with live.server("sqlite://", app="bench.hello:app") as running:
        server = Server(running.url, list)
        missing = Question("m", server, itertools.repeat([Request("/nowhere")]), b"", 1)
        empty = Question("e", server, itertools.repeat([Request("/")]), b"starts_at", 1)
        for question in (missing, empty):
            question.measure()
            question.measure()
        assert missing.faults(missing, timed=False) == ["MISSING"]
        assert empty.faults(empty, timed=False) == ["EMPTY ANSWER"]
        assert len(missing.cost) == 1


def test_the_days_asked_about_are_the_same_in_every_size() -> None:
    today = date(2026, 10, 19)
    few, many = (busy_salons.invent(count, today, seed=1) for count in (2_000, 20_000))
    assert (len(few), len(many)) == (2_000, 20_000)
    assert few == many[:2_000]
    month = [visit for visit in few if visit.salon == 0]
    share = sum(visit.minutes for visit in month) / (9 * 60 * busy_salons.STYLISTS * busy_salons.MONTH_DAYS)
    assert 0.6 < share < 0.75
