"""The demo's own pages, only with DEMO=1: choose who to be, everybody's phones, the clock."""

from flask import Flask

from salonpool.web.demo import pages, phones


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(phones.blueprint)
