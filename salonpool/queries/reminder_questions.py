"""What guests were asked by their reminders: will they come? For answering texts."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from salonpool.database import db
from salonpool.domain.booking import BookingStatus, cancel_fee
from salonpool.domain.message import MessageStatus
from salonpool.domain.phone import for_reading
from salonpool.domain.reminder import FURTHEST, REMINDERS
from salonpool.models import Booking, Customer, Message, Network, Salon


@dataclass(frozen=True, slots=True)
class VisitQuestion:
    """A visit ahead that somebody was asked about by text: will they come? `fee_minor`: what giving it up
    cost, or will cost at least."""

    booking_id: int
    link_version: int
    status: BookingStatus
    will_come: bool
    asked_at: datetime
    starts_at: datetime
    salon: str
    slug: str
    tel: str
    tz: ZoneInfo
    language: str
    free_minutes: int
    late_fee_minor: int
    fee_minor: int
    currency: str

    @property
    def stands(self) -> bool:
        """Is it still booked?"""
        return self.status == BookingStatus.CONFIRMED

    @property
    def is_open(self) -> bool:
        """Would a yes or no be the first answer?"""
        return self.stands and not self.will_come

    def costs_minor(self, now: datetime) -> int:
        """What giving it up costs then."""
        return cancel_fee(
            self.status,
            self.starts_at,
            self.free_minutes,
            self.late_fee_minor,
            now,
            kept_minor=self.fee_minor,
        )


def list_questions(phone: str, asked_by: datetime) -> list[VisitQuestion]:
    """The visits ahead this number was reminded of up to `asked_by`, the last reminder first.

    All that it booked for the same time at the same salon: one text speaks for them. Not one that was moved
    after its reminder: nobody was asked about the new time.
    """
    reminded = aliased(Booking)
    rows = db.session.execute(
        sa.select(Booking, Salon, Network.region, Message.created_at)
        .select_from(Message)
        .join(reminded, reminded.id == Message.booking_id)
        .join(
            Booking,
            sa.and_(
                Booking.customer_id == reminded.customer_id,
                Booking.salon_id == reminded.salon_id,
                Booking.starts_at == reminded.starts_at,
            ),
        )
        .join(Customer, Customer.id == Booking.customer_id)
        .join(Salon, Salon.id == Booking.salon_id)
        .join(Network, Network.id == Booking.network_id)
        .where(
            Message.to == phone,
            Customer.phone == phone,
            Message.text_id.in_(REMINDERS),
            Message.claimed_at.is_not(None),
            Message.status != MessageStatus.FAILED,
            Message.created_at <= asked_by,
            Message.created_at > asked_by - FURTHEST,
            sa.or_(reminded.moved_at.is_(None), Message.created_at >= reminded.moved_at),
            Booking.starts_at > asked_by,
        )
        .order_by(Message.created_at.desc(), Message.id.desc(), Booking.id)
    )
    found: dict[int, VisitQuestion] = {}
    for booking, salon, region, asked_at in rows:
        found.setdefault(booking.id, _question(booking, salon, region, asked_at))
    return list(found.values())


def _question(booking: Booking, salon: Salon, region: str, asked_at: datetime) -> VisitQuestion:
    return VisitQuestion(
        booking_id=booking.id,
        link_version=booking.link_version,
        status=BookingStatus(booking.status),
        will_come=booking.will_come_at is not None,
        asked_at=asked_at,
        starts_at=booking.starts_at,
        salon=salon.sms_name_en if booking.language == "en" else salon.sms_name,
        slug=salon.slug,
        tel=for_reading(salon.phone, region),
        tz=ZoneInfo(salon.zone),
        language=booking.language,
        free_minutes=salon.free_minutes,
        late_fee_minor=salon.late_fee_minor,
        fee_minor=booking.fee_minor,
        currency=booking.currency,
    )
