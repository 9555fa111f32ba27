"""The WSGI entrance: any WSGI server runs wsgi:app."""

from salonpool.app import app_from_environment

app = app_from_environment()
