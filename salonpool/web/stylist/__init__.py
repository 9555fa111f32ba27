"""Stylists' pages: an offer by its link, and their own day. No app, no password."""

from flask import Blueprint

blueprint = Blueprint("stylist", __name__)

from salonpool.web.stylist import me, offers, why  # noqa: E402, F401  each adds its routes
