"""Guests on the waitlist in every state, for the scenes of its pages."""

import itertools
from datetime import timedelta

import sqlalchemy as sa

from bench.stage import Stage
from salonpool.database import db, transaction
from salonpool.domain.booking import BookingStatus, CancelCause
from salonpool.domain.links import digest
from salonpool.domain.local_time import DAY, day_span
from salonpool.models import Booking, Occupancy, WaitlistEntry
from salonpool.usecases.booking import places, waitlist

_guests = itertools.count(100)


def entry(stage: Stage, status: str = "waiting", slug: str = "lane") -> str:
    """The path of an entry's page; `waiting` waits for a day on which nobody works."""
    day = stage.sunday() if status == "waiting" else stage.quiet_day()
    number = next(_guests)
    windows = (day_span(day, stage.zone), day_span(day + 7 * DAY, stage.zone))
    joined = waitlist.join(
        waitlist.Waiting(
            salon_slug=slug, codes=("剪",), windows=windows,
            phone=f"0913 {number} 345", name="林小姐",  # a block of numbers gets few texts an hour
        ),
        language="zh-Hant", now=stage.now, texting=stage.texting,
    )  # fmt: skip
    path = stage.texting.links.waitlist_path(joined.entry_id, joined.link_version)
    if status in ("offered", "booked"):
        places.offer_freed(stage.now, stage.texting)
    if status == "booked":
        places.take(_place(joined.entry_id).id, now=stage.now, texting=stage.texting)
    if status == "left":
        waitlist.leave(joined.entry_id, now=stage.now)
    if status == "expired":
        _update(sa.update(WaitlistEntry).where(WaitlistEntry.id == joined.entry_id).values(status="expired"))
    return path


def place(stage: Stage, state: str = "held", slug: str = "lane") -> str:
    """The path of a place held for a guest, or that ran out, or that they let go."""
    path = entry(stage, "offered", slug)
    found = db.session.scalar(
        sa.select(WaitlistEntry.id).where(WaitlistEntry.link_digest == digest(path.removeprefix("/w/")))
    )
    booking = _place(found or 0)
    path = stage.texting.links.booking_path(booking.id, booking.link_version)
    if state == "let go":
        places.let_go(booking.id, now=stage.now)
    if state == "ran out":
        run_out(stage, path)
    return path


def run_out(stage: Stage, path: str) -> None:
    """The time to answer is over."""
    booking_id = _booking_id(path)
    over = stage.now - timedelta(minutes=1)
    _update(sa.update(Occupancy).where(Occupancy.booking_id == booking_id).values(held_until=over))
    _update(
        sa.update(Booking)
        .where(Booking.id == booking_id)
        .values(status=BookingStatus.CANCELLED, cancel_cause=CancelCause.HOLD_EXPIRED, held_until=over)
    )
    _update(sa.delete(Occupancy).where(Occupancy.booking_id == booking_id))
    waitlist.sweep(stage.now)


def take_from(stage: Stage, path: str) -> None:
    """The time runs out, and somebody else books it."""
    run_out(stage, path)
    starts_at = db.session.get_one(Booking, _booking_id(path)).starts_at
    stage.take(starts_at.isoformat())


def _place(entry_id: int) -> Booking:
    found = db.session.scalars(
        sa.select(Booking).where(Booking.waitlist_entry_id == entry_id).order_by(Booking.id.desc()).limit(1)
    ).one()
    db.session.rollback()
    return found


def _booking_id(path: str) -> int:
    found = db.session.scalar(sa.select(Booking.id).where(Booking.link_digest == digest(path[3:])))
    db.session.rollback()
    assert found, path
    return found


def _update(statement: sa.Update | sa.Delete) -> None:
    with transaction() as session:
        session.execute(statement)
