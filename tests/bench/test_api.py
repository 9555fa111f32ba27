"""Three hundred generated requests find the API as described; and the bench sees what is not as described."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from bench import api
from salonpool.domain.refusal import Refusal
from salonpool.queries import salons
from salonpool.usecases.pool import shifts
from salonpool.web.api import salons as salon_routes
from salonpool.web.api import shifts as shift_routes
from salonpool.web.api import staff as staff_token

CASES = 300
SALONS, SHIFTS, POST_SHIFT = "GET /api/v1/salons", "GET /api/v1/shifts", "POST /api/v1/shifts"


@pytest.fixture
def serving(example_url: str) -> Iterator[Any]:
    """The app on the example network."""
    with api.standing(example_url) as app:
        yield app


def test_every_operation_does_what_the_description_says(example_url: str) -> None:
    outcome = api.run(example_url, CASES)
    assert outcome.contradictions == {}
    assert outcome.silent() == []
    assert outcome.holds(CASES)


@pytest.mark.parametrize("example_url", ["sqlite"], indirect=True)
def test_an_error_of_ours_is_seen(serving: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(salons, "list_salons", lambda language: 1 // 0)
    outcome = api.explore(serving, 1, only=SALONS)
    assert set(outcome.statuses[SALONS]) == {500}
    assert f"{SALONS}: Server error" in outcome.contradictions
    assert not outcome.holds(1)


@pytest.mark.parametrize("example_url", ["sqlite"], indirect=True)
def test_an_undescribed_status_is_seen(serving: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(language: str) -> None:
        raise Refusal("not_allowed")

    monkeypatch.setattr(salons, "list_salons", refuse)
    outcome = api.explore(serving, 1, only=SALONS)
    assert f"{SALONS}: Undocumented status code" in outcome.contradictions


@pytest.mark.parametrize("example_url", ["sqlite"], indirect=True)
def test_an_answer_that_lacks_a_field_is_seen(serving: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(salon_routes, "salon_of", lambda salon: {"slug": salon.slug})
    outcome = api.explore(serving, 1, only=SALONS)
    assert f"{SALONS}: Response violates schema" in outcome.contradictions


@pytest.mark.parametrize("example_url", ["sqlite"], indirect=True)
def test_bad_input_that_is_taken_is_seen(serving: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pay = {"amount_minor": 1, "currency": "TWD"}
    wanted = {
        "salon": "",
        "starts_at": 0,
        "ends_at": 0,
        "skill": "",
        "hourly_pay": pay,
        "seats": 1,
        "priority": 1,
    }
    posted = SimpleNamespace(id=1, status="posted", seats=1, filled=0)
    monkeypatch.setattr(shift_routes.ShiftIn, "load", lambda *_, **__: wanted)
    monkeypatch.setattr(shifts, "post", lambda *_, **__: posted)
    outcome = api.explore(serving, 60, only=POST_SHIFT)
    assert f"{POST_SHIFT}: Schema-violating request accepted" in outcome.contradictions


@pytest.mark.parametrize("example_url", ["sqlite"], indirect=True)
def test_an_operation_that_never_says_yes_is_seen(serving: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff_token, "find_bearer", lambda: None)
    outcome = api.explore(serving, 10, only=SHIFTS)
    assert outcome.contradictions == {}
    assert outcome.silent() == [SHIFTS]
    assert not outcome.holds(10)
