"""The rules of a question about a plan: who asks it, how far it is, how long its answer is worth reading."""

from datetime import timedelta
from enum import StrEnum

KEEP = timedelta(days=1)  # an answer describes the hour it was asked in
MOST_TRIES = 3  # at working it out, when a process dies over it
MOST_WAITING = 3  # questions of one account at once, so that everybody's turn comes soon


class Side(StrEnum):
    """Whose page asks, and so what its answer may say."""

    STYLIST = "stylist"
    OWNER = "owner"


class WhatIfStatus(StrEnum):
    """`requested` and `running` wait for the clock."""

    REQUESTED = "requested"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


WAITING = frozenset({WhatIfStatus.REQUESTED, WhatIfStatus.RUNNING})
