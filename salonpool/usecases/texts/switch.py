"""The kill switch: one row stops every text of every process, until somebody takes it away."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, transaction
from salonpool.domain.refusal import Refusal
from salonpool.models import Counter

KEY = "texts:off"
# Later than any window that is tidied away.
FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)


def are_texts_off() -> bool:
    """Has somebody stopped all texts?"""
    return db.session.scalar(sa.select(Counter.id).where(Counter.key == KEY)) is not None


def refuse_if_off(session: Session) -> None:
    """For whatever is of no use without a text. Raises Refusal texts_off."""
    if session.scalar(sa.select(Counter.id).where(Counter.key == KEY)) is not None:
        raise Refusal("texts_off")


def turn_texts(*, on: bool) -> None:
    """Stop all texts, or let them leave again; said twice it is the same."""
    with transaction() as session:
        session.execute(sa.delete(Counter).where(Counter.key == KEY))
        if not on:
            session.add(Counter(key=KEY, window_starts_at=FOR_GOOD, hits=1))
