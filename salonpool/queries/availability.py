"""The boards of the availability rules: who is on duty at a salon, who is busy, which stations are taken."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.availability import Board, Duty, Opening, Worker, openings
from salonpool.domain.booking import HORIZON, FreeStart, Wish
from salonpool.domain.course import Span, StationKind
from salonpool.domain.local_time import DAY, from_minutes, local_day, to_minutes
from salonpool.domain.seating import Stations
from salonpool.domain.shift import WORKING_STATES
from salonpool.models import Assignment, Occupancy, Station, Stylist, StylistSkill
from salonpool.queries.visits import Visit

# Built once: building a statement costs more than running it, and a full board reads three.
# Index ranges stay short because no shift and no visit lasts a day, not even when the clocks go back.
_ON_DUTY = (
    sa.select(Assignment.salon_id, Assignment.stylist_id, Assignment.starts_at, Assignment.ends_at)
    .add_columns(StylistSkill.skill_id, StylistSkill.valid_from, StylistSkill.valid_to)
    .add_columns(Stylist.takes_second_guest, Stylist.gender, Stylist.speaks)
    .join(Stylist, Stylist.id == Assignment.stylist_id)
    .join(StylistSkill, StylistSkill.stylist_id == Assignment.stylist_id)
    .where(
        Assignment.salon_id.in_(sa.bindparam("salon_ids", expanding=True)),
        Assignment.starts_at < sa.bindparam("until"),
        Assignment.starts_at > sa.bindparam("since"),
        Assignment.ends_at > sa.bindparam("from"),
        Assignment.status.in_(WORKING_STATES),
        StylistSkill.skill_id.in_(sa.bindparam("skill_ids", expanding=True)),
    )
    .order_by(Assignment.stylist_id, Assignment.starts_at)
)
_STATIONS = (
    sa.select(Station.salon_id, Station.kind, Station.id)
    .where(Station.salon_id.in_(sa.bindparam("salon_ids", expanding=True)))
    .order_by(Station.kind, Station.position)
)
# Bare numbers: a month of a salon has thousands of these rows.
_BUSY = sa.select(
    Occupancy.resource,
    sa.type_coerce(Occupancy.starts_at, sa.BigInteger),
    sa.type_coerce(Occupancy.ends_at, sa.BigInteger),
).where(
    Occupancy.resource.in_(sa.bindparam("resources", expanding=True)),
    Occupancy.ends_at > sa.bindparam("from"),
    Occupancy.ends_at < sa.bindparam("latest_end"),
    Occupancy.starts_at < sa.bindparam("until"),
    sa.or_(Occupancy.held_until.is_(None), Occupancy.held_until > sa.bindparam("now")),
    sa.or_(Occupancy.booking_id.is_(None), Occupancy.booking_id != sa.bindparam("except_booking_id")),
)
NO_BOOKING = 0  # ids begin at 1
LONGEST_ROW = timedelta(hours=25)  # a closed day when the clocks go back


def find_openings(
    visit: Visit,
    starts_from: datetime,
    starts_until: datetime,
    now: datetime,
    *,
    except_booking_id: int | None = None,
) -> list[Opening]:
    """Every start from `starts_from` (included) to `starts_until` (excluded), none before now or beyond the
    horizon. Ordered by time, then stylist. `except_booking_id`: a booking that would be moved."""
    return find_openings_at_salons([visit], starts_from, starts_until, now, except_booking_id)[0]


def find_openings_at_salons(
    visits: Sequence[Visit],
    starts_from: datetime,
    starts_until: datetime,
    now: datetime,
    except_booking_id: int | None = None,
) -> list[list[Opening]]:
    """The openings of each visit, as find_openings(); three statements for all salons together."""
    first, starts_until = max(starts_from, now), min(starts_until, now + HORIZON)
    if first >= starts_until or not visits:
        return [[] for _ in visits]
    ends_until = starts_until + timedelta(minutes=max(visit.course.longest for visit in visits))
    boards = read_boards(visits, first, ends_until, now, except_booking_id=except_booking_id)
    # The minute that has begun is over: a start must lie after now.
    within = (to_minutes(first) + (1 if first == now else 0), to_minutes(starts_until))
    return [list(openings(board, visit.course, within)) for visit, board in zip(visits, boards, strict=True)]


def read_boards(
    visits: Sequence[Visit],
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    *,
    except_booking_id: int | None = None,
) -> list[Board]:
    """The board of each visit's salon between two instants: three statements, whatever the number of salons.

    Expired holds do not count, nor does the booking that is confirmed or moved.
    """
    salon_ids = sorted({visit.salon.id for visit in visits})
    workers = _on_duty(visits, salon_ids, starts_at, ends_at)
    units: dict[int, dict[StationKind, list[int]]] = defaultdict(dict)
    for salon_id, kind, station_id in db.session.execute(_STATIONS, {"salon_ids": salon_ids}):
        units[salon_id].setdefault(StationKind(kind), []).append(station_id)
    resources = {f"stylist:{stylist_id}" for found in workers for stylist_id in found}
    resources |= {
        f"{kind}:{unit}" for by_kind in units.values() for kind, ids in by_kind.items() for unit in ids
    }
    resources |= {closed(salon_id) for salon_id in salon_ids}
    busy = _busy(resources, starts_at, ends_at, now, except_booking_id)
    return [
        Board(
            workers=tuple(
                Worker(stylist_id, tuple(duties), tuple(busy[f"stylist:{stylist_id}"]), takes_second_guest)
                for stylist_id, (takes_second_guest, duties) in found.items()
            ),
            stations={kind: _stations(kind, ids, busy) for kind, ids in units[visit.salon.id].items()},
            closed=tuple(busy[closed(visit.salon.id)]),
        )
        for visit, found in zip(visits, workers, strict=True)
    ]


def closed(salon_id: int) -> str:
    """The resource that is taken while a salon takes nobody."""
    return f"closed:{salon_id}"


def free_starts(found: Collection[Opening], visit: Visit) -> list[FreeStart]:
    """Openings with the stylists' names and the price, ready to be offered."""
    wanted = {placed.stylist_id for opening in found for placed in opening.placed}
    stylists = sa.select(Stylist.id, Stylist.name).where(Stylist.id.in_(wanted))
    names = {row.id: row.name for row in db.session.execute(stylists)}
    return [
        FreeStart(
            starts_at=from_minutes(opening.start),
            ends_at=from_minutes(opening.ends),
            stylist_id=opening.stylist_id,
            stylist_names=tuple(dict.fromkeys(names[placed.stylist_id] for placed in opening.placed)),
            price=visit.price_of(opening),
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
    visits: Sequence[Visit], salon_ids: list[int], starts_at: datetime, ends_at: datetime
) -> list[dict[int, tuple[bool, list[Duty]]]]:
    """For each visit, who suits the guest: whether they take a second guest, and their duties there."""
    wanted = {
        "salon_ids": salon_ids,
        "skill_ids": list({skill for visit in visits for skill in visit.course.skill_ids}),
        "since": starts_at - DAY,
        "from": starts_at,
        "until": ends_at,
    }
    rows = db.session.execute(_ON_DUTY, wanted).all()
    zones = {visit.salon.id: visit.salon.tz for visit in visits}
    skills: dict[tuple[int, int, datetime, datetime], set[int]] = {}
    people = {}
    for salon_id, stylist_id, begins, ends, skill_id, valid_from, valid_to, second, gender, speaks in rows:
        held = skills.setdefault((salon_id, stylist_id, begins, ends), set())
        people[stylist_id] = (second, gender, speaks)
        if _valid_on(local_day(begins, zones[salon_id]), valid_from, valid_to):
            held.add(skill_id)
    found: list[dict[int, tuple[bool, list[Duty]]]] = []
    for visit in visits:
        mine: dict[int, tuple[bool, list[Duty]]] = {}
        for (salon_id, stylist_id, begins, ends), held in skills.items():
            second, gender, speaks = people[stylist_id]
            asked = visit.only_stylist_id in (None, stylist_id)
            if salon_id == visit.salon.id and asked and suits(visit.wish, gender, speaks):
                duty = Duty((to_minutes(begins), to_minutes(ends)), frozenset(held))
                mine.setdefault(stylist_id, (second, []))[1].append(duty)
        found.append(mine)
    return found


def suits(wish: Wish, gender: str | None, speaks: Iterable[str]) -> bool:
    """Is this the kind of stylist the guest asked for?"""
    return (wish.gender is None or wish.gender == gender) and (wish.speaks is None or wish.speaks in speaks)


def _valid_on(day: date, valid_from: date, valid_to: date | None) -> bool:
    return valid_from <= day and (valid_to is None or day <= valid_to)


def _stations(kind: StationKind, ids: list[int], busy: Mapping[str, list[Span]]) -> Stations:
    return Stations(tuple(ids), tuple(span for unit in ids for span in busy.get(f"{kind}:{unit}", ())))


def _busy(
    resources: Collection[str],
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    except_booking_id: int | None,
) -> dict[str, list[Span]]:
    wanted = {
        "resources": sorted(resources),
        "from": starts_at,
        "until": ends_at,
        "latest_end": ends_at + LONGEST_ROW,
        "now": now,
        "except_booking_id": except_booking_id or NO_BOOKING,
    }
    busy: dict[str, list[Span]] = defaultdict(list)
    for resource, begins, ends in db.session.execute(_BUSY, wanted):
        busy[resource].append((begins, ends))
    return busy
