"""Texts out and in."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salonpool.database import Base
from salonpool.domain.message import MessageStatus
from salonpool.models.columns import Code, Instant, Key, Language, Phone, Ref, Status, one_of

_UNFINISHED = sa.text("status IN ('pending', 'sending', 'unknown')")


class Message(Base):
    """One outgoing text. `event_id` names what happened, once; `due_at` is when it may leave."""

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
        sa.Index("ix_message_to_created_at", "to", "created_at"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref] = mapped_column(sa.ForeignKey("network.id"))
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


class InboundMessage(Base):
    """A text somebody sent us, kept raw before it is read."""

    __tablename__ = "inbound_message"
    __table_args__ = (
        sa.UniqueConstraint("sid"),
        sa.Index("ix_inbound_message_handled_at_id", "handled_at", "id"),
        sa.Index("ix_inbound_message_sender_received_at", "sender", "received_at"),
    )

    id: Mapped[Key]
    sid: Mapped[str] = mapped_column(sa.String(64))
    sender: Mapped[str] = mapped_column(sa.String(40))
    body: Mapped[str] = mapped_column(sa.String(2000))
    raw: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    received_at: Mapped[Instant]
    handled_at: Mapped[Instant | None]
    outcome: Mapped[str | None] = mapped_column(sa.String(40))


class OptOut(Base):
    """A number that sent STOP; nothing is sent to it until START."""

    __tablename__ = "opt_out"
    __table_args__ = (sa.UniqueConstraint("phone"),)

    id: Mapped[Key]
    phone: Mapped[Phone]
    opted_out_at: Mapped[Instant]
