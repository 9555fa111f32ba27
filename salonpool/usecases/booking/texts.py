"""The texts a booking causes: to the guest only; desk and stylist see it on their pages."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import fetch
from salonpool.domain.booking import BookingStatus
from salonpool.domain.caps import Kind, Per, prefix_of
from salonpool.domain.local_time import to_minutes
from salonpool.domain.message import NoSmsReason
from salonpool.domain.money import Money
from salonpool.domain.phone import for_reading
from salonpool.messaging import formats
from salonpool.models import Booking, Customer
from salonpool.queries.asked_moves import AskedMoveRow
from salonpool.queries.naming import visit_name
from salonpool.queries.salons import SalonRow
from salonpool.usecases import limits
from salonpool.usecases.booking.booked import Served, read_served
from salonpool.usecases.texts import messages
from salonpool.usecases.texts.texting import Texting

# Built once: building a statement costs more than running it.
_PHONE = sa.select(Customer.phone).where(Customer.id == sa.bindparam("id"))


def text_booked(
    session: Session,
    booking: Booking,
    salon: SalonRow,
    now: datetime,
    texting: Texting,
    *,
    served: Served | None = None,
) -> None:
    """C1: what was booked, and the link that changes it. What is done is read unless given."""
    served = served or read_served(booking)
    values = _visit(booking, texting, served)
    _text(session, booking, salon, "C1", "confirmed", values, now, texting, to=served.phone)


def text_asked(
    session: Session,
    booking: Booking,
    salon: SalonRow,
    now: datetime,
    texting: Texting,
    *,
    served: Served | None = None,
) -> None:
    """C1P: nothing is booked yet, and until when the salon answers; once for each time that is asked for."""
    served = served or read_served(booking)
    answer_by = booking.answer_by or booking.starts_at
    values = _visit(booking, texting, served) | {"h": formats.deadline(answer_by, salon.tz, booking.language)}
    _text(session, booking, salon, "C1P", f"asked:{booking.sequence}", values, now, texting, to=served.phone)


def text_refused(
    session: Session, booking: Booking, salon: SalonRow, now: datetime, texting: Texting
) -> None:
    """C7: the salon cannot serve the guest then; where to choose another time."""
    values = {"u": texting.links.text_url(f"/s/{salon.slug}")}
    _text(session, booking, salon, "C7", "refused", values, now, texting)


def text_series(
    session: Session, first: Booking, count: int, salon: SalonRow, now: datetime, texting: Texting
) -> None:
    """C1S: how many visits from when on, in one text; the link is the first one's."""
    values = _visit(first, texting) | {"k": str(count)}
    _text(session, first, salon, "C1S", "series", values, now, texting)


def text_series_cancelled(
    session: Session,
    first: Booking,
    count: int,
    fee_minor: int,
    salon: SalonRow,
    now: datetime,
    texting: Texting,
) -> None:
    """C4S: how many visits from when on were given up; C4SF: and what that costs in all."""
    values = {"u": texting.links.text_url(f"/s/{salon.slug}"), "k": str(count)}
    if fee_minor:
        values["p"] = formats.money(Money(fee_minor, first.currency))
    _text(session, first, salon, "C4SF" if fee_minor else "C4S", "cancelled", values, now, texting)


def text_moved(session: Session, booking: Booking, salon: SalonRow, now: datetime, texting: Texting) -> None:
    """C3: when it is now, once for each move."""
    values = _visit(booking, texting)
    _text(session, booking, salon, "C3", f"moved:{booking.sequence}", values, now, texting)


def text_move_asked(
    session: Session,
    booking: Booking,
    starts_at: datetime,
    answer_by: datetime,
    salon: SalonRow,
    now: datetime,
    texting: Texting,
) -> None:
    """C3P: another time is asked for, until when the salon answers, and that the old one is kept."""
    h = formats.deadline(answer_by, salon.tz, booking.language)
    values = _visit(booking, texting) | _time(starts_at, salon, booking) | {"h": h}
    # Asking for one time, another and the first again are three questions.
    event = f"move_asked:{to_minutes(starts_at)}:{int(now.timestamp())}"
    _text(session, booking, salon, "C3P", event, values, now, texting)


def text_move_refused(
    session: Session,
    booking: Booking,
    starts_at: datetime,
    salon: SalonRow,
    now: datetime,
    texting: Texting,
) -> None:
    """C3N: the salon cannot do the time that was asked for; the booking stays as it is."""
    values = _visit(booking, texting) | _time(starts_at, salon, booking)
    event = f"move_refused:{to_minutes(starts_at)}:{int(now.timestamp())}"
    _text(session, booking, salon, "C3N", event, values, now, texting)


