"""Planning runs and what each decided."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salonpool.database import Base
from salonpool.models.columns import Code, Digest, Instant, Key, Ref, Status


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
        sa.Index("ix_planning_run_network_id_status_id", "network_id", "status", "id"),
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
    input_digest: Mapped[Digest | None]
    weights_version_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("weights_version.id"))
    seed: Mapped[int | None]
    workers: Mapped[int | None]
    time_limit_seconds: Mapped[float | None] = mapped_column(sa.Float)
    solver_version: Mapped[str | None] = mapped_column(sa.String(80))
    wall_seconds: Mapped[float | None] = mapped_column(sa.Float)
    cpu_seconds: Mapped[float | None] = mapped_column(sa.Float)
    progress: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)


class PlanningInput(Base):
    """A problem as the planner was given it, compressed; runs name it by the digest of its canonical JSON.

    Runs with the same problem share one. It is dropped when only old runs name it, so none refers to its id.
    """

    __tablename__ = "planning_input"
    __table_args__ = (sa.UniqueConstraint("network_id", "digest"),)

    id: Mapped[Key]
    network_id: Mapped[Ref] = mapped_column(sa.ForeignKey("network.id"))
    digest: Mapped[Digest]
    problem: Mapped[bytes] = mapped_column(sa.LargeBinary)


class WeightsVersion(Base):
    """What a network's plans were made to want, from an instant on: the levels of the objective and every
    price in them. Kept for good, numbered from 1; any change of them is a new one."""

    __tablename__ = "weights_version"
    __table_args__ = (sa.UniqueConstraint("network_id", "number"),)

    id: Mapped[Key]
    network_id: Mapped[Ref] = mapped_column(sa.ForeignKey("network.id"))
    number: Mapped[int]
    digest: Mapped[Digest]
    weights: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    since: Mapped[Instant]


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
