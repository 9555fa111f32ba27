"""Whose number a text of a salon went to or came from, and whether the salon's desk may see it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.person import RoleKind
from salonpool.domain.shift import WORKING_STATES
from salonpool.models import Account, Assignment, Booking, Card, Customer, Role, Salon, Stylist

# A pooled stylist's number is the salon's business around the shift only.
COVER = timedelta(hours=24)
GUEST, STYLIST, STAFF = "guest", "stylist", "staff"


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Who it is: a guest, a stylist, or staff with an account. `phone` (E.164): None if it is not shown."""

    kind: str
    name: str | None
    phone: str | None


NOBODY = Correspondent(GUEST, None, None)
CorrespondentsByNumber = dict[str, dict[str, Correspondent]]


def find_correspondents(salon_id: int, numbers: Collection[str], now: datetime) -> CorrespondentsByNumber:
    """By number and kind, the people of the salon's network who have them, as its desk may see them."""
    network_id = sa.select(Salon.network_id).where(Salon.id == salon_id).scalar_subquery()
    rows = db.session.execute(
        sa.union_all(
            _guests(salon_id, network_id, numbers),
            _stylists(salon_id, network_id, numbers, now),
            _staff(salon_id, network_id, numbers),
        )
    )
    found: CorrespondentsByNumber = {}
    for kind, number, name, is_shown in rows:
        found.setdefault(number, {})[kind] = Correspondent(kind, name, number if is_shown else None)
    return found


def salon_of(number: str) -> sa.ScalarSelect[int]:
    """Whose desk words from a number are for, to be used within a statement: the salon of the stylist who has
    it, else the one its guest booked last; null of a stranger."""
    of_stylist = sa.select(Stylist.home_salon_id).where(Stylist.phone == number)
    of_guest = (
        sa.select(Booking.salon_id)
        .join(Customer, Customer.id == Booking.customer_id)
        .where(Customer.phone == number)
        .order_by(Booking.id.desc())
        .limit(1)
    )
    newest = of_stylist.order_by(Stylist.id.desc()).limit(1)
    return sa.select(sa.func.coalesce(newest.scalar_subquery(), of_guest.scalar_subquery())).scalar_subquery()


def who_got(found: CorrespondentsByNumber, number: str, text_id: str) -> Correspondent:
    """Of the people of a number the one a text of ours was meant for: C to guests, S and O to the trade."""
    order = (GUEST, STYLIST, STAFF) if text_id.startswith("C") else (STYLIST, STAFF, GUEST)
    if text_id.startswith("O"):
        order = (STAFF, STYLIST, GUEST)
    return _first(found, number, order)


def who_wrote(found: CorrespondentsByNumber, number: str) -> Correspondent:
    """Whom words from a number are taken to come from, as they are when they are read."""
    return _first(found, number, (STYLIST, STAFF, GUEST))


def _first(found: CorrespondentsByNumber, number: str, order: tuple[str, ...]) -> Correspondent:
    people = found.get(number, {})
    return next((people[kind] for kind in order if kind in people), NOBODY)


def _guests(
    salon_id: int, network_id: sa.ScalarSelect[int], numbers: Collection[str]
) -> sa.Select[*tuple[Any, ...]]:
    """Only the salon's own: a number's present owner may never have been here."""
    visited = sa.exists().where(Booking.customer_id == Customer.id, Booking.salon_id == salon_id)
    return (
        sa.select(sa.literal(GUEST), Customer.phone, Card.name, sa.true())
        .outerjoin(Card, sa.and_(Card.customer_id == Customer.id, Card.salon_id == salon_id))
        .where(Customer.network_id == network_id, Customer.phone.in_(numbers))
        .where(sa.or_(visited, Card.id.is_not(None)))
    )


def _stylists(
    salon_id: int, network_id: sa.ScalarSelect[int], numbers: Collection[str], now: datetime
) -> sa.Select[*tuple[Any, ...]]:
    covers = sa.exists().where(
        Assignment.stylist_id == Stylist.id,
        Assignment.salon_id == salon_id,
        Assignment.status.in_(WORKING_STATES),
        Assignment.starts_at <= now + COVER,
        Assignment.ends_at > now - COVER,
    )
    is_shown = sa.or_(sa.func.coalesce(Stylist.home_salon_id == salon_id, sa.false()), covers)
    return sa.select(sa.literal(STYLIST), Stylist.phone, Stylist.name, is_shown).where(
        Stylist.network_id == network_id, Stylist.phone.in_(numbers)
    )


def _staff(
    salon_id: int, network_id: sa.ScalarSelect[int], numbers: Collection[str]
) -> sa.Select[*tuple[Any, ...]]:
    owns = sa.exists().where(
        Role.account_id == Account.id, Role.salon_id == salon_id, Role.kind == RoleKind.OWNER
    )
    return sa.select(sa.literal(STAFF), Account.phone, Account.name, owns).where(
        Account.network_id == network_id, Account.phone.in_(numbers), Account.disabled_at.is_(None)
    )
