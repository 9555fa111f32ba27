"""One clock at a time: a lease row with a fencing number, and due runs that only its holder may claim.

Times here are system time, except due_at, which is the time the timetable goes by.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from salonpool.database import db, transaction
from salonpool.models import ClockJob, Lease
from salonpool.usecases.rows import insert_new

LENGTH = timedelta(seconds=20)
KEEP_RUNS = timedelta(days=2)

# What a task meets when the database is busy, away or refuses: the clock logs it and goes on.
DatabaseTrouble = SQLAlchemyError


def find_end(name: str) -> datetime | None:
    """When the lease ends, as its holder last said; None if it was never taken."""
    ends_at = db.session.scalar(sa.select(Lease.expires_at).where(Lease.name == name))
    db.session.rollback()
    return ends_at


def acquire(name: str, holder: str, system_now: datetime, *, left_with: datetime | None = None) -> int | None:
    """Take a lease that is free or over. The fencing number, higher than any before; None while held.

    `left_with` is the end of one that the caller knows to be left by its holder, wherever that end lies.
    """
    is_over = sa.or_(Lease.expires_at <= system_now, Lease.expires_at == left_with)
    with transaction() as session:
        taken: int | None = session.scalar(
            sa.update(Lease)
            .where(Lease.name == name, is_over)
            .values(holder=holder, fencing=Lease.fencing + 1, expires_at=system_now + LENGTH)
            .returning(Lease.fencing)
        )
        if taken is not None:
            return taken
        first = insert_new(
            session, Lease, name=name, holder=holder, fencing=1, expires_at=system_now + LENGTH
        )
        return 1 if first is not None else None


def renew(name: str, holder: str, fencing: int, system_now: datetime) -> bool:
    """Hold on for another 20 seconds; False when somebody else has taken over."""
    return _set(name, holder, fencing, system_now + LENGTH)


def release(name: str, holder: str, fencing: int, system_now: datetime) -> bool:
    """Give the lease up, so that another need not wait for its end."""
    return _set(name, holder, fencing, system_now)


def claim_run(lease: str, name: str, due_at: datetime, fencing: int, system_now: datetime) -> bool:
    """May the holder with this fencing number run this due job now?

    Yes the first time; again if whoever claimed it before did not finish; never if it was done or if the
    lease is somebody else's or over by now, however late this process finds out.
    """
    with transaction() as session:
        if not _holds(session, lease, fencing, system_now):
            return False
        _forget_later_runs(session, name, due_at)
        if insert_new(session, ClockJob, name=name, due_at=due_at, fencing=fencing) is not None:
            return True
        again = sa.update(ClockJob).where(
            ClockJob.name == name,
            ClockJob.due_at == due_at,
            ClockJob.done_at.is_(None),
            ClockJob.fencing <= fencing,
        )
        return session.scalar(again.values(fencing=fencing).returning(ClockJob.fencing)) is not None


def was_run(name: str, due_at: datetime) -> bool:
    """Has the due run been done, by whomever?"""
    done = sa.exists().where(ClockJob.name == name, ClockJob.due_at == due_at, ClockJob.done_at.is_not(None))
    found = db.session.scalar(sa.select(done))
    db.session.rollback()
    return bool(found)


def finish_run(name: str, due_at: datetime, fencing: int, system_now: datetime) -> bool:
    """Mark a claimed run done; False when another holder has claimed it since."""
    with transaction() as session:
        done = session.scalar(
            sa.update(ClockJob)
            .where(
                ClockJob.name == name,
                ClockJob.due_at == due_at,
                ClockJob.fencing == fencing,
                ClockJob.done_at.is_(None),
            )
            .values(done_at=system_now)
            .returning(ClockJob.fencing)
        )
        return done is not None


def forget_old_runs(session: Session, now: datetime) -> None:
    """Drop the rows of runs that were due more than two days ago."""
    session.execute(sa.delete(ClockJob).where(ClockJob.due_at < now - KEEP_RUNS))


def _set(name: str, holder: str, fencing: int, expires_at: datetime) -> bool:
    with transaction() as session:
        held = session.scalar(
            sa.update(Lease)
            .where(Lease.name == name, Lease.holder == holder, Lease.fencing == fencing)
            .values(expires_at=expires_at)
            .returning(Lease.fencing)
        )
        return held is not None


def _forget_later_runs(session: Session, name: str, due_at: datetime) -> None:
    """A run that was due later has been claimed: the clock was put back, and what is due now comes again."""
    later = sa.select(ClockJob.due_at).where(ClockJob.name == name, ClockJob.due_at > due_at).correlate(None)
    forget = sa.delete(ClockJob).where(ClockJob.name == name, ClockJob.due_at >= due_at, later.exists())
    session.execute(forget, execution_options={"synchronize_session": False})


def _holds(session: Session, lease: str, fencing: int, system_now: datetime) -> bool:
    """Locks the lease row until the transaction ends, so that it cannot change hands in between."""
    held = session.scalar(
        sa.select(Lease.fencing)
        .where(Lease.name == lease, Lease.fencing == fencing, Lease.expires_at > system_now)
        .with_for_update()
    )
    return held is not None
