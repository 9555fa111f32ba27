"""The WSGI entrance: any WSGI server runs wsgi:app."""

from config import Config
from salonpool.app import create_app

app = create_app(Config.from_env())
