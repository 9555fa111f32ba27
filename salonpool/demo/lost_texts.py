"""What goes wrong with texts at the story's salon: one of each end, a question, a guest who said STOP."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.booking import BookingStatus
from salonpool.domain.message import MessageStatus
from salonpool.models import Booking, Customer, Message
from salonpool.usecases.texts import inbound
from salonpool.usecases.texts.texting import Texting

AHEAD = timedelta(days=2)  # so that the reminders of the first day are not about these guests
ENDS: tuple[dict[str, object], ...] = (
    {"status": MessageStatus.UNDELIVERED, "error": "unreachable 30003", "error_code": "30003"},
    {"status": MessageStatus.FAILED, "error": "bad_number 21614", "sent_at": None, "segments": None},
    {"status": MessageStatus.UNKNOWN, "sid": "SIM-never-heard-of-again"},
    {"status": MessageStatus.EXPIRED, "sent_at": None, "segments": None},
    {"status": MessageStatus.SENT, "sid": "SIM-handed-over"},
)
NO_PRICE: dict[str, object] = {"price_micro": None, "price_currency": None}
WORDS = "請問可以帶小狗一起去嗎？"
STOP = "退訂"


def write(salon_id: int, now: datetime, texting: Texting) -> None:
    """Give the texts of some visits ahead other ends, and let two guests write."""
    *lost, writes, stops = _visits(salon_id, now)
    with transaction() as session:
        for (booking_id, _), end in zip(lost, ENDS, strict=True):
            session.execute(
                sa.update(Message).where(Message.booking_id == booking_id).values(**NO_PRICE | end)
            )
    for number, (phone, words) in enumerate(((writes[1], WORDS), (stops[1], STOP))):
        inbound.handle(inbound.receive(f"SIM-demo-{number}", phone, words, {}, now), now, texting)


def _visits(salon_id: int, now: datetime) -> list[tuple[int, str]]:
    """The first visits from some days on of guests who come once, with their numbers; each with one text."""
    ahead = sa.orm.aliased(Booking)
    comes_again = sa.exists().where(
        ahead.customer_id == Booking.customer_id, ahead.id != Booking.id, ahead.starts_at > now
    )
    rows = db.session.execute(
        sa.select(Booking.id, Customer.phone)
        .join(Customer, Customer.id == Booking.customer_id)
        .where(
            Booking.salon_id == salon_id,
            Booking.status == BookingStatus.CONFIRMED,
            Booking.starts_at > now + AHEAD,
            Customer.phone.is_not(None),
            Booking.client_ref.is_(None),
            ~comes_again,
        )
        .order_by(Booking.starts_at, Booking.id)
        .limit(len(ENDS) + 2)
    ).all()
    db.session.rollback()
    return [(booking_id, phone) for booking_id, phone in rows if phone]
