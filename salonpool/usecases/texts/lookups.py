"""Texts of unknown outcome: ask the provider whether it has them, and only then send them again.

Not at once: its list may lag behind its answers. Nor for ever: after 72 hours nobody will know.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, transaction
from salonpool.domain.message import (
    CODES,
    LEASE,
    LOOK_AFTER,
    LOOK_AFTER_CODE,
    LOOK_FOR,
    POISON,
    POISON_TRIES,
    RETRY_MOST,
    MessageStatus,
)
from salonpool.messaging.gateway import Accepted, Gateway, GatewayUnavailable
from salonpool.models import Message, Receipt
from salonpool.usecases.texts import provider
from salonpool.usecases.texts.claims import Claim, Pass, Tally, accept, change, name_of, take
from salonpool.usecases.texts.parallel import Calls
from salonpool.usecases.texts.receipts import REPLACED

log = logging.getLogger(__name__)

AT_ONCE = 4  # lookups in flight
PASS_LIMIT = 200
UNKNOWN = "unknown"  # of a text nobody will ever know more about


@dataclass(frozen=True, slots=True)
class _Question:
    """A claim, and the sids the provider gave other texts to the number."""

    claim: Claim
    known: tuple[str, ...]


def settle_unknown(
    now: datetime,
    system_now: datetime,
    gateway: Gateway,
    *,
    backoff_scale: float = 1.0,
    limit: int = PASS_LIMIT,
    may_go_on: Callable[[], bool] = lambda: True,
) -> Tally:
    """One pass: look up every text whose outcome has been unknown for long enough.

    Found: sent. Not found: due again if it is still of use, else expired. Failed: one that nobody could ask
    about for LOOK_FOR, or whose tries end in errors of ours. What a dead sender left becomes unknown first.
    Safe to run twice at once.
    """
    this = Pass(now, system_now, gateway, backoff_scale)
    if not _anything_to_do(this):
        return this.tally
    _take_over(this)
    _close_unheard(this)
    _close_unasked(this)
    with Calls(partial(_look, gateway), AT_ONCE) as calls:
        while True:
            questions = _ask(this, min(limit, AT_ONCE - len(calls))) if may_go_on() else []
            limit -= len(questions)
            for question in questions:
                calls.start(question)
            if not calls:
                return this.tally
            for question, found in calls.ended():
                this.settle(question.claim, partial(_record, this=this, claim=question.claim, found=found))


def _anything_to_do(this: Pass) -> bool:
    # Each by its own index.
    wanted = [sa.exists().where(which(this)) for which in (_sending, _unknown_left, _waits, _unheard)]
    found = db.session.scalar(sa.select(sa.or_(*wanted)))
    db.session.rollback()
    return bool(found)


def _sending(this: Pass) -> sa.ColumnElement[bool]:
    """Its lease is over, or ends further ahead than any lease: then somebody's clock is wrong."""
    at, lease = this.system_now(), Message.lease_until
    is_over = sa.or_(lease <= at, lease > at + 2 * LEASE)
    return sa.and_(Message.status == MessageStatus.SENDING, is_over)


def _unknown_left(this: Pass) -> sa.ColumnElement[bool]:
    lease = Message.lease_until
    return sa.and_(_unknown(), sa.or_(lease.is_(None), lease > this.system_now() + 2 * RETRY_MOST))


def _waits(this: Pass) -> sa.ColumnElement[bool]:
    return sa.and_(_unknown(), Message.lease_until <= this.system_now())


def _unknown() -> sa.ColumnElement[bool]:
    """One with a sid was taken; only its end was never heard of."""
    return sa.and_(Message.status == MessageStatus.UNKNOWN, Message.sid.is_(None))


def _unheard(this: Pass) -> sa.ColumnElement[bool]:
    """Taken long ago and asked about since (reports.py, which leaves a lease): no end is to be heard of."""
    asked = sa.and_(Message.status == MessageStatus.SENT, Message.lease_until.is_not(None))
    return sa.and_(asked, Message.sent_at <= this.now() - LOOK_FOR)


