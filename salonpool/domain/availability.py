"""When a visit fits: one subtraction of what is busy from what is worked, in whole epoch minutes.

The same search answers the page, the re-check at commit, the nearest alternatives and the desk's "why not?".
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, tee
from typing import NamedTuple

from salonpool.domain.closure import LONGEST_ROW_MINUTES
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
from salonpool.domain.spans import (
    contains,
    crowded,
    intersect,
    overlaps,
    starts_meeting,
    starts_outside,
    subtract,
    union,
)

GRID_MINUTES = 15


class Duty(NamedTuple):
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
    machine is free when needed. Of the ways to do a single track: the fewest changes of stylist, then the
    earliest end. Of several tracks: the shortest waits of the first, then of the next. At most 25 hours.
    """
    search = _Search(board, course, within)
    found = sorted(chain.from_iterable(map(search.begun_by, board.workers)))
    if course.longest > LONGEST_ROW_MINUTES:  # nobody looks further ahead for what overlaps
        found = [each for each in found if each.ends - each.start <= LONGEST_ROW_MINUTES]
    return iter(found)


def openings_at(board: Board, course: Course, start: int) -> list[Opening]:
    """The openings at exactly `start`, one for each stylist who can begin; empty when it does not fit."""
    return list(openings(board, course, (start, start + 1)))


_Path = tuple[Placed, ...]
# By the number of changes of stylist: when the way that ends first ends, and that way.
_ByChanges = dict[int, tuple[int, _Path]]


class _Search:
    """One question to one board; what is worked out for a stylist and a part is kept."""

    def __init__(self, board: Board, course: Course, within: Span) -> None:
        self.board, self.course, self.within = board, course, within
        self.reach = (within[0], within[1] + course.longest)
        self.by_id = {worker.stylist_id: worker for worker in board.workers}
        self.full = {kind: self.stations(kind).full() for kind in StationKind}
        self._without_chair: dict[int, list[Span]] = {}
        self._starts: dict[tuple[int, int, int], list[Span]] = {}
        self._ways: dict[tuple[int, frozenset[int]], _Ways] = {}
        self._arrangements: dict[int, _Arrangement] = {}

    def begun_by(self, worker: Worker) -> Iterable[Opening]:
        """The openings that this stylist begins, in order of time."""
        tracks = self.course.tracks
        if len(tracks) == len(tracks[0].parts) == 1:
            return self._alone(worker)
        starts = _on_grid(intersect(self.starts(0, 0, worker), [self.within]))
        find = self._one_track if len(tracks) == 1 else self._together
        return (
            Opening(start, worker.stylist_id, max(placed.span[1] for placed in path), path)
            for start in starts
            if (path := find(start, worker)) is not None
        )

    def stations(self, kind: StationKind) -> Stations:
        """The salon's units of a kind, perhaps none."""
        return self.board.stations.get(kind, Stations())

    def starts(self, track: int, part: int, worker: Worker) -> list[Span]:
        """When this stylist could begin this part, the guest's chair aside."""
        key = (track, part, worker.stylist_id)
        if key not in self._starts:
            self._starts[key] = self._starts_of(self.course.tracks[track].parts[part], worker)
        return self._starts[key]

    def ways(self, number: int, start: int) -> "_Ways":
        """The ways to do a track of a visit that begins at `start`."""
        key = (number, self._skills_of(self.course.tracks[number].named, start))
        if key not in self._ways:
            self._ways[key] = _Ways(self, *key)
        return self._ways[key]

    def _skills_of(self, named: int | None, start: int) -> frozenset[int]:
        """What the stylist asked for can do on the duty this visit falls into; nothing when there is none."""
        worker = self.by_id.get(named) if named is not None else None
        duties = worker.duties if worker else ()
        return next((duty.skill_ids for duty in duties if duty.span[1] > start), frozenset())

    def _starts_of(self, part: Part, worker: Worker) -> list[Span]:
        return subtract(self.reach, sorted(self._holes_of(part, worker)))

    def _holes_of(self, part: Part, worker: Worker) -> list[Span]:
        """Where this stylist cannot begin this part, the guest's chair aside; in no order."""
        steps = part.steps_of(worker.stylist_id)
        minutes = total_minutes(steps)
        duties = union(duty.span for duty in worker.duties if part.skill_ids <= duty.skill_ids)
        holes = starts_outside(duties, minutes, self.reach) + starts_meeting(self.board.closed, (0, minutes))
        for window in worker.windows(steps):
            holes += starts_meeting(worker.busy, window)
        for kind, first, last in station_windows(steps):
            holes += starts_meeting(self.full[kind], (first, last))
        return holes

    def _alone(self, worker: Worker) -> list[Opening]:
        """One guest, one part: most visits; answered with one subtraction."""
        [track] = self.course.tracks
        [part] = track.parts
        who = worker.stylist_id
        if track.named not in (None, who):
            return []
        minutes = total_minutes(part.steps_of(who))
        holes = self._holes_of(part, worker)
        if track.needs_chair:
            holes += self._without_chair_for(minutes)
        return [
            Opening(start, who, start + minutes, (Placed(0, 0, who, (start, start + minutes)),))
            for start in _on_grid(subtract(self.within, sorted(holes)))
        ]

    def _without_chair_for(self, minutes: int) -> list[Span]:
        """Starts from which no chair is free for so long; the same for all stylists."""
        if minutes not in self._without_chair:
            self._without_chair[minutes] = union(starts_meeting(self.full[StationKind.CHAIR], (0, minutes)))
        return self._without_chair[minutes]

    def _one_track(self, start: int, worker: Worker) -> _Path | None:
        found = self.ways(0, start).begun_by(worker, 0, start)
        # The guest's chair is the only thing that the parts share.
        taken = self.full[StationKind.CHAIR] if self.course.tracks[0].needs_chair else []
        until = next((a for a, b in taken if b > start), None)
        return next(
            (path for _, (ends, path) in sorted(found.items()) if until is None or ends <= until), None
        )

    def _together(self, start: int, worker: Worker) -> _Path | None:
        if start not in self._arrangements:
            self._arrangements[start] = _Arrangement(self, start)
        return self._arrangements[start].begun_by(worker)


