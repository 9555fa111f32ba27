"""Contacts: one customer per phone and network, one card per salon."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import fetch, lock
from salonpool.domain.message import NoSmsReason
from salonpool.models import Card, Customer
from salonpool.queries.salons import SalonRow
from salonpool.usecases.rows import insert, insert_new
from salonpool.usecases.texts.opt_outs import is_opted_out

# Built once: building a statement costs more than running it.
_CUSTOMER = sa.select(Customer.id, Customer.language).where(
    Customer.network_id == sa.bindparam("network_id"), Customer.phone == sa.bindparam("phone")
)
_CARD = sa.select(Card.id, Card.name).where(
    Card.customer_id == sa.bindparam("customer_id"), Card.salon_id == sa.bindparam("salon_id")
)
_READS = (
    sa.update(Customer)
    .where(Customer.id == sa.bindparam("customer_id"))
    .values(language=sa.bindparam("now_reads"))
)
_NAME = sa.update(Card).where(Card.id == sa.bindparam("card_id")).values(name=sa.bindparam("new_name"))


def find_or_add(
    session: Session, salon: SalonRow, phone: str, name: str | None, language: str, now: datetime
) -> int:
    """The id of the customer of that E.164 number, new if unknown, with a card at the salon.

    Locks the number.
    """
    lock(session, f"phone:{salon.network_id}:{phone}")
    found = fetch(_CUSTOMER, {"network_id": salon.network_id, "phone": phone})
    if found:
        [(customer_id, reads)] = found
        if reads != language:
            session.connection().execute(_READS, {"customer_id": customer_id, "now_reads": language})
    else:
        who = {"network_id": salon.network_id, "phone": phone, "language": language, "created_at": now}
        customer_id = insert_new(session, Customer, **who)
    place = {"customer_id": customer_id, "salon_id": salon.id}
    card = fetch(_CARD, place)
    if not card:
        insert(session, Card, **place, network_id=salon.network_id, name=name, created_at=now)
    elif name and name != card[0].name:
        session.connection().execute(_NAME, {"card_id": card[0].id, "new_name": name})
    return int(customer_id)


def no_sms_reason(session: Session, phone: str | None) -> NoSmsReason | None:
    """Why this number gets no text, if so."""
    if phone is None:
        return NoSmsReason.NO_PHONE
    return NoSmsReason.OPTED_OUT if is_opted_out(session, phone) else None
