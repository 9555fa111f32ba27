"""A test-only app with guards against double booking taken out, to show what each one is worth.

LEFT_OUT names them, comma-separated: `lock` (write lock, advisory locks), `recheck` (looking again
before the insert). The third, `guards`, is dropped from the database by the caller. Nothing of the product
reads this.
"""

import os
import random
from typing import Any

from config import Config
from salonpool import database
from salonpool.app import create_app
from salonpool.domain.availability import Board, Chair, Worker
from salonpool.usecases.booking import commit


def _without_lock() -> None:
    def begin_nothing(connection: Any) -> None:
        """On SQLite every statement stands alone, as in a program that never thought of transactions."""

    database._begin_sqlite = begin_nothing
    commit.lock = lambda session, *keys: None


def _without_recheck() -> None:
    read = commit.read_board

    def all_free(*args: Any, **kwargs: Any) -> Board:
        """Who is on duty and which chairs there are, in any order, but never who is busy."""
        board = read(*args, **kwargs)
        return Board(
            workers=tuple(Worker(w.stylist_id, w.on_duty, ()) for w in board.workers),
            chairs=tuple(Chair(c.chair_id, ()) for c in random.sample(board.chairs, len(board.chairs))),
        )

    commit.read_board = all_free


TAKE_OUT = {"lock": _without_lock, "recheck": _without_recheck}

for layer in os.environ["LEFT_OUT"].split(","):
    TAKE_OUT[layer]()
app = create_app(Config.from_env())
