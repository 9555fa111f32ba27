"""The API's description of itself: every operation tells its refusals, token, bounds and examples."""

from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
BOUNDS = {"integer": {"minimum", "maximum"}, "array": {"minItems", "maxItems"}}
TEXT_BOUNDS = {"maxLength", "format", "pattern", "enum"}


@pytest.fixture
def description(client: Any) -> dict[str, Any]:
    """What /api/v1/openapi.json says."""
    found: dict[str, Any] = client.get("/api/v1/openapi.json").json
    return found


def _operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in description["paths"].items():
        for method in methods.keys() - {"parameters"}:
            shared = methods.get("parameters", [])
            operation = methods[method]
            parameters = [*shared, *operation.get("parameters", [])]
            yield f"{method.upper()} {path}", {**operation, "parameters": parameters}


def _resolved(description: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        names = part["$ref"].removeprefix("#/").split("/")
        part = description
        for name in names:
            part = part[name]
    return part


def _statuses(operation: dict[str, Any]) -> set[int]:
    return {int(status) for status in operation["responses"]}


def test_every_refusal_is_a_problem_and_nothing_hides_behind_a_default(description: dict[str, Any]) -> None:
    operations = dict(_operations(description))
    assert len(operations) > 8
    for label, operation in operations.items():
        assert {400, 413, 415, 422, 503} < _statuses(operation), label
        refusals = [
            _resolved(description, response)
            for status, response in operation["responses"].items()
            if int(status) >= 400
        ]
        assert all(refusal["content"] == PROBLEM for refusal in refusals), label
    assert 404 in _statuses(operations["GET /api/v1/salons/{slug}"])
    assert {404, 409, 429} < _statuses(operations["POST /api/v1/bookings"])
    assert {401, 404, 409} < _statuses(operations["POST /api/v1/offers/{offer_id}/accept"])
    assert {404, 429} < _statuses(operations["GET /api/v1/waitlist/{entry_id}"])
    assert "Retry-After" in description["components"]["responses"]["SERVICE_UNAVAILABLE"]["headers"]


def test_a_problem_tells_code_and_fields(description: dict[str, Any]) -> None:
    problem = description["components"]["schemas"]["Problem"]
    assert set(problem["required"]) == {"type", "title", "status", "code", "detail"}
    assert {"dates", "errors", "nearest"} == problem["properties"].keys() - set(problem["required"])


def test_every_operation_behind_a_token_says_which(description: dict[str, Any]) -> None:
    tokens = {
        label: {name for choice in operation.get("security", []) for name in choice}
        for label, operation in _operations(description)
    }
    assert tokens["POST /api/v1/bookings"] == tokens["GET /api/v1/salons"] == set()
    assert tokens["POST /api/v1/bookings/{booking_id}/cancel"] == {"manage_token"}
    assert tokens["POST /api/v1/holds/{booking_id}/confirm"] == {"hold_token"}
    assert tokens["GET /api/v1/waitlist/{entry_id}"] == {"wait_token"}
    assert tokens["POST /api/v1/bookings/{booking_id}/take"] == {"manage_token"}
    assert tokens["POST /api/v1/shifts"] == {"staff_token"}
    with_id = {label for label in tokens if "_id}" in label}
    assert {label for label in with_id if not tokens[label]} == set()
    schemes = description["components"]["securitySchemes"]
    assert set().union(*tokens.values()) <= schemes.keys()
    assert {scheme["scheme"] for scheme in schemes.values()} == {"bearer"}


def test_the_key_of_a_booking_is_asked_for(description: dict[str, Any]) -> None:
    operations = dict(_operations(description))
    needed = {
        label: parameter["required"]
        for label, operation in operations.items()
        for parameter in operation["parameters"]
        if parameter["name"] == "Idempotency-Key"
    }
    assert needed["POST /api/v1/bookings"] is True
    assert needed["POST /api/v1/holds/{booking_id}/confirm"] is False


def test_everything_asked_for_has_an_example_and_bounds(description: dict[str, Any]) -> None:
    bare, endless, seen = set(), set(), 0
    for label, operation in _operations(description):
        for where, schema, example in _asked(description, operation):
            seen += 1
            if not example:
                bare.add(f"{label} {where}")
            if not _is_bounded(schema) and not where.startswith("path"):
                endless.add(f"{label} {where}")
    assert seen > 20
    assert bare == set()
    assert endless == set()


def _asked(
    description: dict[str, Any], operation: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any], bool]]:
    for parameter in operation["parameters"]:
        schema = parameter["schema"]
        where = f"{parameter['in']} {parameter['name']}"
        yield where, schema, "example" in parameter or "examples" in schema
    body = operation.get("requestBody")
    if body:
        yield from _fields(description, body["content"]["application/json"]["schema"], "body")


def _fields(
    description: dict[str, Any], schema: dict[str, Any], where: str
) -> Iterator[tuple[str, dict[str, Any], bool]]:
    for name, part in _resolved(description, schema)["properties"].items():
        found = _resolved(description, part)
        if found["type"] == "object":
            yield from _fields(description, found, f"{where}.{name}")
        else:
            yield f"{where}.{name}", found, "examples" in found


def _is_bounded(schema: dict[str, Any]) -> bool:
    if "enum" in schema:
        return True
    kinds = {schema["type"]} if isinstance(schema["type"], str) else set(schema["type"])
    if "string" in kinds and not TEXT_BOUNDS & schema.keys():
        return False
    return all(BOUNDS.get(kind, set()) <= schema.keys() for kind in kinds)


def test_every_field_of_an_answer_is_always_there(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    answers = {name: schema for name, schema in schemas.items() if name.endswith("Out")}
    assert len(answers) > 10
    assert {
        name for name, schema in answers.items() if set(schema["required"]) != set(schema["properties"])
    } == set()


def test_who_guessed_too_often_is_told_when_to_come_back(client: Any) -> None:
    guess = {"Authorization": "Bearer guessedguess"}
    answers = [client.post("/api/v1/bookings/1/cancel", headers=guess) for _ in range(31)]
    assert [answer.status_code for answer in answers[29:]] == [404, 429]
    # 09:00 on the dot: the window of ten minutes has just begun.
    assert answers[-1].headers["Retry-After"] == "600"
