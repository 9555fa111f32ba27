"""What the API's description says of all operations alike: refusals, tokens, examples; new routes too."""

from http import HTTPStatus
from typing import Any

from apispec import APISpec, BasePlugin
from marshmallow import Schema, fields

from salonpool.domain import phone_code
from salonpool.usecases import idempotency
from salonpool.web.api.fields import EXAMPLE_INSTANT, Strict
from salonpool.web.api.salons import SlotOut

PROBLEM_TYPE = "application/problem+json"
ABOUT = (
    "Book visits at the member salons, post shifts and answer offers. Times in bodies need a zone; times in "
    "answers are UTC. Errors are RFC 9457 problem details; `code` is stable."
)
WHY = {
    400: "Not JSON, or not UTF-8.",
    401: "No staff token, or not a good one.",
    403: "The number has several visits ahead and needs a code, or the code is not the one that was sent.",
    404: "Nothing there, or not yours to see.",
    409: "A rule said no; nothing was changed. `slot_taken` comes with up to three others in `nearest`.",
    413: "More than 256 KB.",
    415: "A body that is not `application/json`.",
    422: "Malformed, or asks for the impossible; `errors` names the fields. Nothing was changed.",
    429: "Too often.",
    503: "The database is busy or away; nothing was changed.",
}
RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds to wait.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
}
# Any address may say these: what no route sees (shield, size, kind of body), and an outage.
ALWAYS = {400, 413, 415, 422, 503}
TOKENS = {
    "staff_token": "Printed once by `flask token ACCOUNT`.",
    "manage_token": "From the answer to a booking; opens that booking only.",
    "hold_token": "From the answer to a hold; opens that hold only.",
    "wait_token": "From the answer to joining the waitlist; opens that entry only.",
}
# The noun an address begins with tells the token; a route that differs says `@blueprint.doc(security=...)`.
STAFF_NOUNS = {"shifts", "offers"}
LINK_NOUNS = {"bookings": "manage_token", "holds": "hold_token", "waitlist": "wait_token"}
EXAMPLES: dict[str, Any] = {
    "salon": "qinghe",
    "slug": "qinghe",
    "near": "qinghe",
    "service": [1],
    "services": [1],
    "stylist": 3,
    "stylists": [3],
    "salons": ["kapok"],
    "windows": [{"starts_at": EXAMPLE_INSTANT, "ends_at": "2026-10-20T10:00:00Z"}],
    "companions": [{"services": [1]}],
    "parallel": True,
    "every_weeks": 4,
    "times": 6,
    "later": True,
    "skill": "cut",
    "starts_at": EXAMPLE_INSTANT,
    "ends_at": "2026-10-20T10:00:00Z",
    "from": "2026-10-20",
    "days": 7,
    "order": "time",
    "gender": "woman",
    "speaks": "en",
    "phone": "0912 345 678",
    "name": "林太太",
    "code": phone_code.EXAMPLE,
    "note": "Short at the sides, please.",
    "amount_minor": 42000,
    "currency": "TWD",
    "seats": 1,
    "priority": 2,
    "Idempotency-Key": idempotency.EXAMPLE,
}
EXAMPLE_ID = 7
NEED_A_CODE = {"/api/v1/bookings", "/api/v1/holds/{booking_id}/confirm"}


class ErrorOut(Strict):
    field = fields.String(required=True)
    message = fields.String(required=True)


class UnfitOut(Strict):
    starts_at = fields.String(required=True)
    code = fields.String(required=True)
    nearest = fields.List(fields.Nested(SlotOut), required=True)


class Problem(Strict):
    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(ErrorOut))
    nearest = fields.List(fields.Nested(SlotOut))
    dates = fields.List(fields.Nested(UnfitOut))


def idempotency_key(*, required: bool) -> dict[str, Any]:
    """The header's description, for `@blueprint.doc(parameters=[...])`."""
    return {
        "in": "header",
        "name": "Idempotency-Key",
        "required": required,
        "description": "A new one for each; a retry with the same key and body gets the same answer.",
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": idempotency.MAX_LENGTH,
            "pattern": "^[!-~]([ -~]*[!-~])?$",
        },
        "example": idempotency.EXAMPLE,
    }


class AllAlike(BasePlugin):
    """Completes each operation as it enters the description."""

    def init_spec(self, spec: APISpec) -> None:
        """Name the tokens and the refusals once."""
        for name, about in TOKENS.items():
            spec.components.security_scheme(name, {"type": "http", "scheme": "bearer", "description": about})

    def path_helper(
        self,
        path: str | None = None,
        operations: dict[str, Any] | None = None,
        parameters: list[dict[str, Any]] | None = None,
        **_: Any,
    ) -> None:
        """Give ids and slugs in addresses an example."""
        for parameter in parameters or ():
            parameter.setdefault("example", EXAMPLES.get(parameter["name"], EXAMPLE_ID))

    def operation_helper(
        self, path: str | None = None, operations: dict[str, Any] | None = None, **about: Any
    ) -> None:
        """Give each operation its name, its token and its refusals."""
        for method, operation in (operations or {}).items():
            operation.setdefault("operationId", about["rule"].endpoint.replace(".", "_"))
            token = _token(path or "")
            if token:
                operation.setdefault("security", [{token: []}])
            for status in sorted(_refusals(path or "", method, operation)):
                operation["responses"][status] = HTTPStatus(status).name


def register_refusals(spec: APISpec) -> None:
    """The responses operations refer to, each under the name of its status."""
    for status, why in WHY.items():
        answer: dict[str, Any] = {"description": why, "content": {PROBLEM_TYPE: {"schema": Problem}}}
        if status in {429, 503}:
            answer["headers"] = RETRY_AFTER
        spec.components.response(HTTPStatus(status).name, answer, lazy=True)


def example_of(_: Any, field: fields.Field, **__: Any) -> dict[str, Any]:
    """An example for a field that is asked for by one of the names the whole API shares."""
    name = field.data_key or field.name
    if "examples" in field.metadata:
        return {}  # it has its own
    if name not in EXAMPLES or isinstance(field, fields.Nested) or not isinstance(field.parent, Schema):
        return {}  # a list's items bear the name of the list
    return {"examples": [EXAMPLES[name]]}


def _token(path: str) -> str | None:
    noun = path.removeprefix("/api/v1/").partition("/")[0]
    if noun in STAFF_NOUNS:
        return "staff_token"
    return LINK_NOUNS.get(noun) if "{" in path else None


def _refusals(path: str, method: str, operation: dict[str, Any]) -> set[int]:
    found = set(ALWAYS)
    tokens = {name for choice in operation.get("security", ()) for name in choice}
    if "{" in path or method == "post" or operation.get("parameters"):
        found.add(404)
    if "staff_token" in tokens:
        found.add(401)
    if tokens & {*LINK_NOUNS.values()}:  # who guesses is counted
        found.add(429)
    if method == "post":
        found.add(409)
        if "staff_token" not in tokens:  # guests and links are counted
            found.add(429)
        if path in NEED_A_CODE:
            found.add(403)
    return found
