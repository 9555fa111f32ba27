"""The network's office: every salon's posted shifts; a shift's own pages are those of the desk."""

from flask import Blueprint

blueprint = Blueprint("office", __name__, url_prefix="/net")

from salonpool.web.office import shifts  # noqa: E402, F401  adds its routes
