"""How whoever carries the texts is doing, for the pages and the commands."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from salonpool.database import db
from salonpool.models import Provider

NAME = "sms"


@dataclass(frozen=True, slots=True)
class ProviderState:
    """By system time: since when nothing is taken, since when nothing is tried any more, and why."""

    failing_since: datetime | None = None
    stopped_at: datetime | None = None
    reason: str | None = None


def find_state(connection: Connection | None = None) -> ProviderState:
    """The state as the clock last wrote it down; all is well where it never did."""
    row = (connection or db.session).execute(
        sa.select(Provider.failing_since, Provider.stopped_at, Provider.reason).where(Provider.name == NAME)
    ).one_or_none()
    return ProviderState(*row) if row else ProviderState()
