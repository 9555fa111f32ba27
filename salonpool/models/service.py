"""What a salon sells and the chairs it sells it in."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from salonpool.database import Base
from salonpool.models.columns import Code, Key, Name, Ref, same


class Skill(Base):
    """What a stylist is able to do; services and shifts require one."""

    __tablename__ = "skill"
    __table_args__ = (sa.UniqueConstraint("network_id", "code"), sa.UniqueConstraint("id", "network_id"))

    id: Mapped[Key]
    network_id: Mapped[Ref] = mapped_column(sa.ForeignKey("network.id"))
    code: Mapped[Code]
    name_zh_hant: Mapped[Name]
    name_en: Mapped[Name]
    name_zh_hans: Mapped[Name]


class CatalogueEntry(Base):
    """A kind of service all member salons mean the same by."""

    __tablename__ = "catalogue_entry"
    __table_args__ = (sa.UniqueConstraint("network_id", "code"),)

    id: Mapped[Key]
    network_id: Mapped[Ref] = mapped_column(sa.ForeignKey("network.id"))
    code: Mapped[Code]
    name_zh_hant: Mapped[Name]
    name_en: Mapped[Name]
    name_zh_hans: Mapped[Name]


class Service(Base):
    """One salon's version of a catalogue entry: its price and its ordered segments."""

    __tablename__ = "service"
    __table_args__ = (
        sa.UniqueConstraint("salon_id", "code"),
        sa.UniqueConstraint("id", "salon_id"),
        same("salon_id", "network_id", of="salon"),
        same("skill_id", "network_id", of="skill"),
        sa.ForeignKeyConstraint(
            ["network_id", "code"], ["catalogue_entry.network_id", "catalogue_entry.code"]
        ),
        sa.CheckConstraint("price_minor >= 0", name="price_minor"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref]
    salon_id: Mapped[Ref]
    skill_id: Mapped[Ref]
    code: Mapped[Code]
    price_minor: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    bookable: Mapped[bool] = mapped_column(default=True)

    segments: Mapped[list["ServiceSegment"]] = relationship(order_by="ServiceSegment.position")


class ServiceSegment(Base):
    """A stretch of a service. `hands` false is processing: the stylist is free, the chair is kept."""

    __tablename__ = "service_segment"
    __table_args__ = (
        sa.UniqueConstraint("service_id", "position"),
        sa.CheckConstraint("minutes > 0", name="minutes"),
    )

    id: Mapped[Key]
    service_id: Mapped[Ref] = mapped_column(sa.ForeignKey("service.id"))
    position: Mapped[int]
    minutes: Mapped[int]
    hands: Mapped[bool]


class Chair(Base):
    """One chair of a salon. A row a unit; there are no capacities."""

    __tablename__ = "chair"
    __table_args__ = (sa.UniqueConstraint("salon_id", "position"), sa.UniqueConstraint("id", "salon_id"))

    id: Mapped[Key]
    salon_id: Mapped[Ref] = mapped_column(sa.ForeignKey("salon.id"))
    position: Mapped[int]
