"""Guests who want to be told when a place frees."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salonpool.database import Base
from salonpool.domain.waitlist import WaitlistStatus
from salonpool.models.columns import Digest, Instant, Key, Language, Ref, Status, in_order, one_of, same


class WaitlistEntry(Base):
    """What a guest waits for: services by catalogue code, at any of some salons, in any of some windows.

    `stylist_ids` empty means anyone. `offered` counts the places held for them so far.
    """

    __tablename__ = "waitlist_entry"
    __table_args__ = (
        sa.UniqueConstraint("id", "network_id"),
        sa.UniqueConstraint("link_digest"),
        same("customer_id", "network_id", of="customer"),
        one_of("status", WaitlistStatus),
        sa.Index("ix_waitlist_entry_network_id_status_created_at", "network_id", "status", "created_at"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref]
    customer_id: Mapped[Ref] = mapped_column(index=True)
    status: Mapped[Status]
    codes: Mapped[list[Any]] = mapped_column(sa.JSON)
    stylist_ids: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    guest_name: Mapped[str | None] = mapped_column(sa.String(80))
    language: Mapped[Language]
    offered: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
    link_version: Mapped[int] = mapped_column(default=1)
    link_digest: Mapped[Digest | None]


class WaitlistSalon(Base):
    """One of the salons a guest would come to."""

    __tablename__ = "waitlist_salon"
    __table_args__ = (
        sa.UniqueConstraint("entry_id", "salon_id"),
        same("entry_id", "network_id", of="waitlist_entry"),
        same("salon_id", "network_id", of="salon"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref]
    entry_id: Mapped[Ref]
    salon_id: Mapped[Ref] = mapped_column(index=True)


class WaitlistWindow(Base):
    """One of the stretches in which the visit may start."""

    __tablename__ = "waitlist_window"
    __table_args__ = (in_order(), sa.Index("ix_waitlist_window_ends_at", "ends_at"))

    id: Mapped[Key]
    entry_id: Mapped[Ref] = mapped_column(sa.ForeignKey("waitlist_entry.id"), index=True)
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
