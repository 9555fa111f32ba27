"""For whoever watches the machine: is the process up, and may requests be sent to it?"""

from flask import Blueprint, Flask, jsonify
from flask.typing import ResponseReturnValue

from salonpool import clock
from salonpool.queries import health

blueprint = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    """Register /healthz and /readyz."""
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
def process_is_up() -> ResponseReturnValue:
    """200 whenever this process answers at all."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def may_serve() -> ResponseReturnValue:
    """200 when database, schema and guards are in place, else 503; the rest is only reported."""
    found = health.read(clock.system_now())
    body = {
        "status": "ready" if found.ready else "not ready",
        "database": "ok" if found.database else "unreachable",
        "schema": "ok" if found.schema else "not the one of this version: run flask db upgrade",
        "guards": "missing: " + ", ".join(found.guards_missing) if found.guards_missing else "ok",
        "outbox_age_seconds": int(found.outbox_age.total_seconds()) if found.outbox_age else 0,
        "clock": "ok" if found.clock else "not running: start flask jobs",
        "planner": f"networks in quarantine: {found.quarantined}, see flask doctor"
        if found.quarantined
        else "ok",
    }
    if not found.schema:
        body["guards"] = "unknown"
    return jsonify(body), 200 if found.ready else 503
