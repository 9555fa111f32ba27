"""Who did what, when; rows are added and never changed."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salonpool.database import Base
from salonpool.models.columns import Code, Instant, Key, Ref


class AuditEntry(Base):
    """One change of state. The database refuses UPDATE and DELETE (migrations/guards.py)."""

    __tablename__ = "audit_entry"
    __table_args__ = (sa.Index("ix_audit_entry_subject_subject_id", "subject", "subject_id"),)

    id: Mapped[Key]
    at: Mapped[Instant]
    actor: Mapped[Code]
    action: Mapped[Code]
    subject: Mapped[Code]
    subject_id: Mapped[Ref]
    before: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
