"""The doors: who may see what. Every read for a person goes through one.

A foreign id answers like a missing one.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.booking import BookingStatus, CancelCause
from salonpool.domain.links import OUTLIVES_THE_VISIT, LinkOver, digest, looks_like_token
from salonpool.domain.person import RoleKind
from salonpool.domain.refusal import Missing
from salonpool.domain.shift import AssignmentSource, ShiftSource
from salonpool.models import (
    Account,
    ApiToken,
    Assignment,
    Booking,
    Closure,
    Customer,
    InboundMessage,
    Message,
    Offer,
    PlanningRun,
    Role,
    Salon,
    Shift,
    WaitlistEntry,
)


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A login as the doors see it; roles are read fresh, never taken from a cookie."""

    id: int
    network_id: int
    name: str
    language: str
    stylist_id: int | None
    session_version: int
    owned_salon_ids: frozenset[int]
    is_office: bool


def find_account(account_id: int) -> AccountRow | None:
    """The enabled account of that id."""
    return _account(Account.id == account_id)


def find_account_by_bearer(token: str) -> AccountRow | None:
    """The enabled account whose API token this is."""
    return _account(
        Account.id.in_(
            sa.select(ApiToken.account_id).where(
                ApiToken.digest == digest(token), ApiToken.revoked_at.is_(None)
            )
        )
    )


def get_owned_salon(account: AccountRow, slug: str) -> Salon:
    """The salon of that slug, if the account owns it. Raises Missing."""
    salon = db.session.scalar(
        sa.select(Salon).where(
            Salon.slug == slug, Salon.network_id == account.network_id, Salon.id.in_(account.owned_salon_ids)
        )
    )
    if salon is None:
        raise Missing
    return salon


def get_owned_shift_id(account: AccountRow, shift_id: int) -> int:
    """The posted shift of that id, if it is at a salon the account owns. Raises Missing."""
    return _posted_shift(shift_id, Shift.salon_id.in_(account.owned_salon_ids))


def get_staffed_shift_id(account: AccountRow, shift_id: int) -> int:
    """The posted shift of that id, if the account may say who works it: an owner of its salon, or the office
    of its network. Raises Missing."""
    owned = Shift.salon_id.in_(account.owned_salon_ids)
    of_network = sa.and_(sa.literal(account.is_office), Shift.network_id == account.network_id)
    return _posted_shift(shift_id, sa.or_(owned, of_network))


def get_given_id(account: AccountRow, shift_id: int, assignment_id: int) -> int:
    """The assignment of that id, held or not, if it was given by hand and the account staffs its shift.

    Raises Missing.
    """
    found = db.session.scalar(
        sa.select(Assignment.id).where(
            Assignment.id == assignment_id,
            Assignment.shift_id == get_staffed_shift_id(account, shift_id),
            Assignment.source == AssignmentSource.BY_HAND,
        )
    )
    if found is None:
        raise Missing
    return found


def get_own_run_id(account: AccountRow, run_id: int) -> int:
    """The planning run of that id, if it is of the network of an owner. Raises Missing."""
    found = db.session.scalar(
        sa.select(PlanningRun.id).where(
            PlanningRun.id == run_id,
            PlanningRun.network_id == account.network_id,
            sa.literal(bool(account.owned_salon_ids)),
        )
    )
    if found is None:
        raise Missing
    return found


def get_owned_booking_id(account: AccountRow, booking_id: int) -> int:
    """The booking of that id, if it is at a salon the account owns; a hold is none. Raises Missing."""
    found = db.session.scalar(
        sa.select(Booking.id).where(
            Booking.id == booking_id,
            Booking.salon_id.in_(account.owned_salon_ids),
            Booking.status != BookingStatus.HELD,
            sa.or_(Booking.cancel_cause.is_(None), Booking.cancel_cause != CancelCause.HOLD_EXPIRED),
        )
    )
    if found is None:
        raise Missing
    return found


def get_owned_text(account: AccountRow, message_id: int) -> tuple[int, str]:
    """The text of ours of that id and its number, if it is of a salon the account owns. Raises Missing."""
    return _text(Message.id, Message.to, message_id, Message.salon_id.in_(account.owned_salon_ids))


