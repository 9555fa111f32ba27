"""Random boards and courses, and the rules of a visit said again for every minute, without spans."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from hypothesis import strategies as st

from salonpool.domain.availability import Board, Duty, Opening, Placed, Worker
from salonpool.domain.course import Course, Part, Span, StationKind, Step, Track
from salonpool.domain.seating import Stations

# A day that is not the epoch's first, so that a mix-up of offsets shows.
DAY = 24 * 60 * 3
WITHIN = (DAY, DAY + 180)
SKILLS = st.sampled_from([frozenset(skills) for skills in ({1, 2, 3}, {1, 2}, {2, 3}, {1})])
HOURS = st.sampled_from([((0, 300),), ((0, 120),), ((0, 95), (95, 260)), ((0, 90), (120, 260)), ((45, 300),)])
STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from([15, 5, 10, 30, 20]),
        st.booleans(),
        st.sampled_from([StationKind.CHAIR] * 3 + [StationKind.BASIN, StationKind.MACHINE]),
    ),
    min_size=1,
    max_size=3,
).map(tuple)


def spans(most: int) -> st.SearchStrategy[tuple[Span, ...]]:
    """Spans in any order, on and off the grid; they may overlap, as bookings of several chairs do."""
    pair = st.tuples(st.integers(DAY - 20, DAY + 280), st.integers(1, 45))
    return st.lists(pair.map(lambda p: (p[0], p[0] + p[1])), max_size=most).map(tuple)


@st.composite
def boards(draw: st.DrawFn) -> Board:
    """Up to three stylists, up to three chairs, two basins and machines."""
    workers = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        duties = tuple(Duty((DAY + a, DAY + b), draw(SKILLS)) for a, b in draw(HOURS))
        workers.append(Worker(number, duties, draw(spans(2)), draw(st.booleans())))
    stations = {}
    for kind in StationKind:
        units = draw(st.sampled_from([2, 3, 1] if kind is StationKind.CHAIR else [2, 1, 0]))
        stations[kind] = Stations(tuple(range(units)), draw(spans(2)))
    return Board(tuple(workers), stations, draw(spans(1)))


@st.composite
def parts(draw: st.DrawFn) -> Part:
    """What one does in a go; some stylists have minutes of their own."""
    skills = draw(st.sampled_from([frozenset({1}), frozenset({2}), frozenset({1, 2}), frozenset({3})]))
    return Part(skills, draw(STEPS), draw(st.dictionaries(st.integers(1, 3), STEPS, max_size=1)))


@st.composite
def courses(draw: st.DrawFn) -> Course:
    """One guest with up to three parts, or two tracks of one guest or of two."""
    named = st.sampled_from([None, None, 1, 2])
    if draw(st.booleans()):
        found = [Track(0, tuple(draw(st.lists(parts(), min_size=1, max_size=3))), draw(named))]
    else:
        guests = (0, draw(st.integers(0, 1)))
        found = [
            Track(g, tuple(draw(st.lists(parts(), min_size=1, max_size=2))), draw(named)) for g in guests
        ]
    return Course(tuple(found), draw(st.sampled_from([0, 5, 15])))


class Rules:
    """What a visit must obey on a board, looked up in sets of minutes."""

    def __init__(self, board: Board, course: Course) -> None:
        self.course = course
        self.workers = {worker.stylist_id: worker for worker in board.workers}
        self.busy = {who: minutes(worker.busy) for who, worker in self.workers.items()}
        self.closed = minutes(board.closed)
        self.taken = {
            kind: Counter(minute for a, b in stations.taken for minute in range(a, b))
            for kind, stations in board.stations.items()
        }
        self.units = {kind: len(stations.units) for kind, stations in board.stations.items()}
        self.on_duty = {
            (who, part.skill_ids): minutes(d.span for d in worker.duties if part.skill_ids <= d.skill_ids)
            for who, worker in self.workers.items()
            for track in course.tracks
            for part in track.parts
        }

    def allow(self, start: int, path: tuple[Placed, ...]) -> bool:
        """May a visit that begins at `start` contain these parts?"""
        return (
            all(self._may_do(start, placed) for placed in path)
            and self._hands_are_free(path)
            and self._waits_are_short(start, path)
            and self._stations_suffice(path)
        )

    def ways(self, start: int) -> Iterator[tuple[Placed, ...]]:
        """Every way to do the whole visit, found by trying everybody with every wait."""
        return self._go_on(start, ())

    def steps(self, placed: Placed) -> tuple[Step, ...]:
        """How this stylist does this part."""
        return self.course.tracks[placed.track].parts[placed.part].steps_of(placed.stylist_id)

    def _go_on(self, start: int, path: tuple[Placed, ...]) -> Iterator[tuple[Placed, ...]]:
        to_do = [(t, p) for t, track in enumerate(self.course.tracks) for p in range(len(track.parts))]
        if len(path) == len(to_do):
            yield path
            return
        track, part = to_do[len(path)]
        begins = (
            [start] if part == 0 else [path[-1].span[1] + w for w in range(0, self.course.max_wait + 1, 5)]
        )
        for at in begins:
            for who in self.workers:
                placed = Placed(track, part, who, (at, at))
                ends = at + sum(step.minutes for step in self.steps(placed))
                longer = (*path, placed._replace(span=(at, ends)))
                if self.allow(start, longer):
                    yield from self._go_on(start, longer)

    def _may_do(self, start: int, placed: Placed) -> bool:
        """On duty with the skills, while the salon is open; and if somebody was asked for, it is them."""
        track = self.course.tracks[placed.track]
        part = track.parts[placed.part]
        span = set(range(*placed.span))
        if not span <= self.on_duty[placed.stylist_id, part.skill_ids] or span & self.closed:
            return False
        if track.named is None:
            return True
        named = self.workers.get(track.named)
        duties = [duty for duty in named.duties if duty.span[1] > start] if named else []
        able = [other for other in track.parts if duties and other.skill_ids <= duties[0].skill_ids]
        return bool(able) and (part not in able or placed.stylist_id == track.named)

    def _hands_are_free(self, path: tuple[Placed, ...]) -> bool:
        bound: Counter[tuple[int, int]] = Counter()
        for placed in path:
            at, alone = placed.span[0], not self.workers[placed.stylist_id].takes_second_guest
            for step in self.steps(placed):
                if step.hands or alone:
                    bound.update((placed.stylist_id, minute) for minute in range(at, at + step.minutes))
                at += step.minutes
        return all(often == 1 and minute not in self.busy[who] for (who, minute), often in bound.items())

    def _waits_are_short(self, start: int, path: tuple[Placed, ...]) -> bool:
        waits = [
            after.span[0] - before.span[1] for before, after in pairwise(path) if before.track == after.track
        ]
        return all(placed.span[0] == start for placed in path if placed.part == 0) and all(
            wait % 5 == 0 and 0 <= wait <= self.course.max_wait for wait in waits
        )

    def _stations_suffice(self, path: tuple[Placed, ...]) -> bool:
        used: dict[StationKind, Counter[int]] = {kind: Counter() for kind in StationKind}
        for placed in path:
            at = placed.span[0]
            for step in self.steps(placed):
                if step.station is not StationKind.CHAIR:
                    used[step.station].update(range(at, at + step.minutes))
                at += step.minutes
        sitting = {track.guest for track in self.course.tracks if track.needs_chair}
        for guest in sitting & {self.course.tracks[placed.track].guest for placed in path}:
            own = [placed.span for placed in path if self.course.tracks[placed.track].guest == guest]
            used[StationKind.CHAIR].update(range(min(a for a, _ in own), max(b for _, b in own)))
        return all(
            count + self.taken.get(kind, {}).get(minute, 0) <= self.units.get(kind, 0)
            for kind, counts in used.items()
            for minute, count in counts.items()
        )


def minutes(found: Iterable[Span]) -> set[int]:
    """Every minute of the spans."""
    return {minute for a, b in found for minute in range(a, b)}


def changes(path: tuple[Placed, ...]) -> int:
    """How often the stylist changes within a track."""
    pairs = pairwise(sorted(path))
    return sum(a.track == b.track and a.stylist_id != b.stylist_id for a, b in pairs)


def who_begins(path: tuple[Placed, ...]) -> int:
    """The stylist of the first part."""
    return min(path).stylist_id


def starts(found: Iterable[Opening]) -> set[tuple[int, int]]:
    """Start and first stylist of each opening."""
    return {(opening.start, opening.stylist_id) for opening in found}
