"""A salon on a full day with guests who wait: for the tests of the waitlist."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from flask import current_app

from salonpool.database import db, transaction
from salonpool.domain.booking import Wish
from salonpool.domain.waitlist import Window
from salonpool.models import Booking, Message, Salon, SalonLink, WaitlistEntry
from salonpool.usecases.booking import bookings, cancellations, places, waitlist
from tests import builders as b

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
PHONE = "0912 000 001"
E164 = "+886912000001"


def a_shop(**changes: Any) -> SimpleNamespace:
    """A salon with one chair, a cut of an hour, and one stylist on Mondays and Tuesdays, 10:00 to 19:00."""
    network = changes.pop("network", None) or b.a_network()
    salon = b.a_salon(network, chairs=1, **changes)
    cut = b.a_service(salon)
    wen = b.a_stylist(network, home=salon, name="小雯")
    b.a_rota(wen, salon)
    slug = db.session.get_one(Salon, salon).slug
    return SimpleNamespace(network=network, salon=salon, slug=slug, cut=cut, wen=wen)


def window(first: str = "14:00", last: str = "15:00", day: date = b.TODAY) -> Window:
    """A stretch of Monday 19 October, or of another day."""
    return b.at(first, day), b.at(last, day)


def book(shop: SimpleNamespace, clock: str = "14:00", *, phone: str = "0987 654 321", **changes: Any) -> int:
    """Somebody's booking."""
    values = {
        "salon_slug": shop.slug, "wish": Wish((shop.cut,)), "starts_at": b.at(clock), "language": "en",
        "guest": bookings.Guest(phone), "key": f"{shop.slug} {clock} {phone}", "now": b.NOW,
        "texting": texting(),
    }  # fmt: skip
    return bookings.book(**values | changes).id


def cancel(booking_id: int, now: datetime = b.NOW) -> None:
    """The guest gives it up."""
    cancellations.cancel(booking_id=booking_id, now=now, texting=texting())


def join(shop: SimpleNamespace, phone: str = PHONE, *, now: datetime = b.NOW, **changes: Any) -> int:
    """Wait for a cut at 14:00, or what the changes say; the entry's id."""
    values = {"salon_slug": shop.slug, "codes": ("cut",), "windows": (window("14:00", "14:15"),)}
    wanted = waitlist.Waiting(phone=phone, **values | changes)
    return waitlist.join(wanted, language="en", now=now, texting=texting()).entry_id


def offer(now: datetime = b.NOW) -> int:
    """What the clock does: close what is over, then hold what is free."""
    waitlist.sweep(now)
    return places.offer_freed(now, texting())


def link(salon_id: int, sister_id: int) -> None:
    """Both salons let their guests see the other's times."""
    network_id = db.session.get_one(Salon, salon_id).network_id
    with transaction() as session:
        for one, other in ((salon_id, sister_id), (sister_id, salon_id)):
            session.add(SalonLink(network_id=network_id, salon_id=one, sister_id=other, created_at=b.NOW))


def texting() -> Any:
    """How the app under test writes texts."""
    return current_app.extensions["salonpool.texting"]


def entry(entry_id: int) -> WaitlistEntry:
    """The row as it is now."""
    db.session.rollback()
    return db.session.get_one(WaitlistEntry, entry_id)


def held_for(entry_id: int) -> Booking | None:
    """The newest place that was held for the entry."""
    db.session.rollback()
    newest = sa.select(Booking).where(Booking.waitlist_entry_id == entry_id).order_by(Booking.id.desc())
    return db.session.scalars(newest.limit(1)).one_or_none()


def texts_to(phone: str = E164) -> list[str]:
    """The ids of the texts to a number, oldest first."""
    db.session.rollback()
    return list(
        db.session.scalars(sa.select(Message.text_id).where(Message.to == phone).order_by(Message.id))
    )
