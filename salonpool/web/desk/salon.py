"""Whose desk this is."""

from salonpool.domain.refusal import Refusal
from salonpool.queries.salons import SalonRow, get_salon_by_id
from salonpool.web.extensions import account, language


def own_salon() -> SalonRow:
    """The salon the signed-in account owns. Raises Refusal not_allowed for everybody else."""
    owned = account().owned_salon_ids
    if not owned:
        raise Refusal("not_allowed")
    return get_salon_by_id(min(owned), language())


def owns(salon: SalonRow) -> bool:
    """Is it the signed-in account's? The office sees a shift of every salon, but runs none of them."""
    return salon.id in account().owned_salon_ids
