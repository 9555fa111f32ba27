"""How a no leaves the house: a page for people, application/problem+json (RFC 9457) for programs."""

import math
from typing import Any, TypeVar

from flask import Flask, Response, current_app, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.web.extensions import now, read_as_a_stranger
from salonpool.web.wording import in_words, sentence

AnyResponse = TypeVar("AnyResponse", bound=BaseResponse)

STATUS = {"too_many_tries": 429, "not_signed_in": 401, "not_allowed": 403, "sign_in_used": 410}
STATUS |= {"link_over": 410}
STATUS |= dict.fromkeys(("phone_unproved", "code_wrong"), 403)
STATUS |= {"too_many_places": 429, "too_many_codes": 429, "texts_off": 503}
STATUS |= dict.fromkeys(("idempotency_key_reused", "idempotency_key_bad", "idempotency_key_missing"), 422)
CODES = {400: "unreadable", 404: "not_found", 405: "wrong_method", 413: "too_large", 415: "wrong_type"}
CODES |= {401: "not_signed_in", 403: "not_allowed", 422: "unreadable", 429: "too_many_tries", 503: "busy"}


def init_app(app: Flask) -> None:
    """Register the handlers for the whole app; the path decides between page and JSON."""
    app.register_error_handler(Refusal, answer_refusal)
    app.register_error_handler(CSRFError, lambda _: answer(403, "bad_form"))
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(500, answer_broken)


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal."""
    if isinstance(refusal, Missing):
        return 404
    return STATUS.get(refusal.code, 422 if isinstance(refusal, InvalidInput) else 409)


def answer_refusal(refusal: Refusal) -> Response:
    """A rule said no."""
    errors = [{"field": refusal.field, "message": in_words(refusal)}] if refusal.field else None
    response = answer(status_of(refusal), refusal.code, detail=in_words(refusal), errors=errors)
    return wait_as_told(response, refusal)


def wait_as_told(response: AnyResponse, refusal: Refusal) -> AnyResponse:
    """The answer with Retry-After, if the refusal says until when."""
    if retry_at := refusal.values.get("retry_at"):
        seconds = (retry_at - now()).total_seconds()
        response.headers["Retry-After"] = str(max(1, math.ceil(seconds)))
    return response


def answer_http(error: HTTPException) -> Response:
    """Flask, Werkzeug or webargs said no."""
    if error.response is not None:
        return error.response  # type: ignore[return-value]  # a redirect made by werkzeug
    status = error.code or 500
    messages = (getattr(error, "data", None) or {}).get("messages")
    response = answer(status, CODES.get(status, "broken"), errors=_field_errors(messages))
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def answer_broken(_: Exception) -> Response:
    """Our fault; whatever broke is not asked again for this page."""
    read_as_a_stranger()
    return answer(500, "broken")


def answer_busy() -> Response:
    """The database is busy, full or away; nothing was changed."""
    read_as_a_stranger()
    response = answer(503, "busy")
    response.headers["Retry-After"] = "2"
    return response


def answer(
    status: int,
    code: str,
    *,
    detail: str | None = None,
    errors: list[dict[str, Any]] | None = None,
    **more: Any,
) -> Response:
    """The error response for the request's kind of reader."""
    detail = detail or sentence(code, {})
    if request.path.startswith("/api/"):
        body = {
            "type": "about:blank",
            "title": code,
            "status": status,
            "code": code,
            "detail": detail,
            **more,
        }
        if errors:
            body["errors"] = errors
        response = jsonify(body)
        response.mimetype = "application/problem+json"
    else:
        response = current_app.make_response(
            render_template("errors/error.html", status=status, code=code, message=detail)
        )
    response.status_code = status
    return response


def _field_errors(messages: Any) -> list[dict[str, Any]] | None:
    """webargs messages ({"json": {"customer": {"phone": ["..."]}}}) as a flat list."""
    if not isinstance(messages, dict):
        return None
    return [
        {"field": path, "message": text}
        for location in messages.values()
        for path, text in _flatten(location, "")
    ] or None


def _flatten(messages: Any, path: str) -> list[tuple[str, str]]:
    if isinstance(messages, dict):
        return [
            pair for key, value in messages.items() for pair in _flatten(value, f"{path}.{key}".lstrip("."))
        ]
    if isinstance(messages, list):
        field = path.removesuffix("_schema").rstrip(".") or "body"
        return [(field, str(message)) for message in messages]
    return [(path or "body", str(messages))]
