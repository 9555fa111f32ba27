"""Limits that hold across processes: hits are counted in the database, in windows of people's time."""

import ipaddress
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import UtcDateTime, db, transaction
from salonpool.domain.caps import DAY, REFUSED_AS, Cap, Kind, Per, caps_of, key_of
from salonpool.domain.refusal import Refusal
from salonpool.models import Counter
from salonpool.usecases.rows import insert_or_add_one

log = logging.getLogger(__name__)

MISSES = 30
MISS_WINDOW = timedelta(minutes=10)
# This machine; RFC 1918 and RFC 4193.
OUR_OWN = tuple(
    ipaddress.ip_network(net)
    for net in ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
LONGEST_WINDOW = DAY
BLOCKS = {4: 24, 6: 56}


def hit(session: Session, key: str, limit: int, window: timedelta, now: datetime) -> None:
    """Count one hit in the caller's transaction; windows start at multiples of their length.

    Raises Refusal too_many_tries (`retry_at`: aware UTC) above `limit`. Keys are for people to read and hold
    no number or address as such: see caps.key_of().
    """
    starts_at = _window_start(now, window)
    hits = insert_or_add_one(session, Counter, "hits", key=key, window_starts_at=starts_at)
    if hits > limit:
        raise Refusal("too_many_tries", retry_at=starts_at + window)


def take(session: Session, kind: Kind, who: Mapping[Per, str], now: datetime, *, scale: float = 1.0) -> None:
    """Count one of `kind` against all its caps for those in `who`, in the caller's transaction.

    Last in it: others who count the same wait for its end. A refusal rolls the count back with the rest, so
    what is refused for another reason counts for nothing. Raises Refusal, by the kind, with `retry_at`.
    """
    if full := _count(session, kind, who, now, scale):
        until = max(_window_start(now, cap.window) + cap.window for cap in full)
        raise Refusal(REFUSED_AS[kind], retry_at=until)


def is_within(
    session: Session, kind: Kind, who: Mapping[Per, str], now: datetime, *, scale: float = 1.0
) -> bool:
    """Count as take() does; False instead of a refusal where one would come."""
    return not _count(session, kind, who, now, scale)


def at_address(address: str | None) -> dict[Per, str]:
    """Whose a network address is, for take()."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return {Per.ADDRESS: "unknown", Per.BLOCK: "unknown"}
    block = ipaddress.ip_network((parsed, BLOCKS[parsed.version]), strict=False)
    return {Per.ADDRESS: _customer(parsed), Per.BLOCK: str(block)}


@lru_cache(maxsize=1024)  # taking an address apart costs more than a statement's share
def is_our_own(address: str | None) -> bool:
    """Is it this machine's or a private network's address? Then it may be a proxy's, and so everybody's."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    return any(parsed in network for network in OUR_OWN)


def address_key(kind: str, address: str | None) -> str:
    """A counter's key for a network address; all of an IPv6 /64, which is one customer's, count as one."""
    return key_of(kind, at_address(address)[Per.ADDRESS])


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


def _count(session: Session, kind: Kind, who: Mapping[Per, str], now: datetime, scale: float) -> list[Cap]:
    """The caps that are passed by this one more."""
    caps = {key_of(cap.name, who[cap.per]): cap for cap in caps_of(kind) if cap.per in who}
    keys = sorted(caps)  # the same order for everybody, so that no two wait for each other
    hits = _add_ones(session, [(key, _window_start(now, caps[key].window)) for key in keys])
    for key in keys:
        if caps[key].is_watched and hits[key] == caps[key].half(scale):
            log.warning("half of a limit is used", extra=_alert(caps[key], hits[key], scale))
    return [caps[key] for key in keys if hits[key] > caps[key].scaled_by(scale)]


def _alert(cap: Cap, hits: int, scale: float) -> dict[str, Any]:
    """For whoever watches the log; whose it is stays unsaid."""
    most, minutes = cap.scaled_by(scale), int(cap.window.total_seconds() // 60)
    return {"alert": "half_of_a_limit", "limit": cap.name, "hits": hits, "most": most, "minutes": minutes}


def _add_ones(session: Session, windows: Sequence[tuple[str, datetime]]) -> dict[str, int]:
    """Count one more in each window, in one statement. Returns the new counts by key."""
    values: dict[str, Any] = {}
    for number, (key, starts_at) in enumerate(windows):
        values |= {f"key{number}": key, f"starts{number}": starts_at}
    return {row.key: row.hits for row in session.connection().execute(_adding(len(windows)), values)}


@cache
def _adding(windows: int) -> sa.TextClause:
    """In words of both databases: SQLAlchemy would put an insert of several rows together anew each time."""
    rows = ", ".join(f"(:key{n}, :starts{n}, 1)" for n in range(windows))
    return sa.text(
        f"INSERT INTO counter (key, window_starts_at, hits) VALUES {rows}"
        " ON CONFLICT (key, window_starts_at) DO UPDATE SET hits = counter.hits + 1 RETURNING key, hits"
    ).bindparams(*(sa.bindparam(f"starts{n}", type_=UtcDateTime) for n in range(windows)))


def _customer(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _window_start(now: datetime, window: timedelta) -> datetime:
    seconds = int(window.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
