"""When a visit fits: one subtraction of what is busy from what is worked, in whole epoch minutes.

The same search answers the page, the re-check at commit, the nearest alternatives and the desk's "why not?".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from salonpool.domain.course import (
    Course,
    Part,
    Span,
    StationKind,
    Step,
    hands_windows,
    station_windows,
    total_minutes,
)
from salonpool.domain.seating import Stations
from salonpool.domain.spans import contains, crowded, intersect, overlaps, subtract, union

GRID_MINUTES = 15


@dataclass(frozen=True, slots=True)
class Duty:
    """A stretch of work at the salon, and the skills the stylist has on that day."""

    span: Span
    skill_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Worker:
    """A stylist who may serve: when on duty at the salon, and when their hands are taken."""

    stylist_id: int
    duties: tuple[Duty, ...]
    busy: tuple[Span, ...] = ()
    takes_second_guest: bool = True

    def windows(self, steps: tuple[Step, ...]) -> list[Span]:
        """When the steps bind this stylist, in minutes from the first."""
        return hands_windows(steps, throughout=not self.takes_second_guest)


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that decides whether a visit fits at one salon; `closed` is when it takes nobody."""

    workers: tuple[Worker, ...]
    stations: Mapping[StationKind, Stations] = field(default_factory=dict)
    closed: tuple[Span, ...] = ()


class Placed(NamedTuple):
    """A part of a track with its stylist and time."""

    track: int
    part: int
    stylist_id: int
    span: Span


class Opening(NamedTuple):
    """A start that fits: `stylist_id` does the first part, `placed` says who does what and when."""

    start: int
    stylist_id: int
    ends: int
    placed: tuple[Placed, ...]


def openings(board: Board, course: Course, within: Span) -> Iterator[Opening]:
    """Every start on the 15-minute grid inside `within` that fits, in order of time, then first stylist.

    A start fits when every part finds a stylist on duty with its skills whose hands are free when it needs
    them, no wait is longer than allowed, each guest has a chair from start to end, and every basin and
    machine is free when needed. Of the ways to do it: the fewest changes of stylist, then the earliest end.
    """
    search = _Search(board, course, within)
    find = search.alone if search.is_simple else search.best_from
    return iter(sorted(opening for worker in board.workers for opening in find(worker)))


def openings_at(board: Board, course: Course, start: int) -> list[Opening]:
    """The openings at exactly `start`, one for each stylist who can begin; empty when it does not fit."""
    return list(openings(board, course, (start, start + 1)))


_Path = tuple[Placed, ...]
_Cost = tuple[int, int]


