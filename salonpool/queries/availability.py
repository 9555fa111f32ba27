"""The boards of the availability rules: who is on duty at a salon, who is busy, which stations are taken."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import sqlalchemy as sa

from salonpool.database import fetch
from salonpool.domain.availability import Board, Duty, Opening, Worker, openings
from salonpool.domain.booking import HORIZON, FreeStart
from salonpool.domain.course import Span, StationKind
from salonpool.domain.local_time import DAY, from_minutes, local_day, to_minutes
from salonpool.domain.money import Money
from salonpool.domain.seating import Stations
from salonpool.domain.shift import WORKING_STATES
from salonpool.models import Assignment, Occupancy, Stylist, StylistSkill
from salonpool.queries.sql import minutes_of
from salonpool.queries.visits import Visit


def _minutes(column: Any) -> sa.ColumnElement[int]:
    """The bare number of a column of whole minutes."""
    return sa.type_coerce(column, sa.BigInteger)


def _packed_spans(table: Any) -> sa.ColumnElement[str]:
    """All spans of a group in one text, for _spans() to read."""
    start, end = _minutes(table.starts_at), _minutes(table.ends_at)
    return sa.func.aggregate_strings(sa.cast(start * 2048 + (end - start), sa.String(20)), ",")


# Built once: building a statement costs more than running it.
# A row a stylist with the duties in one text, and a row a resource with what takes it: a month of a salon has
# thousands, and a row each would cost more than the search. A span is one number: its start times 2048, plus
# its length, which is less than two days.
_SKILLS = (
    sa.select(
        sa.func.aggregate_strings(
            sa.cast(StylistSkill.skill_id, sa.String(20))
            + ":"
            + sa.cast(minutes_of(StylistSkill.valid_from), sa.String(20))
            + ":"
            + sa.func.coalesce(sa.cast(minutes_of(StylistSkill.valid_to), sa.String(20)), ""),
            ",",
        )
    )
    .where(
        StylistSkill.stylist_id == Stylist.id,
        StylistSkill.skill_id.in_(sa.bindparam("skill_ids", expanding=True)),
    )
    .scalar_subquery()
)
# Index ranges stay short because no shift and no visit lasts a day, not even when the clocks go back.
_ON_DUTY = (
    sa.select(Assignment.salon_id, Stylist.id, Stylist.name, Stylist.takes_second_guest, Stylist.gender)
    .add_columns(sa.cast(Stylist.speaks, sa.Text), Stylist.home_salon_id, _SKILLS.label("skills"))
    .add_columns(_packed_spans(Assignment).label("duties"))
    .join(Stylist, Stylist.id == Assignment.stylist_id)
    .where(
        Assignment.salon_id.in_(sa.bindparam("salon_ids", expanding=True)),
        Assignment.starts_at < sa.bindparam("until"),
        Assignment.starts_at > sa.bindparam("since"),
        Assignment.ends_at > sa.bindparam("from"),
        Assignment.status.in_(WORKING_STATES),
    )
    .group_by(Assignment.salon_id, Stylist.id)
    .order_by(Stylist.id)
)
_BUSY = (
    sa.select(Occupancy.resource, _packed_spans(Occupancy))
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
_BOOKED = (
    sa.select(Occupancy.resource, sa.func.sum(_minutes(Occupancy.ends_at) - _minutes(Occupancy.starts_at)))
    .where(
        Occupancy.resource.in_(sa.bindparam("resources", expanding=True)),
        Occupancy.ends_at > sa.bindparam("from"),
        Occupancy.ends_at < sa.bindparam("latest_end"),
        Occupancy.starts_at < sa.bindparam("until"),
        Occupancy.booking_id.is_not(None),
    )
    .group_by(Occupancy.resource)
)
_NAMES = sa.select(Stylist.id, Stylist.name).where(Stylist.id.in_(sa.bindparam("ids", expanding=True)))
NO_BOOKING = 0  # ids begin at 1
DAY_MINUTES = 24 * 60
FOR_EVER = 2**62
LONGEST_ROW = timedelta(hours=25)  # a closed day when the clocks go back


Names = Mapping[int, str]  # of stylists, by id


@dataclass(frozen=True, slots=True)
class Person:
    """A stylist who may be asked for, and their duties at one salon."""

    stylist_id: int
    name: str
    takes_second_guest: bool
    gender: str | None
    stored_languages: str
    home_salon_id: int | None
    duties: tuple[Duty, ...]

    @property
    def speaks(self) -> tuple[str, ...]:
        """The tags of their languages."""
        return tuple(json.loads(self.stored_languages))


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
    return _find([visit], starts_from, starts_until, now, except_booking_id)[0][0]


def find_named_openings(
    visit: Visit, starts_from: datetime, starts_until: datetime, now: datetime
) -> tuple[list[Opening], Names]:
    """As find_openings(), and the names of the stylists, by the same two statements."""
    [found], names = _find([visit], starts_from, starts_until, now)
    return found, names


def find_openings_at_salons(
    visits: Sequence[Visit], starts_from: datetime, starts_until: datetime, now: datetime
) -> list[list[Opening]]:
    """The openings of each visit, as find_openings(); two statements for all salons together."""
    return _find(visits, starts_from, starts_until, now)[0]


def _find(
    visits: Sequence[Visit],
    starts_from: datetime,
    starts_until: datetime,
    now: datetime,
    except_booking_id: int | None = None,
) -> tuple[list[list[Opening]], Names]:
    within = offered_within(starts_from, starts_until, now)
    if within[0] >= within[1] or not visits:
        return [[] for _ in visits], {}
    starts_at = from_minutes(within[0])
    ends_at = from_minutes(within[1] + max(visit.course.longest for visit in visits))
    boards, names = read_named_boards(visits, starts_at, ends_at, now, except_booking_id=except_booking_id)
    found = [list(openings(board, v.course, within)) for v, board in zip(visits, boards, strict=True)]
    return found, names


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
) -> tuple[list[Board], Names]:
    """As read_boards(), and the names of the stylists on them, by the same two statements."""
    boards, people = _read(visits, starts_at, ends_at, now, except_booking_id)
    return boards, {one.stylist_id: one.name for there in people for one in there}


def read_staffed_board(
    visit: Visit,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    *,
    except_booking_id: int | None = None,
) -> tuple[Board, list[Person]]:
    """As read_boards() for one visit, and the people on the board, by the same two statements."""
    [board], [people] = _read([visit], starts_at, ends_at, now, except_booking_id)
    return board, people


def _read(
    visits: Sequence[Visit],
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    except_booking_id: int | None,
) -> tuple[list[Board], list[list[Person]]]:
    """The boards, and who is on each of them."""
    on_duty = _on_duty(visits, starts_at, ends_at)
    suited = [[one for one in on_duty[visit.salon.id] if _suits(visit, one)] for visit in visits]
    staffed = {v.salon.id: v.salon for v, people in zip(visits, suited, strict=True) if people}
    resources = {f"stylist:{one.stylist_id}" for people in suited for one in people}
    resources |= {f"{kind}:{unit}" for s in staffed.values() for kind, ids in s.units.items() for unit in ids}
    resources |= {closed(salon_id) for salon_id in staffed}
    busy = _busy(resources, starts_at, ends_at, now, except_booking_id)
    return [_board(visit, people, busy) for visit, people in zip(visits, suited, strict=True)], suited


def _board(visit: Visit, people: Iterable[Person], busy: Mapping[str, list[Span]]) -> Board:
    return Board(
        workers=tuple(
            Worker(
                one.stylist_id,
                one.duties,
                tuple(busy.get(f"stylist:{one.stylist_id}", ())),
                one.takes_second_guest,
            )
            for one in people
        ),
        stations={kind: _stations(kind, ids, busy) for kind, ids in visit.salon.units.items()},
        closed=tuple(busy.get(closed(visit.salon.id), ())),
    )


def read_hands(
    stylist_ids: Collection[int], starts_at: datetime, ends_at: datetime, now: datetime
) -> dict[int, tuple[Span, ...]]:
    """When these stylists' hands are taken between two instants, wherever they are; one statement."""
    busy = _busy({f"stylist:{each}" for each in stylist_ids}, starts_at, ends_at, now, None)
    return {each: tuple(busy.get(f"stylist:{each}", ())) for each in stylist_ids}


