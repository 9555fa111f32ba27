"""Logins and what they may do."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salonpool.database import Base
from salonpool.domain.person import RoleKind
from salonpool.models.columns import Digest, Instant, Key, Language, Name, Phone, Ref, Status, one_of, same


class Account(Base):
    """A login; not a Stylist. `stylist_id` links the person who is both."""

    __tablename__ = "account"
    __table_args__ = (
        sa.UniqueConstraint("network_id", "phone"),
        sa.UniqueConstraint("id", "network_id"),
        sa.UniqueConstraint("stylist_id"),
        same("stylist_id", "network_id", of="stylist"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref] = mapped_column(sa.ForeignKey("network.id"))
    name: Mapped[Name]
    phone: Mapped[Phone]
    language: Mapped[Language]
    stylist_id: Mapped[Ref | None]
    session_version: Mapped[int] = mapped_column(default=1)
    disabled_at: Mapped[Instant | None]
    created_at: Mapped[Instant]


class Role(Base):
    """What an account may do, at one salon or, without a salon, across its network."""

    __tablename__ = "role"
    __table_args__ = (
        same("account_id", "network_id", of="account"),
        same("salon_id", "network_id", of="salon"),
        one_of("kind", RoleKind),
        sa.UniqueConstraint("account_id", "kind", "salon_id"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref]
    account_id: Mapped[Ref]
    salon_id: Mapped[Ref | None] = mapped_column(index=True)
    kind: Mapped[Status]


class SignIn(Base):
    """A one-use sign-in link; used or expired, it opens nothing."""

    __tablename__ = "sign_in"
    __table_args__ = (sa.UniqueConstraint("link_digest"),)

    id: Mapped[Key]
    account_id: Mapped[Ref] = mapped_column(sa.ForeignKey("account.id"), index=True)
    link_digest: Mapped[Digest | None]
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    used_at: Mapped[Instant | None]


class ApiToken(Base):
    """A bearer token for the API; only its digest is kept."""

    __tablename__ = "api_token"
    __table_args__ = (sa.UniqueConstraint("digest"),)

    id: Mapped[Key]
    account_id: Mapped[Ref] = mapped_column(sa.ForeignKey("account.id"), index=True)
    digest: Mapped[Digest]
    created_at: Mapped[Instant]
    revoked_at: Mapped[Instant | None]
