"""How whoever carries the texts is doing, for the pages and the commands."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from salonpool.database import db
from salonpool.domain.message import UNFINISHED
from salonpool.models import Message, Provider

NAME = "sms"


@dataclass(frozen=True, slots=True)
class ProviderState:
    """By system time: since when nothing is taken, since when nothing is tried any more, and why."""

    failing_since: datetime | None = None
    stopped_at: datetime | None = None
    reason: str | None = None


def find_state(connection: Connection | None = None) -> ProviderState:
    """The state as the clock last wrote it down; all is well where it never did.

    While no text waits that was tried, nobody is said to fail to carry it.
    """
    waits = sa.exists().where(Message.status.in_(UNFINISHED), Message.sid.is_(None), Message.attempts > 0)
    failing_since = sa.case((waits, Provider.failing_since))
    state = sa.select(failing_since, Provider.stopped_at, Provider.reason).where(Provider.name == NAME)
    row = (connection or db.session).execute(state).one_or_none()
    return ProviderState(*row) if row else ProviderState()
