"""A text is a row, added here with what it tells of.

What happens to it then is in outbox.py (send_due: claim, call the gateway, settle) and in receipts.py (what
the provider says of it later). Who is told what is in booking/texts.py, offer_texts.py, sign_ins.py and
answers.py; STOP is in opt_outs.py.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import wake
from salonpool.domain.message import UNFINISHED, MessageStatus, give_up_at
from salonpool.messaging.capabilities import Capabilities
from salonpool.messaging.texts import compose
from salonpool.models import Message, OptOut
from salonpool.usecases.rows import upsert


def enqueue(
    session: Session,
    *,
    network_id: int,
    event_id: str,
    text_id: str,
    to: str,
    language: str,
    values: Mapping[str, str | int | None],
    within: Capabilities,
    now: datetime,
    salon_id: int | None = None,
    booking_id: int | None = None,
    offer_id: int | None = None,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> int | None:
    """Add a text to the caller's transaction, in the person's language and as `within` lets it be: its id.

    None when nothing was added: the number sent STOP, the event was told before (`event_id` names it once),
    or the same words to the same number are on their way. `due_at` (default now): when it may leave;
    `expires_at`: its end, within give_up_at(); `salon_id`: whose desk sees it. Raises KeyError, ValueError.
    """
    return _add(
        session,
        network_id=network_id,
        salon_id=salon_id,
        event_id=event_id,
        text_id=text_id,
        to=to,
        language=language,
        body=compose(text_id, language, within=within, to=to, **values),
        status=MessageStatus.PENDING,
        created_at=now,
        due_at=due_at or now,
        expires_at=give_up_at(due_at or now, expires_at),
        booking_id=booking_id,
        offer_id=offer_id,
    )


def drop_waiting(session: Session, booking_id: int, text_id: str | None = None) -> None:
    """The booking has changed: what has still to tell about it as it was is not sent any more; only such
    texts where `text_id` names one."""
    about = [Message.booking_id == booking_id]
    about += [Message.text_id == text_id] if text_id else []
    withdraw(session, *about)


def withdraw(session: Session, *which: sa.ColumnElement[bool]) -> None:
    """Send these texts no more. One that is under way, or perhaps was sent, is not sent a second time."""
    waits = Message.status == MessageStatus.PENDING
    session.execute(
        sa.update(Message)
        .where(*which, Message.status.in_(UNFINISHED))
        .values(
            status=sa.case((waits, MessageStatus.EXPIRED), else_=Message.status),
            expires_at=Message.created_at,  # as if it had never been of use
        ),
        execution_options={"synchronize_session": False},
    )


def _add(session: Session, **values: Any) -> int | None:
    """One statement asks for STOP, too. Rows waiting in the session are written first; the clock is woken."""
    session.flush()
    database = session.connection()
    row = {f"the_{name}": value for name, value in values.items()}
    adding = _adding(database.dialect.name, tuple(values))
    message_id: int | None = database.execute(adding, row).scalar()
    if message_id is None and _withdrawn_made_way(session, values):
        message_id = database.execute(adding, row).scalar()
    if message_id is not None:
        wake("message", message_id)
    return message_id


def _withdrawn_made_way(session: Session, values: Mapping[str, Any]) -> bool:
    """The same words were withdrawn while nobody knew whether they had left, and are true again: what became
    of them does not matter any more, and they are told anew."""
    told = sa.exists().where(Message.event_id == values["event_id"]).correlate(None)
    gone = session.execute(
        sa.update(Message)
        .where(
            Message.to == values["to"],
            Message.body == values["body"],
            Message.status.in_((MessageStatus.SENDING, MessageStatus.UNKNOWN)),
            Message.sid.is_(None),
            Message.expires_at <= Message.created_at,
            ~told,
        )
        .values(status=MessageStatus.EXPIRED, lease_until=None)
        .returning(Message.id),
        execution_options={"synchronize_session": False},
    )
    return bool(gone.all())


@cache
def _adding(dialect: str, names: tuple[str, ...]) -> Any:
    columns = sa.inspect(Message).columns
    row = [sa.bindparam(f"the_{name}", type_=columns[name].type) for name in names]
    stopped = sa.exists().where(OptOut.phone == sa.bindparam("the_to"))
    adding = upsert(Message, dialect).from_select(names, sa.select(*row).where(~stopped))
    return adding.on_conflict_do_nothing().returning(Message.id)
