"""Rows the machinery keeps for itself: limits, leases, due jobs, the demo clock, replayed answers."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salonpool.database import Base
from salonpool.models.columns import Big, Code, Digest, Instant, Key, Ref


class Counter(Base):
    """How often a key was hit in one window; limits live here so that they hold across processes."""

    __tablename__ = "counter"
    __table_args__ = (sa.UniqueConstraint("key", "window_starts_at"),)

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(sa.String(120))
    window_starts_at: Mapped[Instant] = mapped_column(index=True)
    hits: Mapped[int] = mapped_column(default=0)


class Lease(Base):
    """Who holds the one clock, until when; `fencing` rises with each new holder."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(sa.String(80))
    fencing: Mapped[int]
    expires_at: Mapped[Instant]


class ClockJob(Base):
    """One due run of a periodic job; the key keeps it single, `fencing` says who claimed it."""

    __tablename__ = "clock_job"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    due_at: Mapped[Instant] = mapped_column(primary_key=True)
    fencing: Mapped[int]
    done_at: Mapped[Instant | None]


class DemoClock(Base):
    """How far the demo's time has been moved forward; one row."""

    __tablename__ = "demo_clock"
    __table_args__ = (
        sa.CheckConstraint("id = 1", name="one_row"),
        sa.CheckConstraint("offset_seconds >= 0", name="forward"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    offset_seconds: Mapped[int] = mapped_column(Big)


class IdempotencyKey(Base):
    """The 201 a key was answered with, so that a retry has one effect."""

    __tablename__ = "idempotency_key"
    __table_args__ = (sa.UniqueConstraint("route", "key"),)

    id: Mapped[Key]
    route: Mapped[Code]
    key: Mapped[str] = mapped_column(sa.String(255))
    body_digest: Mapped[Digest]
    booking_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("booking.id"))
    answer: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    created_at: Mapped[Instant] = mapped_column(index=True)
