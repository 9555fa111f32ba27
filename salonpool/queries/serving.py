"""Who does what in a visit, where several people serve it."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from salonpool.database import fetch
from salonpool.models import Segment, Stylist
from salonpool.queries.naming import NamedItem

# Built once: building a statement costs more than running it.
_BY_SEGMENT = (
    sa.select(Segment.item_id, Stylist.name)
    .join(Stylist, Stylist.id == Segment.stylist_id)
    .where(Segment.booking_id == sa.bindparam("booking_id"))
    .order_by(Segment.starts_at, Segment.id)
)


@dataclass(frozen=True, slots=True)
class Serving:
    """One of several people who serve a visit, and the names of what they do, all or a part of each."""

    stylist_name: str
    services: tuple[str, ...]


def list_serving(booking_id: int, items: Iterable[NamedItem]) -> tuple[Serving, ...]:
    """Who does what, in the order they begin; empty when one person does it all."""
    names = {item.id: item.name for item in items}
    found: dict[str, dict[str, None]] = {}
    for row in fetch(_BY_SEGMENT, {"booking_id": booking_id}):
        found.setdefault(row.name, {})[names[row.item_id]] = None
    if len(found) < 2:
        return ()
    return tuple(Serving(name, tuple(services)) for name, services in found.items())
