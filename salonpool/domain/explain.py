"""Why a start is not offered: the fewest rules that, set aside, would let the visit fit.

Each rule is set aside in the board or the course and the search is asked again, so that there is one
implementation of what fits: an answer is empty exactly when the start is offered.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from enum import StrEnum

from salonpool.domain.availability import GRID_MINUTES, Board, Duty, Worker, openings_at
from salonpool.domain.course import Course, Span, StationKind, Track, total_minutes
from salonpool.domain.seating import Stations
from salonpool.domain.spans import overlaps

LONGEST_WAIT = 60  # minutes; the most a salon may allow


class Rule(StrEnum):
    """What can keep a visit from a start, in the order in which it is set aside."""

    PAST = "past"
    HORIZON = "horizon"
    GRID = "grid"
    CLOSED = "closed"
    CHAIR = "chair"
    BASIN = "basin"
    MACHINE = "machine"
    WAIT = "wait"
    HANDS = "hands"
    SKILL = "skill"
    WISH = "wish"
    DUTY = "duty"
    PERSON = "person"


STATION_RULES = {
    Rule.CHAIR: StationKind.CHAIR,
    Rule.BASIN: StationKind.BASIN,
    Rule.MACHINE: StationKind.MACHINE,
}
# Those of the clock are no rules of the board; they are set aside by asking for another start.
BOARD_RULES: tuple[Rule, ...] = tuple(
    rule for rule in Rule if rule not in {Rule.PAST, Rule.HORIZON, Rule.GRID}
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on duty at the salon, and whether they are the kind of stylist the guest asked for."""

    worker: Worker
    suits: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """A visit at one start. `people` are all on duty there, with or without the skills; `board` holds the
    stations and closed hours; starts are offered inside `within`."""

    people: tuple[Person, ...]
    board: Board
    course: Course
    start: int
    within: Span


@dataclass(frozen=True, slots=True)
class Blocked:
    """A rule in the way. `spans`: when the salon is closed, or the stations full. `by_stylist`: their
    bookings in the way (hands), their hours (duty), or nothing but who it is (skill, wish). The person asked
    for is a rule of its own only when two guests want the same one at once."""

    rule: Rule
    spans: tuple[Span, ...] = ()
    by_stylist: dict[int, tuple[Span, ...]] = field(default_factory=dict)


def why_not(question: Question) -> list[Blocked]:
    """The rules that keep the visit from that start: with all of them set aside it fits, with one less it
    does not. Empty exactly when the start is offered.
    """
    if blocked := _by_the_clock(question):
        return [Blocked(blocked)]
    if _fits(question, ()):
        return []
    aside: list[Rule] = []
    for rule in BOARD_RULES:
        aside.append(rule)
        if _fits(question, aside):
            break
    while spare := next((rule for rule in aside if _fits(question, _without(aside, rule))), None):
        aside = _without(aside, spare)
    return [_told(question, rule) for rule in aside]


def _without(rules: Collection[Rule], one: Rule) -> list[Rule]:
    return [rule for rule in rules if rule is not one]


def _by_the_clock(question: Question) -> Rule | None:
    if question.start < question.within[0]:
        return Rule.PAST
    if question.start >= question.within[1]:
        return Rule.HORIZON
    return Rule.GRID if question.start % GRID_MINUTES else None


def _fits(question: Question, aside: Collection[Rule]) -> bool:
    """Would it be offered if these rules did not count?"""
    board, course = question.board, question.course
    people = [one for one in question.people if one.suits or Rule.WISH in aside]
    workers = [_freed(one.worker, course, aside) for one in people]
    if Rule.WAIT in aside:
        course = replace(course, max_wait=max(course.max_wait, LONGEST_WAIT))
    if Rule.PERSON in aside:
        course = replace(course, tracks=tuple(replace(track, named=None) for track in course.tracks))
    if Rule.DUTY in aside:
        workers = _as_many_as_it_takes(workers, course, question.start)
    stations = dict(board.stations)
    for rule, kind in STATION_RULES.items():
        if rule in aside:
            stations[kind] = Stations(tuple(range(sum(len(t.parts) for t in course.tracks))))
    closed = () if Rule.CLOSED in aside else board.closed
    return bool(openings_at(Board(tuple(workers), stations, closed), course, question.start))


