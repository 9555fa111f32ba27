"""How gunicorn runs the web wherever it is started from this folder; words on its command line win."""

from salonpool import logs

worker_class = "gthread"
threads = 8
control_socket_disable = True
# Loaded once, before the workers are forked: they are there at once, and share what starting made. Nothing
# that must not be shared exists by then, as create_app() makes no query and starts no thread.
preload_app = True
logconfig_dict = logs.CONFIG  # no access log: addresses of pages hold links that open a booking
