"""A retry has one effect: the first 201 of a key is given again, another body with it is refused."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import fetch, lock
from salonpool.domain.refusal import InvalidInput
from salonpool.models import Booking, IdempotencyKey
from salonpool.usecases.rows import insert

# Built once: building a statement costs more than running it.
_ANSWER = sa.select(IdempotencyKey.body_digest, IdempotencyKey.answer)
_KEPT = _ANSWER.where(
    IdempotencyKey.route == sa.bindparam("route"), IdempotencyKey.key == sa.bindparam("key")
)
_BOOKED = (
    _ANSWER.select_from(Booking)
    .outerjoin(
        IdempotencyKey,
        sa.and_(IdempotencyKey.key == Booking.client_ref, IdempotencyKey.route == sa.bindparam("route")),
    )
    .where(Booking.client_ref == sa.bindparam("key"))
)
KEEP = timedelta(hours=48)
MAX_LENGTH = 255
EXAMPLE = "5f1c0d8e-7a52-4c11-9d3c-0b6a3c1f2e4d"


def check(key: str | None) -> str:
    """The key, if it has 1 to 255 printable ASCII characters. Raises InvalidInput."""
    if not key:
        raise InvalidInput("idempotency_key_missing", field="Idempotency-Key", example=EXAMPLE)
    if len(key) > MAX_LENGTH or not key.isascii() or not key.isprintable():
        raise InvalidInput("idempotency_key_bad", field="Idempotency-Key")
    return key


def lock_name(route: str, key: str) -> str:
    """The lock on which twins of a request wait for each other."""
    return f"key:{route}:{key}"


def replay(session: Session, route: str, key: str, body_digest: str) -> dict[str, Any] | None:
    """The kept answer of this key, or None the first time. Takes a lock on the key, so twins wait.

    Raises InvalidInput if the key came with another body before.
    """
    return _replay(session, _KEPT, route, key, body_digest)


def replay_booking(session: Session, route: str, key: str, body_digest: str) -> dict[str, Any] | None:
    """As replay(), where a booking is made, which keeps its key for good (`client_ref`): a key is refused,
    too, when a booking has it and its answer is forgotten."""
    return _replay(session, _BOOKED, route, key, body_digest)


def keep(
    session: Session,
    route: str,
    key: str,
    body_digest: str,
    booking_id: int | None,
    answer: dict[str, Any],
    now: datetime,
) -> None:
    """Remember a 201 for later retries; `booking_id` is the booking it tells of, if it does."""
    insert(
        session,
        IdempotencyKey,
        route=route,
        key=key,
        body_digest=body_digest,
        booking_id=booking_id,
        answer=answer,
        created_at=now,
    )


def _replay(
    session: Session, statement: sa.Select[Any], route: str, key: str, body_digest: str
) -> dict[str, Any] | None:
    lock(session, lock_name(route, key))
    kept = fetch(statement, {"route": route, "key": key})
    if not kept:
        return None
    if kept[0].body_digest != body_digest:
        raise InvalidInput("idempotency_key_reused", field="Idempotency-Key")
    answer: dict[str, Any] = kept[0].answer
    return answer


def forget_old(session: Session, now: datetime) -> None:
    """Drop answers older than 48 hours."""
    session.execute(sa.delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEEP))
