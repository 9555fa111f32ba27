"""Which labour rules were chosen for a salon's people, for the owner who may choose others."""

from dataclasses import dataclass

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.labour.packs import code_for
from salonpool.models import Network, Salon


@dataclass(frozen=True, slots=True)
class LabourChoice:
    """Codes of packs; None = nothing chosen. `region` is the network's."""

    of_salon: str | None
    of_network: str | None
    region: str


@dataclass(frozen=True, slots=True)
class NetworkChoice:
    """The pack that holds where a salon has none of its own; None where we know no law of the region."""

    holds: str | None
    region: str


def get_network_choice(network_id: int) -> NetworkChoice:
    """As it is now."""
    row = db.session.execute(
        sa.select(Network.labour_pack, Network.region).where(Network.id == network_id)
    ).one()
    return NetworkChoice(code_for(row.region, row.labour_pack), row.region)


def get_labour_choice(salon_id: int) -> LabourChoice:
    """As it is now."""
    row = db.session.execute(
        sa.select(Salon.labour_pack, Network.labour_pack, Network.region)
        .join(Network, Network.id == Salon.network_id)
        .where(Salon.id == salon_id)
    ).one()
    return LabourChoice(*row)
