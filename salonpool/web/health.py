"""For whoever watches the machine: is the process up, may requests be sent to it, and how is it doing?"""

import hmac
import ipaddress
from datetime import datetime

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from salonpool import clock
from salonpool.queries import health, metrics
from salonpool.queries.provider import ProviderState

blueprint = Blueprint("health", __name__)

OK = "ok"
BY_A_PROXY = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")


def init_app(app: Flask) -> None:
    """Register /healthz, /readyz and /metrics."""
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
def process_is_up() -> ResponseReturnValue:
    """200 whenever this process answers at all."""
    return jsonify(status=OK)


@blueprint.get("/readyz")
def may_serve() -> ResponseReturnValue:
    """200 when database, schema and guards are in place and there is room to write, else 503; the rest is
    only reported."""
    found = health.read(clock.system_now())
    missing = ", ".join(found.guards_missing)
    body = {
        "status": "ready" if found.ready else "not ready",
        "database": OK if found.database else "unreachable",
        "schema": OK if found.schema else "not the one of this version: run flask db upgrade",
        "guards": (f"missing: {missing}" if missing else OK) if found.schema else "unknown",
        "disk": OK if found.has_room else "full: make room where the database is",
        "outbox_age_seconds": int(found.outbox_age.total_seconds()) if found.outbox_age else 0,
        "unknown_texts": found.unknown_texts,
        "provider": _in_words(found.provider),
        "clock": OK if found.clock_until else "not running: start flask jobs",
        "planner": f"networks in quarantine: {found.quarantined}, see flask doctor"
        if found.quarantined
        else OK,
    }
    return jsonify(body), 200 if found.ready else 503


@blueprint.get("/metrics")
def measures() -> Response:
    """Gauges in the words of Prometheus; 403 without the token, or from elsewhere where there is none."""
    if not _may_measure():
        abort(403)
    text = metrics.in_prometheus_text(metrics.read(clock.system_now()))
    return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_measure() -> bool:
    token = current_app.config["SALONPOOL"].metrics_token
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    try:
        is_here = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:  # a socket of the machine has no address
        is_here = False
    return is_here and not any(name in request.headers for name in BY_A_PROXY)


def _in_words(provider: ProviderState) -> str:
    if provider.stopped_at:
        return f"stopped since {_instant(provider.stopped_at)}: {provider.reason}, see flask doctor"
    if provider.failing_since:
        return f"takes nothing since {_instant(provider.failing_since)}"
    return OK


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
