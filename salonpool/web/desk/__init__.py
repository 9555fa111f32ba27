"""The owner's desk: the day and its bookings, closed hours, rules, sister salons, shifts, a yes by phone."""

from flask import Blueprint

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

from salonpool.web.desk import (  # noqa: E402  each adds its routes
    bookings,  # noqa: F401
    by_hand,  # noqa: F401
    closures,  # noqa: F401
    labour,  # noqa: F401
    messages,  # noqa: F401
    new_booking,  # noqa: F401
    others,  # noqa: F401
    remedies,  # noqa: F401
    runs,  # noqa: F401
    settings,  # noqa: F401
    shifts,  # noqa: F401
    sisters,  # noqa: F401
    take_back,  # noqa: F401
    today,  # noqa: F401
    why,  # noqa: F401
)
