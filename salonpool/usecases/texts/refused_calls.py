"""Counts calls of the webhooks that were refused, so that somebody hears when all of the provider's are."""

import logging
from datetime import UTC, datetime

from salonpool.database import transaction
from salonpool.models import Counter
from salonpool.queries.webhooks import ALARM, KEY, WINDOW
from salonpool.usecases.rows import insert_or_add_one

log = logging.getLogger(__name__)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_WRITES = 20  # what a stranger who calls without end can make a process write in a window


class RefusedCalls:
    """What this process has counted in the window at hand."""

    def __init__(self) -> None:
        self._window = EPOCH
        self._writes = 0

    def add(self, url: str, now: datetime) -> None:
        """Count one refused call. The fifth in ten minutes is an alert in the log, which names the `url` the
        provider would have had to sign."""
        window = now - (now - EPOCH) % WINDOW
        if window != self._window:
            self._window, self._writes = window, 0
        if self._writes >= MOST_WRITES:
            return
        self._writes += 1
        with transaction() as session:
            hits = insert_or_add_one(session, Counter, "hits", key=KEY, window_starts_at=window)
        if hits == ALARM:
            log.error("webhooks are refused", extra={"alert": "webhooks_refused", "calls": hits, "url": url})