def closed(salon_id: int) -> str:
    """The resource that is taken while a salon takes nobody."""
    return f"closed:{salon_id}"


def free_starts(found: Collection[Opening], visit: Visit, names: Names | None = None) -> list[FreeStart]:
    """Openings with the stylists' names, read unless given, and the price, ready to be offered."""
    if names is None:
        wanted = {placed.stylist_id for opening in found for placed in opening.placed}
        names = {row.id: row.name for row in fetch(_NAMES, {"ids": list(wanted)})}
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
    wanted = {"resources": [f"stylist:{s}" for s in stylist_ids], "from": day[0], "until": day[1]}
    rows = fetch(_BOOKED, wanted | {"latest_end": day[1] + LONGEST_ROW})
    return {int(resource.partition(":")[2]): int(minutes) for resource, minutes in rows}


def _on_duty(visits: Sequence[Visit], starts_at: datetime, ends_at: datetime) -> dict[int, list[Person]]:
    """By salon, who is on duty and has one of the skills, whatever else the guests ask for."""
    zones = {visit.salon.id: visit.salon.tz for visit in visits}
    wanted = {
        "salon_ids": sorted(zones),
        "skill_ids": list({skill for visit in visits for skill in visit.course.skill_ids}),
        "since": starts_at - DAY,
        "from": starts_at,
        "until": ends_at,
    }
    found: dict[int, list[Person]] = {salon_id: [] for salon_id in zones}
    for salon_id, stylist_id, name, second, gender, speaks, home, skills, duties in fetch(_ON_DUTY, wanted):
        if skills is not None:
            own = _duties(_spans(duties), skills, zones[salon_id])
            found[salon_id].append(Person(stylist_id, name, second, gender, speaks, home, own))
    return found


