"""What a program needs to try the example: who may sign in, with which token, and addresses worth opening."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.booking import BookingStatus
from salonpool.domain.demo import CAST, NETWORK_SLUG, ZONE, Part, phone_of
from salonpool.domain.offer import OfferStatus
from salonpool.domain.refusal import Missing
from salonpool.domain.shift import ShiftSource
from salonpool.models import Account, Booking, Network, Offer, Salon, Service, Shift, Skill, Stylist
from salonpool.usecases import accounts, sign_ins
from salonpool.usecases.texts.texting import Texting

GOOD_FOR = timedelta(days=7)  # whoever reads the file may move the clock first
SPARE_NUMBER = phone_of(800)  # nobody's, for a guest of the reader's


def write_out(now: datetime, texting: Texting) -> dict[str, Any]:
    """For JSON; each call makes new sign-in links and tokens. Raises Missing without the example."""
    network_id = db.session.scalar(sa.select(Network.id).where(Network.slug == NETWORK_SLUG))
    if network_id is None:
        raise Missing
    salons = db.session.execute(
        sa.select(Salon.slug, Salon.id).where(Salon.network_id == network_id).order_by(Salon.id)
    ).all()
    found = {
        "network": NETWORK_SLUG,
        "zone": ZONE,
        "salons": [slug for slug, _ in salons],
        "services": {slug: _services(salon_id) for slug, salon_id in salons},
        "skills": _list(sa.select(Skill.code).where(Skill.network_id == network_id).order_by(Skill.id)),
        "pooled": _pooled(network_id),
        "guest": {"phone": SPARE_NUMBER},
        "pages": _pages(network_id, texting),
    }
    return {**found, "accounts": {str(part): _account(network_id, part, now, texting) for part in Part}}


def _account(network_id: int, part: Part, now: datetime, texting: Texting) -> dict[str, Any]:
    player = CAST[part]
    row = db.session.execute(
        sa.select(Account.id, Account.name).where(
            Account.network_id == network_id, Account.phone == player.phone
        )
    ).one()
    return {
        "name": row.name,
        "phone": player.phone,
        "salon": player.salon_slug,
        "sign_in": sign_ins.make_sign_in_link(row.id, now, texting, good_for=GOOD_FOR),
        "token": accounts.issue_token(row.id, now),
    }


def _services(salon_id: int) -> list[dict[str, Any]]:
    """What can be booked by itself."""
    rows = db.session.execute(
        sa.select(Service.id, Service.code)
        .where(Service.salon_id == salon_id, Service.add_on.is_(False))
        .order_by(Service.position)
    )
    return [{"id": service_id, "code": code} for service_id, code in rows]


def _pooled(network_id: int) -> list[dict[str, Any]]:
    rows = db.session.execute(
        sa.select(Stylist.id, Stylist.name, Stylist.phone)
        .where(Stylist.network_id == network_id, Stylist.pooled.is_(True))
        .order_by(Stylist.id)
    )
    return [{"id": stylist_id, "name": name, "phone": phone} for stylist_id, name, phone in rows]


def _pages(network_id: int, texting: Texting) -> dict[str, Any]:
    """Paths with ids and tokens of the story's rows."""
    booking_id = db.session.scalar(
        sa.select(sa.func.max(Booking.id)).where(
            Booking.network_id == network_id, Booking.status == BookingStatus.CONFIRMED
        )
    )
    live = _list(
        sa.select(Offer.id)
        .where(Offer.network_id == network_id, Offer.status == OfferStatus.OFFERED)
        .order_by(Offer.id)
    )
    posted = _list(
        sa.select(Shift.id)
        .join(Salon, Salon.id == Shift.salon_id)
        .where(Shift.source == ShiftSource.POST, Salon.slug == CAST[Part.OWNER].salon_slug)
        .order_by(Shift.id)
    )
    return {
        "booking": texting.links.booking_path(booking_id or 0, 1),
        "offers": [texting.links.offer_path(offer_id, 1) for offer_id in live],
        "shifts": [f"/desk/shift/{shift_id}" for shift_id in posted],
    }


def _list(statement: sa.Select[Any]) -> list[Any]:
    return list(db.session.scalars(statement))
