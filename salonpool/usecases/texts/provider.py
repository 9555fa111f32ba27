"""How whoever carries the texts is doing, as its answers show: one row, by system time.

Nothing is written while texts are taken. Keys that are refused stop everything until a question about them
gets a good answer: no text would leave, and each try would be one more refusal.
"""

import logging
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, transaction
from salonpool.domain.message import DOUBT_AFTER, KEYS_REFUSED_MOST, PROBE_MOST, UNFINISHED, probe_after
from salonpool.messaging.gateway import Accepted, Gateway, GatewayUnavailable, RefusalCode, Refused, Unknown
from salonpool.models import Message, Provider
from salonpool.queries.provider import NAME
from salonpool.usecases.rows import insert_new

log = logging.getLogger(__name__)

UNCLEAR = "unknown"
OF_OURS = Provider.name == NAME
OURS_TO_MEND = frozenset({RefusalCode.CREDENTIALS, RefusalCode.SENDER})
# What says nothing about the one text, but that none is taken now.
TROUBLE = OURS_TO_MEND | {RefusalCode.UNREACHABLE, RefusalCode.RATE_LIMITED}


def room(most: int) -> int:
    """How many calls may be under way at once: `most`, one while in doubt, none while stopped."""
    row = db.session.execute(
        sa.select(Provider.stopped_at, Provider.failures, Provider.reason).where(OF_OURS)
    )
    stopped_at, failures, reason = row.one_or_none() or (None, 0, None)
    db.session.rollback()
    if stopped_at is not None:
        return 0
    return 1 if failures >= DOUBT_AFTER or (failures and reason in OURS_TO_MEND) else most


def note(session: Session, outcome: object, system_now: datetime, *, to: str) -> None:
    """Take an answer to a text for `to` into account, in the transaction that settles the text."""
    if isinstance(outcome, Accepted):
        _note_taken(session)
    elif isinstance(outcome, Unknown):
        _note_trouble(session, UNCLEAR, to, system_now)
    elif isinstance(outcome, Refused) and outcome.code in TROUBLE:
        _note_trouble(session, outcome.code, to, system_now)


def probe(gateway: Gateway, system_now: datetime) -> None:
    """While stopped: ask about our keys when it is time to; after a good answer texts leave again.

    They leave one at a time first, and the next refusal stops them at once.
    """
    due = db.session.scalar(sa.select(is_probe_due(system_now)).where(OF_OURS))
    db.session.rollback()
    if not due or not _claim_probe(system_now):
        return
    try:
        refused = gateway.check()
    except GatewayUnavailable:
        return
    if refused is not None:
        return
    go_on = {"stopped_at": None, "probe_at": None, "failures": KEYS_REFUSED_MOST - 1}
    with transaction() as session:
        session.execute(sa.update(Provider).where(OF_OURS).values(go_on))
    log.warning("texts leave again", extra={"alert": "texts_resumed"})


def ask_now(system_now: datetime) -> None:
    """Whoever has started us again may have mended the keys: the next question comes with the next pass."""
    with transaction() as session:
        stopped = sa.update(Provider).where(OF_OURS, Provider.stopped_at.is_not(None))
        session.execute(stopped.values(probe_at=system_now))


def is_probe_due(system_now: datetime) -> sa.ColumnElement[bool]:
    """Of our row: stopped, and it is time to ask; also when the clock was put back meanwhile."""
    far = Provider.probe_at > system_now + 2 * PROBE_MOST
    return sa.and_(Provider.stopped_at.is_not(None), sa.or_(Provider.probe_at <= system_now, far))


def _claim_probe(system_now: datetime) -> bool:
    """The next question is put off before this one is asked: of two passes one asks."""
    with transaction() as session:
        row = session.scalar(sa.select(Provider).where(OF_OURS, is_probe_due(system_now)).with_for_update())
        if row is None:
            return False
        row.probes += 1
        row.probe_at = system_now + probe_after(row.probes)
        return True


def _note_taken(session: Session) -> None:
    was_trouble = sa.or_(Provider.failures > 0, Provider.probes > 0, Provider.stopped_at.is_not(None))
    well = {"failures": 0, "failing_since": None, "stopped_at": None, "reason": None, "probes": 0}
    session.execute(sa.update(Provider).where(OF_OURS, was_trouble).values(**well, probe_at=None))


def _note_trouble(session: Session, reason: str, to: str, system_now: datetime) -> None:
    insert_new(session, Provider, name=NAME, failures=0, probes=0)
    row = session.get_one(Provider, NAME, with_for_update=True, populate_existing=True)
    if row.stopped_at is not None:
        return
    is_ours = reason in OURS_TO_MEND
    same_kind = (row.reason in OURS_TO_MEND) == is_ours
    row.failures = row.failures + 1 if same_kind else 1
    row.reason = reason
    row.failing_since = row.failing_since or system_now
    for_all = reason == RefusalCode.CREDENTIALS or _is_refused_to_others(session, to)
    if is_ours and row.failures >= KEYS_REFUSED_MOST and for_all:
        row.stopped_at = system_now
        row.probe_at = system_now + probe_after(row.probes)
        log.error("texts stopped: the provider refuses our keys or sender", extra={"alert": "texts_stopped"})


def _is_refused_to_others(session: Session, to: str) -> bool:
    """A sender may be refused for one number alone, which must not keep all others from their texts."""
    refused = sa.or_(*(Message.error.startswith(code) for code in OURS_TO_MEND))
    others = sa.exists().where(Message.status.in_(UNFINISHED), refused, Message.to != to)
    return bool(session.scalar(sa.select(others)))
