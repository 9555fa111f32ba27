"""Nightly tidying of rows the machinery has no more use for."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from salonpool.database import transaction
from salonpool.models import SignIn
from salonpool.usecases import idempotency, leases, limits, phone_codes
from salonpool.usecases.planning import stored_runs, what_if

KEEP_SIGN_INS = timedelta(days=30)


def forget_old(now: datetime) -> None:
    """Drop counters, replayed answers, codes, sign-in links, due runs, plans' inputs and answers past use."""
    with transaction() as session:
        limits.forget_old(session, now)
        idempotency.forget_old(session, now)
        leases.forget_old_runs(session, now)
        phone_codes.forget_old(session, now)
        stored_runs.forget_old(session)
        what_if.forget_old(session, now)
        session.execute(sa.delete(SignIn).where(SignIn.expires_at < now - KEEP_SIGN_INS))
