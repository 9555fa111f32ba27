"""What a spent code proves: the number it was sent to, for half an hour."""

from datetime import datetime

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.phone_code import PROOF_GOOD_FOR
from salonpool.models import PhoneCode


def find_proved_phone(code_id: int, used_at: datetime, now: datetime) -> str | None:
    """The number (E.164) proved by that code at that instant, if that was within 30 minutes.

    The instant is asked for because SQLite may give a deleted row's id to another person's code.
    """
    if not used_at <= now < used_at + PROOF_GOOD_FOR:
        return None
    return db.session.scalar(
        sa.select(PhoneCode.phone).where(PhoneCode.id == code_id, PhoneCode.used_at == used_at)
    )