def get_owned_words(account: AccountRow, inbound_id: int) -> tuple[int, str]:
    """The text somebody sent and its number, if they are of a salon the account owns. Raises Missing."""
    owned = InboundMessage.salon_id.in_(account.owned_salon_ids)
    return _text(InboundMessage.id, InboundMessage.sender, inbound_id, owned)


def get_owned_closure_id(account: AccountRow, closure_id: int) -> int:
    """The closure of that id, if it is of a salon the account owns. Raises Missing."""
    found = db.session.scalar(
        sa.select(Closure.id).where(Closure.id == closure_id, Closure.salon_id.in_(account.owned_salon_ids))
    )
    if found is None:
        raise Missing
    return found


def get_own_offer(account: AccountRow, offer_id: int) -> tuple[int, int]:
    """The offer of that id and its stylist, if it was made to the account's. Raises Missing."""
    return _offer(sa.and_(Offer.id == offer_id, Offer.stylist_id == account.stylist_id))


def offer_by_link(token: str) -> tuple[int, int]:
    """The offer a text's link opens, and the stylist it was made to. Raises Missing."""
    return _offer(Offer.id == _by_token(Offer.link_digest, Offer.id, token))


def booking_id_by_link(token: str, now: datetime, proved_phone: str | None = None) -> int:
    """The booking a manage link opens; a day after the visit's end only for who proved the number (E.164).

    Raises Missing for an unknown or revoked token, LinkOver for one that has died.
    """
    booking_id = _by_token(Booking.link_digest, Booking.id, token)
    salon_id, ends_at, phone = db.session.execute(
        sa.select(Booking.salon_id, Booking.ends_at, Customer.phone)
        .outerjoin(Customer, Customer.id == Booking.customer_id)
        .where(Booking.id == booking_id)
    ).one()
    if now > ends_at + OUTLIVES_THE_VISIT and (phone is None or phone != proved_phone):
        raise LinkOver(salon_id)
    return booking_id


def booking_id_by_hold(token: str) -> int:
    """The hold (or what became of it) a hold token opens. Raises Missing."""
    return _by_token(Booking.hold_digest, Booking.id, token)


def waitlist_id_by_link(token: str) -> int:
    """The entry of the waitlist a link opens. Raises Missing."""
    return _by_token(WaitlistEntry.link_digest, WaitlistEntry.id, token)


def _text(
    key: sa.orm.InstrumentedAttribute[int],
    number: sa.orm.InstrumentedAttribute[str],
    wanted: int,
    owned: sa.ColumnElement[bool],
) -> tuple[int, str]:
    found = db.session.execute(sa.select(key, number).where(key == wanted, owned)).one_or_none()
    if found is None:
        raise Missing
    return found[0], found[1]


def _posted_shift(shift_id: int, condition: sa.ColumnElement[bool]) -> int:
    found = db.session.scalar(
        sa.select(Shift.id).where(Shift.id == shift_id, Shift.source == ShiftSource.POST, condition)
    )
    if found is None:
        raise Missing
    return found


def _offer(condition: sa.ColumnElement[bool]) -> tuple[int, int]:
    found = db.session.execute(sa.select(Offer.id, Offer.stylist_id).where(condition)).one_or_none()
    if found is None:
        raise Missing
    return found[0], found[1]


def _by_token(
    column: sa.orm.InstrumentedAttribute[str | None], wanted: sa.orm.InstrumentedAttribute[int], token: str
) -> int:
    found = None
    if looks_like_token(token):
        found = db.session.scalar(sa.select(wanted).where(column == digest(token)))
    if found is None:
        raise Missing
    return found


def _account(condition: sa.ColumnElement[bool]) -> AccountRow | None:
    account = db.session.scalar(sa.select(Account).where(condition, Account.disabled_at.is_(None)))
    if account is None:
        return None
    roles = db.session.execute(sa.select(Role.kind, Role.salon_id).where(Role.account_id == account.id)).all()
    return AccountRow(
        id=account.id,
        network_id=account.network_id,
        name=account.name,
        language=account.language,
        stylist_id=account.stylist_id,
        session_version=account.session_version,
        owned_salon_ids=frozenset(s for kind, s in roles if kind == RoleKind.OWNER and s is not None),
        is_office=any(kind == RoleKind.OFFICE for kind, _ in roles),
    )
