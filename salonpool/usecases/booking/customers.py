"""Contacts: one customer per phone and network, one card per salon."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import lock
from salonpool.domain.message import NoSmsReason
from salonpool.models import Card, Customer, OptOut
from salonpool.queries.salons import SalonRow


def find_or_add(
    session: Session, salon: SalonRow, phone: str, name: str | None, language: str, now: datetime
) -> Customer:
    """The customer of that E.164 number, new if unknown, with a card at the salon. Locks the number."""
    lock(session, f"phone:{salon.network_id}:{phone}")
    customer = session.scalar(
        sa.select(Customer).where(Customer.network_id == salon.network_id, Customer.phone == phone)
    )
    if customer is None:
        customer = Customer(network_id=salon.network_id, phone=phone, language=language, created_at=now)
        session.add(customer)
        session.flush()
    customer.language = language
    card = session.scalar(sa.select(Card).where(Card.customer_id == customer.id, Card.salon_id == salon.id))
    if card is None:
        card = Card(network_id=salon.network_id, customer_id=customer.id, salon_id=salon.id, created_at=now)
        session.add(card)
    card.name = name or card.name
    return customer


def no_sms_reason(session: Session, phone: str | None) -> NoSmsReason | None:
    """Why this number gets no text, if so."""
    if phone is None:
        return NoSmsReason.NO_PHONE
    opted_out = session.scalar(sa.select(sa.exists().where(OptOut.phone == phone)))
    return NoSmsReason.OPTED_OUT if opted_out else None
