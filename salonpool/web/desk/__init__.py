"""The owner's desk: the day and its bookings, closed hours, and the shifts posted."""

from flask import Blueprint

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

from salonpool.web.desk import bookings, closures, new_booking, shifts, today  # noqa: E402, F401  each adds its routes
