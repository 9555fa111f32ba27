"""A small pool, and what a planning run is called with: for the tests of shifts, plans and offers."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app

from salonpool.database import db
from salonpool.models import Assignment, Decision, Message, Offer, PlanningRun, Shift
from salonpool.usecases.planning import plan_requests, planning
from salonpool.usecases.planning.planning import Report
from salonpool.usecases.pool import offers
from salonpool.usecases.texts.texting import Texting
from tests.builders import NOW

LIMIT = 10.0


def texting(**changes: Any) -> Texting:
    """The app's texting."""
    configured: Texting = current_app.extensions["salonpool.texting"]
    return Texting(**{"links": configured.links, "capabilities": configured.capabilities, **changes})


def request(network_id: int, now: datetime = NOW) -> None:
    """Request a run as a use case does."""
    from salonpool.database import transaction

    with transaction() as session:
        plan_requests.request(session, network_id, "test", now)


def plan(network_id: int, now: datetime = NOW, **changes: Any) -> Report:
    """One whole run, in a real child process."""
    return planning.run_now(
        network_id, now, now, changes.pop("texting", texting()), time_limit_seconds=LIMIT, **changes
    )


def accept(offer_id: int, stylist_id: int, now: datetime = NOW + timedelta(minutes=1)) -> offers.Yes:
    """A yes by link."""
    return offers.accept(
        offer_id, stylist_id=stylist_id, now=now, texting=texting(), actor=f"stylist:{stylist_id}"
    )


def decline(offer_id: int, stylist_id: int, now: datetime = NOW + timedelta(minutes=1)) -> None:
    """A no by link."""
    offers.decline(offer_id, stylist_id=stylist_id, now=now, texting=texting(), actor=f"stylist:{stylist_id}")


def all_offers(shift_id: int) -> list[Offer]:
    """The shift's offers in the order of asking."""
    db.session.rollback()
    statement = sa.select(Offer).where(Offer.shift_id == shift_id).order_by(Offer.wave, Offer.rank)
    return list(db.session.scalars(statement))


def asked(shift_id: int) -> list[int]:
    """Whom the shift's live offers went to, best rank first."""
    return [offer.stylist_id for offer in all_offers(shift_id) if offer.status == "offered"]


def offer_of(shift_id: int, stylist_id: int) -> Offer:
    """The offer made to the stylist."""
    return next(offer for offer in all_offers(shift_id) if offer.stylist_id == stylist_id)


def shift(shift_id: int) -> Shift:
    """The shift as it is now."""
    db.session.rollback()
    return db.session.get_one(Shift, shift_id)


def holders(shift_id: int) -> list[int]:
    """Who holds its seats."""
    db.session.rollback()
    statement = sa.select(Assignment.stylist_id).where(
        Assignment.shift_id == shift_id, Assignment.status == "active"
    )
    return sorted(db.session.scalars(statement))


def texts(text_id: str) -> list[Message]:
    """Texts of a kind in the outbox, oldest first."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Message).where(Message.text_id == text_id).order_by(Message.id)))


def decisions(shift_id: int, kind: str) -> list[Decision]:
    """What runs decided about a shift."""
    db.session.rollback()
    statement = sa.select(Decision).where(Decision.shift_id == shift_id, Decision.kind == kind)
    return list(db.session.scalars(statement.order_by(Decision.id)))


def open_requests() -> list[PlanningRun]:
    """Runs waiting to be done."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(PlanningRun).where(PlanningRun.status == "requested")))
