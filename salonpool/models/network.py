"""The co-op and its member salons."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salonpool.database import Base
from salonpool.models.columns import Code, Currency, Instant, Key, Language, Name, Phone, Ref


class Network(Base):
    """A co-op of independent salons: one booking front, one pool."""

    __tablename__ = "network"
    __table_args__ = (sa.UniqueConstraint("slug"),)

    id: Mapped[Key]
    slug: Mapped[Code]
    name: Mapped[Name]
    zone: Mapped[Code]
    region: Mapped[str] = mapped_column(sa.String(2))
    currency: Mapped[Currency]
    language: Mapped[Language]
    created_at: Mapped[Instant]


class Salon(Base):
    """A shop. x_km, y_km: its position in the network's own plane, for travel between salons."""

    __tablename__ = "salon"
    __table_args__ = (
        sa.UniqueConstraint("slug"),
        sa.UniqueConstraint("id", "network_id"),
        sa.CheckConstraint("cut_off_minutes >= 0", name="cut_off_minutes"),
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
    created_at: Mapped[Instant]
