"""Texts out and in."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salonpool.database import Base
from salonpool.domain.message import MessageStatus
from salonpool.models.columns import (
    Big,
    Code,
    Currency,
    Instant,
    Key,
    Language,
    Phone,
    Ref,
    Status,
    one_of,
)

# An unknown text that has a sid was taken long ago; only its end was never heard of.
_UNFINISHED = sa.text("status IN ('pending', 'sending') OR (status = 'unknown' AND sid IS NULL)")


class Message(Base):
    """One outgoing text. `event_id` names what happened, once; `due_at` is when it may leave.

    `attempts` counts claims, `lookups` questions after an unknown outcome that got no answer, `crashes` tries
    that ended in an error of our own, `redeliveries` times a taken text was handed over again. The price is
    in millionths of its currency, as known. `desk_done_at`: somebody at the desk has dealt with it.
    `lease_until` ends a claim; of a taken text it is when to ask next for its report
    (usecases/texts/reports.py).
    """

    __tablename__ = "message"
    __table_args__ = (
        sa.UniqueConstraint("event_id"),
        one_of("status", MessageStatus),
        sa.Index(
            "uq_message_unfinished_to_body",
            "to",
            "body",
            unique=True,
            sqlite_where=_UNFINISHED,
            postgresql_where=_UNFINISHED,
        ),
        sa.Index("ix_message_status_due_at", "status", "due_at"),
        sa.Index("ix_message_status_sent_at", "status", "sent_at"),
        sa.Index("ix_message_salon_id_created_at", "salon_id", "created_at"),
        sa.Index("ix_message_to_created_at", "to", "created_at"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref] = mapped_column(sa.ForeignKey("network.id"))
    salon_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("salon.id"))
    event_id: Mapped[str] = mapped_column(sa.String(80))
    text_id: Mapped[Code]
    to: Mapped[Phone]
    language: Mapped[Language]
    body: Mapped[str] = mapped_column(sa.String(480))
    status: Mapped[Status]
    created_at: Mapped[Instant]
    due_at: Mapped[Instant]
    expires_at: Mapped[Instant | None]
    booking_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    offer_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("offer.id"), index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[Instant | None]
    lease_until: Mapped[Instant | None]
    sent_at: Mapped[Instant | None]
    sid: Mapped[Code | None] = mapped_column(sa.String(40), index=True)
    error: Mapped[str | None] = mapped_column(sa.String(200))
    error_code: Mapped[Status | None]
    lookups: Mapped[int] = mapped_column(default=0)
    crashes: Mapped[int] = mapped_column(default=0)
    redeliveries: Mapped[int] = mapped_column(default=0)
    segments: Mapped[int | None]
    price_micro: Mapped[int | None] = mapped_column(Big)
    price_currency: Mapped[Currency | None]
    desk_done_at: Mapped[Instant | None]


class InboundMessage(Base):
    """A text somebody sent us, kept raw before it is read.

    `salon_id`: whose guest or stylist wrote, as far as is known; `tries` counts readings that ended in an
    error.
    """

    __tablename__ = "inbound_message"
    __table_args__ = (
        sa.UniqueConstraint("sid"),
        sa.Index("ix_inbound_message_handled_at_id", "handled_at", "id"),
        sa.Index("ix_inbound_message_sender_received_at", "sender", "received_at"),
        sa.Index("ix_inbound_message_salon_id_received_at", "salon_id", "received_at"),
    )

    id: Mapped[Key]
    sid: Mapped[str] = mapped_column(sa.String(64))
    sender: Mapped[str] = mapped_column(sa.String(40))
    body: Mapped[str] = mapped_column(sa.String(2000))
    raw: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    received_at: Mapped[Instant]
    handled_at: Mapped[Instant | None]
    outcome: Mapped[str | None] = mapped_column(sa.String(40))
    tries: Mapped[int] = mapped_column(default=0)
    salon_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("salon.id"))
    desk_done_at: Mapped[Instant | None]


class Receipt(Base):
    """A provider's word about a text whose sid we do not know yet, kept for some minutes."""

    __tablename__ = "receipt"

    id: Mapped[Key]
    sid: Mapped[str] = mapped_column(sa.String(40), index=True)
    word: Mapped[Status]
    error_code: Mapped[Status | None]
    received_at: Mapped[Instant]


class Provider(Base):
    """How whoever carries the texts is doing, by system time; one row, `name` 'sms'.

    `failing_since`: nothing was taken since then, and something was tried. `stopped_at`: nothing is tried any
    more, for a `reason`, until a question asked at `probe_at` gets a good answer. `failures`: in a row.
    """

    __tablename__ = "provider"

    name: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[Instant | None]
    stopped_at: Mapped[Instant | None]
    reason: Mapped[Code | None]
    probes: Mapped[int] = mapped_column(default=0)
    probe_at: Mapped[Instant | None]


class OptOut(Base):
    """A number that sent STOP; nothing is sent to it until START."""

    __tablename__ = "opt_out"
    __table_args__ = (sa.UniqueConstraint("phone"),)

    id: Mapped[Key]
    phone: Mapped[Phone]
    opted_out_at: Mapped[Instant]
