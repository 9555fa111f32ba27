"""The audit trail: one row per change of state, in the same transaction as the change."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from salonpool.models import AuditEntry
from salonpool.usecases.rows import insert


def record(
    session: Session,
    now: datetime,
    *,
    actor: str,
    action: str,
    subject: str,
    subject_id: int,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Note who (`account:7`, `guest`, `clock`, `stylist:3`) did what to which row. No phone numbers."""
    insert(
        session,
        AuditEntry,
        at=now,
        actor=actor,
        action=action,
        subject=subject,
        subject_id=subject_id,
        before=before,
        after=after,
    )
