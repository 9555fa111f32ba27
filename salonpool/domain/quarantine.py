"""A network whose plans fail again and again is left alone for a while, so that others get their turn."""

from dataclasses import dataclass
from datetime import datetime, timedelta

FAILURES = 3  # in a row
# How long it is left alone after the third failure, the fourth, and every further one.
PAUSES = (timedelta(hours=1), timedelta(hours=4), timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Quarantine:
    """A network in quarantine: how often planning it failed in a row, since when, when it is tried next."""

    failures: int
    since: datetime
    retry_at: datetime


def find_quarantine(failures: list[datetime]) -> Quarantine | None:
    """The quarantine after failures at these instants, oldest first, with no success since; None while there
    are fewer than three."""
    if len(failures) < FAILURES:
        return None
    pause = PAUSES[min(len(failures) - FAILURES, len(PAUSES) - 1)]
    return Quarantine(len(failures), failures[FAILURES - 1], failures[-1] + pause)
