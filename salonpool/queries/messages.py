"""The salon's log of texts, out and in, newest first, and what a month of them cost."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.booking import OPEN_STATES
from salonpool.domain.desk_text import ENDED_BADLY, SECRET, TextState, shown, state_of
from salonpool.domain.message import MessageStatus
from salonpool.models import Booking, BookingItem, Card, Customer, InboundMessage, Message, OptOut
from salonpool.queries.correspondents import (
    GUEST,
    Correspondent,
    CorrespondentsByNumber,
    find_correspondents,
    who_got,
    who_wrote,
)

PAGE = 50
LAST_PAGE = 200
BAD_NUMBER = "bad_number"  # how such an error begins; the provider's code follows
LOST = (MessageStatus.FAILED, MessageStatus.UNDELIVERED, MessageStatus.EXPIRED)


@dataclass(frozen=True, slots=True)
class TextRow:
    """A text of ours, or words somebody sent (`ours` False). `body` None: a code, not shown; its `language`
    is '' where nobody knows.

    `state`, `error` (our word) and `due_at` are of our own texts; `visit_starts_at` of the booking it is
    about; `may_send_again`: its visit is ahead and it is the last we said of it, and did not arrive.
    """

    id: int
    ours: bool
    at: datetime
    person: Correspondent
    body: str | None
    language: str
    state: TextState | None
    error: str
    due_at: datetime | None
    booking_id: int | None
    visit_starts_at: datetime | None
    may_send_again: bool


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of the log. `person`: whose texts they are, where it is one person's."""

    rows: tuple[TextRow, ...]
    page: int
    has_more: bool
    person: Correspondent | None


@dataclass(frozen=True, slots=True)
class CostRow:
    """Texts that were taken in one currency of price, in millionths; no currency: the price is not known."""

    currency: str | None
    texts: int
    segments: int
    price_micro: int


def read_log(
    salon_id: int, now: datetime, *, page: int = 1, number: str | None = None, only_lost: bool = False
) -> LogPage:
    """A page of the salon's texts; of one number, or only those that did not arrive, if so asked."""
    page = min(max(page, 1), LAST_PAGE)
    rows = db.session.execute(_log(salon_id, now, page, number, only_lost)).all()
    found = find_correspondents(salon_id, {row.number for row in rows}, now)
    shown_rows = tuple(_text_row(row, found) for row in rows[:PAGE])
    person = None
    if number is not None:
        person = next((one.person for one in shown_rows if one.person.name), None)
        person = person or (shown_rows[0].person if shown_rows else None)
    return LogPage(shown_rows, page, len(rows) > PAGE and page < LAST_PAGE, person)


def list_costs(salon_id: int, starts_at: datetime, ends_at: datetime) -> list[CostRow]:
    """What the salon's texts of a time cost as far as is known, by currency."""
    taken = sa.func.coalesce(Message.segments, 1)
    rows = db.session.execute(
        sa.select(
            Message.price_currency,
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(taken), 0),
            sa.func.coalesce(sa.func.sum(Message.price_micro), 0),
        )
        .where(
            Message.salon_id == salon_id,
            Message.created_at >= starts_at,
            Message.created_at < ends_at,
            Message.sent_at.is_not(None),
        )
        .group_by(Message.price_currency)
        .order_by(Message.price_currency)
    )
    return [
        CostRow(currency, texts, int(segments or 0), int(micro or 0))
        for currency, texts, segments, micro in rows
    ]


def takes_no_texts(number: str) -> bool:
    """Did the last text that was tried on the number find no mobile phone there?"""
    tried = sa.or_(Message.sent_at.is_not(None), Message.status == MessageStatus.FAILED)
    last = sa.select(Message.error).where(Message.to == number, tried)
    error = db.session.scalar(last.order_by(Message.created_at.desc(), Message.id.desc()).limit(1))
    return (error or "").startswith(BAD_NUMBER)


def ended_badly() -> sa.ColumnElement[bool]:
    """Nothing more comes of the text by itself, and nobody knows that it arrived."""
    unsure = sa.and_(Message.status == MessageStatus.UNKNOWN, Message.sid.is_not(None))
    return sa.or_(Message.status.in_(LOST), unsure)


def last_word_on(booking_id: Any) -> sa.ScalarSelect[int | None]:
    """The id of the newest text about a booking, to be used within a statement."""
    newest = sa.orm.aliased(Message)
    return sa.select(sa.func.max(newest.id)).where(newest.booking_id == booking_id).scalar_subquery()


def gets_texts(number: Any) -> sa.ColumnElement[bool]:
    """The number has not sent STOP."""
    return ~sa.exists().where(OptOut.phone == number)


