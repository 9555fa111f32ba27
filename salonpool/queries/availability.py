"""The boards of the availability rules: who is on duty at a salon, who is busy, which stations are taken."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from salonpool.database import db, fetch
from salonpool.domain.availability import Board, Duty, Opening, Worker, openings
from salonpool.domain.booking import HORIZON, FreeStart, Wish
from salonpool.domain.course import Span, StationKind
from salonpool.domain.local_time import DAY, from_minutes, local_day, to_minutes
from salonpool.domain.money import Money
from salonpool.domain.seating import Stations
from salonpool.domain.shift import WORKING_STATES
from salonpool.models import Assignment, Occupancy, Stylist, StylistSkill
from salonpool.queries.visits import Visit

# Built once: building a statement costs more than running it, and a full board reads two.
# Index ranges stay short because no shift and no visit lasts a day, not even when the clocks go back.
_ON_DUTY = (
    sa.select(Assignment.salon_id, Assignment.stylist_id, Assignment.starts_at, Assignment.ends_at)
    .add_columns(StylistSkill.skill_id, StylistSkill.valid_from, StylistSkill.valid_to)
    .add_columns(Stylist.takes_second_guest, Stylist.gender, sa.cast(Stylist.speaks, sa.Text))
    .add_columns(Stylist.name)
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
# One row a resource, its spans in one text: a month of a salon has thousands, and a row each would cost more
# than the search. A span is one number: its start times 2048, plus its length, which is less than two days.
_BARE_START, _BARE_END = (
    sa.type_coerce(column, sa.BigInteger) for column in (Occupancy.starts_at, Occupancy.ends_at)
)
_SPAN = _BARE_START * 2048 + (_BARE_END - _BARE_START)
_BUSY = (
    sa.select(Occupancy.resource, sa.func.aggregate_strings(sa.cast(_SPAN, sa.String(20)), ","))
    .where(
        Occupancy.resource.in_(sa.bindparam("resources", expanding=True)),
        Occupancy.ends_at > sa.bindparam("from"),
        Occupancy.ends_at < sa.bindparam("latest_end"),
        Occupancy.starts_at < sa.bindparam("until"),
        sa.or_(Occupancy.held_until.is_(None), Occupancy.held_until > sa.bindparam("now")),
        sa.or_(Occupancy.booking_id.is_(None), Occupancy.booking_id != sa.bindparam("except_booking_id")),
    )
    .group_by(Occupancy.resource)
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
    """The openings of each visit, as find_openings(); two statements for all salons together."""
    within = offered_within(starts_from, starts_until, now)
    if within[0] >= within[1] or not visits:
        return [[] for _ in visits]
    ends_at = from_minutes(within[1] + max(visit.course.longest for visit in visits))
    boards = read_boards(visits, from_minutes(within[0]), ends_at, now, except_booking_id=except_booking_id)
    return [list(openings(board, visit.course, within)) for visit, board in zip(visits, boards, strict=True)]


def offered_within(starts_from: datetime, starts_until: datetime, now: datetime) -> Span:
    """The part of a stretch in which starts are offered: after now, within the horizon; maybe none of it."""
    # The minute that has begun is over: a start must lie after now. The last of the horizon is still on sale.
    first = max(_first_minute(starts_from), to_minutes(now) + 1)
    return first, min(_first_minute(starts_until), to_minutes(now + HORIZON) + 1)


def _first_minute(instant: datetime) -> int:
    """The first that begins at or after the instant."""
    minute = to_minutes(instant)
    return minute if from_minutes(minute) == instant else minute + 1


def read_boards(
    visits: Sequence[Visit],
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    *,
    except_booking_id: int | None = None,
) -> list[Board]:
    """The board of each visit's salon between two instants: two statements, whatever the number of salons.

    Expired holds do not count, nor does the booking that is confirmed or moved.
    """
    return read_named_boards(visits, starts_at, ends_at, now, except_booking_id=except_booking_id)[0]


def read_named_boards(
    visits: Sequence[Visit],
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    *,
    except_booking_id: int | None = None,
) -> tuple[list[Board], dict[int, str]]:
    """As read_boards(), and the names of the stylists on them, by the same two statements."""
    salon_ids = sorted({visit.salon.id for visit in visits})
    workers, names = _on_duty(visits, salon_ids, starts_at, ends_at)
    resources = {f"stylist:{stylist_id}" for found in workers for stylist_id in found}
    staffed = {v.salon.id: v.salon for v, found in zip(visits, workers, strict=True) if found}
    for salon in staffed.values():
        resources |= {f"{kind}:{unit}" for kind, ids in salon.units.items() for unit in ids}
    resources |= {closed(salon_id) for salon_id in staffed}
    busy = _busy(resources, starts_at, ends_at, now, except_booking_id)
    boards = [
        Board(
            workers=tuple(
                Worker(
                    stylist_id,
                    tuple(duties),
                    tuple(busy.get(f"stylist:{stylist_id}", ())),
                    takes_second_guest,
                )
                for stylist_id, (takes_second_guest, duties) in found.items()
            ),
            stations={kind: _stations(kind, ids, busy) for kind, ids in visit.salon.units.items()},
            closed=tuple(busy.get(closed(visit.salon.id), ())),
        )
        for visit, found in zip(visits, workers, strict=True)
    ]
    return boards, names


def read_hands(
    stylist_ids: Collection[int], starts_at: datetime, ends_at: datetime, now: datetime
) -> dict[int, tuple[Span, ...]]:
    """When these stylists' hands are taken between two instants, wherever they are; one statement."""
    busy = _busy({f"stylist:{each}" for each in stylist_ids}, starts_at, ends_at, now, None)
    return {each: tuple(busy.get(f"stylist:{each}", ())) for each in stylist_ids}


