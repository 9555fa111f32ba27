"""Sister salons: which two let their guests see each other's times. Shown only where both agreed."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from salonpool.database import fetch
from salonpool.models import Salon, SalonLink
from salonpool.queries.salons import SalonRow, list_salons_among

_AGREED = sa.select(SalonLink.sister_id).where(SalonLink.salon_id == sa.bindparam("salon_id"))
_ASKED_BY = sa.select(SalonLink.salon_id).where(SalonLink.sister_id == sa.bindparam("salon_id"))
_MUTUAL = sa.and_(Salon.id.in_(_AGREED), Salon.id.in_(_ASKED_BY))


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another salon of the network: does this one show it, and does it show this one?"""

    id: int
    slug: str
    name: str
    district: str
    is_shown: bool
    shows_us: bool


def list_sisters(salon: SalonRow, language: str) -> list[SalonRow]:
    """The salons whose name, prices and times may be shown beside this one's: both agreed."""
    return list_salons_among(_MUTUAL, {"salon_id": salon.id}, language)


def list_neighbours(salon: SalonRow, language: str) -> list[Neighbour]:
    """Every other salon of the network with what each of the two said, by name."""
    english = language == "en"
    ours, theirs = aliased(SalonLink), aliased(SalonLink)
    rows = fetch(
        sa.select(
            Salon.id,
            Salon.slug,
            (Salon.name_en if english else Salon.name).label("name"),
            (Salon.district_en if english else Salon.district).label("district"),
            sa.cast(ours.id.is_not(None), sa.Boolean).label("is_shown"),
            sa.cast(theirs.id.is_not(None), sa.Boolean).label("shows_us"),
        )
        .outerjoin(ours, sa.and_(ours.salon_id == salon.id, ours.sister_id == Salon.id))
        .outerjoin(theirs, sa.and_(theirs.salon_id == Salon.id, theirs.sister_id == salon.id))
        .where(Salon.network_id == salon.network_id, Salon.id != salon.id)
        .order_by(sa.text("name"), Salon.id)
    )
    return [Neighbour(**row._mapping) for row in rows]
