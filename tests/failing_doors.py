"""A test-only app with two doors that always fail, to look at the pages nobody should ever see."""

from typing import NoReturn

from sqlalchemy.exc import OperationalError

from config import Config
from salonpool.app import create_app

app = create_app(Config.from_env())


@app.get("/fails/500")
def break_down() -> NoReturn:
    """A fault of ours."""
    raise AssertionError("this door always fails")


@app.get("/fails/503")
def be_busy() -> NoReturn:
    """A database that somebody else keeps locked."""
    raise OperationalError("SELECT 1", {}, Exception("database is locked"))