def _take_over(this: Pass) -> None:
    """What a sender left may have been taken a moment ago: it waits before it is looked up."""
    at = this.system_now()
    until = sa.case(
        (Message.text_id.in_(CODES), at + this.scaled(LOOK_AFTER_CODE)), else_=at + this.scaled(LOOK_AFTER)
    )
    left = sa.or_(_sending(this), _unknown_left(this))
    with transaction() as session:
        error = sa.func.coalesce(Message.error, "lease expired")
        this.tally.unknown += change(
            session, left, status=MessageStatus.UNKNOWN, lease_until=until, error=error
        )


def _close_unheard(this: Pass) -> None:
    with transaction() as session:
        change(session, _unheard(this), status=MessageStatus.UNKNOWN, lease_until=None)


def _close_unasked(this: Pass) -> None:
    """While our keys are refused nobody can be asked, and after so long nobody will know."""
    if provider.room(1):
        return
    claimed_at = sa.func.coalesce(Message.claimed_at, Message.created_at)
    old = sa.and_(_waits(this), claimed_at <= this.system_now() - LOOK_FOR)
    with transaction() as session:
        this.tally.failed += change(
            session, old, status=MessageStatus.FAILED, error=UNKNOWN, lease_until=None
        )


def _ask(this: Pass, most: int) -> list[_Question]:
    """Claim what waits; the lease keeps others from asking the same."""
    if most <= 0 or not provider.room(1):
        return []
    first = (
        sa.select(Message.id)
        .where(_waits(this))
        .order_by(Message.lease_until, Message.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    with transaction() as session:
        ids = session.scalars(first).all()
        claims = take(session, Message.id.in_(ids), lease_until=this.system_now() + LEASE) if ids else []
        return [_Question(claim, _known(session, claim.to)) for claim in claims]


def _known(session: Session, to: str) -> tuple[str, ...]:
    """Sids that are other texts', also those of texts that were handed over once more."""
    of_rows = sa.select(Message.sid).where(Message.to == to, Message.sid.is_not(None))
    replaced = sa.select(Receipt.sid).where(Receipt.word == REPLACED)
    return tuple(session.scalars(of_rows.union(replaced)))


def _look(gateway: Gateway, question: _Question) -> str | None:
    """One question to the provider, in a thread."""
    claim = question.claim
    return gateway.find_sent(claim.to, claim.body, claim.claimed_at, known=question.known)


def _record(session: Session, *, this: Pass, claim: Claim, found: str | BaseException | None) -> str:
    if isinstance(found, str):
        provider.note(session, Accepted(found), this.system_now(), to=claim.to)
        return accept(session, this, claim, found)
    if found is None:
        return _absent(session, this, claim)
    crashes = claim.crashes + (not isinstance(found, GatewayUnavailable))
    if this.system_now() - claim.claimed_at >= LOOK_FOR or crashes >= POISON_TRIES:
        return _give_up(session, claim, crashes)
    until = this.system_now() + this.backoff(claim.lookups)
    changed = change(session, _mine(claim), lease_until=until, lookups=Message.lookups + 1, crashes=crashes)
    log.warning("message %s: outcome still unknown: %s", claim.id, name_of(found))
    return "unknown" if changed else ""


def _absent(session: Session, this: Pass, claim: Claim) -> str:
    """The provider has not got it."""
    if claim.crashes >= POISON_TRIES:
        return _give_up(session, claim, claim.crashes)
    is_over = sa.and_(_mine(claim), Message.expires_at <= this.now())
    if change(session, is_over, status=MessageStatus.EXPIRED, lease_until=None):
        return "expired"
    again = change(
        session, _mine(claim), status=MessageStatus.PENDING, due_at=this.now(), lease_until=None, lookups=0
    )
    return "later" if again else ""


def _give_up(session: Session, claim: Claim, crashes: int) -> str:
    error = POISON if crashes >= POISON_TRIES else UNKNOWN
    values = {"status": MessageStatus.FAILED, "error": error, "crashes": crashes, "lease_until": None}
    if not change(session, _mine(claim), **values):
        return ""
    if error == POISON:
        log.error("message %s ends each try with an error", claim.id, extra={"alert": "poison_text"})
    return "failed"


def _mine(claim: Claim) -> sa.ColumnElement[bool]:
    return sa.and_(claim.mine(), _unknown())
