"""Bookings, what they consist of, and the rows that say who is busy."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salonpool.database import Base
from salonpool.domain.booking import BookingStatus, CancelCause
from salonpool.domain.closure import LONGEST_ROW_MINUTES
from salonpool.domain.course import StationKind
from salonpool.domain.message import NoSmsReason
from salonpool.domain.person import Gender
from salonpool.models.columns import (
    Currency,
    Digest,
    Instant,
    Key,
    Language,
    Minute,
    Name,
    Ref,
    Status,
    in_order,
    one_of,
    same,
)


class Booking(Base):
    """One visit. A hold is a booking in state held; `stylist_id` is who does the first part.

    `sequence` rises with each change (RFC 5545). `fee_minor` is what cancelling late cost, or costs at least
    after a late move; `cancelled_late` that its guest gave it up within the free minutes of that moment.
    `moved_at`: when its time was last changed; `will_come_at`: when its guest answered the reminder with yes.
    Bookings made by one wish to repeat share `series_id`, the id of the first. `told_sequence`: as of which
    change the desk has told a guest who gets no texts.
    """

    __tablename__ = "booking"
    __table_args__ = (
        sa.UniqueConstraint("id", "salon_id"),
        sa.UniqueConstraint("client_ref"),
        sa.UniqueConstraint("link_digest"),
        sa.UniqueConstraint("hold_digest"),
        same("salon_id", "network_id", of="salon"),
        same("stylist_id", "network_id", of="stylist"),
        same("customer_id", "network_id", of="customer"),
        same("waitlist_entry_id", "network_id", of="waitlist_entry"),
        sa.ForeignKeyConstraint(["series_id"], ["booking.id"]),
        one_of("status", BookingStatus),
        one_of("cancel_cause", CancelCause),
        one_of("no_sms_reason", NoSmsReason),
        one_of("wanted_gender", Gender),
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
    answer_by: Mapped[Instant | None]
    stylist_named: Mapped[bool] = mapped_column(default=False)
    parallel: Mapped[bool] = mapped_column(default=False)
    wanted_gender: Mapped[Status | None]
    wanted_language: Mapped[Language | None]
    price_minor: Mapped[int]
    currency: Mapped[Currency]
    language: Mapped[Language]
    note: Mapped[str | None] = mapped_column(sa.String(2000))
    client_ref: Mapped[str | None] = mapped_column(sa.String(255))
    no_sms_reason: Mapped[Status | None]
    cancel_cause: Mapped[Status | None]
    created_at: Mapped[Instant]
    confirmed_at: Mapped[Instant | None]
    moved_at: Mapped[Instant | None]
    will_come_at: Mapped[Instant | None]
    cancelled_at: Mapped[Instant | None]
    cancelled_late: Mapped[bool] = mapped_column(default=False)
    link_version: Mapped[int] = mapped_column(default=1)
    sequence: Mapped[int] = mapped_column(default=0)
    told_sequence: Mapped[int | None]
    fee_minor: Mapped[int] = mapped_column(default=0)
    series_id: Mapped[Ref | None] = mapped_column(index=True)
    waitlist_entry_id: Mapped[Ref | None] = mapped_column(index=True)
    link_digest: Mapped[Digest | None]
    hold_digest: Mapped[Digest | None]


class AskedMove(Base):
    """Another time a guest asked for, until their salon answers; the booking stays where it is.

    `stylist_id` is the wish for a person then, `fee_minor` what cancelling cost when they asked. It is asked
    only as long as the booking has this `sequence`: whatever else changes it ends the question.
    """

    __tablename__ = "asked_move"
    __table_args__ = (sa.UniqueConstraint("booking_id"),)

    id: Mapped[Key]
    booking_id: Mapped[Ref] = mapped_column(sa.ForeignKey("booking.id"))
    stylist_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stylist.id"))
    sequence: Mapped[int]
    starts_at: Mapped[Instant]
    answer_by: Mapped[Instant] = mapped_column(index=True)
    fee_minor: Mapped[int]


class BookingItem(Base):
    """One service of a visit, for one guest; the booking's own guest is number 0.

    `stylist_id` begins it; where another goes on, its segments say so. `named_stylist_id` is whom the guest
    asked for, with or without success for this service.
    """

    __tablename__ = "booking_item"
    __table_args__ = (
        sa.UniqueConstraint("booking_id", "position"),
        sa.UniqueConstraint("id", "booking_id"),
        same("booking_id", "salon_id", of="booking"),
        same("service_id", "salon_id", of="service"),
        sa.CheckConstraint("guest >= 0", name="guest"),
    )

    id: Mapped[Key]
    salon_id: Mapped[Ref]
    booking_id: Mapped[Ref]
    service_id: Mapped[Ref] = mapped_column(index=True)
    stylist_id: Mapped[Ref] = mapped_column(sa.ForeignKey("stylist.id"))
    named_stylist_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stylist.id"))
    position: Mapped[int]
    guest: Mapped[int] = mapped_column(default=0)
    guest_name: Mapped[Name | None]
    price_minor: Mapped[int]


class Segment(Base):
    """A stretch of an item at its time, and whose it is. `hands` false is processing."""

    __tablename__ = "segment"
    __table_args__ = (
        same("item_id", "booking_id", of="booking_item"),
        one_of("station", StationKind),
        in_order(),
        sa.Index("ix_segment_stylist_id_starts_at", "stylist_id", "starts_at"),
    )

    id: Mapped[Key]
    booking_id: Mapped[Ref] = mapped_column(index=True)
    item_id: Mapped[Ref]
    stylist_id: Mapped[Ref] = mapped_column(sa.ForeignKey("stylist.id"))
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    hands: Mapped[bool]
    station: Mapped[Status] = mapped_column(default=StationKind.CHAIR)


_ONE_OWNER = (
    " + ".join(
        f"CASE WHEN {owner} IS NULL THEN 0 ELSE 1 END"
        for owner in ("booking_id", "assignment_id", "closure_id")
    )
    + " = 1"
)


class Occupancy(Base):
    """The truth about who is busy: an exclusive resource for a half-open time, in whole minutes.

    `resource` is stylist:ID (hands), presence:ID (a stylist's assignment), chair:ID, basin:ID, machine:ID, or
    closed:ID (a salon that takes nobody). The database refuses an overlap; migrations/guards.py holds the
    constraint and the triggers. `held_until` repeats the hold's: a search need not look at the booking.
    No row is longer than a closed day when the clocks go back, so nobody looks further ahead for an overlap.
    """

    __tablename__ = "occupancy"
    __table_args__ = (
        in_order(),
        sa.CheckConstraint(_ONE_OWNER, name="one_owner"),
        sa.CheckConstraint(f"ends_at - starts_at <= {LONGEST_ROW_MINUTES}", name="at_most_25_hours"),
        # Covers the guard and the search: rows of a resource that end after a given instant.
        sa.Index(
            "ix_occupancy_resource_ends_at_starts_at",
            "resource",
            "ends_at",
            "starts_at",
            "held_until",
            "booking_id",
        ),
    )

    id: Mapped[Key]
    resource: Mapped[str] = mapped_column(sa.String(40))
    starts_at: Mapped[Minute]
    ends_at: Mapped[Minute]
    held_until: Mapped[Instant | None]
    booking_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    assignment_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("assignment.id"), index=True)
    closure_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("closure.id"), index=True)
