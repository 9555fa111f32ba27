"""The rules a salon has set for its bookings, for the desk that may change them."""

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.booking_rules import BookingRules
from salonpool.domain.waitlist import WaitlistOrder
from salonpool.models import Salon


def get_booking_rules(salon_id: int) -> BookingRules:
    """As they are now."""
    row = db.session.execute(
        sa.select(
            Salon.cut_off_minutes,
            Salon.free_minutes,
            Salon.late_fee_minor,
            Salon.approve_minutes,
            Salon.max_wait_minutes,
            Salon.waitlist_order,
        ).where(Salon.id == salon_id)
    ).one()
    return BookingRules(*row[:5], WaitlistOrder(row.waitlist_order))
