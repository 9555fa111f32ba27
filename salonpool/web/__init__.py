"""THE DOOR: parse, call one use case or query, render. Never touches tables, session or solver.

Called by app alone; nothing else imports it.
"""

from flask import Flask

from salonpool.web import (
    api,
    demo,
    desk,
    errors,
    extensions,
    filters,
    guest,
    health,
    office,
    rendering,
    shield,
    sign_in,
    stylist,
    webhooks,
)


def init_app(app: Flask) -> None:
    """Hang every door into the app."""
    rendering.init_app(app)
    shield.init_app(app)  # first: it must see a form's bytes before anything parses them
    extensions.init_app(app)
    errors.init_app(app)
    filters.init_app(app)
    app.register_blueprint(guest.blueprint)
    app.register_blueprint(stylist.blueprint)
    app.register_blueprint(desk.blueprint)
    app.register_blueprint(office.blueprint)
    api.init_app(app)
    health.init_app(app)
    sign_in.init_app(app)
    webhooks.init_app(app)
    if app.config["DEMO"]:
        demo.init_app(app)
