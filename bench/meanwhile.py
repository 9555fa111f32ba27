"""Something done again and again beside what a bench does, as the clock would."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask

from salonpool.database import db
from salonpool.usecases.leases import DatabaseTrouble


@contextmanager
def repeating(app: Flask, do: Callable[[], object], every_seconds: float) -> Iterator[None]:
    """Until the block is left, do it in a thread with an app context of its own, first after the pause."""
    over = threading.Event()

    def work() -> None:
        with app.app_context():
            while not over.wait(every_seconds):
                try:
                    do()
                except DatabaseTrouble:
                    db.session.rollback()  # it is busy; as for the clock itself, there is a next time

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
