"""The public JSON API under /api/v1, described by /api/v1/openapi.json."""

import json
from typing import Any, NoReturn

import orjson
from flask import Flask, Response, request
from flask.json.provider import DefaultJSONProvider
from flask_smorest import Api
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from salonpool.domain.refusal import InvalidInput
from salonpool.web.api import bookings, description, nearby, offers, phone_codes, salons, shifts, waitlist
from salonpool.web.extensions import csrf

DEEPEST = 10
BLUEPRINTS = (
    salons.blueprint,
    nearby.blueprint,
    bookings.blueprint,
    waitlist.blueprint,
    phone_codes.blueprint,
    shifts.blueprint,
    offers.blueprint,
)


class AsWritten(DefaultJSONProvider):
    """JSON in the order its view wrote it, by a writer that makes a month of free times cheap.

    Reading stays with the standard library: whole numbers beyond 64 bits must be refused, not rounded.
    """

    sort_keys = False

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """As jsonify() answers."""
        told = self._prepare_response_obj(args, kwargs)
        try:
            body = orjson.dumps(told, option=orjson.OPT_NON_STR_KEYS)
        except orjson.JSONEncodeError:  # it quotes half a surrogate pair, or a number beyond 64 bits
            body = self.dumps(told).encode()
        return Response(body, mimetype=self.mimetype)


class ProblemApi(Api):
    """flask-smorest without its app-wide error handler: web/errors.py answers for the whole app.

    Its description names problem details instead of flask-smorest's own errors, and no pages or ETags.
    """

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        return None

    def _register_responses(self) -> None:
        self.ma_plugin.converter.add_attribute_function(description.example_of)
        description.register_refusals(self.spec)

    def _register_etag_headers(self) -> None:
        return None

    def _register_pagination_header(self) -> None:
        return None


def init_app(app: Flask) -> None:
    """Register the API. Bearer tokens, not cookies, carry its rights, so it needs no CSRF token."""
    app.config.update(
        API_TITLE="salonpool",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={"info": {"description": description.ABOUT}},
    )
    app.json = AsWritten(app)
    app.before_request(refuse_other_types)
    app.before_request(refuse_odd_json)
    api = ProblemApi(app, spec_kwargs={"extra_plugins": [description.AllAlike()]})
    for blueprint in BLUEPRINTS:
        csrf.exempt(blueprint)
        api.register_blueprint(blueprint, url_prefix="/api/v1")


def refuse_other_types() -> Any:
    """A body that is not JSON is refused by name (415), not read as something else."""
    if request.path.startswith("/api/") and request.content_length and not request.is_json:
        raise UnsupportedMediaType


def refuse_odd_json() -> None:
    """Refuse JSON that two readers may understand differently, or that is made to exhaust one.

    A name given twice in one object is a 422; NaN, numbers of thousands of digits and deep nesting are a 400.
    """
    if not (request.path.startswith("/api/") and request.is_json and request.get_data()):
        return
    try:
        body = json.loads(
            request.get_data().decode(), object_pairs_hook=_each_once, parse_constant=_not_a_number
        )
    except (ValueError, RecursionError) as error:
        raise BadRequest from error
    if _is_deeper_than(DEEPEST, body):
        raise BadRequest


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise InvalidInput("repeated", field=name[:40], name=name[:40])
        found[name] = value
    return found


def _not_a_number(constant: str) -> NoReturn:
    raise ValueError(constant)


def _is_deeper_than(levels: int, value: Any) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels == 0 or any(_is_deeper_than(levels - 1, item) for item in inside)