def closed(salon_id: int) -> str:
    """The resource that is taken while a salon takes nobody."""
    return f"closed:{salon_id}"


def free_starts(
    found: Collection[Opening], visit: Visit, names: Mapping[int, str] | None = None
) -> list[FreeStart]:
    """Openings with the stylists' names, read unless given, and the price, ready to be offered."""
    if names is None:
        wanted = {placed.stylist_id for opening in found for placed in opening.placed}
        stylists = sa.select(Stylist.id, Stylist.name).where(Stylist.id.in_(wanted))
        names = {row.id: row.name for row in fetch(stylists)}
    same: dict[tuple[int, ...], tuple[tuple[str, ...], Money]] = {}
    starts = []
    for opening in found:
        who = tuple(placed.stylist_id for placed in opening.placed)
        if who not in same:
            same[who] = (tuple(dict.fromkeys(names[each] for each in who)), visit.price_of(opening))
        starts_at, ends_at = from_minutes(opening.start), from_minutes(opening.ends)
        starts.append(FreeStart(starts_at, ends_at, opening.stylist_id, *same[who]))
    return starts


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
) -> tuple[list[dict[int, tuple[bool, list[Duty]]]], dict[int, str]]:
    """For each visit, who suits the guest: whether they take a second guest, and their duties there.

    And the names of all.
    """
    wanted = {
        "salon_ids": salon_ids,
        "skill_ids": list({skill for visit in visits for skill in visit.course.skill_ids}),
        "since": starts_at - DAY,
        "from": starts_at,
        "until": ends_at,
    }
    rows = fetch(_ON_DUTY, wanted)
    zones = {visit.salon.id: visit.salon.tz for visit in visits}
    first_on = (starts_at - 2 * DAY).date()  # before every local day that is asked about
    skills: dict[int, dict[tuple[int, datetime, datetime], set[int]]] = {each: {} for each in salon_ids}
    people, names = {}, {}
    for salon_id, stylist_id, begins, ends, skill_id, valid_from, valid_to, *person, name in rows:
        held = skills[salon_id].setdefault((stylist_id, begins, ends), set())
        people[stylist_id], names[stylist_id] = person, name
        always = valid_to is None and valid_from <= first_on
        if always or _valid_on(local_day(begins, zones[salon_id]), valid_from, valid_to):
            held.add(skill_id)
    found: list[dict[int, tuple[bool, list[Duty]]]] = []
    for visit in visits:
        mine: dict[int, tuple[bool, list[Duty]]] = {}
        only = visit.only_stylist_id
        for (stylist_id, begins, ends), held in skills[visit.salon.id].items():
            second, gender, speaks = people[stylist_id]
            if only in (None, stylist_id) and _suits(visit.wish, gender, speaks):
                duty = Duty((to_minutes(begins), to_minutes(ends)), frozenset(held))
                mine.setdefault(stylist_id, (second, []))[1].append(duty)
        found.append(mine)
    return found, names


def _suits(wish: Wish, gender: str | None, speaks: str) -> bool:
    """Is this the kind of stylist the guest asked for? `speaks` is the list as it is stored."""
    if wish.gender is not None and wish.gender != gender:
        return False
    return wish.speaks is None or wish.speaks in json.loads(speaks)


def _valid_on(day: date, valid_from: date, valid_to: date | None) -> bool:
    return valid_from <= day and (valid_to is None or day <= valid_to)


def _stations(kind: StationKind, ids: tuple[int, ...], busy: Mapping[str, list[Span]]) -> Stations:
    return Stations(ids, tuple(span for unit in ids for span in busy.get(f"{kind}:{unit}", ())))


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
    return {resource: _spans(packed) for resource, packed in fetch(_BUSY, wanted)}


def _spans(packed: str) -> list[Span]:
    numbers = (divmod(int(number), 2048) for number in packed.split(","))
    return [(starts, starts + minutes) for starts, minutes in numbers]
