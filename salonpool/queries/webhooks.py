"""How often calls that say they are the provider's were refused: its webhooks may all be."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from salonpool.database import db
from salonpool.models import Counter

KEY = "webhook:refused"
WINDOW = timedelta(minutes=10)
ALARM = 5  # in a window; then whoever runs this looks at PUBLIC_URL and the token


def count_refused_webhooks(now: datetime) -> int:
    """Calls refused for their signature lately: in this window of ten minutes or the one before, whichever
    had more, up to what a process counts. ALARM or more want somebody."""
    lately = sa.select(sa.func.max(Counter.hits)).where(
        Counter.key == KEY, Counter.window_starts_at > now - 2 * WINDOW, Counter.window_starts_at <= now
    )
    return db.session.scalar(lately) or 0
