"""Let a salon's guests see a sister salon's times, or no longer. Nothing is shown until both did."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import transaction
from salonpool.domain.refusal import InvalidInput
from salonpool.models import Salon, SalonLink
from salonpool.usecases import audit
from salonpool.usecases.rows import insert_new


def link(*, salon_id: int, sister_slug: str, actor: str, now: datetime) -> None:
    """Agree to show the sister's name, prices and times on this salon's pages, and be shown on hers.

    Again changes nothing. Raises InvalidInput for a salon that is unknown, of another network, or this one.
    """
    with transaction() as session:
        network_id, sister_id = _sister(session, salon_id, sister_slug)
        made = insert_new(
            session, SalonLink, network_id=network_id, salon_id=salon_id, sister_id=sister_id, created_at=now
        )
        if made is not None:
            _note(session, now, actor, "link", salon_id, sister_id)


def unlink(*, salon_id: int, sister_slug: str, actor: str, now: datetime) -> None:
    """Take the agreement back: neither shows the other any more. Again changes nothing. Raises as link()."""
    with transaction() as session:
        _, sister_id = _sister(session, salon_id, sister_slug)
        gone = session.execute(
            sa.delete(SalonLink)
            .where(SalonLink.salon_id == salon_id, SalonLink.sister_id == sister_id)
            .returning(SalonLink.id)
        ).all()
        if gone:
            _note(session, now, actor, "unlink", salon_id, sister_id)


def _sister(session: Session, salon_id: int, slug: str) -> tuple[int, int]:
    """The network both are in, and the sister's id."""
    own_network = sa.select(Salon.network_id).where(Salon.id == salon_id).scalar_subquery()
    found = session.execute(
        sa.select(Salon.network_id, Salon.id).where(
            Salon.slug == slug, Salon.network_id == own_network, Salon.id != salon_id
        )
    ).one_or_none()
    if found is None:
        raise InvalidInput("unknown_choice", field="salon")
    return found[0], found[1]


def _note(session: Session, now: datetime, actor: str, action: str, salon_id: int, sister_id: int) -> None:
    after = {"sister": sister_id}
    audit.record(session, now, actor=actor, action=action, subject="salon", subject_id=salon_id, after=after)
