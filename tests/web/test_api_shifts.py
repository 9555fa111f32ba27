"""Shifts and offers through the API."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import (
    TODAY,
    a_network,
    a_pooled_stylist,
    a_salon,
    a_shift,
    a_skill,
    a_token,
    an_account,
    an_offer,
)
from tests.usecases import pool


@pytest.fixture
def client(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A client whose now is the builders' now."""
    from tests.builders import NOW

    monkeypatch.setattr("salonpool.web.extensions.clock.now", lambda: NOW)
    return app.test_client()


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _body(**changes: Any) -> dict[str, Any]:
    return {
        "salon": "kapok",
        "starts_at": f"{TODAY}T14:00:00+08:00",
        "ends_at": f"{TODAY}T18:00:00+08:00",
        "skill": "cut",
        "hourly_pay": {"amount_minor": 42000, "currency": "TWD"},
        **changes,
    }


def _owner() -> tuple[int, int, str]:
    network = a_network()
    a_skill(network)
    salon = a_salon(network, slug="kapok")
    return network, salon, a_token(an_account(network, owns=(salon,)))


def test_a_retry_with_its_key_gets_the_first_answer(client: FlaskClient) -> None:
    network, salon, token = _owner()
    twice = _bearer(token) | {"Idempotency-Key": "k1"}
    first = client.post("/api/v1/shifts", json=_body(), headers=twice)
    again = client.post("/api/v1/shifts", json=_body(), headers=twice)
    assert (again.status_code, again.json) == (201, first.json)
    other = client.post("/api/v1/shifts", json=_body(seats=2), headers=twice)
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
    partner = _bearer(a_token(an_account(network, owns=(salon,)))) | {"Idempotency-Key": "k1"}
    theirs = client.post("/api/v1/shifts", json=_body(seats=2), headers=partner)
    assert (theirs.status_code, theirs.json["seats"]) == (201, 2)
    listed = client.get("/api/v1/shifts", headers=_bearer(token)).json["shifts"]
    assert [row["id"] for row in listed] == [first.json["id"], theirs.json["id"]]


def test_a_key_that_cannot_be_one_is_refused_by_name(client: FlaskClient) -> None:
    _, _, token = _owner()
    headers = _bearer(token) | {"Idempotency-Key": "k" * 256}
    refused = client.post("/api/v1/shifts", json=_body(), headers=headers)
    assert (refused.status_code, refused.json["code"]) == (422, "idempotency_key_bad")
    assert client.get("/api/v1/shifts", headers=_bearer(token)).json["shifts"] == []


def test_an_owner_posts_a_shift_and_sees_it(client: FlaskClient) -> None:
    _, _, token = _owner()
    answer = client.post("/api/v1/shifts", json=_body(), headers=_bearer(token))
    assert answer.status_code == 201, answer.text
    assert answer.json == {"id": answer.json["id"], "status": "posted", "seats": 1, "filled": 0}
    listed = client.get("/api/v1/shifts", headers=_bearer(token)).json
    assert listed["offers"] == []
    (row,) = listed["shifts"]
    assert row == {
        "id": answer.json["id"],
        "status": "posted",
        "seats": 1,
        "filled": 0,
        "salon": "kapok",
        "starts_at": f"{TODAY}T06:00:00Z",
        "ends_at": f"{TODAY}T10:00:00Z",
        "skill": "cut",
        "hourly_pay": {"amount_minor": 42000, "currency": "TWD"},
        "priority": 2,
    }


def test_without_a_good_token_nobody_gets_in(client: FlaskClient) -> None:
    _owner()
    for headers in ({}, _bearer("guessed"), {"Authorization": "Basic x"}):
        assert client.post("/api/v1/shifts", json=_body(), headers=headers).status_code == 401
        assert client.get("/api/v1/shifts", headers=headers).status_code == 401
        assert client.post("/api/v1/offers/1/accept", headers=headers).status_code == 401


