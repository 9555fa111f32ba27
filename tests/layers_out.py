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
from salonpool.domain.seating import Stations
from salonpool.queries.availability import Names
from salonpool.usecases.booking import booking_rows, commit


def _without_lock() -> None:
    def begin_nothing(connection: Any) -> None:
        """On SQLite every statement stands alone, as in a program that never thought of transactions."""

    database._begin_sqlite = begin_nothing
    commit.lock = lambda session, *names, **found_by: None
    commit.is_locked = lambda session, name: True


def _without_recheck() -> None:
    read = commit.read_named_boards

    def all_free(*args: Any, **kwargs: Any) -> tuple[list[Board], Names]:
        """Who is on duty and which stations there are, but never who is busy."""
        boards, names = read(*args, **kwargs)
        free = [
            replace(
                board,
                workers=tuple(replace(worker, busy=()) for worker in board.workers),
                stations={kind: Stations(stations.units) for kind, stations in board.stations.items()},
            )
            for board in boards
        ]
        return free, names

    def any_unit(stations: Stations, wanted: Sequence[Span]) -> tuple[int, ...]:
        """Units without a look at who has them."""
        return tuple(random.choice(stations.units) for _ in wanted)

    commit.read_named_boards = all_free
    booking_rows.beside = any_unit


TAKE_OUT = {"lock": _without_lock, "recheck": _without_recheck}

for layer in os.environ["LEFT_OUT"].split(","):
    TAKE_OUT[layer]()
app = create_app(Config.from_env())
