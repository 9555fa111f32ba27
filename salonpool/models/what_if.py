"""Questions about a plan that the clock answers: why not this person?"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salonpool.database import Base
from salonpool.domain.what_if import Side, WhatIfStatus
from salonpool.models.columns import Instant, Key, Ref, Status, one_of, same

_WAITING = sa.text("status IN ('requested', 'running')")


class WhatIf(Base):
    """Somebody asks what it would take to give a shift to a stylist; `side` says whose page asks.

    `answer` holds only what that side may know. `tries` counts how often the work was begun.
    """

    __tablename__ = "what_if"
    __table_args__ = (
        same("shift_id", "network_id", of="shift"),
        same("stylist_id", "network_id", of="stylist"),
        same("account_id", "network_id", of="account"),
        one_of("side", Side),
        one_of("status", WhatIfStatus),
        sa.Index(
            "uq_what_if_waiting",
            "account_id",
            "side",
            "shift_id",
            "stylist_id",
            unique=True,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        sa.Index("ix_what_if_status_id", "status", "id"),
        sa.Index("ix_what_if_account_id_shift_id", "account_id", "shift_id"),
    )

    id: Mapped[Key]
    network_id: Mapped[Ref] = mapped_column(sa.ForeignKey("network.id"))
    shift_id: Mapped[Ref]
    stylist_id: Mapped[Ref]
    account_id: Mapped[Ref]
    side: Mapped[Status]
    status: Mapped[Status]
    tries: Mapped[int] = mapped_column(default=0)
    requested_at: Mapped[Instant]
    lease_until: Mapped[Instant | None]
    finished_at: Mapped[Instant | None]
    expires_at: Mapped[Instant] = mapped_column(index=True)
    answer: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
