"""Nightly tidying of rows the machinery has no more use for."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from salonpool.database import transaction
from salonpool.models import Assignment, SignIn
from salonpool.usecases import idempotency, leases, limits, phone_codes
from salonpool.usecases.planning import stored_runs, what_if
from salonpool.usecases.texts import receipts

KEEP_SIGN_INS = timedelta(days=30)
KEEP_REASONS = timedelta(days=365)  # after the shift: our own choice, pay and hours are settled long before


def forget_old(now: datetime) -> None:
    """Drop counters, replayed answers, codes, receipts, sign-in links, due runs, plans' inputs and answers
    past use, and why policy was set aside for shifts over a year ago; that it was stays in the audit trail.
    """
    with transaction() as session:
        limits.forget_old(session, now)
        idempotency.forget_old(session, now)
        leases.forget_old_runs(session, now)
        phone_codes.forget_old(session, now)
        receipts.forget_old(session, now)
        stored_runs.forget_old(session)
        what_if.forget_old(session, now)
        session.execute(
            sa.update(Assignment)
            .where(Assignment.override_reason.is_not(None), Assignment.ends_at < now - KEEP_REASONS)
            .values(override_reason=None)
        )
        session.execute(sa.delete(SignIn).where(SignIn.expires_at < now - KEEP_SIGN_INS))
