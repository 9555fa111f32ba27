"""The co-op and its member salons."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salonpool.database import Base
from salonpool.domain.waitlist import WaitlistOrder
from salonpool.models.columns import (
    Code,
    Currency,
    Instant,
    Key,
    Language,
    Name,
    Phone,
    Ref,
    Status,
    in_order,
    one_of,
    same,
)


class Network(Base):
    """A co-op of independent salons: one booking front, one pool.

    `labour_pack` is the labour-rule pack of its people; None = the standard one of its region.
    """

    __tablename__ = "network"
    __table_args__ = (sa.UniqueConstraint("slug"),)

    id: Mapped[Key]
    slug: Mapped[Code]
    name: Mapped[Name]
    zone: Mapped[Code]
    region: Mapped[str] = mapped_column(sa.String(2))
    currency: Mapped[Currency]
    language: Mapped[Language]
    labour_pack: Mapped[Code | None]
    created_at: Mapped[Instant]


class Salon(Base):
    """A shop. x_km, y_km: its position in the network's own plane, for travel between salons.

    What a guest must know: until `cut_off_minutes` before the start they may move or cancel; cancelling less
    than `free_minutes` before it costs `late_fee_minor`. `max_wait_minutes` is the longest wait between two
    parts of a visit. A salon that approves first has `approve_minutes` to answer. `labour_pack` holds for the
    people it employs, None = the network's.
    """

    __tablename__ = "salon"
    __table_args__ = (
        sa.UniqueConstraint("slug"),
        sa.UniqueConstraint("id", "network_id"),
        sa.CheckConstraint("cut_off_minutes >= 0", name="cut_off_minutes"),
        sa.CheckConstraint("free_minutes >= cut_off_minutes", name="free_minutes"),
        sa.CheckConstraint("late_fee_minor >= 0", name="late_fee_minor"),
        sa.CheckConstraint("max_wait_minutes BETWEEN 0 AND 60", name="max_wait_minutes"),
        sa.CheckConstraint("approve_minutes > 0", name="approve_minutes"),
        one_of("waitlist_order", WaitlistOrder),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref] = mapped_column(sa.ForeignKey("network.id"), index=True)
    slug: Mapped[Code]
    name: Mapped[Name]
    name_en: Mapped[Name]
    sms_name: Mapped[Name]
    sms_name_en: Mapped[Name]
    district: Mapped[Name]
    district_en: Mapped[Name]
    directions: Mapped[str | None] = mapped_column(sa.String(120))
    directions_en: Mapped[str | None] = mapped_column(sa.String(120))
    address: Mapped[str] = mapped_column(sa.String(200))
    phone: Mapped[Phone]
    zone: Mapped[Code]
    language: Mapped[Language]
    x_km: Mapped[float]
    y_km: Mapped[float]
    cut_off_minutes: Mapped[int] = mapped_column(default=180)
    free_minutes: Mapped[int] = mapped_column(default=180)
    late_fee_minor: Mapped[int] = mapped_column(default=0)
    max_wait_minutes: Mapped[int] = mapped_column(default=15)
    approve_minutes: Mapped[int | None]
    waitlist_order: Mapped[Status] = mapped_column(default=WaitlistOrder.FIRST_COME)
    labour_pack: Mapped[Code | None]
    created_at: Mapped[Instant]


class SalonLink(Base):
    """A salon that lets its guests see a sister salon's times; shown only where both agreed."""

    __tablename__ = "salon_link"
    __table_args__ = (
        sa.UniqueConstraint("salon_id", "sister_id"),
        same("salon_id", "network_id", of="salon"),
        same("sister_id", "network_id", of="salon"),
        sa.CheckConstraint("salon_id <> sister_id", name="two_salons"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref]
    salon_id: Mapped[Ref]
    sister_id: Mapped[Ref] = mapped_column(index=True)
    created_at: Mapped[Instant]


class Closure(Base):
    """A stretch in which a salon takes no bookings: a holiday, a day off, a repair."""

    __tablename__ = "closure"
    __table_args__ = (in_order(), sa.Index("ix_closure_salon_id_ends_at", "salon_id", "ends_at"))

    id: Mapped[Key]
    salon_id: Mapped[Ref] = mapped_column(sa.ForeignKey("salon.id"))
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    reason: Mapped[str | None] = mapped_column(sa.String(80))
    created_at: Mapped[Instant]
