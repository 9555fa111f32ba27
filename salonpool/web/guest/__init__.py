"""Guest pages: no account, no JavaScript needed, phone first."""

from flask import Blueprint

blueprint = Blueprint("guest", __name__)

from salonpool.web.guest import (  # noqa: E402, F401  each adds its routes
    book,
    booking,
    confirm,
    move,
    my,
    near,
    salons,
    wait,
)
