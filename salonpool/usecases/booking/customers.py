"""Contacts: one customer per phone and network, one card per salon."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import lock
from salonpool.domain.message import NoSmsReason
from salonpool.models import Card, Customer
from salonpool.queries.salons import SalonRow
from salonpool.usecases.rows import insert
from salonpool.usecases.texts.opt_outs import is_opted_out

# Built once: building a statement costs more than running it.
_CUSTOMER = sa.select(Customer).where(
    Customer.network_id == sa.bindparam("network_id"), Customer.phone == sa.bindparam("phone")
)
_CARD = sa.select(Card).where(
    Card.customer_id == sa.bindparam("customer_id"), Card.salon_id == sa.bindparam("salon_id")
)


def find_or_add(
    session: Session, salon: SalonRow, phone: str, name: str | None, language: str, now: datetime
) -> Customer:
    """The customer of that E.164 number, new if unknown, with a card at the salon. Locks the number."""
    lock(session, f"phone:{salon.network_id}:{phone}")
    customer = session.scalar(_CUSTOMER, {"network_id": salon.network_id, "phone": phone})
    if customer is None:
        customer = Customer(network_id=salon.network_id, phone=phone, language=language, created_at=now)
        session.add(customer)
        session.flush()
    customer.language = language
    place = {"customer_id": customer.id, "salon_id": salon.id}
    card = session.scalar(_CARD, place)
    if card is None:
        insert(session, Card, **place, network_id=salon.network_id, name=name, created_at=now)
    elif name:
        card.name = name
    return customer


def no_sms_reason(session: Session, phone: str | None) -> NoSmsReason | None:
    """Why this number gets no text, if so."""
    if phone is None:
        return NoSmsReason.NO_PHONE
    return NoSmsReason.OPTED_OUT if is_opted_out(session, phone) else None
