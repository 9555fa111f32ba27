"""Ask for a planning run: whoever changes what a plan depends on does, in the same transaction."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import transaction, wake
from salonpool.models import PlanningRun
from salonpool.usecases import audit
from salonpool.usecases.rows import insert_new

BY_HAND = "by_hand"  # the one cause that does not wait for a quarantine to end


def request(session: Session, network_id: int, cause: str, now: datetime) -> None:
    """Make sure the network is planned again soon. A run already requested serves for this cause too."""
    run_id = insert_new(
        session, PlanningRun, network_id=network_id, status="requested", cause=cause, requested_at=now
    )
    if run_id is not None:
        wake("planning", run_id)


def request_by_hand(network_id: int, actor: str, now: datetime) -> int:
    """Have the network planned at once, even in quarantine; `actor` is who wants it. The run's id."""
    with transaction() as session:
        request(session, network_id, BY_HAND, now)
        run_id: int = session.scalars(
            sa.update(PlanningRun)
            .where(PlanningRun.network_id == network_id, PlanningRun.status == "requested")
            .values(cause=BY_HAND)
            .returning(PlanningRun.id)
        ).one()
        wake("planning", run_id)
        audit.record(
            session, now, actor=actor, action="request", subject="planning_run", subject_id=run_id,
            after={"cause": BY_HAND},
        )  # fmt: skip
        return run_id