def _duties(spans: list[Span], skills: str, tz: ZoneInfo) -> tuple[Duty, ...]:
    """In order of time, each with the skills that are valid on the local day on which it begins."""
    spans.sort()
    terms = [
        (int(skill_id), int(first), int(last) if last else FOR_EVER)
        for skill_id, first, last in (each.split(":") for each in skills.split(","))
    ]
    before_all = spans[0][0] - 2 * DAY_MINUTES
    if all(first <= before_all and last == FOR_EVER for _, first, last in terms):  # nearly everybody
        always = frozenset([skill_id for skill_id, _, _ in terms])
        return tuple([Duty(span, always) for span in spans])
    return tuple(Duty(span, frozenset(_valid_on(_day_of(span[0], tz), terms))) for span in spans)


def _day_of(minute: int, tz: ZoneInfo) -> int:
    """The local date, as minutes_of() gives it."""
    return to_minutes(datetime.combine(local_day(from_minutes(minute), tz), time(), UTC))


def _valid_on(day: int, terms: Sequence[tuple[int, int, int]]) -> Iterator[int]:
    return (skill_id for skill_id, first, last in terms if first <= day <= last)


def _suits(visit: Visit, person: Person) -> bool:
    """Is this the stylist, or the kind of stylist, the guest asked for?"""
    wish = visit.wish
    if visit.only_stylist_id not in (None, person.stylist_id) or wish.gender not in (None, person.gender):
        return False
    return wish.speaks is None or wish.speaks in person.speaks


def _stations(kind: StationKind, ids: tuple[int, ...], busy: Mapping[str, list[Span]]) -> Stations:
    by_unit = tuple([busy.get(f"{kind}:{unit}", ()) for unit in ids])
    return Stations(ids, tuple([span for spans in by_unit for span in spans]), by_unit)


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
    return [(start := number >> 11, start + (number & 2047)) for number in orjson.loads(f"[{packed}]")]
