"""The board of the availability rules: who is on duty at a salon, who is busy, which chairs are taken."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.availability import Board, Chair, Opening, Span, Worker, openings
from salonpool.domain.booking import HORIZON, BookingStatus, FreeStart
from salonpool.domain.local_time import DAY, from_minutes, local_day, to_minutes
from salonpool.domain.shift import WORKING_STATES
from salonpool.models import Assignment, Booking, Occupancy, Stylist, StylistSkill
from salonpool.models import Chair as ChairTable
from salonpool.queries.salons import SalonRow, Visit

# Built once: building a statement costs more than running it, and a full board reads three.
# Index ranges stay short because no shift lasts a day, not even on the day the clocks go back.
_ON_DUTY = (
    sa.select(Assignment.stylist_id, Assignment.starts_at, Assignment.ends_at)
    .add_columns(StylistSkill.skill_id, StylistSkill.valid_from, StylistSkill.valid_to)
    .join(StylistSkill, StylistSkill.stylist_id == Assignment.stylist_id)
    .where(
        Assignment.salon_id == sa.bindparam("salon_id"),
        Assignment.starts_at < sa.bindparam("until"),
        Assignment.starts_at > sa.bindparam("since"),
        Assignment.ends_at > sa.bindparam("from"),
        Assignment.status.in_(WORKING_STATES),
        StylistSkill.skill_id.in_(sa.bindparam("skill_ids", expanding=True)),
    )
    .order_by(Assignment.stylist_id, Assignment.starts_at)
)
_ONE_ON_DUTY = _ON_DUTY.where(Assignment.stylist_id == sa.bindparam("stylist_id"))
_CHAIRS = (
    sa.select(ChairTable.id)
    .where(ChairTable.salon_id == sa.bindparam("salon_id"))
    .order_by(ChairTable.position)
)
_EXPIRED_HOLD = sa.and_(Booking.status == BookingStatus.HELD, Booking.held_until <= sa.bindparam("now"))
_BUSY = (
    sa.select(Occupancy.resource, Occupancy.starts_at, Occupancy.ends_at)
    .outerjoin(Booking, Booking.id == Occupancy.booking_id)
    .where(
        Occupancy.resource.in_(sa.bindparam("resources", expanding=True)),
        Occupancy.ends_at > sa.bindparam("from"),
        Occupancy.starts_at < sa.bindparam("until"),
        sa.or_(
            Occupancy.booking_id.is_(None),
            sa.and_(sa.not_(_EXPIRED_HOLD), Occupancy.booking_id != sa.bindparam("except_booking_id")),
        ),
    )
    .order_by(Occupancy.starts_at)
)
NO_BOOKING = 0  # ids begin at 1


def find_openings(
    salon: SalonRow,
    visit: Visit,
    starts_from: datetime,
    starts_until: datetime,
    now: datetime,
    stylist_id: int | None = None,
) -> list[Opening]:
    """Every start from `starts_from` (included) to `starts_until` (excluded), none before now or beyond the
    horizon; with one stylist or with anyone able. Ordered by time, then stylist."""
    first, starts_until = max(starts_from, now), min(starts_until, now + HORIZON)
    if first >= starts_until:
        return []
    ends_until = starts_until + timedelta(minutes=visit.minutes)
    board = read_board(salon, visit.skill_ids, first, ends_until, now, stylist_id=stylist_id)
    # The minute that has begun is over: a start must lie after now.
    earliest = to_minutes(first) + (1 if first == now else 0)
    return list(openings(board, visit.steps, (earliest, to_minutes(starts_until))))


def read_board(
    salon: SalonRow,
    skill_ids: Collection[int],
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    *,
    stylist_id: int | None = None,
    except_booking_id: int | None = None,
) -> Board:
    """The salon's board between two instants: three queries, whatever the number of stylists.

    Expired holds do not count, nor does the booking being confirmed again.
    """
    on_duty = _on_duty(salon, skill_ids, starts_at, ends_at, stylist_id)
    chair_ids = list(db.session.scalars(_CHAIRS, {"salon_id": salon.id}))
    resources = [f"stylist:{s}" for s in on_duty] + [f"chair:{c}" for c in chair_ids]
    busy = _busy(resources, starts_at, ends_at, now, except_booking_id)
    return Board(
        workers=tuple(Worker(s, tuple(spans), tuple(busy[f"stylist:{s}"])) for s, spans in on_duty.items()),
        chairs=tuple(Chair(c, tuple(busy[f"chair:{c}"])) for c in chair_ids),
    )


def free_starts(found: Collection[Opening], visit: Visit) -> list[FreeStart]:
    """Openings with the stylist's name and the price, ready to be offered."""
    stylists = sa.select(Stylist.id, Stylist.name).where(Stylist.id.in_({o.stylist_id for o in found}))
    names = {row.id: row.name for row in db.session.execute(stylists)}
    return [
        FreeStart(
            starts_at=from_minutes(opening.start),
            ends_at=from_minutes(opening.start + visit.minutes),
            stylist_id=opening.stylist_id,
            stylist_name=names[opening.stylist_id],
            price=visit.price,
        )
        for opening in found
    ]


