"""Sending: claim due rows under a lease, call the gateway with nothing open, settle each row once.

A claim is named by the row's `attempts`, which rises with each: whoever comes back late with an older number
changes nothing. `due_at` and `expires_at` are people's time, leases system time.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, transaction
from salonpool.domain.message import LEASE, MAX_ATTEMPTS, MessageStatus, retry_after
from salonpool.messaging.gateway import (
    Accepted,
    Gateway,
    GatewayUnavailable,
    Outcome,
    RefusalCode,
    Refused,
    Unknown,
)
from salonpool.models import Message, OptOut
from salonpool.usecases.texts.opt_outs import OPTED_OUT, opt_out
from salonpool.usecases.texts.parallel import in_parallel
from salonpool.usecases.texts.switch import are_texts_off

log = logging.getLogger(__name__)

AT_ONCE = 8  # calls in flight
CLAIM_AT_ONCE = 16  # two rounds of calls; with the gateway's 10 s limit well inside the lease
PASS_LIMIT = 400
# A text that waited in a thread's queue is put back rather than sent this close to its lease's end: a call
# may take 10 seconds, and whoever finds the lease expired asks the provider at once.
LEASE_MARGIN = timedelta(seconds=20)
# The provider's list may lag behind its answers: after an unknown outcome look only now.
LOOK_AFTER = timedelta(seconds=60)

Late = MessageStatus.PENDING, MessageStatus.SENDING, MessageStatus.UNKNOWN


@dataclass(slots=True)
class Tally:
    """What one pass of the outbox did, in rows."""

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


@dataclass(frozen=True, slots=True)
class _Claim:
    id: int
    to: str
    body: str
    attempts: int
    claimed_at: datetime


class _Pass:
    """One pass: its times, its gateway, what it did. System time goes on by the monotonic clock."""

    def __init__(self, now: datetime, system_now: datetime, gateway: Gateway, backoff_scale: float) -> None:
        self.now = now
        self.gateway = gateway
        self.backoff_scale = backoff_scale
        self.tally = Tally()
        self._started_at = system_now
        self._started = time.monotonic()

    def system_now(self) -> datetime:
        return self._started_at + timedelta(seconds=time.monotonic() - self._started)

    def scaled(self, wait: timedelta) -> timedelta:
        return wait * self.backoff_scale


def send_due(
    now: datetime,
    system_now: datetime,
    gateway: Gateway,
    *,
    backoff_scale: float = 1.0,
    limit: int = PASS_LIMIT,
) -> Tally:
    """One pass: every text that is due, until none is left or `limit` were claimed.

    Texts of unknown outcome are looked up at the provider first, and only sent again if it has none. Safe to
    run twice at once. Nothing is written when nothing is due, nothing leaves while the kill switch is on.
    """
    this = _Pass(now, system_now, gateway, backoff_scale)
    if not _anything_to_do(this):
        return this.tally
    for claim in _claim_unknown(this):
        _reconcile(this, claim)
    _close(this)
    claimed = 0
    while (
        claimed < limit and _may_send() and (claims := _claim_due(this, min(CLAIM_AT_ONCE, limit - claimed)))
    ):
        claimed += len(claims)
        for claim, outcome in in_parallel(lambda claim: _send(this, claim), claims, AT_ONCE):
            _settle(this, claim, outcome)
    return this.tally


def _due(this: _Pass) -> sa.ColumnElement[bool]:
    return sa.and_(Message.status == MessageStatus.PENDING, Message.due_at <= this.now)


def _lease_over(this: _Pass, status: MessageStatus) -> sa.ColumnElement[bool]:
    return sa.and_(Message.status == status, Message.lease_until <= this.system_now())


def _anything_to_do(this: _Pass) -> bool:
    wanted = sa.or_(
        _due(this), _lease_over(this, MessageStatus.SENDING), _lease_over(this, MessageStatus.UNKNOWN)
    )
    found = db.session.scalar(sa.select(sa.exists().where(wanted)))
    db.session.rollback()
    return bool(found)


def _may_send() -> bool:
    """Asked before each few texts, so that the kill switch works at once."""
    may = not are_texts_off()
    db.session.rollback()
    return may


def _close(this: _Pass) -> None:
    """What nobody needs or wants any more."""
    with transaction() as session:
        this.tally.failed += _change(
            session,
            sa.and_(_due(this), Message.to.in_(sa.select(OptOut.phone))),
            status=MessageStatus.FAILED,
            error=OPTED_OUT,
        )
        this.tally.expired += _change(
            session,
            sa.and_(Message.status == MessageStatus.PENDING, Message.expires_at <= this.now),
            status=MessageStatus.EXPIRED,
        )


def _claim_due(this: _Pass, limit: int) -> list[_Claim]:
    at = this.system_now()
    ids = sa.select(Message.id).where(_due(this)).order_by(Message.due_at, Message.id).limit(limit)
    claim = (
        sa.update(Message)
        .where(Message.id.in_(ids), _due(this))
        .values(
            status=MessageStatus.SENDING,
            claimed_at=at,
            lease_until=at + LEASE,
            attempts=Message.attempts + 1,
        )
    )
    with transaction() as session:
        return _claims(session, claim)


def _claim_unknown(this: _Pass) -> list[_Claim]:
    """Texts whose outcome to ask for, also a dead sender's; the lease keeps others from asking."""
    over = _lease_over(this, MessageStatus.UNKNOWN)
    ids = sa.select(Message.id).where(over).order_by(Message.lease_until, Message.id).limit(AT_ONCE // 2)
    claim = sa.update(Message).where(Message.id.in_(ids), over).values(lease_until=this.system_now() + LEASE)
    with transaction() as session:
        abandoned = _lease_over(this, MessageStatus.SENDING)
        _change(session, abandoned, status=MessageStatus.UNKNOWN, error="lease expired")
        return _claims(session, claim)


def _claims(session: Session, claim: sa.Update) -> list[_Claim]:
    columns = (Message.id, Message.to, Message.body, Message.attempts, Message.claimed_at)
    rows = session.execute(claim.returning(*columns), execution_options={"synchronize_session": False})
    return [
        _Claim(id_, to, body, attempts, claimed_at)
        for id_, to, body, attempts, claimed_at in sorted(rows.all())
        if claimed_at is not None
    ]


def _send(this: _Pass, claim: _Claim) -> Outcome | None:
    """One call of the gateway, in a thread; None when the lease is too short for it by now."""
    if this.system_now() > claim.claimed_at + LEASE - LEASE_MARGIN:
        return None
    return this.gateway.send(claim.to, claim.body, reference=str(claim.id))


def _settle(this: _Pass, claim: _Claim, outcome: Outcome | None) -> None:
    with transaction() as session:
        if isinstance(outcome, Accepted):
            this.tally.sent += _accepted(session, this, claim, outcome.sid)
        elif isinstance(outcome, Unknown):
            until = this.system_now() + this.scaled(LOOK_AFTER)
            this.tally.unknown += _claimed(
                session, claim, status=MessageStatus.UNKNOWN, lease_until=until, error=outcome.reason[:200]
            )
        elif isinstance(outcome, Refused):
            _refused(session, this, claim, outcome)
        else:
            this.tally.later += _claimed(session, claim, status=MessageStatus.PENDING)
    log.info("message %s attempt %s: %s", claim.id, claim.attempts, _word(outcome))


def _refused(session: Session, this: _Pass, claim: _Claim, refused: Refused) -> None:
    error = f"{refused.code} {refused.provider_code}".strip()
    if refused.permanent or claim.attempts >= MAX_ATTEMPTS:
        this.tally.failed += _claimed(session, claim, status=MessageStatus.FAILED, error=error)
        if refused.code is RefusalCode.OPTED_OUT:
            opt_out(session, claim.to, this.now)
        return
    due_at = this.now + this.scaled(retry_after(claim.attempts - 1))
    this.tally.later += _claimed(session, claim, status=MessageStatus.PENDING, due_at=due_at, error=error)


def _reconcile(this: _Pass, claim: _Claim) -> None:
    """Has the provider the text? Then it is sent; if not, it may be sent again."""
    try:
        sid = this.gateway.find_sent(claim.to, claim.body, claim.claimed_at, known=_known_sids(claim.to))
    except GatewayUnavailable as unavailable:
        log.warning("message %s: outcome still unknown: %s", claim.id, unavailable)
        until = this.system_now() + this.scaled(retry_after(claim.attempts))
        with transaction() as session:
            this.tally.unknown += _unknown(session, claim, lease_until=until)
        return
    with transaction() as session:
        if sid is not None:
            this.tally.sent += _accepted(session, this, claim, sid)
        elif claim.attempts >= MAX_ATTEMPTS:
            this.tally.failed += _unknown(session, claim, status=MessageStatus.FAILED)
        else:
            _unknown(session, claim, status=MessageStatus.PENDING)
    log.info("message %s attempt %s: %s", claim.id, claim.attempts, "found" if sid else "not found")


def _known_sids(to: str) -> list[str]:
    sids = db.session.scalars(sa.select(Message.sid).where(Message.to == to, Message.sid.is_not(None))).all()
    db.session.rollback()
    return [sid for sid in sids if sid is not None]


def _accepted(session: Session, this: _Pass, claim: _Claim, sid: str) -> int:
    """The provider has this claim's text, whatever the row was taken for meanwhile."""
    return _change(
        session,
        sa.and_(Message.id == claim.id, Message.attempts == claim.attempts, Message.status.in_(Late)),
        status=MessageStatus.SENT,
        sid=sid,
        sent_at=this.now,
        error=None,
    )


def _claimed(session: Session, claim: _Claim, **values: object) -> int:
    mine = sa.and_(Message.id == claim.id, Message.attempts == claim.attempts)
    return _change(session, sa.and_(mine, Message.status == MessageStatus.SENDING), **values)


def _unknown(session: Session, claim: _Claim, **values: object) -> int:
    mine = sa.and_(Message.id == claim.id, Message.attempts == claim.attempts)
    return _change(session, sa.and_(mine, Message.status == MessageStatus.UNKNOWN), **values)


def _change(session: Session, where: sa.ColumnElement[bool], **values: object) -> int:
    """Compare and set; the number of rows it was true of."""
    statement = sa.update(Message).where(where).values(**values).returning(Message.id)
    return len(session.execute(statement, execution_options={"synchronize_session": False}).all())


def _word(outcome: Outcome | None) -> str:
    if isinstance(outcome, Refused):
        return f"refused {outcome.code} {outcome.provider_code}".strip()
    return type(outcome).__name__.lower() if outcome is not None else "put back"
