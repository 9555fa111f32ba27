"""What else there is when G1 has no time: something shorter, the stylist elsewhere, a sister salon."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from salonpool.domain.booking import FreeStart
from salonpool.domain.local_time import day_span, local_day
from salonpool.domain.travel import walk_minutes
from salonpool.queries import nearby
from salonpool.queries.nearby import Nearby, Search, soonest_starts
from salonpool.queries.salons import SalonRow, ServiceRow
from salonpool.queries.sisters import list_sisters
from salonpool.queries.visits import Visit, visit_of
from salonpool.web.extensions import language, now
from salonpool.web.filters import service_name
from salonpool.web.guest.choices import Choice, arguments
from salonpool.web.guest.near import DAYS, row_of

MOST_SHORTER = 2
MOST_SISTERS = 3


@dataclass(frozen=True, slots=True)
class _Question:
    """One visit to look for from a day on, and what it would be an answer to."""

    kind: str
    visit: Visit
    days: int


def look(choice: Choice, on: date, *, has_times: bool, has_stylist: bool) -> dict[str, Any]:
    """Ways out for a guest who finds no time on a day, or not the stylist they asked for: `shorter` services
    that do fit, `theirs`, where the stylist works next, and `sisters`. One search for all of them."""
    wants_them = choice.wish.stylist_id is not None and not (has_times and has_stylist)
    if has_times and not wants_them:
        return {}
    asked = [] if has_times else [_Question("shorter", visit, 1) for visit in _shorter(choice, has_stylist)]
    sisters = list_sisters(choice.salon, language())
    search = Search(tuple(s.code for s in choice.chosen), on, DAYS, length=choice.chosen[0].length)
    elsewhere = nearby.list_visits(sisters, search, language()) if sisters else []
    if not has_times:
        asked += [_Question("sisters", _like(choice, visit), DAYS) for visit in elsewhere]
    if wants_them:
        asked += [_Question("theirs", _like(choice, visit, by_them=True), DAYS) for visit in elsewhere]
    found = _soonest(asked, on)
    near: dict[str, Any] = {"service": search.codes, "from": choice.salon.slug, "on": on}
    if _guests(choice) > 1:
        near["guests"] = _guests(choice)
    return {
        "shorter": [_shorter_row(q.visit, start) for q, start in found if q.kind == "shorter"][:MOST_SHORTER],
        "theirs": [_row(choice.salon, q.visit, start) for q, start in found if q.kind == "theirs"],
        "sisters": [_row(choice.salon, q.visit, start) for q, start in found if q.kind == "sisters"][
            :MOST_SISTERS
        ],
        "near_url": url_for("guest.show_near", **near),
    }


def _soonest(asked: list[_Question], on: date) -> list[tuple[_Question, FreeStart]]:
    """The first start of each question that has one: shorter services the longest first, the rest by time."""
    stretches = []
    for question in asked:
        tz = question.visit.salon.tz
        last_on = date.fromordinal(on.toordinal() + question.days - 1)
        stretches.append((day_span(on, tz)[0], day_span(last_on, tz)[1]))
    found = soonest_starts([question.visit for question in asked], stretches, now(), 1)
    pairs = [(question, starts[0]) for question, starts in zip(asked, found, strict=True) if starts]
    shorter = [pair for pair in pairs if pair[0].kind == "shorter"]
    others = [pair for pair in pairs if pair[0].kind != "shorter"]
    return [*shorter, *sorted(others, key=lambda pair: pair[1].starts_at)]


def _shorter(choice: Choice, has_stylist: bool) -> list[Visit]:
    """The salon's shorter services of the same code, or for the same skill; the longest first."""
    chosen = [service for service in choice.chosen if not service.add_on]
    if len(chosen) != 1:
        return []
    wanted = chosen[0]
    alike = [
        service
        for service in choice.services
        if not service.add_on and service.minutes < wanted.minutes and _kind(service) & _kind(wanted)
    ]
    wish = choice.wish
    return [
        visit_of(
            choice.salon,
            [service],
            wish.stylist_id if has_stylist else None,
            gender=wish.gender if has_stylist else None,
            speaks=wish.speaks if has_stylist else None,
            guests=_guests(choice),
        )
        for service in sorted(alike, key=lambda service: -service.minutes)
    ]


def _kind(service: ServiceRow) -> set[int | str]:
    return {service.code, *(segment.skill_id for segment in service.segments)}


def _like(choice: Choice, visit: Visit, *, by_them: bool = False) -> Visit:
    """The visit with the guest's wishes, and with the stylist they asked for if it is about them."""
    wish = choice.wish
    stylist_id = wish.stylist_id if by_them else None
    return visit_of(
        visit.salon,
        visit.services,
        stylist_id,
        gender=wish.gender,
        speaks=wish.speaks,
        guests=_guests(choice),
    )


def _guests(choice: Choice) -> int:
    """How many come together; all have the same."""
    return len(choice.wish.companions) + 1


def _shorter_row(visit: Visit, start: FreeStart) -> dict[str, Any]:
    [service] = visit.own_services
    chosen: dict[str, Any] = arguments(visit.wish, local_day(start.starts_at, visit.salon.tz))
    return {
        "name": service_name(service),
        "minutes": service.minutes,
        "price": start.price,
        "starts_at": start.starts_at,
        "url": url_for("guest.show_book", slug=visit.salon.slug, **chosen),
    }


def _row(home: SalonRow, visit: Visit, start: FreeStart) -> dict[str, Any]:
    walk = walk_minutes(home.position, visit.salon.position)
    guests = len(visit.wish.companions) + 1
    return row_of(Nearby(visit.salon, visit.own_services, start, walk, guests))
