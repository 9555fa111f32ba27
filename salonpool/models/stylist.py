"""The people who cut, and when and where they can work."""

from datetime import date, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salonpool.database import Base
from salonpool.domain.person import Gender
from salonpool.models.columns import (
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


class Stylist(Base):
    """A worker. `home_salon_id` employs them, or nobody; `pooled` is their consent to work elsewhere.

    `takes_second_guest` is their consent to serve another guest while a colour processes. `speaks` lists
    language tags.

    `version` rises with each assignment, availability, absence or consent change: a plan that read an
    older one is not published for this person.
    """

    __tablename__ = "stylist"
    __table_args__ = (
        sa.UniqueConstraint("id", "network_id"),
        same("home_salon_id", "network_id", of="salon"),
        sa.CheckConstraint("hourly_pay_minor >= 0", name="hourly_pay_minor"),
        one_of("gender", Gender),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref] = mapped_column(sa.ForeignKey("network.id"), index=True)
    home_salon_id: Mapped[Ref | None] = mapped_column(index=True)
    name: Mapped[Name]
    phone: Mapped[Phone | None]
    language: Mapped[Language]
    pooled: Mapped[bool] = mapped_column(default=False)
    gender: Mapped[Status | None]
    speaks: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    takes_second_guest: Mapped[bool] = mapped_column(default=True)
    x_km: Mapped[float]
    y_km: Mapped[float]
    max_travel_minutes: Mapped[int] = mapped_column(default=45)
    min_rest_minutes: Mapped[int] = mapped_column(default=660)
    max_day_minutes: Mapped[int] = mapped_column(default=600)
    max_week_minutes: Mapped[int] = mapped_column(default=2880)
    wanted_week_minutes: Mapped[int] = mapped_column(default=0)
    hourly_pay_minor: Mapped[int] = mapped_column(default=0)
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)


class StylistSkill(Base):
    """A skill a stylist has, with its dates (end included)."""

    __tablename__ = "stylist_skill"
    __table_args__ = (
        same("stylist_id", "network_id", of="stylist"),
        same("skill_id", "network_id", of="skill"),
        sa.UniqueConstraint("stylist_id", "skill_id", "valid_from"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref]
    stylist_id: Mapped[Ref]
    skill_id: Mapped[Ref] = mapped_column(index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Availability(Base):
    """When a stylist can take pool shifts: weekly, in the network's wall time. Monday is 0.

    An end at or before the start means the next day.
    """

    __tablename__ = "availability"
    __table_args__ = (sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),)

    id: Mapped[Key]
    stylist_id: Mapped[Ref] = mapped_column(sa.ForeignKey("stylist.id"), index=True)
    weekday: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]


class TimeOff(Base):
    """An approved absence; it overrides availability."""

    __tablename__ = "time_off"
    __table_args__ = (in_order(),)

    id: Mapped[Key]
    stylist_id: Mapped[Ref] = mapped_column(sa.ForeignKey("stylist.id"), index=True)
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]


class StandingYes(Base):
    """A yes given in advance: this salon, these hours, at least this pay."""

    __tablename__ = "standing_yes"
    __table_args__ = (
        same("stylist_id", "network_id", of="stylist"),
        same("salon_id", "network_id", of="salon"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref]
    stylist_id: Mapped[Ref] = mapped_column(index=True)
    salon_id: Mapped[Ref]
    weekday: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]
    least_hourly_pay_minor: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[Instant | None]
