"""The soonest places at several salons of one network: one search for all of them, in two reads at most."""

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice

from salonpool.domain.availability import Opening, openings
from salonpool.domain.booking import FreeStart
from salonpool.domain.local_time import day_span, from_minutes
from salonpool.domain.person import Gender
from salonpool.domain.refusal import InvalidInput
from salonpool.domain.travel import walk_minutes
from salonpool.queries.availability import free_starts, offered_within, read_named_boards
from salonpool.queries.salons import SalonRow, ServiceRow, list_services_of
from salonpool.queries.visits import Visit, visit_of

# Most salons have a place within a day and a half: reading two weeks of all would be work for nothing.
FIRST_READ = timedelta(hours=36)
PER_SALON = 3

Stretch = tuple[datetime, datetime]


class Order(StrEnum):
    """What comes first; what is equal goes by time."""

    TIME = "time"
    DISTANCE = "distance"
    PRICE = "price"


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: catalogue codes, in the order they are done, and the days to look at.

    One stylist or anyone, perhaps only a woman or a man, or somebody who speaks a language (a tag). `length`:
    the hair length, where a salon has a price for each. `near`: a place in the network's plane, in km.
    `guests` come together, and all have the same.
    """

    codes: tuple[str, ...]
    first_on: date
    days: int
    near: tuple[float, float] | None = None
    order: Order = Order.TIME
    per_salon: int = PER_SALON
    stylist_id: int | None = None
    gender: Gender | None = None
    speaks: str | None = None
    length: str | None = None
    guests: int = 1


@dataclass(frozen=True, slots=True)
class Nearby:
    """A free start at one of the salons, for so many guests who have these services each.

    `walk_minutes` is None when nobody would walk, or from nowhere.
    """

    salon: SalonRow
    services: tuple[ServiceRow, ...]
    start: FreeStart
    walk_minutes: int | None
    guests: int = 1


def soonest(salons: Sequence[SalonRow], search: Search, now: datetime, language: str) -> list[Nearby]:
    """The soonest starts at each of these salons that offers all the codes, up to `per_salon` of each.

    Five statements at most, whatever the number of salons. Raises InvalidInput: no codes, codes that none
    of the salons offers, an order by distance from nowhere.
    """
    if not search.codes:
        raise InvalidInput("missing", field="service", example="cut")
    if search.order is Order.DISTANCE and search.near is None:
        raise InvalidInput("missing", field="near", example=salons[0].slug if salons else "")
    visits = list_visits(salons, search, language)
    if not visits:
        raise InvalidInput("unknown_choice", field="service")
    return look(visits, search, now)


def look(visits: Sequence[Visit], search: Search, now: datetime) -> list[Nearby]:
    """The soonest starts of visits that may be at different salons, in the order asked for."""
    stretches = [_stretch(visit.salon, search) for visit in visits]
    found = [
        Nearby(visit.salon, visit.own_services, start, _walk(visit.salon, search.near), search.guests)
        for visit, starts in zip(
            visits, soonest_starts(visits, stretches, now, search.per_salon), strict=True
        )
        for start in starts
    ]
    return sorted(found, key=lambda nearby: _rank(nearby, search))


def list_visits(salons: Sequence[SalonRow], search: Search, language: str) -> list[Visit]:
    """The same visit at each salon that offers all the codes; at a salon with a price by hair length the
    one for any length or for `length`, else the first on its menu."""
    menus = list_services_of(salons, language, set(search.codes))
    chosen = [
        (salon, [_of_code(menus[salon.id], code, search.length) for code in search.codes]) for salon in salons
    ]
    return [
        visit_of(
            salon,
            services,
            search.stylist_id,
            gender=search.gender,
            speaks=search.speaks,
            guests=search.guests,
        )
        for salon, found in chosen
        if (services := [service for service in found if service]) == found and not services[0].add_on
    ]


def soonest_starts(
    visits: Sequence[Visit], stretches: Sequence[Stretch], now: datetime, count: int
) -> list[list[FreeStart]]:
    """The first `count` starts of each visit in its own stretch of time, one for each minute.

    Two statements read the first days of all; two more the rest of those that need it.
    """
    heads = [(begins, min(until, max(begins, now) + FIRST_READ)) for begins, until in stretches]
    found = _read(visits, heads, now, [count] * len(visits))
    short = [
        number
        for number, starts in enumerate(found)
        if len(starts) < count and heads[number][1] < stretches[number][1]
    ]
    more = _read(
        [visits[number] for number in short],
        [(heads[number][1], stretches[number][1]) for number in short],
        now,
        [count - len(found[number]) for number in short],
    )
    for number, starts in zip(short, more, strict=True):
        found[number] += starts
    return found


def _read(
    visits: Sequence[Visit], stretches: Sequence[Stretch], now: datetime, counts: Sequence[int]
) -> list[list[FreeStart]]:
    spans = [offered_within(*stretch, now) for stretch in stretches]
    asked = [span for span in spans if span[0] < span[1]]
    if not asked:
        return [[] for _ in visits]
    ends = max(span[1] for span in asked) + max(visit.course.longest for visit in visits)
    begins = min(span[0] for span in asked)
    boards, names = read_named_boards(visits, from_minutes(begins), from_minutes(ends), now)
    return [
        free_starts(list(islice(_each_minute_once(openings(board, visit.course, span)), count)), visit, names)
        for visit, board, span, count in zip(visits, boards, spans, counts, strict=True)
    ]


def _each_minute_once(found: Iterable[Opening]) -> Iterator[Opening]:
    last = None
    for opening in found:
        if opening.start != last:
            yield opening
        last = opening.start


def _of_code(menu: Collection[ServiceRow], code: str, length: str | None) -> ServiceRow | None:
    same = [service for service in menu if service.code == code]
    return min(same, key=lambda service: service.length not in {"any", length}, default=None)


def _stretch(salon: SalonRow, search: Search) -> Stretch:
    last_on = search.first_on + timedelta(days=search.days - 1)
    return day_span(search.first_on, salon.tz)[0], day_span(last_on, salon.tz)[1]


def _walk(salon: SalonRow, near: tuple[float, float] | None) -> int | None:
    return None if near is None else walk_minutes(near, salon.position)


def _rank(nearby: Nearby, search: Search) -> tuple[float, datetime, int]:
    first = 0.0
    if search.order is Order.DISTANCE and search.near is not None:
        first = math.dist(search.near, nearby.salon.position)
    if search.order is Order.PRICE:
        first = nearby.start.price.amount_minor
    return first, nearby.start.starts_at, nearby.salon.id
