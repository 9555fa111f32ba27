"""What the desk does about texts: say once more how a booking stands, or note that somebody saw to it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, retried, transaction
from salonpool.domain.booking import OPEN_STATES
from salonpool.domain.desk_text import ENDED_BADLY, FOR_A_PERSON, SECRET, state_of
from salonpool.domain.message import NoSmsReason
from salonpool.domain.refusal import Missing, Refusal
from salonpool.models import Booking, InboundMessage, Message, OptOut
from salonpool.queries.asked_moves import find_asked_move
from salonpool.queries.salons import get_salon_by_id
from salonpool.usecases import audit
from salonpool.usecases.booking.booked import lock_booking
from salonpool.usecases.booking.texts import text_again
from salonpool.usecases.texts.switch import refuse_if_off
from salonpool.usecases.texts.texting import Texting


@retried
def send_again(*, message_id: int, account_id: int, now: datetime, texting: Texting) -> None:
    """Tell the guest how the booking stands now, in place of a text that did not arrive. Again changes
    nothing: one text of ours is said once more only once.

    Raises Missing; Refusal: nothing_to_send (a code, a visit that began or is off, or something newer was
    said), still_on_its_way, wants_no_texts, too_many_texts, texts_off.
    """
    booking_id = db.session.scalar(sa.select(Message.booking_id).where(Message.id == message_id))
    if booking_id is None:
        raise Refusal("nothing_to_send")
    with transaction() as session:
        refuse_if_off(session)
        booking = lock_booking(session, booking_id)
        text = session.get_one(Message, message_id)
        if _was_said_again(session, text):
            return
        _check(session, booking, text, now)
        salon = get_salon_by_id(booking.salon_id, booking.language)
        asked = find_asked_move(booking.id)
        asked = asked if asked and asked.is_open(now) else None
        text_again(session, booking, salon, message_id, asked, now, texting)
        session.flush()
        if booking.no_sms_reason == NoSmsReason.CAPPED:
            raise Refusal("too_many_texts")
        if not _was_said_again(session, text):  # the same words to the same number are leaving
            raise Refusal("still_on_its_way")
        _record(session, now, account_id, "text_again", "message", message_id)


@retried
def settle_text(*, message_id: int, account_id: int, now: datetime) -> None:
    """Somebody told the person what a text did not; said twice it is the same. Raises Missing."""
    with transaction() as session:
        text = session.get(Message, message_id, with_for_update=True)
        if text is None:
            raise Missing
        if text.desk_done_at is None:
            text.desk_done_at = now
            _record(session, now, account_id, "settle_text", "message", message_id)


@retried
def settle_words(*, inbound_id: int, account_id: int, now: datetime) -> None:
    """Somebody read what that number wrote to the salon, up to and with this text. Raises Missing."""
    with transaction() as session:
        last = session.get(InboundMessage, inbound_id)
        if last is None:
            raise Missing
        settled = session.scalars(
            sa.update(InboundMessage)
            .where(
                InboundMessage.sender == last.sender,
                InboundMessage.salon_id == last.salon_id,
                InboundMessage.id <= inbound_id,
                InboundMessage.outcome.in_(FOR_A_PERSON),
                InboundMessage.desk_done_at.is_(None),
            )
            .values(desk_done_at=now)
            .returning(InboundMessage.id),
            execution_options={"synchronize_session": False},
        ).all()
        if settled:
            _record(session, now, account_id, "settle_words", "inbound_message", inbound_id)


@retried
def settle_visit(*, booking_id: int, account_id: int, now: datetime) -> None:
    """Somebody told a guest who gets no texts how the booking stands now; a later change asks anew.

    Raises Missing.
    """
    with transaction() as session:
        booking = lock_booking(session, booking_id)
        if booking.told_sequence != booking.sequence:
            booking.told_sequence = booking.sequence
            _record(session, now, account_id, "tell_guest", "booking", booking_id)


def _check(session: Session, booking: Booking, text: Message, now: datetime) -> None:
    newer = sa.exists().where(Message.booking_id == booking.id, Message.id > text.id)
    is_over = booking.status not in OPEN_STATES or booking.starts_at <= now
    if text.text_id in SECRET or is_over or session.scalar(sa.select(newer)):
        raise Refusal("nothing_to_send")
    if state_of(text.status, text.sid) not in ENDED_BADLY:
        raise Refusal("still_on_its_way")
    stopped = session.scalar(sa.select(OptOut.id).where(OptOut.phone == text.to))
    if stopped is not None or booking.no_sms_reason == NoSmsReason.OPTED_OUT:
        raise Refusal("wants_no_texts")
    if booking.no_sms_reason == NoSmsReason.NO_PHONE:
        raise Refusal("nothing_to_send")


def _was_said_again(session: Session, text: Message) -> bool:
    said = sa.exists().where(Message.event_id == f"booking:{text.booking_id}:again:{text.id}")
    return bool(session.scalar(sa.select(said)))


def _record(
    session: Session, now: datetime, account_id: int, action: str, subject: str, subject_id: int
) -> None:
    audit.record(
        session, now, actor=f"account:{account_id}", action=action, subject=subject, subject_id=subject_id
    )
