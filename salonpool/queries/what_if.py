"""Questions about a plan and the shifts they name, as their askers see them. Doors: access.py."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.money import Money, pay_between
from salonpool.domain.what_if import WAITING, Side, WhatIfStatus
from salonpool.models import Network, Salon, Shift, Skill, Stylist, WhatIf
from salonpool.queries.naming import name_of
from salonpool.queries.shifts import HolderRow


@dataclass(frozen=True, slots=True)
class WhatIfRow:
    """Somebody's newest question about a pair; `answer` as usecases/planning/what_if.py writes it."""

    shift_id: int
    stylist_id: int
    status: WhatIfStatus
    asked_at: datetime
    answer: dict[str, Any] | None

    @property
    def waits(self) -> bool:
        """Is the clock still to answer it?"""
        return self.status in WAITING


@dataclass(frozen=True, slots=True)
class ShiftCard:
    """A posted shift in one line. `pay` is for the whole of it; `zone` the salon's."""

    id: int
    salon_id: int
    salon_name: str
    starts_at: datetime
    ends_at: datetime
    skill_name: str
    pay: Money
    priority: int
    zone: str


def list_questions(account_id: int, side: Side, now: datetime, *, shift_id: int = 0) -> list[WhatIfRow]:
    """The account's newest question about each shift and stylist, or about that shift alone; none that ran
    out."""
    of_shift = [WhatIf.shift_id == shift_id] if shift_id else []
    rows = db.session.scalars(
        sa.select(WhatIf)
        .where(WhatIf.account_id == account_id, WhatIf.side == side, WhatIf.expires_at >= now, *of_shift)
        .order_by(WhatIf.id)
    )
    newest = {
        (row.shift_id, row.stylist_id): WhatIfRow(
            row.shift_id, row.stylist_id, WhatIfStatus(row.status), row.requested_at, row.answer
        )
        for row in rows
    }
    return list(newest.values())


def list_cards(shift_ids: Iterable[int], language: str) -> dict[int, ShiftCard]:
    """Posted shifts by id, in order of time."""
    rows = db.session.execute(
        sa.select(Shift, Salon, Skill, Network.currency)
        .join(Salon, Salon.id == Shift.salon_id)
        .join(Skill, Skill.id == Shift.skill_id)
        .join(Network, Network.id == Shift.network_id)
        .where(Shift.id.in_(set(shift_ids)))
        .order_by(Shift.starts_at, Shift.id)
    )
    return {
        shift.id: ShiftCard(
            id=shift.id,
            salon_id=salon.id,
            salon_name=salon.name_en if language == "en" else salon.name,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            skill_name=name_of(skill, language),
            pay=pay_between(Money(shift.hourly_pay_minor, currency), shift.starts_at, shift.ends_at),
            priority=shift.priority,
            zone=salon.zone,
        )
        for shift, salon, skill, currency in rows
    }


def list_people(stylist_ids: Sequence[int], salon_id: int, language: str) -> list[HolderRow]:
    """These stylists by name; of each the home salon, if it is another one than this."""
    rows = db.session.execute(
        sa.select(Stylist.id, Stylist.name, Salon)
        .outerjoin(Salon, sa.and_(Salon.id == Stylist.home_salon_id, Salon.id != salon_id))
        .where(Stylist.id.in_(stylist_ids))
        .order_by(Stylist.name, Stylist.id)
    )
    return [
        HolderRow(found, name, (home.name_en if language == "en" else home.name) if home else None)
        for found, name, home in rows
    ]
