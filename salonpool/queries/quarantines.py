"""Networks whose planning failed again and again: who they are, since when, and when they are tried again."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from salonpool.database import db
from salonpool.domain.quarantine import Quarantine, find_quarantine
from salonpool.models import Network, PlanningRun

FAILED = ("no_answer", "failed")


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A network in quarantine and the run that failed last; `code` is its reason's."""

    network_slug: str
    quarantine: Quarantine
    last_run_id: int
    code: str
    reason: str


def quarantine_of(session: Session | Connection, network_id: int) -> Quarantine | None:
    """The network's quarantine, None while it is planned as ever."""
    return find_quarantine(_failures(session, network_id))


def list_quarantined(connection: Connection) -> list[QuarantinedRow]:
    """Every network in quarantine, in the order they were made."""
    networks = connection.execute(
        sa.select(Network.id, Network.slug)
        .where(sa.exists().where(PlanningRun.network_id == Network.id, PlanningRun.status.in_(FAILED)))
        .order_by(Network.id)
    ).all()
    found = ((row, quarantine_of(connection, row.id)) for row in networks)
    return [
        QuarantinedRow(row.slug, quarantine, *_last_failure(connection, row.id))
        for row, quarantine in found
        if quarantine
    ]


def find_quarantined(network_id: int) -> QuarantinedRow | None:
    """The same of one network, for its owners; None while it is planned as ever."""
    quarantine = quarantine_of(db.session(), network_id)
    if quarantine is None:
        return None
    slug = db.session.scalars(sa.select(Network.slug).where(Network.id == network_id)).one()
    return QuarantinedRow(slug, quarantine, *_last_failure(db.session(), network_id))


def _failures(session: Session | Connection, network_id: int) -> list[datetime]:
    """When runs failed since the last that was published, oldest first."""
    last_good = (
        sa.select(sa.func.coalesce(sa.func.max(PlanningRun.id), 0))
        .where(PlanningRun.network_id == network_id, PlanningRun.status == "published")
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(PlanningRun.finished_at)
        .where(
            PlanningRun.network_id == network_id,
            PlanningRun.status.in_(FAILED),
            PlanningRun.id > last_good,
        )
        .order_by(PlanningRun.id)
    )
    return [finished_at for (finished_at,) in rows if finished_at]


def _last_failure(session: Session | Connection, network_id: int) -> tuple[int, str, str]:
    run_id, outcome = session.execute(
        sa.select(PlanningRun.id, PlanningRun.outcome)
        .where(PlanningRun.network_id == network_id, PlanningRun.status.in_(FAILED))
        .order_by(PlanningRun.id.desc())
        .limit(1)
    ).one()
    said = outcome or {}
    return run_id, said.get("code", ""), said.get("reason", "")