class _Ways:
    """The ways to do one track, whatever the minute: by number of changes, the one that ends first.

    `skills` are those of the stylist asked for.
    """

    def __init__(self, search: _Search, number: int, skills: frozenset[int]) -> None:
        self.search, self.number, self.skills = search, number, skills
        self.track = search.course.tracks[number]
        self._allowed = [self._may_do(part) for part in self.track.parts]
        self._able: dict[tuple[int, int], list[Worker]] = {}
        self._begun: dict[tuple[int, int, int], _ByChanges] = {}
        self._by_anyone: dict[tuple[int, int], _ByChanges] = {}

    def able(self, part: int, at: int) -> list[Worker]:
        """Who can begin this part at this minute."""
        if (part, at) not in self._able:
            starts = self.search.starts
            able = [w for w in self._allowed[part] if contains(starts(self.number, part, w), at)]
            self._able[part, at] = able
        return self._able[part, at]

    def _may_do(self, part: Part) -> tuple[Worker, ...]:
        """Who may do it as far as the stylist asked for goes."""
        if self.track.named is None:
            return self.search.board.workers
        if not any(other.skill_ids <= self.skills for other in self.track.parts):
            return ()
        asked = part.skill_ids <= self.skills
        return (self.search.by_id[self.track.named],) if asked else self.search.board.workers

    def begun_by(self, worker: Worker, part: int, at: int) -> _ByChanges:
        """The ways to go on from this part, when this stylist begins it; empty when there is none."""
        key = (part, at, worker.stylist_id)
        if key not in self._begun:
            self._begun[key] = self._begin(worker, part, at) if worker in self.able(part, at) else {}
        return self._begun[key]

    def _begin(self, worker: Worker, part: int, at: int) -> _ByChanges:
        ends = at + total_minutes(self.track.parts[part].steps_of(worker.stylist_id))
        placed = Placed(self.number, part, worker.stylist_id, (at, ends))
        if part + 1 == len(self.track.parts):
            return {0: (ends, (placed,))}
        best: _ByChanges = {}
        for wait in self.search.course.waits:
            _keep_earlier(best, self.begun_by(worker, part + 1, ends + wait))
            _keep_earlier(best, self._anyone(part + 1, ends + wait), more_changes=1)
        return {changes: (last, (placed, *path)) for changes, (last, path) in best.items()}

    def _anyone(self, part: int, at: int) -> _ByChanges:
        if (part, at) not in self._by_anyone:
            best: _ByChanges = {}
            for worker in self.able(part, at):
                _keep_earlier(best, self.begun_by(worker, part, at))
            self._by_anyone[part, at] = best
        return self._by_anyone[part, at]


