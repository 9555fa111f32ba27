"""What time it is for everything people see: system time, plus the demo's offset when DEMO=1."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from salonpool.database import db


def system_now() -> datetime:
    """Aware UTC system time: for leases, claims and retries, which the demo must not bend."""
    return datetime.now(UTC)


def now() -> datetime:
    """Aware UTC time as people see it."""
    return system_now() + demo_offset()


def demo_offset() -> timedelta:
    """How far the demo clock has been moved forward; zero outside the demo."""
    if not current_app.config["DEMO"]:
        return timedelta()
    seconds = db.session.execute(sa.text("SELECT offset_seconds FROM demo_clock WHERE id = 1")).scalar()
    return timedelta(seconds=seconds or 0)
