"""Use cases let go at the same moment, each on a connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask

from salonpool.database import db
from salonpool.domain.refusal import Refusal

LONGEST_SECONDS = 60


def race(app: Flask, *contenders: Callable[[], Any]) -> list[Any]:
    """What each returned, or the code it was refused with, in their order. Raises what else went wrong."""
    db.session.rollback()  # an open read keeps SQLite's writers out
    start = threading.Barrier(len(contenders))

    def run(contend: Callable[[], Any]) -> Any:
        with app.app_context():
            start.wait(20)
            try:
                return contend()
            except Refusal as refusal:
                return refusal.code

    with ThreadPoolExecutor(len(contenders)) as threads:
        results = list(threads.map(run, contenders, timeout=LONGEST_SECONDS))
    db.session.rollback()
    return results