def test_a_foreign_salon_answers_like_a_missing_one(client: FlaskClient) -> None:
    network, _, token = _owner()
    a_salon(network, slug="night-owl")
    answers = [
        client.post("/api/v1/shifts", json=_body(salon=slug), headers=_bearer(token))
        for slug in ("night-owl", "nowhere")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json == answers[1].json


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("seats", {"seats": "2"}),
        ("seats", {"seats": 0}),
        ("salon_id", {"salon_id": 1}),
        ("hourly_pay.amount_minor", {"hourly_pay": {"amount_minor": 420.5, "currency": "TWD"}}),
        ("hourly_pay.currency", {"hourly_pay": {"amount_minor": 42000, "currency": "EUR"}}),
        ("starts_at", {"starts_at": f"{TODAY}T14:00:00"}),
        ("skill", {"skill": "juggling"}),
    ],
)
def test_a_wrong_field_is_named(client: FlaskClient, field: str, changes: dict[str, Any]) -> None:
    _, _, token = _owner()
    answer = client.post("/api/v1/shifts", json=_body(**changes), headers=_bearer(token))
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json["errors"]] == [field]


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k"}], ids=["no key", "key"])
@pytest.mark.parametrize("field", ["starts_at", "ends_at"])
@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_an_instant_that_utc_does_not_have_is_refused(
    client: FlaskClient, instant: str, field: str, key: dict[str, str]
) -> None:
    _, _, token = _owner()
    answer = client.post("/api/v1/shifts", json=_body(**{field: instant}), headers=_bearer(token) | key)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_a_stylist_sees_the_offer_takes_it_and_hears_the_same_again(client: FlaskClient) -> None:
    network, salon, _ = _owner()
    stylist = a_pooled_stylist(network)
    token = a_token(an_account(network, stylist=stylist))
    offer = an_offer(a_shift(salon), stylist)
    (listed,) = client.get("/api/v1/shifts", headers=_bearer(token)).json["offers"]
    assert (listed["id"], listed["pay"]["amount_minor"]) == (offer, 168000)
    first, again = (client.post(f"/api/v1/offers/{offer}/accept", headers=_bearer(token)) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json == again.json
    assert first.json["assignment"]["salon"] == "kapok"


def test_the_second_to_say_yes_gets_409_taken(client: FlaskClient) -> None:
    network, salon, _ = _owner()
    shift = a_shift(salon)
    stylists = [a_pooled_stylist(network) for _ in range(2)]
    tokens = [a_token(an_account(network, stylist=stylist)) for stylist in stylists]
    made = [an_offer(shift, stylist) for stylist in stylists]
    codes = [
        client.post(f"/api/v1/offers/{offer}/accept", headers=_bearer(token)).json
        for offer, token in zip(made, tokens, strict=True)
    ]
    assert "assignment" in codes[0]
    assert (codes[1]["status"], codes[1]["code"]) == (409, "taken")
    assert pool.holders(shift) == [stylists[0]]


def test_a_no_is_taken_and_may_be_repeated(client: FlaskClient) -> None:
    network, salon, _ = _owner()
    stylist = a_pooled_stylist(network)
    token = a_token(an_account(network, stylist=stylist))
    offer = an_offer(a_shift(salon), stylist)
    for _ in range(2):
        answer = client.post(f"/api/v1/offers/{offer}/decline", headers=_bearer(token))
        assert (answer.status_code, answer.json) == (200, {"status": "declined"})
    assert client.post(f"/api/v1/offers/{offer}/accept", headers=_bearer(token)).json["code"] == "declined"


def test_somebody_elses_offer_answers_like_a_missing_one(client: FlaskClient) -> None:
    network, salon, owner = _owner()
    offer = an_offer(a_shift(salon), a_pooled_stylist(network))
    other = a_token(an_account(network, stylist=a_pooled_stylist(network)))
    for token in (owner, other):
        for verb in ("accept", "decline"):
            foreign = client.post(f"/api/v1/offers/{offer}/{verb}", headers=_bearer(token))
            missing = client.post(f"/api/v1/offers/999999/{verb}", headers=_bearer(token))
            assert (foreign.status_code, foreign.json) == (404, missing.json)
