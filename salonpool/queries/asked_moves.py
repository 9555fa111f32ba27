"""Another time that a guest asked for, while the salon has not answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.booking import BookingStatus
from salonpool.models import AskedMove, Booking, Stylist

# Whatever changed the booking since ended the question.
IS_ASKED: sa.ColumnElement[bool] = sa.and_(
    AskedMove.booking_id == Booking.id,
    AskedMove.sequence == Booking.sequence,
    Booking.status == BookingStatus.CONFIRMED,
)


@dataclass(frozen=True, slots=True)
class AskedMoveRow:
    """When instead, until when the salon answers, and whom the guest wants then; None is anyone."""

    starts_at: datetime
    answer_by: datetime
    stylist_id: int | None
    stylist_name: str | None

    def is_open(self, now: datetime) -> bool:
        """May the salon still say yes?"""
        return now < self.answer_by


def find_asked_move(booking_id: int) -> AskedMoveRow | None:
    """What its guest asks for."""
    found: Any = db.session.execute(
        sa.select(AskedMove.starts_at, AskedMove.answer_by, AskedMove.stylist_id, Stylist.name)
        .join(Booking, IS_ASKED)
        .outerjoin(Stylist, Stylist.id == AskedMove.stylist_id)
        .where(AskedMove.booking_id == booking_id)
    ).one_or_none()
    return None if found is None else AskedMoveRow(*found)
