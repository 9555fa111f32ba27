"""Whose number is it, and what was this person last asked? For answering texts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.booking import OPEN_STATES
from salonpool.domain.inbound import InboundOutcome
from salonpool.domain.local_time import local_day
from salonpool.domain.message import MessageStatus
from salonpool.domain.offer import QUESTIONS
from salonpool.domain.phone import for_reading
from salonpool.models import (
    Account,
    Booking,
    Customer,
    InboundMessage,
    Message,
    Network,
    Offer,
    Salon,
    Shift,
    Stylist,
)

RECENT, HOUR = timedelta(hours=48), timedelta(hours=1)
UNMATCHED = (
    InboundOutcome.NOTHING_OPEN,
    InboundOutcome.SEVERAL_OPEN,
    InboundOutcome.FROM_GUEST,
    InboundOutcome.UNCLEAR,
)


@dataclass(frozen=True, slots=True)
class GuestBooking:
    """The guest's next booking, for its link and the salon's name."""

    id: int
    link_version: int
    salon: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who writes from a number. `tel`: whom to call instead, as people read it, if there is somebody.

    `salon_id`: the salon a stylist belongs to, or a guest goes to next or went to last.
    """

    network_id: int
    language: str
    is_guest: bool
    tel: str | None
    booking: GuestBooking | None = None
    salon_id: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """An offer somebody was asked by text, open or closed."""

    offer_id: int
    stylist_id: int
    status: str
    asked_at: datetime
    expires_at: datetime
    salon: str
    address: str
    tel: str
    tz: ZoneInfo
    starts_at: datetime
    ends_at: datetime
    hourly_pay_minor: int
    currency: str
    language: str


def find_person(phone: str, now: datetime) -> Person | None:
    """The stylist, account or guest of an E.164 number, in this order; of several, the newest."""
    return _stylist(phone, now) or _account(phone) or _guest(phone, now)


def list_questions(phone: str, asked_by: datetime) -> list[Question]:
    """What the stylists of this number were asked up to `asked_by` and at most 48 hours before, newest first.

    A question whose text still waits for another try was not asked yet.
    """
    waiting = sa.exists().where(
        Message.offer_id == Offer.id,
        Message.text_id.in_(QUESTIONS),
        Message.status == MessageStatus.PENDING,
        Message.due_at > asked_by,
    )
    rows = db.session.execute(
        sa.select(Offer, Shift, Salon, Network, Stylist)
        .join(Stylist, Stylist.id == Offer.stylist_id)
        .join(Shift, Shift.id == Offer.shift_id)
        .join(Salon, Salon.id == Shift.salon_id)
        .join(Network, Network.id == Offer.network_id)
        .where(Stylist.phone == phone)
        .where(Offer.offered_at <= asked_by, Offer.offered_at > asked_by - RECENT, ~waiting)
        .order_by(Offer.offered_at.desc(), Offer.id.desc())
    )
    return [
        _question(offer, shift, salon, network, stylist.language)
        for offer, shift, salon, network, stylist in rows
        if _is_member(stylist, network, asked_by)
    ]


def count_unmatched(phone: str, before: datetime) -> int:
    """How many texts of the hour before answered no question."""
    return db.session.scalars(
        sa.select(sa.func.count(InboundMessage.id)).where(
            InboundMessage.sender == phone,
            InboundMessage.received_at < before,
            InboundMessage.received_at > before - HOUR,
            InboundMessage.outcome.in_(UNMATCHED),
        )
    ).one()


def _is_member(stylist: Stylist, network: Network, now: datetime) -> bool:
    """The last day is worked, so who has given notice is still asked and heard."""
    return stylist.left_on is None or stylist.left_on >= local_day(now, ZoneInfo(network.zone))


def _question(offer: Offer, shift: Shift, salon: Salon, network: Network, language: str) -> Question:
    return Question(
        offer_id=offer.id,
        stylist_id=offer.stylist_id,
        status=offer.status,
        asked_at=offer.offered_at,
        expires_at=offer.expires_at,
        salon=_sms_name(salon, language),
        address=salon.address,
        tel=for_reading(salon.phone, network.region),
        tz=ZoneInfo(salon.zone),
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        hourly_pay_minor=offer.hourly_pay_minor,
        currency=network.currency,
        language=language,
    )


def _stylist(phone: str, now: datetime) -> Person | None:
    rows = db.session.execute(
        sa.select(Stylist, Network, Salon.phone)
        .join(Network, Network.id == Stylist.network_id)
        .outerjoin(Salon, Salon.id == Stylist.home_salon_id)
        .where(Stylist.phone == phone)
        .order_by(Stylist.id.desc())
    )
    for stylist, network, tel in rows:
        if _is_member(stylist, network, now):
            read_tel = for_reading(tel, network.region) if tel else None
            return Person(
                stylist.network_id, stylist.language, False, read_tel, salon_id=stylist.home_salon_id
            )
    return None


def _account(phone: str) -> Person | None:
    account = db.session.scalar(
        sa.select(Account)
        .where(Account.phone == phone, Account.disabled_at.is_(None))
        .order_by(Account.id.desc())
        .limit(1)
    )
    return Person(account.network_id, account.language, False, None) if account else None


def _guest(phone: str, now: datetime) -> Person | None:
    row = db.session.execute(
        sa.select(Customer, Network.region)
        .join(Network, Network.id == Customer.network_id)
        .where(Customer.phone == phone)
        .order_by(Customer.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    customer, region = row
    next_one = db.session.execute(
        sa.select(Booking, Salon)
        .join(Salon, Salon.id == Booking.salon_id)
        .where(Booking.customer_id == customer.id, Booking.status.in_(OPEN_STATES), Booking.ends_at > now)
        .order_by(Booking.starts_at)
        .limit(1)
    ).first()
    if next_one is None:
        last = sa.select(Booking.salon_id).where(Booking.customer_id == customer.id)
        salon_id = db.session.scalar(last.order_by(Booking.starts_at.desc()).limit(1))
        return Person(customer.network_id, customer.language, True, None, salon_id=salon_id)
    booking, salon = next_one
    found = GuestBooking(booking.id, booking.link_version, _sms_name(salon, customer.language))
    return Person(
        customer.network_id, customer.language, True, for_reading(salon.phone, region), found, salon.id
    )


def _sms_name(salon: Salon, language: str) -> str:
    return salon.sms_name_en if language == "en" else salon.sms_name


def zone_of_network(network_id: int) -> ZoneInfo:
    """The zone a network's people live by."""
    return ZoneInfo(db.session.get_one(Network, network_id).zone)
