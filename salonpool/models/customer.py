"""Customers as contacts, and what one salon knows of them."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salonpool.database import Base
from salonpool.models.columns import Digest, Instant, Key, Language, Name, Phone, Ref, same


class Customer(Base):
    """A contact of the network; the phone is unique within it and may be missing."""

    __tablename__ = "customer"
    __table_args__ = (sa.UniqueConstraint("network_id", "phone"), sa.UniqueConstraint("id", "network_id"))

    id: Mapped[Key]
    network_id: Mapped[Ref] = mapped_column(sa.ForeignKey("network.id"))
    phone: Mapped[Phone | None]
    language: Mapped[Language]
    created_at: Mapped[Instant]


class PhoneCode(Base):
    """A code sent to a phone to prove who holds it; kept as a digest, used once (NIST SP 800-63B)."""

    __tablename__ = "phone_code"
    __table_args__ = (
        sa.Index("ix_phone_code_network_id_phone_created_at", "network_id", "phone", "created_at"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref] = mapped_column(sa.ForeignKey("network.id"))
    phone: Mapped[Phone]
    digest: Mapped[Digest]
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    used_at: Mapped[Instant | None]


class Card(Base):
    """A customer at one salon: the name given there and that salon's private note."""

    __tablename__ = "card"
    __table_args__ = (
        sa.UniqueConstraint("customer_id", "salon_id"),
        same("customer_id", "network_id", of="customer"),
        same("salon_id", "network_id", of="salon"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref]
    customer_id: Mapped[Ref]
    salon_id: Mapped[Ref] = mapped_column(index=True)
    name: Mapped[Name | None]
    note: Mapped[str | None] = mapped_column(sa.String(2000))
    created_at: Mapped[Instant]