def _keep_earlier(best: _ByChanges, found: _ByChanges, more_changes: int = 0) -> None:
    for changes, way in found.items():
        if changes + more_changes not in best or way[0] < best[changes + more_changes][0]:
            best[changes + more_changes] = way


class _Arrangement:
    """Several tracks that begin at one minute: first when each part could be, then who does it.

    Apart, because units that are short would otherwise be missed again with every choice of stylists.
    """

    def __init__(self, search: _Search, start: int) -> None:
        self.search, self.start = search, start
        self.tracks = search.course.tracks
        reach = (start, start + search.course.longest)
        self.taken = {
            kind: [span for span in search.stations(kind).taken if overlaps([reach], span)]
            for kind in StationKind
        }
        self._times: dict[tuple[Step, ...], Iterator[_Path]] = {}

    def begun_by(self, worker: Worker) -> _Path | None:
        """Who does what, when this stylist begins; None when it cannot be done."""
        steps = self.tracks[0].parts[0].steps_of(worker.stylist_id)
        # Each who could begin looks at the same times; no more of them are worked out than are looked at.
        self._times[steps], times = tee(self._times.get(steps) or self._timed(steps))
        staffed = (self._staffed(path, worker) for path in times)
        return next((path for path in staffed if path is not None), None)

    def _timed(self, steps: tuple[Step, ...], so_far: _Path = (), wait: int = 0) -> Iterator[_Path]:
        """Times that leave each kind of station enough units, the first part done as `steps`.

        Stylists stand for all whose minutes are the same.
        """
        track, part, at = self._next(so_far, wait)
        if track == len(self.tracks):
            yield so_far
            return
        for worker in self._one_of_each_pace(track, part, at):
            own_steps = self.tracks[track].parts[part].steps_of(worker.stylist_id)
            span = (at, at + total_minutes(own_steps))
            path = (*so_far, Placed(track, part, worker.stylist_id, span))
            if (so_far or own_steps == steps) and self._fits_stations(path):
                is_last = part + 1 == len(self.tracks[track].parts)
                for then in self.search.course.waits if not is_last else (0,):
                    yield from self._timed(steps, path, then)

    def _staffed(self, path: _Path, lead: Worker) -> _Path | None:
        """The stylists who do it in these times, when `lead` begins; None when there are too few."""
        if lead not in self._able(path[0]):
            return None
        return self._staff(path[1:], (path[0]._replace(stylist_id=lead.stylist_id),))

    def _next(self, so_far: _Path, wait: int) -> tuple[int, int, int]:
        """Track, part and minute that follow."""
        if not so_far:
            return 0, 0, self.start
        last = so_far[-1]
        if last.part + 1 == len(self.tracks[last.track].parts):
            return last.track + 1, 0, self.start
        return last.track, last.part + 1, last.span[1] + wait

    def _one_of_each_pace(self, track: int, part: int, at: int) -> Iterable[Worker]:
        """Of those who could begin this part and see its track through, one for each way to do it."""
        ways, steps_of = self.search.ways(track, self.start), self.tracks[track].parts[part].steps_of
        able = [worker for worker in ways.able(part, at) if ways.begun_by(worker, part, at)]
        return {steps_of(worker.stylist_id): worker for worker in able}.values()

    def _staff(self, to_do: _Path, done: _Path) -> _Path | None:
        """The part with the fewest to choose from goes first."""
        if not to_do:
            return tuple(sorted(done))
        free, placed = min(((self._free(each, done), each) for each in to_do), key=lambda pair: len(pair[0]))
        rest = tuple(other for other in to_do if other is not placed)
        staffed = (self._staff(rest, (*done, placed._replace(stylist_id=who))) for who in free)
        return next((path for path in staffed if path is not None), None)

    def _free(self, placed: Placed, done: _Path) -> list[int]:
        """Who could do this part beside what is given out; who does another part of the track comes first."""
        before = {other.stylist_id for other in done if other.track == placed.track}
        own = (placed._replace(stylist_id=worker.stylist_id) for worker in self._able(placed))
        free = [each.stylist_id for each in own if not self._hands_clash(each, done)]
        return sorted(free, key=lambda who: who not in before)

    def _able(self, placed: Placed) -> list[Worker]:
        able = self.search.ways(placed.track, self.start).able(placed.part, placed.span[0])
        steps = self._steps(placed)
        return [w for w in able if self._steps(placed._replace(stylist_id=w.stylist_id)) == steps]

    def _steps(self, placed: Placed) -> tuple[Step, ...]:
        return self.tracks[placed.track].parts[placed.part].steps_of(placed.stylist_id)

    def _hands_clash(self, placed: Placed, others: _Path) -> bool:
        beside = [span for o in others if o.stylist_id == placed.stylist_id for span in self._hands(o)]
        return any(overlaps(beside, span) for span in self._hands(placed))

    def _hands(self, placed: Placed) -> list[Span]:
        windows = self.search.by_id[placed.stylist_id].windows(self._steps(placed))
        return [(placed.span[0] + a, placed.span[0] + b) for a, b in windows]

    def _fits_stations(self, path: _Path) -> bool:
        """Are there units enough of each kind for everybody in this visit at once?"""
        wanted = station_spans(self.search.course, path)
        for kind in {kind for kind, _ in wanted}:
            own = [span for other, span in wanted if other is kind]
            beside = [span for span in self.taken[kind] if overlaps(own, span)]
            units = len(self.search.stations(kind).units)
            if any(overlaps(own, span) for span in crowded([*own, *beside], units)):
                return False
        return True


def station_spans(course: Course, path: tuple[Placed, ...]) -> list[tuple[StationKind, Span]]:
    """The chair each guest keeps from start to end, and the basins and machines while they are used."""
    wanted: list[tuple[StationKind, Span]] = []
    for guest in sorted({track.guest for track in course.tracks if track.needs_chair}):
        spans = [placed.span for placed in path if course.tracks[placed.track].guest == guest]
        if not spans:  # not placed yet
            continue
        wanted.append((StationKind.CHAIR, (min(a for a, _ in spans), max(b for _, b in spans))))
    for placed in path:
        steps = course.tracks[placed.track].parts[placed.part].steps_of(placed.stylist_id)
        for kind, a, b in station_windows(steps):
            wanted.append((kind, (placed.span[0] + a, placed.span[0] + b)))
    return wanted


def _on_grid(spans: list[Span]) -> Iterator[int]:
    for a, b in spans:
        yield from range(-(-a // GRID_MINUTES) * GRID_MINUTES, b, GRID_MINUTES)
