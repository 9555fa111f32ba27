"""What providers call: signed, answered at once, acted on later by the clock."""

from flask import Flask

from salonpool.usecases.texts.refused_calls import RefusedCalls
from salonpool.web.extensions import csrf
from salonpool.web.webhooks import twilio


def init_app(app: Flask) -> None:
    """Register the webhooks; their signature does what a CSRF token does for forms."""
    app.extensions["salonpool.refused"] = RefusedCalls()
    csrf.exempt(twilio.blueprint)
    app.register_blueprint(twilio.blueprint)