class _Search:
    """One question to one board; what is worked out for a stylist and a part is kept."""

    def __init__(self, board: Board, course: Course, within: Span) -> None:
        self.board, self.course, self.within = board, course, within
        self.reach = (within[0], within[1] + course.longest)
        self.by_id = {worker.stylist_id: worker for worker in board.workers}
        self.full = {kind: self.stations(kind).full() for kind in StationKind}
        self._starts: dict[tuple[int, int, int], list[Span]] = {}
        self._with_chair: dict[int, list[Span]] = {}

    @property
    def is_simple(self) -> bool:
        """One guest, one part: most visits; answered with spans alone."""
        return len(self.course.tracks) == 1 and len(self.course.tracks[0].parts) == 1

    def stations(self, kind: StationKind) -> Stations:
        """The salon's units of a kind, perhaps none."""
        return self.board.stations.get(kind, Stations())

    def alone(self, worker: Worker) -> Iterator[Opening]:
        """The starts of a visit of one part by one stylist."""
        track = self.course.tracks[0]
        if track.named not in (None, worker.stylist_id):
            return
        minutes = total_minutes(track.parts[0].steps_of(worker.stylist_id))
        spans = self.starts(0, 0, worker)
        if track.needs_chair:
            spans = intersect(spans, self.with_chair(minutes))
        for start in _on_grid(intersect(spans, [self.within])):
            placed = Placed(0, 0, worker.stylist_id, (start, start + minutes))
            yield Opening(start, worker.stylist_id, start + minutes, (placed,))

    def with_chair(self, minutes: int) -> list[Span]:
        """Starts from which a chair is free for so long."""
        if minutes not in self._with_chair:
            holes = _holes(self.full[StationKind.CHAIR], (0, minutes))
            self._with_chair[minutes] = subtract(self.within, union(holes))
        return self._with_chair[minutes]

    def best_from(self, worker: Worker) -> Iterator[Opening]:
        """The starts of any other visit that this stylist begins."""
        for start in _on_grid(intersect(self.starts(0, 0, worker), [self.within])):
            path = _Arrangement(self, start).begun_by(worker)
            if path is not None:
                yield Opening(start, worker.stylist_id, max(placed.span[1] for placed in path), path)

    def starts(self, track: int, part: int, worker: Worker) -> list[Span]:
        """When this stylist could begin this part, the guest's chair aside."""
        key = (track, part, worker.stylist_id)
        if key not in self._starts:
            self._starts[key] = self._starts_of(self.course.tracks[track].parts[part], worker)
        return self._starts[key]

    def _starts_of(self, part: Part, worker: Worker) -> list[Span]:
        steps = part.steps_of(worker.stylist_id)
        minutes = total_minutes(steps)
        duties = union(duty.span for duty in worker.duties if part.skill_ids <= duty.skill_ids)
        long_enough = [(a, b - minutes + 1) for a, b in duties if b - a >= minutes]
        holes = _holes(self.board.closed, (0, minutes))
        for window in worker.windows(steps):
            holes += _holes(worker.busy, window)
        for kind, first, last in station_windows(steps):
            holes += _holes(self.full[kind], (first, last))
        return intersect(long_enough, subtract(self.reach, union(holes)))