def text_cancelled(
    session: Session, booking: Booking, salon: SalonRow, now: datetime, texting: Texting
) -> None:
    """C4: it is cancelled, what that costs, and where to book again."""
    values = {"u": texting.links.text_url(f"/s/{salon.slug}")}
    if booking.fee_minor:
        fee = formats.money(Money(booking.fee_minor, booking.currency))
        _text(session, booking, salon, "C4F", "cancelled", values | {"p": fee}, now, texting)
    else:
        _text(session, booking, salon, "C4", "cancelled", values, now, texting)


def text_again(
    session: Session,
    booking: Booking,
    salon: SalonRow,
    lost_id: int,
    asked: AskedMoveRow | None,
    now: datetime,
    texting: Texting,
) -> None:
    """How the booking stands now, because message `lost_id` did not arrive: C1P or C1, C3 once it has moved,
    C3P while another time is `asked` for. Once for each message."""
    values, event = _visit(booking, texting), f"again:{lost_id}"
    text_id = "C3" if booking.moved_at else "C1"
    if booking.status == BookingStatus.PENDING:
        text_id, answer_by = "C1P", booking.answer_by or booking.starts_at
        values["h"] = formats.deadline(answer_by, salon.tz, booking.language)
    elif asked is not None:
        text_id = "C3P"
        values |= _time(asked.starts_at, salon, booking)
        values["h"] = formats.deadline(asked.answer_by, salon.tz, booking.language)
    _text(session, booking, salon, text_id, event, values, now, texting)


def words_of(
    booking: Booking, salon: SalonRow, texting: Texting, served: Served | None = None
) -> dict[str, str]:
    """What a text may say of a booking as it stands, the salon's name and number among it."""
    return _salon(salon) | _time(booking.starts_at, salon, booking) | _visit(booking, texting, served)


def _salon(salon: SalonRow) -> dict[str, str]:
    return {"s": salon.sms_name, "tel": for_reading(salon.phone, salon.region)}


def _time(starts_at: datetime, salon: SalonRow, booking: Booking) -> dict[str, str]:
    """A time as the booking's texts say it; a text may be about another than its own."""
    return {
        "d": formats.short_date(starts_at, salon.tz, booking.language),
        "t": formats.clock_time(starts_at, salon.tz),
    }


def _visit(booking: Booking, texting: Texting, served: Served | None = None) -> dict[str, str]:
    """The services, who does them, and the link."""
    served = served or read_served(booking)
    services = [(item.guest, item.service_name) for item in served.items]
    path = texting.links.booking_path(booking.id, booking.link_version)
    return {
        "v": visit_name(services, booking.language, "+"),
        "n": served.name_of(booking.stylist_id),
        "u": texting.links.text_url(path),
    }


def _text(
    session: Session,
    booking: Booking,
    salon: SalonRow,
    text_id: str,
    event: str,
    values: dict[str, str],
    now: datetime,
    texting: Texting,
    *,
    to: str | None = None,
) -> None:
    """Add a text to the guest; the number is read unless given."""
    phone = to or _phone(booking)
    if phone is None or booking.no_sms_reason not in {None, NoSmsReason.CAPPED}:
        return
    over = _over_a_cap(session, salon, phone, now, texting)
    if over != booking.no_sms_reason:  # else the row would be looked at again
        booking.no_sms_reason = over
    if over is not None:
        return
    messages.enqueue(
        session,
        network_id=booking.network_id,
        salon_id=booking.salon_id,
        event_id=f"booking:{booking.id}:{event}",
        text_id=text_id,
        to=phone,
        language=booking.language,
        values=_salon(salon) | _time(booking.starts_at, salon, booking) | values,
        within=texting.capabilities,
        now=now,
        booking_id=booking.id,
        expires_at=booking.starts_at,
    )


def _phone(booking: Booking) -> str | None:
    found = fetch(_PHONE, {"id": booking.customer_id}) if booking.customer_id else ()
    return found[0].phone if found else None


def _over_a_cap(
    session: Session, salon: SalonRow, phone: str, now: datetime, texting: Texting
) -> NoSmsReason | None:
    """A text more than its number, the numbers around it or the salon may have is left out."""
    who = {Per.PHONE: phone, Per.PREFIX: prefix_of(phone), Per.SALON: str(salon.id)}
    within = limits.is_within(session, Kind.TEXT, who, now, scale=texting.limits_scale)
    return None if within else NoSmsReason.CAPPED
