"""Contacts: one customer per phone and network, one card per salon."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.domain.message import NoSmsReason
from salonpool.models import Card, Customer, OptOut
from salonpool.queries.salons import SalonRow
from salonpool.usecases.rows import upsert

_OPTED_OUT = sa.exists().where(OptOut.phone == sa.bindparam("texts_go_to"))


@dataclass(frozen=True, slots=True)
class Contact:
    """A customer, and why they get no text, if so."""

    customer_id: int
    no_sms_reason: NoSmsReason | None


def _customers(dialect: str) -> Any:
    adding = upsert(Customer, dialect)
    return adding.on_conflict_do_update(
        index_elements=["network_id", "phone"], set_={"language": adding.excluded.language}
    ).returning(Customer.id, _OPTED_OUT.label("opted_out"))


def _cards(dialect: str) -> Any:
    adding = upsert(Card, dialect)
    name = sa.func.coalesce(adding.excluded.name, Card.name)
    return adding.on_conflict_do_update(index_elements=["customer_id", "salon_id"], set_={"name": name})


# Built once: building a statement costs more than running it.
_CUSTOMERS = {dialect: _customers(dialect) for dialect in ("sqlite", "postgresql")}
_CARDS = {dialect: _cards(dialect) for dialect in ("sqlite", "postgresql")}


def find_or_add(
    session: Session, salon: SalonRow, phone: str, name: str | None, language: str, now: datetime
) -> Contact:
    """The customer of that E.164 number, new if unknown, with a card at the salon; reads `language` from now.

    Who asks for the same number meanwhile waits until the transaction ends.
    """
    database = session.connection()
    dialect = database.dialect.name
    who = {"network_id": salon.network_id, "phone": phone, "language": language, "created_at": now}
    customer = database.execute(_CUSTOMERS[dialect], who | {"texts_go_to": phone}).one()
    card = {"customer_id": customer.id, "salon_id": salon.id, "network_id": salon.network_id}
    database.execute(_CARDS[dialect], card | {"name": name, "created_at": now})
    return Contact(customer.id, NoSmsReason.OPTED_OUT if customer.opted_out else None)
