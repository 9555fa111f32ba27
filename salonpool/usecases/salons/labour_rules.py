"""The labour rules of a salon's people, as its owner chooses them, and of all others in the network."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

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
        region = session.get_one(Network, salon.network_id).region
        _change(session, salon, pack, region, Stylist.home_salon_id == salon.id, actor, now)


@retried
def choose_for_network(*, network_id: int, pack: str | None, actor: str, now: datetime) -> None:
    """The same for everybody whose salon has chosen none; None is the standard pack of the region."""
    with transaction() as session:
        network = session.get(Network, network_id, with_for_update=True, populate_existing=True)
        if network is None:
            raise Missing
        _change(session, network, pack, network.region, Stylist.network_id == network.id, actor, now)


def _change(
    session: Session,
    chooser: Salon | Network,
    pack: str | None,
    region: str,
    people: sa.ColumnElement[bool],
    actor: str,
    now: datetime,
) -> None:
    if pack is not None:
        check_choice(pack, region)
    before = chooser.labour_pack
    if before == pack:
        return
    chooser.labour_pack = pack
    session.execute(
        sa.update(Stylist)
        .where(people)
        .values(version=Stylist.version + 1)
        .execution_options(synchronize_session=False)
    )
    audit.record(
        session,
        now,
        actor=actor,
        action="change_labour_rules",
        subject=chooser.__tablename__,
        subject_id=chooser.id,
        before={"labour_pack": before},
        after={"labour_pack": pack},
    )
