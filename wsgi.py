"""The WSGI entrance: any WSGI server runs wsgi:app."""

import gc

from salonpool.app import app_from_environment

app = app_from_environment()

# What starting made stays until the end: without it, and with rarer rounds, the collector of cycles takes
# about a tenth less of a request. A search makes thousands of tuples and no cycles.
gc.freeze()
gc.set_threshold(50_000, 10, 10)
