"""What texts leave to a person at the desk: words nobody read, texts that were lost, guests without any."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.booking import OPEN_STATES
from salonpool.domain.desk_text import FOR_A_PERSON, MUST_HEAR, SECRET, UNTOLD, TextState, shown, state_of
from salonpool.domain.shift import HORIZON
from salonpool.models import Booking, BookingItem, Card, Customer, InboundMessage, Message, Offer
from salonpool.queries.correspondents import (
    GUEST,
    Correspondent,
    CorrespondentsByNumber,
    find_correspondents,
    who_got,
    who_wrote,
)
from salonpool.queries.messages import about_a_visit_ahead, ended_badly, gets_texts, last_word_on

LISTED = 30  # days after which words nobody answered are no task any more
MOST = 50


class TaskKind(StrEnum):
    """What is to be done: read somebody's words, tell somebody what a text did not, call who gets none."""

    WORDS = "words"
    TEXT = "text"
    VISIT = "visit"


@dataclass(frozen=True, slots=True)
class Task:
    """One person and what to see to. `id`: of the last inbound text, the message, or the booking.

    `words`: what somebody wrote, the oldest first, or what our text said; `reason` why nothing was said by
    text: of NoSmsReason, or our word for what went wrong.
    """

    kind: TaskKind
    id: int
    person: Correspondent
    at: datetime
    words: tuple[str, ...] = ()
    language: str = ""
    outcome: str = ""
    state: TextState | None = None
    reason: str = ""
    booking_id: int | None = None
    shift_id: int | None = None
    visit_starts_at: datetime | None = None
    may_send_again: bool = False


def list_tasks(salon_id: int, now: datetime) -> list[Task]:
    """Open questions of the salon: words by when they came, then what did not arrive and who gets no texts,
    by when the visit is. At most MOST + 1 of each kind."""
    texts = [*_lost_texts(salon_id, now), *_lost_to_stylists(salon_id, now)]
    visits = _untold_visits(salon_id, now)
    ahead = sorted([*texts, *visits], key=lambda task: (task.visit_starts_at or task.at, task.kind, task.id))
    return [*_words(salon_id, now), *ahead]


def _words(salon_id: int, now: datetime) -> list[Task]:
    """One for each number, with all it wrote that nobody dealt with."""
    rows = db.session.execute(
        sa.select(
            InboundMessage.id, InboundMessage.sender, InboundMessage.body, InboundMessage.received_at,
            InboundMessage.outcome,
        )
        .where(
            InboundMessage.salon_id == salon_id,
            InboundMessage.received_at > now - timedelta(days=LISTED),
            InboundMessage.outcome.in_(FOR_A_PERSON),
            InboundMessage.desk_done_at.is_(None),
        )
        .order_by(InboundMessage.received_at, InboundMessage.id)
        .limit(MOST + 1)
    ).all()  # fmt: skip
    if not rows:
        return []
    found = find_correspondents(salon_id, {row.sender for row in rows}, now)
    tasks = []
    for number in dict.fromkeys(row.sender for row in rows):
        theirs = [row for row in rows if row.sender == number]
        last = theirs[-1]
        tasks.append(
            Task(
                TaskKind.WORDS,
                max(row.id for row in theirs),
                who_wrote(found, number),
                theirs[0].received_at,
                words=tuple(row.body for row in theirs),
                outcome=last.outcome,
            )
        )
    return tasks


def _lost_texts(salon_id: int, now: datetime) -> list[Task]:
    """The last word on a visit ahead did not arrive."""
    rows = db.session.execute(
        sa.select(Message, Booking.starts_at, Customer.phone, sa.null().label("shift_id"))
        .add_columns(sa.func.coalesce(BookingItem.guest_name, Card.name).label("guest"))
        .add_columns(gets_texts(Message.to).label("gets_texts"))
        .join(Booking, Booking.id == Message.booking_id)
        .join(BookingItem, sa.and_(BookingItem.booking_id == Booking.id, BookingItem.position == 0))
        .outerjoin(Customer, Customer.id == Booking.customer_id)
        .outerjoin(Card, sa.and_(Card.customer_id == Customer.id, Card.salon_id == Booking.salon_id))
        .where(
            Booking.salon_id == salon_id,
            about_a_visit_ahead(now),
            Booking.no_sms_reason.is_(None),
            ended_badly(),
            Message.desk_done_at.is_(None),
            Message.text_id.not_in(SECRET),
            Message.id == last_word_on(Booking.id),
        )
        .order_by(Booking.starts_at, Message.id)
        .limit(MOST + 1)
    ).all()
    return [_lost_text(row, {}) for row in rows]


def _lost_to_stylists(salon_id: int, now: datetime) -> list[Task]:
    """What a stylist must know of a shift ahead did not arrive."""
    rows = db.session.execute(
        sa.select(Message, Message.expires_at.label("starts_at"), Offer.shift_id)
        .outerjoin(Offer, Offer.id == Message.offer_id)
        .where(
            Message.salon_id == salon_id,
            Message.created_at > now - HORIZON,
            Message.booking_id.is_(None),
            Message.text_id.in_(MUST_HEAR),
            Message.expires_at > now,
            ended_badly(),
            Message.desk_done_at.is_(None),
        )
        .order_by(Message.expires_at, Message.id)
        .limit(MOST + 1)
    ).all()
    if not rows:
        return []
    found = find_correspondents(salon_id, {row.Message.to for row in rows}, now)
    return [_lost_text(row, found) for row in rows]


def _lost_text(row: Any, found: CorrespondentsByNumber) -> Task:
    text: Message = row.Message
    body = shown(text.text_id, text.body)
    if text.booking_id is None:
        person = who_got(found, text.to, text.text_id)
    else:
        person = Correspondent(GUEST, row.guest, text.to if row.phone == text.to else None)
    return Task(
        TaskKind.TEXT,
        text.id,
        person,
        text.created_at,
        words=() if body is None else (body,),
        language=text.language,
        state=state_of(text.status, text.sid),
        reason=(text.error or "").partition(" ")[0],
        booking_id=text.booking_id,
        shift_id=row.shift_id,
        visit_starts_at=row.starts_at,
        may_send_again=text.booking_id is not None and row.gets_texts,
    )


def _untold_visits(salon_id: int, now: datetime) -> list[Task]:
    """Guests with a number who get no texts, and who were not called since their booking last changed."""
    rows = db.session.execute(
        sa.select(Booking.id, Booking.starts_at, Booking.created_at, Booking.no_sms_reason, Customer.phone)
        .add_columns(sa.func.coalesce(BookingItem.guest_name, Card.name).label("name"))
        .join(Customer, Customer.id == Booking.customer_id)
        .join(BookingItem, sa.and_(BookingItem.booking_id == Booking.id, BookingItem.position == 0))
        .outerjoin(Card, sa.and_(Card.customer_id == Customer.id, Card.salon_id == Booking.salon_id))
        .where(
            Booking.salon_id == salon_id,
            Booking.status.in_(OPEN_STATES),
            Booking.starts_at > now,
            Booking.no_sms_reason.in_(UNTOLD),
            Booking.told_sequence.is_distinct_from(Booking.sequence),
        )
        .order_by(Booking.starts_at, Booking.id)
        .limit(MOST + 1)
    )
    return [
        Task(
            TaskKind.VISIT,
            row.id,
            Correspondent(GUEST, row.name, row.phone),
            row.created_at,
            reason=row.no_sms_reason,
            booking_id=row.id,
            visit_starts_at=row.starts_at,
        )
        for row in rows
    ]
