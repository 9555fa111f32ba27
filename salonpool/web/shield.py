"""What every request passes first and every response carries: refused noise, security headers (ASVS 3.4)."""

import re
from http import HTTPStatus
from urllib.parse import unquote_to_bytes, urlsplit, urlunsplit

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest

from salonpool.domain.person import LANGUAGES
from salonpool.domain.refusal import InvalidInput, Missing
from salonpool.web.extensions import LANGUAGE_COOKIE

LISTS = {"service"}
# Inline style attributes place cards on the board's grid.
CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
# Unicode's control characters but tab and line ends (Cc), surrogates (Cs), and what stands for lost text.
NOISE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")
YEAR_SECONDS = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Check on the way in, add headers on the way out."""
    app.before_request(refuse_noise)
    app.after_request(add_headers)


def refuse_noise() -> None:
    """Refuse what is not UTF-8, a parameter given twice (only `service` is a list) and control characters."""
    if request.path.startswith("/sms/"):
        return  # a text is kept as it came; its signature vouches for the call
    _refuse_other_encodings(request.query_string)
    if request.mimetype == "application/x-www-form-urlencoded":
        _refuse_other_encodings(request.get_data())
    if "\x00" in request.path:
        raise Missing  # no address has one, and PostgreSQL cannot even look it up
    for values in (request.args, request.form) if request.content_type else (request.args,):
        for key in values:
            _refuse_controls("parameter", key)
            given = values.getlist(key)
            if len(given) > 1 and key not in LISTS:
                raise InvalidInput("repeated", field=key[:40], name=key[:40])
            for value in given:
                _refuse_controls(key, value)


def _refuse_other_encodings(quoted: bytes) -> None:
    if quoted.isascii() and b"%" not in quoted:
        return
    try:
        unquote_to_bytes(quoted).decode()
    except UnicodeDecodeError as error:
        raise BadRequest from error


def _refuse_controls(key: str, value: str) -> None:
    if found := NOISE.search(value):
        raise InvalidInput("unprintable", field=key[:40], position=found.start() + 1)


def _here(url: str) -> str:
    """The router's own redirect without scheme and host: those it took from what the request claims."""
    parts = urlsplit(url)
    return urlunsplit(("", "", "/" + parts.path.lstrip("/"), parts.query, ""))


def add_headers(response: Response) -> Response:
    """Security headers on all; nothing but static files may be kept by caches; remember a chosen language."""
    response.headers.extend(HEADERS)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    if response.status_code == HTTPStatus.PERMANENT_REDIRECT and response.location:
        response.location = _here(response.location)
    chosen = request.args.get("lang")
    if chosen in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE, chosen, max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure
        )
    return response