class _Arrangement:
    """The ways to arrange one visit that begins at one minute."""

    def __init__(self, search: _Search, start: int) -> None:
        self.search, self.start = search, start
        self.tracks = search.course.tracks
        self._best: dict[tuple[int, int, int, int, bool], tuple[_Cost, _Path] | None] = {}

    def begun_by(self, worker: Worker) -> _Path | None:
        """Who does what, when this stylist begins; None when it cannot be done."""
        if len(self.tracks) > 1:
            return next(self._together(0, (), worker), None)
        for earliest_first in (False, True):
            found = self._begin(0, 0, self.start, worker, earliest_first)
            if found is not None and self._fits_stations(found[1]):
                return found[1]
        return None

    def _together(self, number: int, so_far: _Path, lead: Worker | None) -> Iterator[_Path]:
        """Every way to place the tracks from `number` on beside those placed so far."""
        if number == len(self.tracks):
            if self._fits_stations(so_far):
                yield so_far
            return
        for path in self._paths(number, 0, self.start, so_far, lead):
            yield from self._together(number + 1, path, None)

    def _paths(self, number: int, part: int, at: int, so_far: _Path, lead: Worker | None) -> Iterator[_Path]:
        track = self.tracks[number]
        for worker in [lead] if lead else self._able(number, part, at):
            if worker not in self._able(number, part, at):
                continue
            placed = self._place(number, part, worker, at)
            if self._hands_clash(placed, so_far):
                continue
            if part + 1 == len(track.parts):
                yield (*so_far, placed)
                continue
            for wait in self.search.course.waits:
                yield from self._paths(number, part + 1, placed.span[1] + wait, (*so_far, placed), None)

    def _next(
        self, number: int, part: int, at: int, before: int, earliest_first: bool
    ) -> tuple[_Cost, _Path] | None:
        """The best way to go on with a part that begins at `at`, after stylist `before`."""
        key = (number, part, at, before, earliest_first)
        if key not in self._best:
            ways = []
            for worker in self._able(number, part, at):
                if found := self._begin(number, part, at, worker, earliest_first):
                    (changes, ends), path = found
                    changes += not earliest_first and worker.stylist_id != before
                    ways.append(((changes, ends), path))
            self._best[key] = min(ways, default=None)
        return self._best[key]

    def _begin(
        self, number: int, part: int, at: int, worker: Worker, earliest_first: bool
    ) -> tuple[_Cost, _Path] | None:
        if worker not in self._able(number, part, at):
            return None
        placed = self._place(number, part, worker, at)
        ends = placed.span[1]
        if part + 1 == len(self.tracks[number].parts):
            return (0, ends), (placed,)
        ways = [
            (found[0], (placed, *found[1]))
            for wait in self.search.course.waits
            if (found := self._next(number, part + 1, ends + wait, worker.stylist_id, earliest_first))
        ]
        return min(ways, default=None)

    def _able(self, number: int, part: int, at: int) -> list[Worker]:
        """Who can begin this part at this minute."""
        track = self.tracks[number]
        workers = self.search.board.workers
        if track.named is not None:
            skills = self._skills_of_named(track.named)
            if not any(other.skill_ids <= skills for other in track.parts):
                return []
            if track.parts[part].skill_ids <= skills:
                workers = (self.search.by_id[track.named],)
        return [worker for worker in workers if contains(self.search.starts(number, part, worker), at)]

    def _skills_of_named(self, named: int) -> frozenset[int]:
        """What the stylist asked for can do on the duty this visit falls into; nothing when there is none."""
        worker = self.search.by_id.get(named)
        duties = worker.duties if worker else ()
        return next((duty.skill_ids for duty in duties if duty.span[1] > self.start), frozenset())

    def _place(self, number: int, part: int, worker: Worker, at: int) -> Placed:
        steps = self.tracks[number].parts[part].steps_of(worker.stylist_id)
        return Placed(number, part, worker.stylist_id, (at, at + total_minutes(steps)))

    def _hands(self, placed: Placed) -> list[Span]:
        worker = self.search.by_id[placed.stylist_id]
        return _shifted(worker.windows(self._steps(placed)), placed.span[0])

    def _hands_clash(self, placed: Placed, others: _Path) -> bool:
        beside = [span for o in others if o.stylist_id == placed.stylist_id for span in self._hands(o)]
        return any(overlaps(beside, span) for span in self._hands(placed))

    def _steps(self, placed: Placed) -> tuple[Step, ...]:
        return self.tracks[placed.track].parts[placed.part].steps_of(placed.stylist_id)

    def _fits_stations(self, path: _Path) -> bool:
        """Are there units enough of each kind for everybody in this visit at once?"""
        wanted = station_spans(self.search.course, path)
        for kind in {kind for kind, _ in wanted}:
            own = [span for other, span in wanted if other is kind]
            stations = self.search.stations(kind)
            beside = [span for span in stations.taken if overlaps(own, span)]
            if any(overlaps(own, span) for span in crowded([*own, *beside], len(stations.units))):
                return False
        return True


def station_spans(course: Course, path: tuple[Placed, ...]) -> list[tuple[StationKind, Span]]:
    """The chair each guest keeps from start to end, and the basins and machines while they are used."""
    wanted: list[tuple[StationKind, Span]] = []
    for guest in sorted({track.guest for track in course.tracks if track.needs_chair}):
        spans = [placed.span for placed in path if course.tracks[placed.track].guest == guest]
        wanted.append((StationKind.CHAIR, (min(a for a, _ in spans), max(b for _, b in spans))))
    for placed in path:
        steps = course.tracks[placed.track].parts[placed.part].steps_of(placed.stylist_id)
        for kind, a, b in station_windows(steps):
            wanted.append((kind, (placed.span[0] + a, placed.span[0] + b)))
    return wanted


def _on_grid(spans: list[Span]) -> Iterator[int]:
    for a, b in spans:
        yield from range(-(-a // GRID_MINUTES) * GRID_MINUTES, b, GRID_MINUTES)


def _holes(busy: tuple[Span, ...] | list[Span], window: Span) -> list[Span]:
    """Starts t for which t + window overlaps a busy span."""
    return [(a - window[1] + 1, b - window[0]) for a, b in busy]


def _shifted(spans: list[Span], by: int) -> list[Span]:
    return [(a + by, b + by) for a, b in spans]
