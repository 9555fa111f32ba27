"""Ask for a planning run: whoever changes what a plan depends on does, in the same transaction."""

from datetime import datetime

from sqlalchemy.orm import Session

from salonpool.database import wake
from salonpool.models import PlanningRun
from salonpool.usecases.rows import insert_new


def request(session: Session, network_id: int, cause: str, now: datetime) -> None:
    """Make sure the network is planned again soon. A run already requested serves for this cause too."""
    run_id = insert_new(
        session, PlanningRun, network_id=network_id, status="requested", cause=cause, requested_at=now
    )
    if run_id is not None:
        wake("planning", run_id)
