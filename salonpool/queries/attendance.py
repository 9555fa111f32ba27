"""Which bookings a salon still holds against their guest; what they weigh is in domain/attendance.py."""

from datetime import datetime

import sqlalchemy as sa

from salonpool.domain.attendance import FORGOTTEN
from salonpool.domain.booking import BookingStatus
from salonpool.models import Booking


def still_weighs(now: datetime) -> sa.ColumnElement[bool]:
    """Missed, or given up late by the rule of that moment, and not forgotten yet."""
    return sa.and_(
        sa.or_(Booking.status == BookingStatus.NO_SHOW, Booking.cancelled_late),
        Booking.starts_at > now - FORGOTTEN,
    )