def booked_minutes(stylist_ids: Collection[int], day: tuple[datetime, datetime]) -> dict[int, int]:
    """Minutes of hands-on work per stylist within a day, for choosing among those free."""
    rows = db.session.execute(
        sa.select(Occupancy.resource, Occupancy.starts_at, Occupancy.ends_at).where(
            Occupancy.resource.in_([f"stylist:{s}" for s in stylist_ids]),
            Occupancy.ends_at > day[0],
            Occupancy.starts_at < day[1],
            Occupancy.booking_id.is_not(None),
        )
    )
    minutes: dict[int, int] = defaultdict(int)
    for resource, starts_at, ends_at in rows:
        minutes[int(resource.partition(":")[2])] += to_minutes(ends_at) - to_minutes(starts_at)
    return minutes


def _on_duty(
    salon: SalonRow,
    skill_ids: Collection[int],
    starts_at: datetime,
    ends_at: datetime,
    stylist_id: int | None,
) -> dict[int, list[Span]]:
    """Assignments of people who have every skill on that local day, in order of stylist."""
    wanted = {
        "salon_id": salon.id,
        "skill_ids": list(skill_ids),
        "since": starts_at - DAY,
        "from": starts_at,
        "until": ends_at,
    }
    if stylist_id is None:
        rows = db.session.execute(_ON_DUTY, wanted)
    else:
        rows = db.session.execute(_ONE_ON_DUTY, wanted | {"stylist_id": stylist_id})
    held: dict[tuple[int, datetime, datetime], set[int]] = {}
    for stylist, begins, ends, skill_id, valid_from, valid_to in rows:
        skills = held.setdefault((stylist, begins, ends), set())
        if _valid_on(local_day(begins, salon.tz), valid_from, valid_to):
            skills.add(skill_id)
    on_duty: dict[int, list[Span]] = {}
    for (stylist, begins, ends), skills in held.items():
        if skills >= set(skill_ids):
            on_duty.setdefault(stylist, []).append((to_minutes(begins), to_minutes(ends)))
    return on_duty


def _valid_on(day: date, valid_from: date, valid_to: date | None) -> bool:
    return valid_from <= day and (valid_to is None or day <= valid_to)


def _busy(
    resources: list[str], starts_at: datetime, ends_at: datetime, now: datetime, except_booking_id: int | None
) -> dict[str, list[Span]]:
    wanted = {
        "resources": resources,
        "from": starts_at,
        "until": ends_at,
        "now": now,
        "except_booking_id": except_booking_id or NO_BOOKING,
    }
    rows = db.session.execute(_BUSY, wanted)
    busy: dict[str, list[Span]] = defaultdict(list)
    for resource, begins, ends in rows:
        busy[resource].append((to_minutes(begins), to_minutes(ends)))
    return busy
