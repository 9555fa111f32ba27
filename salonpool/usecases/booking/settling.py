"""A place becomes somebody's booking: whose it is, whether the salon must agree first, and who is told."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.domain.booking import BookingStatus, answer_by
from salonpool.domain.links import digest
from salonpool.domain.message import NoSmsReason
from salonpool.domain.refusal import InvalidInput
from salonpool.domain.text_input import name as clean_name
from salonpool.domain.text_input import note as clean_note
from salonpool.models import Booking, BookingItem
from salonpool.queries.salons import SalonRow
from salonpool.usecases.booking import customers
from salonpool.usecases.booking.booked import GUEST, Served
from salonpool.usecases.booking.commit import Wanted
from salonpool.usecases.booking.texts import text_asked, text_booked
from salonpool.usecases.texts.texting import Texting

_NAME = (
    sa.update(BookingItem)
    .where(BookingItem.booking_id == sa.bindparam("of_booking"), BookingItem.guest == 0)
    .values(guest_name=sa.bindparam("name"))
)


@dataclass(frozen=True, slots=True)
class Guest:
    """Who comes, as typed; the use case checks it, not the door. Only a desk books without a phone."""

    phone: str | None
    name: str | None = None
    note: str | None = None


def checked(guest: Guest, salon: SalonRow, texting: Texting, *, actor: str = GUEST) -> Guest:
    """The guest with a number in E.164 and clean words, before anything is locked. Raises InvalidInput."""
    name = clean_name(guest.name, field="customer.name")
    has_phone = actor == GUEST or bool(guest.phone and guest.phone.strip())
    if not has_phone and name is None:
        raise InvalidInput("missing", field="customer.name", example="林太太")
    return Guest(
        phone=texting.guest_phone(guest.phone or "", salon.region, field="customer.phone")
        if has_phone
        else None,
        name=name,
        note=clean_note(guest.note),
    )


def settle(
    session: Session,
    booking: Booking,
    wanted: Wanted,
    guest: Guest,
    now: datetime,
    texting: Texting,
    *,
    actor: str = GUEST,
) -> None:
    """Make a place, or one about to be taken, the guest's. A salon that approves first has the last word,
    except over what its own desk books."""
    salon = wanted.salon
    if guest.phone is None:
        booking.no_sms_reason = NoSmsReason.NO_PHONE
    else:
        contact = customers.find_or_add(session, salon, guest.phone, guest.name, booking.language, now)
        booking.customer_id, booking.no_sms_reason = contact.customer_id, contact.no_sms_reason
    booking.held_until = booking.cancel_cause = booking.cancelled_at = None
    if salon.approve_minutes is not None and actor == GUEST:
        booking.status, booking.answer_by = (
            BookingStatus.PENDING,
            answer_by(wanted.starts_at, salon.approve_minutes, now),
        )
    else:
        booking.status, booking.confirmed_at = BookingStatus.CONFIRMED, now
    booking.note = guest.note
    booking.link_digest = digest(texting.links.booking_token(booking.id, booking.link_version))


def write_name(session: Session, booking_id: int, name: str | None) -> None:
    """The name of the guest who books, on the services of a hold; their companions have theirs already."""
    session.connection().execute(_NAME, {"of_booking": booking_id, "name": name})


def tell(
    session: Session, booking: Booking, salon: SalonRow, served: Served, now: datetime, texting: Texting
) -> None:
    """C1, or C1P while the salon has not agreed."""
    text = text_asked if booking.status == BookingStatus.PENDING else text_booked
    text(session, booking, salon, now, texting, served=served)
