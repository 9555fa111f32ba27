"""An owner chooses the labour rules of the people the salon employs."""

from datetime import datetime

import sqlalchemy as sa

from salonpool.database import retried, transaction
from salonpool.domain.labour.packs import check_choice
from salonpool.domain.refusal import Missing
from salonpool.models import Network, Salon, Stylist
from salonpool.usecases import audit


@retried
def choose(*, salon_id: int, pack: str | None, actor: str, now: datetime) -> None:
    """From now on this pack holds for the salon's people, or the network's (None); the trail keeps both.

    A plan made under the other rules is not published for them. The same again changes nothing. Raises
    InvalidInput unknown_choice for a pack that is not law in the network's region; Missing.
    """
    with transaction() as session:
        salon = session.get(Salon, salon_id, with_for_update=True, populate_existing=True)
        if salon is None:
            raise Missing
        if pack is not None:
            check_choice(pack, session.get_one(Network, salon.network_id).region)
        before = salon.labour_pack
        if before == pack:
            return
        salon.labour_pack = pack
        session.execute(
            sa.update(Stylist)
            .where(Stylist.home_salon_id == salon.id)
            .values(version=Stylist.version + 1)
            .execution_options(synchronize_session=False)
        )
        audit.record(
            session,
            now,
            actor=actor,
            action="change_labour_rules",
            subject="salon",
            subject_id=salon.id,
            before={"labour_pack": before},
            after={"labour_pack": pack},
        )
