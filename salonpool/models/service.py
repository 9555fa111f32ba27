"""What a salon sells, and the chairs, basins and machines it does it with."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from salonpool.database import Base
from salonpool.domain.booking import Length
from salonpool.domain.course import StationKind
from salonpool.models.columns import Code, Key, Name, Ref, Status, one_of, same


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
    """One salon's version of a catalogue entry: its price and its ordered segments.

    Hair lengths are services of one code. An add-on is booked after another service, by the same stylist.
    """

    __tablename__ = "service"
    __table_args__ = (
        sa.UniqueConstraint("salon_id", "code", "length"),
        sa.UniqueConstraint("id", "salon_id"),
        sa.UniqueConstraint("id", "network_id"),
        one_of("length", Length),
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
    length: Mapped[Status] = mapped_column(default=Length.ANY)
    add_on: Mapped[bool] = mapped_column(default=False)
    price_minor: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    bookable: Mapped[bool] = mapped_column(default=True)

    segments: Mapped[list["ServiceSegment"]] = relationship(order_by="ServiceSegment.position")


class ServiceSegment(Base):
    """A stretch of a service. `hands` false is processing: the stylist is free, the chair is kept.

    `station` is where the guest is: a basin or a machine is needed beside the chair. `skill_id` is given
    where the stretch needs another skill than the service: another stylist may then do it.
    """

    __tablename__ = "service_segment"
    __table_args__ = (
        sa.UniqueConstraint("service_id", "position"),
        sa.CheckConstraint("minutes > 0", name="minutes"),
        one_of("station", StationKind),
    )

    id: Mapped[Key]
    service_id: Mapped[Ref] = mapped_column(sa.ForeignKey("service.id"))
    position: Mapped[int]
    minutes: Mapped[int]
    hands: Mapped[bool]
    station: Mapped[Status] = mapped_column(default=StationKind.CHAIR)
    skill_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("skill.id"))


class StylistService(Base):
    """A stylist's own minutes and price for a service; `minutes` has one number for each of its segments."""

    __tablename__ = "stylist_service"
    __table_args__ = (
        sa.UniqueConstraint("stylist_id", "service_id"),
        same("stylist_id", "network_id", of="stylist"),
        same("service_id", "network_id", of="service"),
        sa.CheckConstraint("price_minor >= 0", name="price_minor"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref]
    stylist_id: Mapped[Ref]
    service_id: Mapped[Ref] = mapped_column(index=True)
    price_minor: Mapped[int | None]
    minutes: Mapped[list[int] | None] = mapped_column(sa.JSON(none_as_null=True))


class Station(Base):
    """One chair, basin or machine of a salon. A row a unit; there are no capacities."""

    __tablename__ = "station"
    __table_args__ = (
        sa.UniqueConstraint("salon_id", "kind", "position"),
        sa.UniqueConstraint("id", "salon_id"),
        one_of("kind", StationKind),
    )

    id: Mapped[Key]
    salon_id: Mapped[Ref] = mapped_column(sa.ForeignKey("salon.id"))
    kind: Mapped[Status] = mapped_column(default=StationKind.CHAIR)
    position: Mapped[int]
