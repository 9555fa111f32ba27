"""The networks of this installation."""

from dataclasses import dataclass

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.refusal import InvalidInput
from salonpool.models import Network


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """A network; `zone` is an IANA zone."""

    id: int
    slug: str
    zone: str


def list_networks(slug: str | None = None) -> list[NetworkRow]:
    """Every network in the order they were made, or the one of that slug. Raises InvalidInput for another."""
    statement = sa.select(Network.id, Network.slug, Network.zone).order_by(Network.id)
    if slug is not None:
        statement = statement.where(Network.slug == slug)
    found = [NetworkRow(*row) for row in db.session.execute(statement)]
    if slug is not None and not found:
        raise InvalidInput("unknown_choice", field="network", given=slug)
    return found
