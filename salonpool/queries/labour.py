"""Which labour rules were chosen for a salon's people, for the owner who may choose others."""

from dataclasses import dataclass

import sqlalchemy as sa

from salonpool.database import db
from salonpool.models import Network, Salon


@dataclass(frozen=True, slots=True)
class LabourChoice:
    """Codes of packs; None = nothing chosen. `region` is the network's."""

    of_salon: str | None
    of_network: str | None
    region: str


def get_labour_choice(salon_id: int) -> LabourChoice:
    """As it is now."""
    row = db.session.execute(
        sa.select(Salon.labour_pack, Network.labour_pack, Network.region)
        .join(Network, Network.id == Salon.network_id)
        .where(Salon.id == salon_id)
    ).one()
    return LabourChoice(*row)
