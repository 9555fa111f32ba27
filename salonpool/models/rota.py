"""Weekly rota patterns of own staff."""

from datetime import date, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from salonpool.database import Base
from salonpool.models.columns import Key, Ref, same


class RotaPattern(Base):
    """One weekday of one stylist at one salon, in the salon's wall time. Monday is 0."""

    __tablename__ = "rota_pattern"
    __table_args__ = (
        same("salon_id", "network_id", of="salon"),
        same("stylist_id", "network_id", of="stylist"),
        sa.UniqueConstraint("id", "salon_id"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref]
    salon_id: Mapped[Ref] = mapped_column(index=True)
    stylist_id: Mapped[Ref] = mapped_column(index=True)
    weekday: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    breaks: Mapped[list["RotaBreak"]] = relationship(
        order_by="RotaBreak.starts", cascade="all, delete-orphan"
    )


class RotaBreak(Base):
    """A break inside a pattern."""

    __tablename__ = "rota_break"

    id: Mapped[Key]
    pattern_id: Mapped[Ref] = mapped_column(sa.ForeignKey("rota_pattern.id"), index=True)
    starts: Mapped[time]
    ends: Mapped[time]
