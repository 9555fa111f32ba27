"""What a pass over texts works with: its times, its claims, what it did, and how an outcome gets into a row.

A claim is named by the row's `attempts`, which rises with each: whoever comes back late with an older number
changes nothing. `due_at`, `expires_at` and `sent_at` are people's time, leases system time.
"""

import logging
import random
import time
import traceback
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from salonpool.database import is_unavailable, transaction
from salonpool.domain.message import RETRY_MOST, MessageStatus, retry_after
from salonpool.messaging.gateway import Gateway
from salonpool.messaging.segments import segments
from salonpool.models import Message
from salonpool.uptime import since_boot
from salonpool.usecases.texts.receipts import apply_parked

log = logging.getLogger(__name__)

# An outcome is known to this process only: while the database is away, it is kept that long.
KEEP_OUTCOME_SECONDS = 90.0
ASK_AGAIN_SECONDS = 0.5
SPREAD = 0.8, 1.2


@dataclass(slots=True)
class Tally:
    """What one pass did, in rows. `unknown`: nobody knows yet whether they were taken."""

    sent: int = 0
    failed: int = 0
    later: int = 0
    unknown: int = 0
    expired: int = 0

    def __str__(self) -> str:
        return (
            f"sent {self.sent}, failed {self.failed}, later {self.later}, unknown {self.unknown}, "
            f"expired {self.expired}"
        )

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(one + another for one, another in zip(astuple(self), astuple(other), strict=True)))

    def count(self, word: str) -> None:
        """One more row of which `word` is true; '' for none."""
        if word:
            setattr(self, word, getattr(self, word) + 1)


@dataclass(frozen=True, slots=True)
class Claim:
    """A row as it was claimed. `claimed_at`: the first time, since when the provider may have the text."""

    id: int
    to: str
    body: str
    text_id: str
    attempts: int
    redeliveries: int
    lookups: int
    crashes: int
    claimed_at: datetime
    lease_until: datetime

    def mine(self) -> sa.ColumnElement[bool]:
        """The row, if nobody has claimed it since, nor its text came back to be handed over once more."""
        is_same = sa.and_(Message.attempts == self.attempts, Message.redeliveries == self.redeliveries)
        return sa.and_(Message.id == self.id, is_same)


CLAIMED = (
    Message.id, Message.to, Message.body, Message.text_id, Message.attempts, Message.redeliveries,
    Message.lookups, Message.crashes, sa.func.coalesce(Message.claimed_at, Message.created_at),
    Message.lease_until,
)  # fmt: skip


class Pass:
    """One pass: its gateway, what it did, and both times, which go on by the time since the machine started:
    setting the clock changes nothing, being frozen or asleep shows."""

    def __init__(self, now: datetime, system_now: datetime, gateway: Gateway, backoff_scale: float) -> None:
        self.gateway = gateway
        self.tally = Tally()
        self._now = now
        self._system_now = system_now
        self._backoff_scale = backoff_scale
        self._began = since_boot()
        self._away_since: float | None = None

    def now(self) -> datetime:
        """The time people see."""
        return self._now + self._gone()

    def system_now(self) -> datetime:
        """The time leases go by."""
        return self._system_now + self._gone()

    def scaled(self, wait: timedelta) -> timedelta:
        """A wait as the settings shorten it."""
        return wait * self._backoff_scale

    def backoff(self, tries: int, at_least: timedelta | None = None) -> timedelta:
        """The wait after so many tries; at least what the provider asks for, within reason."""
        wait = retry_after(tries, random.uniform(*SPREAD))
        return self.scaled(max(wait, min(at_least or wait, RETRY_MOST)))

    def settle(self, claim: Claim, record: Callable[[Session], str]) -> None:
        """Write an outcome down in a transaction of its own; `record` says in which word of the tally.

        A database that is busy, full or away is asked again for a while. A row it refuses stops no other.
        """
        while True:
            try:
                with transaction() as session:
                    word = record(session)
            except SQLAlchemyError as trouble:
                if self._may_ask_again(trouble):
                    time.sleep(ASK_AGAIN_SECONDS)
                    continue
                # Its words may hold numbers and bodies of texts.
                log.error("message %s: outcome not recorded: %s", claim.id, type(trouble).__name__)
            else:
                self._away_since = None
                self.tally.count(word)
            return

    def _gone(self) -> timedelta:
        return timedelta(seconds=since_boot() - self._began)

    def _may_ask_again(self, trouble: SQLAlchemyError) -> bool:
        if isinstance(trouble, DBAPIError) and not is_unavailable(trouble):
            return False
        self._away_since = self._away_since or since_boot()
        return since_boot() - self._away_since < KEEP_OUTCOME_SECONDS


def name_of(error: BaseException) -> str:
    """Kind and place of an error of ours; its words may hold a number or a text."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}"


def take(session: Session, which: sa.ColumnElement[bool], **values: object) -> list[Claim]:
    """Claim rows by changing them."""
    statement = sa.update(Message).where(which).values(**values).returning(*CLAIMED)
    rows = session.execute(statement, execution_options={"synchronize_session": False})
    return [Claim(*tuple(row)) for row in sorted(rows.all())]


def change(session: Session, which: sa.ColumnElement[bool], **values: object) -> int:
    """Compare and set; the number of rows it was true of."""
    statement = sa.update(Message).where(which).values(**values).returning(Message.id)
    return len(session.execute(statement, execution_options={"synchronize_session": False}).all())


def accept(session: Session, this: Pass, claim: Claim, sid: str) -> str:
    """The provider has this claim's text, whatever the row was taken for meanwhile."""
    cost = segments(claim.body)
    nameless = sa.and_(claim.mine(), Message.sid.is_(None))
    news = {"status": MessageStatus.SENT, "sid": sid, "sent_at": this.now(), "error": None}
    if change(session, nameless, **news, lease_until=None, segments=cost):
        apply_parked(session, claim.id, sid)
        return "sent"
    # A receipt was here first.
    return "sent" if change(session, sa.and_(claim.mine(), Message.sid == sid), segments=cost) else ""
