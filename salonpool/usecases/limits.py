"""Limits that hold across processes: hits are counted in the database, in windows of people's time."""

import ipaddress
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, transaction
from salonpool.domain.links import digest
from salonpool.domain.refusal import Refusal
from salonpool.models import Counter
from salonpool.usecases.rows import insert_or_add_one

MISSES = 30
MISS_WINDOW = timedelta(minutes=10)
LONGEST_WINDOW = timedelta(days=1)


def hit(session: Session, key: str, limit: int, window: timedelta, now: datetime) -> None:
    """Count one hit in the caller's transaction; windows start at multiples of their length.

    Raises Refusal too_many_tries (`retry_at`: aware UTC) above `limit`. Keys are for people to read and hold
    no number or address as such: see key_of().
    """
    starts_at = _window_start(now, window)
    hits = insert_or_add_one(session, Counter, "hits", key=key, window_starts_at=starts_at)
    if hits > limit:
        raise Refusal("too_many_tries", retry_at=starts_at + window)


def key_of(kind: str, who: str) -> str:
    """A counter's key: what is counted, and a digest of whose it is."""
    return f"{kind}:{digest(who)[:32]}"


def address_key(kind: str, address: str | None) -> str:
    """A counter's key for a network address; all of an IPv6 /64, which is one customer's, count as one."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return key_of(kind, "unknown")
    if parsed.version == 6:
        return key_of(kind, str(ipaddress.ip_network((parsed, 64), strict=False)))
    return key_of(kind, str(parsed))


def check_misses(address: str | None, now: datetime) -> None:
    """Refuse a link's lookup to an address that guessed too often. Raises Refusal too_many_tries."""
    starts_at = _window_start(now, MISS_WINDOW)
    hits = db.session.scalar(
        sa.select(Counter.hits).where(
            Counter.key == address_key("miss", address), Counter.window_starts_at == starts_at
        )
    )
    if (hits or 0) >= MISSES:
        raise Refusal("too_many_tries", retry_at=starts_at + MISS_WINDOW)


def count_miss(address: str | None, now: datetime) -> None:
    """Count an unknown link token against the address that sent it. Raises Refusal too_many_tries."""
    with transaction() as session:
        hit(session, address_key("miss", address), MISSES, MISS_WINDOW, now)


def forget_old(session: Session, now: datetime) -> int:
    """Delete counters of windows that are over. Returns how many."""
    old = sa.delete(Counter).where(Counter.window_starts_at < now - LONGEST_WINDOW)
    return len(session.scalars(old.returning(Counter.id)).all())


def _window_start(now: datetime, window: timedelta) -> datetime:
    seconds = int(window.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
