"""Planning runs and what each decided."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salonpool.database import Base
from salonpool.models.columns import Code, Instant, Key, Ref, Status


class PlanningRun(Base):
    """One request to plan a network. Open requests are rows in state requested: ten declines make one run."""

    __tablename__ = "planning_run"
    __table_args__ = (
        sa.CheckConstraint(
            "status IN ('requested', 'running', 'published', 'no_answer', 'failed')", name="status"
        ),
        sa.Index(
            "uq_planning_run_requested",
            "network_id",
            unique=True,
            sqlite_where=sa.text("status = 'requested'"),
            postgresql_where=sa.text("status = 'requested'"),
        ),
        sa.Index("ix_planning_run_network_id_requested_at", "network_id", "requested_at"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref] = mapped_column(sa.ForeignKey("network.id"))
    status: Mapped[Status]
    cause: Mapped[Code]
    requested_at: Mapped[Instant]
    started_at: Mapped[Instant | None]
    lease_until: Mapped[Instant | None]
    finished_at: Mapped[Instant | None]
    window_starts_at: Mapped[Instant | None]
    window_ends_at: Mapped[Instant | None]
    outcome: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)


class Decision(Base):
    """What a run decided about one shift: assigned, offered, unfilled or dropped, and why."""

    __tablename__ = "decision"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('assigned', 'offered', 'unfilled', 'dropped')", name="kind"),
        sa.Index("ix_decision_shift_id_id", "shift_id", "id"),
    )

    id: Mapped[Key]
    planning_run_id: Mapped[Ref] = mapped_column(sa.ForeignKey("planning_run.id"), index=True)
    shift_id: Mapped[Ref] = mapped_column(sa.ForeignKey("shift.id"))
    kind: Mapped[Status]
    stylist_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stylist.id"))
    detail: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
