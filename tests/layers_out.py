"""A test-only app with guards against double booking taken out, to show what each one is worth.

LEFT_OUT names them, comma-separated: `lock` (write lock, advisory locks), `recheck` (looking again
before the insert). The third, `guards`, is dropped from the database by the caller. Nothing of the product
reads this.
"""

import os
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from config import Config
from salonpool import database
from salonpool.app import create_app
from salonpool.domain.availability import Board
from salonpool.domain.course import Span
from salonpool.domain.seating import Seated, Seating, Stations
from salonpool.usecases.booking import booking_rows, commit


def _without_lock() -> None:
    def begin_nothing(connection: Any) -> None:
        """On SQLite every statement stands alone, as in a program that never thought of transactions."""

    database._begin_sqlite = begin_nothing
    commit.lock = lambda session, *keys: None


def _without_recheck() -> None:
    read = commit.read_boards

    def all_free(*args: Any, **kwargs: Any) -> list[Board]:
        """Who is on duty and which stations there are, but never who is busy."""
        return [
            replace(
                board,
                workers=tuple(replace(worker, busy=()) for worker in board.workers),
                stations={kind: Stations(stations.units) for kind, stations in board.stations.items()},
            )
            for board in read(*args, **kwargs)
        ]

    def any_unit(units: Sequence[int], _: Sequence[Seated], wanted: Sequence[Span]) -> Seating:
        """Units without a look at who has them."""
        return Seating(tuple(random.choice(units) for _ in wanted), {})

    commit.read_boards = all_free
    booking_rows.seat = any_unit


TAKE_OUT = {"lock": _without_lock, "recheck": _without_recheck}

for layer in os.environ["LEFT_OUT"].split(","):
    TAKE_OUT[layer]()
app = create_app(Config.from_env())
