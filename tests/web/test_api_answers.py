"""Views write the API's answers themselves; they hold exactly what their schemas describe."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from marshmallow import Schema, fields

from salonpool.web.api.bookings import BookingOut, HoldOut
from salonpool.web.api.fields import utc
from salonpool.web.api.salons import SalonDetailOut, SalonsOut, SlotsOut
from tests import builders as b


@pytest.fixture
def wish(app: Any) -> dict[str, Any]:
    """A cut that can be booked at the salon `qinghe` on Monday at 14:00."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe")
    b.a_rota(b.a_stylist(network, home=salon), salon)
    return {"salon": "qinghe", "services": [b.a_service(salon)], "starts_at": b.at("14:00").isoformat()}


def _strays(field: fields.Field | Schema, value: Any, where: str = "") -> Iterator[str]:
    """What is in the answer or in its schema, but not in both."""
    if isinstance(field, fields.List):
        assert value, f"{where} is empty, so nothing is compared"
        for item in value:
            yield from _strays(field.inner, item, where)
        return
    schema = field.schema if isinstance(field, fields.Nested) else field
    if not isinstance(schema, Schema):
        return
    yield from (f"{where}.{name}" for name in schema.fields.keys() ^ value.keys())
    for name in schema.fields.keys() & value.keys():
        yield from _strays(schema.fields[name], value[name], f"{where}.{name}")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_answers_hold_what_their_schemas_describe_and_nothing_else(client: Any, wish: dict[str, Any]) -> None:
    booking = wish | {"customer": {"phone": "0912 345 678"}}
    slots = f"/api/v1/salons/qinghe/slots?service={wish['services'][0]}&from={b.TODAY}"
    answers = {
        SalonsOut: client.get("/api/v1/salons"),
        SalonDetailOut: client.get("/api/v1/salons/qinghe"),
        SlotsOut: client.get(slots),
        BookingOut: client.post("/api/v1/bookings", json=booking, headers={"Idempotency-Key": "1"}),
        HoldOut: client.post("/api/v1/holds", json=wish | {"starts_at": b.at("16:00").isoformat()}),
    }
    for schema, answer in answers.items():
        assert answer.status_code in {200, 201}, answer.json
        assert list(_strays(schema(), answer.json, schema.__name__)) == []


def test_an_answer_is_not_converted_again() -> None:
    answer = {"slots": []}
    assert SlotsOut().dump(answer) is answer


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_refusal_that_quotes_half_a_surrogate_pair_is_still_a_refusal(client: Any) -> None:
    answer = client.post("/api/v1/holds", data=b'{"\\ud800": 1}', content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (422, "unreadable")
    assert "\ud800" in [error["field"] for error in answer.json["errors"]]


def test_an_instant_is_written_in_utc_to_the_second() -> None:
    assert utc(datetime(2026, 10, 20, 6, 0, 7, 999, tzinfo=UTC)) == "2026-10-20T06:00:07Z"
