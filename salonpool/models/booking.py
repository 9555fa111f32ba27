"""Bookings, what they consist of, and the rows that say who is busy."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salonpool.database import Base
from salonpool.domain.booking import BookingStatus, CancelCause
from salonpool.domain.message import NoSmsReason
from salonpool.models.columns import (
    Currency,
    Digest,
    Instant,
    Key,
    Language,
    Name,
    Ref,
    Status,
    in_order,
    one_of,
    same,
)


class Booking(Base):
    """One visit. A hold is a booking in state held."""

    __tablename__ = "booking"
    __table_args__ = (
        sa.UniqueConstraint("id", "salon_id"),
        sa.UniqueConstraint("client_ref"),
        sa.UniqueConstraint("link_digest"),
        sa.UniqueConstraint("hold_digest"),
        same("salon_id", "network_id", of="salon"),
        same("stylist_id", "network_id", of="stylist"),
        same("customer_id", "network_id", of="customer"),
        one_of("status", BookingStatus),
        one_of("cancel_cause", CancelCause),
        one_of("no_sms_reason", NoSmsReason),
        in_order(),
        sa.CheckConstraint("status <> 'held' OR held_until IS NOT NULL", name="held_until"),
        sa.Index("ix_booking_salon_id_starts_at", "salon_id", "starts_at"),
        sa.Index("ix_booking_stylist_id_starts_at", "stylist_id", "starts_at"),
        sa.Index("ix_booking_customer_id_starts_at", "customer_id", "starts_at"),
        sa.Index("ix_booking_status_held_until", "status", "held_until"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref]
    salon_id: Mapped[Ref]
    stylist_id: Mapped[Ref]
    customer_id: Mapped[Ref | None]
    status: Mapped[Status]
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    held_until: Mapped[Instant | None]
    stylist_named: Mapped[bool] = mapped_column(default=False)
    price_minor: Mapped[int]
    currency: Mapped[Currency]
    language: Mapped[Language]
    note: Mapped[str | None] = mapped_column(sa.String(2000))
    client_ref: Mapped[str | None] = mapped_column(sa.String(255))
    no_sms_reason: Mapped[Status | None]
    cancel_cause: Mapped[Status | None]
    created_at: Mapped[Instant]
    confirmed_at: Mapped[Instant | None]
    cancelled_at: Mapped[Instant | None]
    link_version: Mapped[int] = mapped_column(default=1)
    link_digest: Mapped[Digest | None]
    hold_digest: Mapped[Digest | None]


class BookingItem(Base):
    """One service of a visit, for one guest."""

    __tablename__ = "booking_item"
    __table_args__ = (
        sa.UniqueConstraint("booking_id", "position"),
        sa.UniqueConstraint("id", "booking_id"),
        same("booking_id", "salon_id", of="booking"),
        same("service_id", "salon_id", of="service"),
    )

    id: Mapped[Key]
    salon_id: Mapped[Ref]
    booking_id: Mapped[Ref]
    service_id: Mapped[Ref] = mapped_column(index=True)
    position: Mapped[int]
    guest_name: Mapped[Name | None]
    price_minor: Mapped[int]


class Segment(Base):
    """A stretch of an item at its time. `hands` false is processing."""

    __tablename__ = "segment"
    __table_args__ = (same("item_id", "booking_id", of="booking_item"), in_order())

    id: Mapped[Key]
    booking_id: Mapped[Ref] = mapped_column(index=True)
    item_id: Mapped[Ref]
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    hands: Mapped[bool]


class Occupancy(Base):
    """The truth about who is busy: an exclusive resource for a half-open time.

    `resource` is stylist:ID (hands), presence:ID (a stylist's assignment) or chair:ID. The database
    refuses an overlap; migrations/guards.py holds the constraint and the triggers.
    """

    __tablename__ = "occupancy"
    __table_args__ = (
        in_order(),
        sa.CheckConstraint("(booking_id IS NULL) <> (assignment_id IS NULL)", name="one_owner"),
        # Covers the guard and the search: rows of a resource that end after a given instant.
        sa.Index("ix_occupancy_resource_ends_at_starts_at", "resource", "ends_at", "starts_at"),
    )

    id: Mapped[Key]
    resource: Mapped[str] = mapped_column(sa.String(40))
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    booking_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    assignment_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("assignment.id"), index=True)
