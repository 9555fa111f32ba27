"""Sending: claim due rows under a lease, call the gateway with nothing open, settle each row once.

A row is claimed only when a call is free for it, so that STOP, an end of use and the kill switch count up to
the last moment. What became of texts of unknown outcome is asked in lookups.py.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, lock, transaction
from salonpool.domain.message import CALL_MOST, LEASE, RETRY_MOST, URGENT, MessageStatus, look_after
from salonpool.messaging.gateway import Accepted, Gateway, Outcome, RefusalCode, Refused, Unknown
from salonpool.models import Message, OptOut
from salonpool.usecases.texts import provider
from salonpool.usecases.texts.claims import Claim, Pass, Tally, accept, change, name_of, take
from salonpool.usecases.texts.opt_outs import OPTED_OUT, opt_out
from salonpool.usecases.texts.parallel import Calls
from salonpool.usecases.texts.switch import are_texts_off

log = logging.getLogger(__name__)

AT_ONCE = 8  # calls in flight
PASS_LIMIT = 400
LOOK_AHEAD = 32  # rows of the queue that are read at once

# What the outbox knows of a call: the gateway's answer, its error, or None for a call not made.
Ended = Outcome | BaseException | None


def send_due(
    now: datetime,
    system_now: datetime,
    gateway: Gateway,
    *,
    backoff_scale: float = 1.0,
    limit: int = PASS_LIMIT,
    may_go_on: Callable[[], bool] = lambda: True,
) -> Tally:
    """One pass: every text that is due, until none is left or `limit` were claimed.

    Safe to run twice at once. Nothing is written when nothing is due; nothing is claimed while the kill
    switch is on, the provider refuses our keys, or `may_go_on` says no.
    """
    this = Pass(now, system_now, gateway, backoff_scale)
    if not _anything_to_do(this):
        return this.tally
    provider.probe(gateway, this.system_now())
    _close(this)
    with Calls(partial(_send, this), AT_ONCE) as calls:
        try:
            while True:
                limit -= _start(this, calls, limit, may_go_on)
                if not calls:
                    break
                _settle_ended(this, calls)
        finally:  # a database that refuses a claim must not cost what is known of the calls under way
            while calls:
                _settle_ended(this, calls)
    return this.tally


def _due(now: datetime) -> sa.ColumnElement[bool]:
    """It waits, and its time has come; or the clock was put back since it was added or tried."""
    added_later = sa.and_(Message.created_at > now, Message.due_at <= Message.created_at)
    tried_later = sa.and_(Message.attempts > 0, Message.due_at > now + 2 * RETRY_MOST)
    come = sa.or_(Message.due_at <= now, added_later, tried_later)
    return sa.and_(Message.status == MessageStatus.PENDING, come)


def _over(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Message.status == MessageStatus.PENDING, Message.expires_at <= now)


def _anything_to_do(this: Pass) -> bool:
    texts = [sa.exists().where(which(this.now())) for which in (_due, _over)]
    probe = sa.exists().where(provider.OF_OURS, provider.is_probe_due(this.system_now()))
    found = db.session.scalar(sa.select(sa.or_(*texts, probe)))
    db.session.rollback()
    return bool(found)


def _close(this: Pass) -> None:
    """What nobody needs or wants any more."""
    stopped = sa.and_(_due(this.now()), Message.to.in_(sa.select(OptOut.phone)))
    with transaction() as session:
        this.tally.expired += change(session, _over(this.now()), status=MessageStatus.EXPIRED)
        this.tally.failed += change(session, stopped, status=MessageStatus.FAILED, error=OPTED_OUT)


def _start(this: Pass, calls: Calls[Claim, Outcome | None], most: int, may_go_on: Callable[[], bool]) -> int:
    """Claim a text for each free call, and begin the calls; how many."""
    if not may_go_on() or _are_off():
        return 0
    free = min(most, provider.room(AT_ONCE) - len(calls))
    claims = _claim(this, free) if free > 0 else []
    for claim in claims:
        calls.start(claim)
    return len(claims)


def _are_off() -> bool:
    off = are_texts_off()
    db.session.rollback()
    return off


def _claim(this: Pass, most: int) -> list[Claim]:
    """The most urgent, then the oldest; one for each number, and none while another to it is under way, so
    that no text overtakes another to the same person."""
    with transaction() as session:
        lock(session, "outbox")  # of two passes, the second sees what the first has claimed
        at = this.system_now()
        return take(
            session,
            Message.id.in_(_list_next(session, this.now(), most)),
            status=MessageStatus.SENDING,
            claimed_at=sa.func.coalesce(Message.claimed_at, at),
            lease_until=at + LEASE,
            attempts=Message.attempts + 1,
        )


def _list_next(session: Session, now: datetime, most: int) -> list[int]:
    useful = sa.or_(Message.expires_at.is_(None), Message.expires_at > now)
    stopped = sa.exists().where(OptOut.phone == Message.to)
    queue = (
        sa.select(Message.id, Message.to)
        .where(_due(now), useful, ~stopped)
        .order_by(Message.text_id.not_in(URGENT), Message.due_at, Message.id)
        .limit(LOOK_AHEAD)
        # A row that is being changed is not due any more, or will be later.
        .with_for_update(skip_locked=True)
    )
    busy = set(session.scalars(sa.select(Message.to).where(Message.status == MessageStatus.SENDING)))
    ids: list[int] = []
    while len(ids) < most:
        ahead = session.execute(queue.where(Message.to.not_in(busy))).all()
        for message_id, to in ahead:
            if to not in busy and len(ids) < most:
                busy.add(to)
                ids.append(message_id)
        if len(ahead) < LOOK_AHEAD:
            break
    return ids


def _send(this: Pass, claim: Claim) -> Outcome | None:
    """One call of the gateway, in a thread; None if it was not made, because whoever finds the lease over
    might call while it lasts. That happens to a process that was frozen."""
    if this.system_now() > claim.lease_until - CALL_MOST:
        return None
    return this.gateway.send(claim.to, claim.body, reference=str(claim.id))


def _settle_ended(this: Pass, calls: Calls[Claim, Outcome | None]) -> None:
    for claim, ended in calls.ended():
        this.settle(claim, partial(_record, this=this, claim=claim, ended=ended))
        log.info("message %s attempt %s: %s", claim.id, claim.attempts, _word(ended))


def _record(session: Session, *, this: Pass, claim: Claim, ended: Ended) -> str:
    provider.note(session, ended, this.system_now(), to=claim.to)
    if isinstance(ended, Accepted):
        return accept(session, this, claim, ended.sid)
    if isinstance(ended, Refused):
        return _refused(session, this, claim, ended)
    if ended is None:
        return _not_sent(session, claim, "later", status=MessageStatus.PENDING)
    return _unclear(session, this, claim, ended)


def _refused(session: Session, this: Pass, claim: Claim, refused: Refused) -> str:
    error = f"{refused.code} {refused.provider_code}".strip()
    if refused.permanent:
        if refused.code is RefusalCode.OPTED_OUT:
            opt_out(session, claim.to, this.now())
        return _not_sent(session, claim, "failed", status=MessageStatus.FAILED, error=error)
    due_at = this.now() + this.backoff(claim.attempts - 1, refused.retry_after)
    return _not_sent(session, claim, "later", status=MessageStatus.PENDING, due_at=due_at, error=error)


def _unclear(session: Session, this: Pass, claim: Claim, ended: Unknown | BaseException) -> str:
    """An error of ours may have come after the text was taken: it is looked up like any other."""
    crashes = 0 if isinstance(ended, Unknown) else 1
    changed = change(
        session,
        sa.and_(claim.mine(), Message.status == MessageStatus.SENDING),
        status=MessageStatus.UNKNOWN,
        lease_until=this.system_now() + this.scaled(look_after(claim.text_id)),
        error=_word(ended)[:200],
        crashes=Message.crashes + crashes,
    )
    return "unknown" if changed else ""


def _not_sent(session: Session, claim: Claim, word: str, **values: object) -> str:
    """The provider certainly has not got it, even if somebody found the lease over meanwhile. Returns `word`,
    or '' when nothing changed."""
    left = Message.status.in_([MessageStatus.SENDING, MessageStatus.UNKNOWN])
    return word if change(session, sa.and_(claim.mine(), left), **values, lease_until=None) else ""


def _word(ended: Ended) -> str:
    if isinstance(ended, Refused):
        return f"refused {ended.code} {ended.provider_code}".strip()
    if isinstance(ended, Unknown):
        return ended.reason
    if isinstance(ended, BaseException):
        return name_of(ended)
    return "not sent in time" if ended is None else "accepted"
