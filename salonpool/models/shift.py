"""Shifts, who is asked, and who holds them."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salonpool.database import Base
from salonpool.domain.offer import OfferStatus
from salonpool.domain.shift import AssignmentSource, AssignmentStatus, ShiftSource, ShiftStatus
from salonpool.models.columns import Digest, Instant, Key, Minute, Ref, Status, in_order, one_of, same


class Shift(Base):
    """A stretch of work at a salon; open while a seat is free.

    `version` rises with each change, offer or answer: a plan that read an older one is not published. A
    posted shift keeps its terms; other terms are another shift, whose `replaces_shift_id` is this one.
    """

    __tablename__ = "shift"
    __table_args__ = (
        sa.UniqueConstraint("id", "salon_id"),
        sa.UniqueConstraint("id", "network_id"),
        sa.UniqueConstraint("rota_pattern_id", "works_on"),
        same("salon_id", "network_id", of="salon"),
        same("skill_id", "network_id", of="skill"),
        same("rota_pattern_id", "salon_id", of="rota_pattern"),
        same("replaces_shift_id", "salon_id", of="shift"),
        one_of("status", ShiftStatus),
        one_of("source", ShiftSource),
        in_order(),
        sa.CheckConstraint("seats > 0", name="seats"),
        sa.CheckConstraint("priority BETWEEN 1 AND 3", name="priority"),
        sa.Index("ix_shift_network_id_status_starts_at", "network_id", "status", "starts_at"),
        sa.Index("ix_shift_salon_id_starts_at", "salon_id", "starts_at"),
        sa.Index("ix_shift_replaces_shift_id", "replaces_shift_id"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref]
    salon_id: Mapped[Ref]
    source: Mapped[Status]
    status: Mapped[Status]
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    skill_id: Mapped[Ref | None]
    seats: Mapped[int] = mapped_column(default=1)
    hourly_pay_minor: Mapped[int] = mapped_column(default=0)
    priority: Mapped[int] = mapped_column(default=2)
    rota_pattern_id: Mapped[Ref | None]
    works_on: Mapped[date | None]
    edited_at: Mapped[Instant | None]
    posted_by_account_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("account.id"))
    replaces_shift_id: Mapped[Ref | None]
    created_at: Mapped[Instant]
    version: Mapped[int] = mapped_column(default=1)


class Assignment(Base):
    """A stylist holds a seat of a shift: a contract whose salon, time and pay are frozen.

    `override_reason`: why policy was set aside for it, in somebody's own words. It stands here and not in the
    audit trail because words about a person must be able to go.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        sa.UniqueConstraint("id", "salon_id"),
        same("shift_id", "salon_id", of="shift"),
        same("stylist_id", "network_id", of="stylist"),
        same("salon_id", "network_id", of="salon"),
        one_of("status", AssignmentStatus),
        one_of("source", AssignmentSource),
        in_order(),
        sa.Index("ix_assignment_salon_id_starts_at", "salon_id", "starts_at"),
        sa.Index("ix_assignment_stylist_id_starts_at", "stylist_id", "starts_at"),
        sa.Index("ix_assignment_shift_id", "shift_id"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref]
    salon_id: Mapped[Ref]
    shift_id: Mapped[Ref]
    stylist_id: Mapped[Ref]
    status: Mapped[Status]
    source: Mapped[Status]
    starts_at: Mapped[Minute]
    ends_at: Mapped[Minute]
    hourly_pay_minor: Mapped[int] = mapped_column(default=0)
    override_reason: Mapped[str | None] = mapped_column(sa.String(200))
    created_at: Mapped[Instant]


class Offer(Base):
    """One open shift proposed to one stylist, with a deadline. The first valid yes wins."""

    __tablename__ = "offer"
    __table_args__ = (
        same("shift_id", "network_id", of="shift"),
        same("stylist_id", "network_id", of="stylist"),
        sa.UniqueConstraint("shift_id", "stylist_id"),
        sa.UniqueConstraint("link_digest"),
        one_of("status", OfferStatus),
        # One live offer per stylist: a bare "1" then has one meaning.
        sa.Index(
            "uq_offer_live_per_stylist",
            "stylist_id",
            unique=True,
            sqlite_where=sa.text("status = 'offered'"),
            postgresql_where=sa.text("status = 'offered'"),
        ),
        sa.Index("ix_offer_status_expires_at", "status", "expires_at"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref]
    shift_id: Mapped[Ref]
    stylist_id: Mapped[Ref]
    planning_run_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("planning_run.id"))
    wave: Mapped[int]
    rank: Mapped[int]
    status: Mapped[Status]
    hourly_pay_minor: Mapped[int]
    offered_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    answered_at: Mapped[Instant | None]
    link_version: Mapped[int] = mapped_column(default=1)
    link_digest: Mapped[Digest | None]
