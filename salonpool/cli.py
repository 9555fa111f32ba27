"""The commands; each calls one use case. Bad input: exit 2 and one line, never a traceback."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Add the commands to `flask`."""
