"""The demo's clock: moved forward for everybody at once, never back."""

import math
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import transaction
from salonpool.domain.demo import NETWORK_SLUGS
from salonpool.domain.local_time import DAY, at_local, local_day
from salonpool.domain.refusal import InvalidInput, Refusal
from salonpool.models import DemoClock, Network
from salonpool.usecases.rows import insert_new

FURTHEST = timedelta(days=31)


def jump(by: timedelta, now: datetime) -> datetime:
    """Move the demo's time forward by `by`; what the time is then.

    Raises InvalidInput: 1 s to 31 days; Refusal not_a_demo where somebody real would be moved along.
    """
    if not timedelta() < by <= FURTHEST:
        raise InvalidInput("out_of_range", field="jump", least="1 min", most=f"{FURTHEST.days} d")
    with transaction() as session:
        check_only_demo(session)
        insert_new(session, DemoClock, id=1, offset_seconds=0)
        seconds = int(by.total_seconds())
        session.execute(sa.update(DemoClock).values(offset_seconds=DemoClock.offset_seconds + seconds))
    return now + by


def jump_to(until: datetime, now: datetime) -> datetime:
    """Move the demo's time forward to an instant, or to the first whole second after it. Raises as jump()."""
    return jump(timedelta(seconds=math.ceil((until - now).total_seconds())), now)


def check_only_demo(session: Session) -> None:
    """Raises Refusal not_a_demo if the database holds a network that is not an example."""
    foreign = session.scalar(sa.select(Network.slug).where(Network.slug.not_in(NETWORK_SLUGS)).limit(1))
    if foreign is not None:
        raise Refusal("not_a_demo", network=foreign)


def next_at(wall: time, now: datetime, tz: ZoneInfo) -> datetime:
    """The next time after now at which a clock in that zone shows `wall`."""
    today = local_day(now, tz)
    coming = (at_local(day, wall, tz) for day in (today, today + DAY, today + 2 * DAY))
    return next(instant for instant in coming if instant > now)
