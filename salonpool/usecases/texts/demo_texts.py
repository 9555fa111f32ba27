"""The texts that bookings of the past would have caused, worded as they were: rows of history, never sent.

Each is one segment at an invented price; of the latest the provider has named none yet.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from salonpool.domain.message import MessageStatus
from salonpool.messaging import formats
from salonpool.messaging.texts import compose
from salonpool.usecases.texts.texting import Texting

PRICE_MICRO, PRICE_CURRENCY = 52_300, "USD"
PRICED_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PastBooking:
    """A booking of an example network, and to whom its texts went."""

    id: int
    network_id: int
    salon_id: int
    to: str
    language: str
    salon_slug: str
    sms_name: str
    tz: ZoneInfo
    starts_at: datetime
    service: str
    stylist: str
    booked_at: datetime
    cancelled_at: datetime | None


def rows_of(booking: PastBooking, now: datetime, texting: Texting) -> list[dict[str, Any]]:
    """Message rows as delivered: C1, and C4 for a booking that was cancelled since."""
    link = texting.links.text_url(texting.links.booking_path(booking.id, 1))
    when = {
        "s": booking.sms_name,
        "d": formats.short_date(booking.starts_at, booking.tz, booking.language),
        "t": formats.clock_time(booking.starts_at, booking.tz),
    }
    booked = {**when, "v": booking.service, "n": booking.stylist, "u": link}
    rows = [_row(booking, "C1", "confirmed", booked, booking.booked_at, texting)]
    if booking.cancelled_at is not None:
        cancelled = {**when, "u": texting.links.text_url(f"/s/{booking.salon_slug}")}
        rows.append(_row(booking, "C4", "cancelled", cancelled, booking.cancelled_at, texting))
    for row in rows:
        is_priced = row["sent_at"] <= now - PRICED_AFTER
        row["price_micro"] = PRICE_MICRO if is_priced else None
        row["price_currency"] = PRICE_CURRENCY if is_priced else None
    return rows


def _row(
    booking: PastBooking, text_id: str, event: str, values: dict[str, str], at: datetime, texting: Texting
) -> dict[str, Any]:
    within, to = texting.capabilities, booking.to
    return {
        "network_id": booking.network_id,
        "salon_id": booking.salon_id,
        "event_id": f"booking:{booking.id}:{event}",
        "text_id": text_id,
        "to": to,
        "language": booking.language,
        "body": compose(text_id, booking.language, within=within, to=to, **values),
        "status": MessageStatus.DELIVERED,
        "created_at": at,
        "due_at": at,
        "expires_at": booking.starts_at,
        "booking_id": booking.id,
        "sent_at": at,
        "segments": 1,
    }
