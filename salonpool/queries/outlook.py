"""The days ahead as a guest sees them: when a visit could begin, who could do it, when nobody could."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from salonpool.domain.availability import Board, Worker, openings
from salonpool.domain.booking import Wish
from salonpool.domain.course import Course, Span
from salonpool.domain.local_time import day_span, from_minutes, local_day, to_minutes
from salonpool.domain.spans import intersect, subtract, union
from salonpool.queries.availability import Person, offered_within, read_staffed_board
from salonpool.queries.salons import SalonRow
from salonpool.queries.visits import Visit


class DayState(StrEnum):
    """What a day has for a visit: starts, none left, nobody who could do it at work, or a closed salon."""

    FREE = "free"
    FULL = "full"
    OFF = "off"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stylist who could do the visit. `first_on` is their next day there; `speaks` lists language tags."""

    id: int
    name: str
    visiting: bool
    first_on: date
    gender: str | None
    speaks: tuple[str, ...]


@dataclass(frozen=True)
class Outlook:
    """What a stretch of local days holds for a visit.

    `visit` is the one that was looked for: without the stylist, or the kind of stylist, that nobody there is.
    `everyone` could do it; `candidates` are those of the kind the guest asked for, own staff first.
    `starts` are in order of time, without the days that have none. `duties` are those of the ones asked for.
    """

    visit: Visit
    everyone: tuple[Candidate, ...]
    candidates: tuple[Candidate, ...]
    starts: Mapping[date, Sequence[datetime]]
    duties: Sequence[Span]
    closed: Sequence[Span]

    def state_of(self, day: date) -> DayState:
        """What a day of the stretch has."""
        if day in self.starts:
            return DayState.FREE
        begins, ends = (to_minutes(instant) for instant in day_span(day, self.visit.salon.tz))
        spans = [span for span in self.duties if span[0] < ends and span[1] > begins]
        closed = intersect(union(self.closed), [(begins, ends)]) if self.closed else []
        if closed and not any(subtract(span, closed) for span in spans):
            return DayState.CLOSED
        return DayState.FULL if spans else DayState.OFF


def get_outlook(
    visit: Visit, first_on: date, last_on: date, now: datetime, *, except_booking_id: int | None = None
) -> Outlook:
    """The outlook on the local days from `first_on` to `last_on`, both included; two statements.

    `except_booking_id`: a hold of the reader's own, which gives way to their next one.
    """
    salon = visit.salon
    within = offered_within(day_span(first_on, salon.tz)[0], day_span(last_on, salon.tz)[1], now)
    if within[0] >= within[1]:
        return Outlook(visit, (), (), {}, (), ())
    anyone = replace(visit, wish=replace(visit.wish, stylist_id=None, gender=None, speaks=None))
    ends_at = from_minutes(within[1] + visit.course.longest)
    board, on_board = read_staffed_board(
        anyone, from_minutes(within[0]), ends_at, now, except_booking_id=except_booking_id
    )
    people = _people(on_board, salon, first_on)
    able = _able(board, visit.course)
    everyone = tuple(one for one in people if one.id in able)
    wish, candidates = _possible(visit.wish, everyone)
    visit = visit if wish == visit.wish else replace(visit, wish=wish)
    # Who can do a part of it helps, too, though nobody can ask for them.
    suited = {one.id for one in people if _suits(wish, one)}
    workers = tuple(worker for worker in board.workers if worker.stylist_id in suited)
    found = openings(replace(board, workers=workers), visit.course, within)
    ids = {one.id for one in candidates if wish.stylist_id in (None, one.id)}
    asked = [worker for worker in workers if worker.stylist_id in ids]
    return Outlook(
        visit=visit,
        everyone=everyone,
        candidates=candidates,
        starts=_by_day((opening.start for opening in found), salon),
        duties=[duty.span for worker in asked for duty in worker.duties],
        closed=board.closed,
    )


def _able(board: Board, course: Course) -> set[int]:
    """Who has the skills for all of the visit; if nobody has, who has them for a part of it."""
    able = {w.stylist_id for w in board.workers if _can_do(w, [course.skill_ids])}
    parts = [part.skill_ids for track in course.tracks for part in track.parts]
    return able or {w.stylist_id for w in board.workers if _can_do(w, parts)}


def _people(on_board: Iterable[Person], salon: SalonRow, first_on: date) -> tuple[Candidate, ...]:
    """Everybody on the board, own staff first."""
    found = [
        Candidate(
            one.stylist_id,
            one.name,
            one.home_salon_id != salon.id,
            max(first_on, local_day(from_minutes(one.duties[0].span[0]), salon.tz)),
            one.gender,
            one.speaks,
        )
        for one in on_board
    ]
    return tuple(sorted(found, key=lambda candidate: (candidate.visiting, candidate.id)))


def _can_do(worker: Worker, wanted: Collection[frozenset[int]]) -> bool:
    """Have they the skills of one of `wanted` on some day?"""
    return any(skill_ids <= duty.skill_ids for duty in worker.duties for skill_ids in wanted)


def _possible(wish: Wish, everyone: tuple[Candidate, ...]) -> tuple[Wish, tuple[Candidate, ...]]:
    """The wish as far as somebody there meets it, and who is of the kind it asks for."""
    suited = tuple(one for one in everyone if _suits(wish, one))
    if not suited:
        wish, suited = replace(wish, gender=None, speaks=None), everyone
    if wish.stylist_id is not None and all(one.id != wish.stylist_id for one in suited):
        wish = replace(wish, stylist_id=None)
    return wish, suited


def _suits(wish: Wish, one: Candidate) -> bool:
    return wish.gender in (None, one.gender) and (wish.speaks is None or wish.speaks in one.speaks)


def _by_day(starts: Iterable[int], salon: SalonRow) -> dict[date, list[datetime]]:
    """Starts in order of time, by their local day."""
    by_day: dict[date, list[datetime]] = {}
    day_ends = 0
    for minute in dict.fromkeys(starts):
        start = from_minutes(minute)
        if minute >= day_ends:
            day = local_day(start, salon.tz)
            day_ends = to_minutes(day_span(day, salon.tz)[1])
            of_day = by_day.setdefault(day, [])
        of_day.append(start)
    return by_day
