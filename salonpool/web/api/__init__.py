"""The public JSON API under /api/v1, described by /api/v1/openapi.json."""

from typing import Any

from flask import Flask, request
from flask_smorest import Api
from werkzeug.exceptions import UnsupportedMediaType

from salonpool.web.api import bookings, offers, salons, shifts
from salonpool.web.extensions import csrf

BLUEPRINTS = (salons.blueprint, bookings.blueprint, shifts.blueprint, offers.blueprint)


class ProblemApi(Api):
    """flask-smorest without its app-wide error handler: web/errors.py answers for the whole app."""

    def _register_error_handlers(self) -> None:
        return None


def init_app(app: Flask) -> None:
    """Register the API. Bearer tokens, not cookies, carry its rights, so it needs no CSRF token."""
    app.config.update(
        API_TITLE="salonpool",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    app.before_request(refuse_other_types)
    api = ProblemApi(app)
    for blueprint in BLUEPRINTS:
        csrf.exempt(blueprint)
        api.register_blueprint(blueprint, url_prefix="/api/v1")


def refuse_other_types() -> Any:
    """A body that is not JSON is refused by name (415), not read as something else."""
    if request.path.startswith("/api/") and request.content_length and not request.is_json:
        raise UnsupportedMediaType