def about_a_visit_ahead(now: datetime) -> sa.ColumnElement[bool]:
    """Of the booking a text is about, joined."""
    return sa.and_(Booking.status.in_(OPEN_STATES), Booking.starts_at > now)


def _log(
    salon_id: int, now: datetime, page: int, number: str | None, only_lost: bool
) -> sa.Select[*tuple[Any, ...]]:
    """Both ways in one: as many of each as the page can need, in order, with what is known of them."""
    first = (page - 1) * PAGE
    both = _ours(salon_id, number, only_lost, first + PAGE + 1)
    if not only_lost:
        theirs = _theirs(salon_id, number, first + PAGE + 1)
        both = sa.union_all(sa.select(both.subquery()), sa.select(theirs.subquery()))  # type: ignore[assignment]
    order: list[Any] = [sa.desc("at"), sa.desc("ours"), sa.desc("id")]
    log = both.order_by(*order).offset(first).limit(PAGE + 1).subquery()
    again = sa.and_(
        about_a_visit_ahead(now),
        log.c.text_id.not_in(SECRET),
        gets_texts(log.c.number),
        log.c.id == last_word_on(log.c.booking_id),
    )
    name = sa.func.coalesce(BookingItem.guest_name, Card.name)
    return (
        sa.select(log, Booking.starts_at, name.label("guest"), Customer.phone.label("phone"))
        .add_columns(sa.func.coalesce(again, sa.false()).label("may_send_again"))
        .outerjoin(Booking, Booking.id == log.c.booking_id)
        .outerjoin(BookingItem, sa.and_(BookingItem.booking_id == Booking.id, BookingItem.position == 0))
        .outerjoin(Customer, Customer.id == Booking.customer_id)
        .outerjoin(Card, sa.and_(Card.customer_id == Customer.id, Card.salon_id == Booking.salon_id))
        .order_by(log.c.at.desc(), log.c.ours.desc(), log.c.id.desc())
    )


def _ours(salon_id: int, number: str | None, only_lost: bool, limit: int) -> sa.Select[*tuple[Any, ...]]:
    which = [Message.salon_id == salon_id]
    which += [Message.to == number] if number is not None else []
    # A question nobody needed any more is not lost.
    told_nobody = sa.or_(Message.status != MessageStatus.EXPIRED, Message.booking_id.is_not(None))
    which += [ended_badly(), told_nobody] if only_lost else []
    return (
        sa.select(
            Message.id, sa.literal(1).label("ours"), Message.created_at.label("at"),
            Message.to.label("number"), Message.body, Message.language, Message.text_id, Message.status,
            Message.sid, Message.error, Message.due_at, Message.booking_id,
        )
        .where(*which)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(limit)
    )  # fmt: skip


def _theirs(salon_id: int, number: str | None, limit: int) -> sa.Select[*tuple[Any, ...]]:
    which = [InboundMessage.salon_id == salon_id]
    which += [InboundMessage.sender == number] if number is not None else []
    null = sa.cast(sa.null(), sa.String)
    return (
        sa.select(
            InboundMessage.id, sa.literal(0).label("ours"), InboundMessage.received_at.label("at"),
            InboundMessage.sender.label("number"), InboundMessage.body, sa.literal("").label("language"),
            sa.literal("").label("text_id"),
            sa.literal("").label("status"), null.label("sid"), null.label("error"),
            InboundMessage.received_at.label("due_at"),
            sa.cast(sa.null(), sa.BigInteger).label("booking_id"),
        )
        .where(*which)
        .order_by(InboundMessage.received_at.desc(), InboundMessage.id.desc())
        .limit(limit)
    )  # fmt: skip


def _text_row(row: Any, found: CorrespondentsByNumber) -> TextRow:
    if not row.ours:
        who = who_wrote(found, row.number)
        return TextRow(row.id, False, row.at, who, row.body, "", None, "", None, None, None, False)
    who = who_got(found, row.number, row.text_id)
    if row.booking_id is not None:  # the visit says whose it was, even if the number is another's by now
        who = Correspondent(GUEST, row.guest, row.number if row.phone == row.number else None)
    state = state_of(row.status, row.sid)
    return TextRow(
        id=row.id,
        ours=True,
        at=row.at,
        person=who,
        body=shown(row.text_id, row.body),
        language=row.language,
        state=state,
        error=(row.error or "").partition(" ")[0],
        due_at=row.due_at,
        booking_id=row.booking_id,
        visit_starts_at=row.starts_at,
        may_send_again=bool(row.may_send_again) and state in ENDED_BADLY,
    )
