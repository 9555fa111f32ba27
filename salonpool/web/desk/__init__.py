"""The owner's desk: the day, and the shifts posted for it."""

from flask import Blueprint

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

from salonpool.web.desk import shifts, today  # noqa: E402, F401  each adds its routes