def _freed(worker: Worker, course: Course, aside: Collection[Rule]) -> Worker:
    if Rule.HANDS in aside:
        worker = replace(worker, busy=())
    if Rule.SKILL in aside:
        worker = replace(worker, duties=tuple(Duty(duty.span, course.skill_ids) for duty in worker.duties))
    return worker


def _as_many_as_it_takes(workers: list[Worker], course: Course, start: int) -> list[Worker]:
    """The workers, and for each part somebody more who is on duty throughout and can do everything."""
    always = (Duty((start, start + course.longest), course.skill_ids),)
    named = {track.named for track in course.tracks if track.named is not None}
    more = [-1 - number for number in range(sum(len(track.parts) for track in course.tracks))]
    others = [worker for worker in workers if worker.stylist_id not in named]
    return [*others, *(Worker(stylist_id, always) for stylist_id in (*sorted(named), *more))]


def _told(question: Question, rule: Rule) -> Blocked:
    reach = (question.start, question.start + question.course.longest)
    if rule is Rule.CLOSED:
        return Blocked(rule, _within(question.board.closed, reach))
    if rule in STATION_RULES:
        stations = question.board.stations.get(STATION_RULES[rule], Stations())
        return Blocked(rule, tuple(span for span in stations.full() if overlaps([span], reach)))
    if rule is Rule.HANDS:
        return Blocked(rule, by_stylist=_busy(question, reach))
    if rule is Rule.DUTY:
        named = {track.named for track in question.course.tracks} - {None}
        hours = {
            one.worker.stylist_id: tuple(duty.span for duty in one.worker.duties)
            for one in question.people
            if one.suits and (not named or one.worker.stylist_id in named)
        }
        return Blocked(rule, by_stylist=hours)
    if rule in {Rule.SKILL, Rule.WISH}:
        return Blocked(rule, by_stylist=dict.fromkeys(_lacking(question, rule, reach), ()))
    return Blocked(rule)


def _busy(question: Question, reach: Span) -> dict[int, tuple[Span, ...]]:
    """Of those who could do a part, what takes their hands when it would need them."""
    found: dict[int, set[Span]] = {}
    for track in question.course.tracks:
        for number, part in enumerate(track.parts):
            before = sum(total_minutes(other.steps) for other in track.parts[:number])
            slack = number * question.course.max_wait
            for one in question.people:
                if not one.suits or not _can(one.worker, part.skill_ids, reach):
                    continue
                if not _is_asked(one.worker, track):
                    continue
                windows = one.worker.windows(part.steps_of(one.worker.stylist_id))
                needed = [(reach[0] + before + a, reach[0] + before + slack + b) for a, b in windows]
                spans = {span for span in one.worker.busy if overlaps(needed, span)}
                found.setdefault(one.worker.stylist_id, set()).update(spans)
    return {who: tuple(sorted(spans)) for who, spans in found.items() if spans}


def _is_asked(worker: Worker, track: Track) -> bool:
    return track.named in (None, worker.stylist_id)


def _lacking(question: Question, rule: Rule, reach: Span) -> list[int]:
    """Who is at work then, but without a skill the visit needs, or not of the kind that was asked for."""
    at_work = [one for one in question.people if overlaps([duty.span for duty in one.worker.duties], reach)]
    if rule is Rule.WISH:
        return [one.worker.stylist_id for one in at_work if not one.suits]
    needed = question.course.skill_ids
    return [one.worker.stylist_id for one in at_work if one.suits and not _can(one.worker, needed, reach)]


def _can(worker: Worker, skill_ids: frozenset[int], reach: Span) -> bool:
    return any(skill_ids <= duty.skill_ids and overlaps([duty.span], reach) for duty in worker.duties)


def _within(spans: tuple[Span, ...], reach: Span) -> tuple[Span, ...]:
    return tuple(span for span in spans if overlaps([span], reach))
