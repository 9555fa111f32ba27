"""What a visit consists of and who may do it: the question the search asks of the board."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Span = tuple[int, int]

WAIT_STEP = 5  # minutes; a wait between two parts is a whole number of these


class StationKind(StrEnum):
    """Where a guest is served. A salon counts each kind; its units are alike."""

    CHAIR = "chair"
    BASIN = "basin"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Step:
    """One stretch of a service. During processing (`hands` False) the stylist is free, the chair is not.

    A basin or a machine is needed beside the guest's chair.
    """

    minutes: int
    hands: bool
    station: StationKind = StationKind.CHAIR


@dataclass(frozen=True, slots=True)
class Part:
    """What one stylist does without a wait. `own` holds the steps of stylists whose minutes differ."""

    skill_ids: frozenset[int]
    steps: tuple[Step, ...]
    own: Mapping[int, tuple[Step, ...]] = field(default_factory=dict)

    def steps_of(self, stylist_id: int) -> tuple[Step, ...]:
        """The steps as this stylist does them."""
        return self.own.get(stylist_id, self.steps)

    @property
    def longest(self) -> int:
        """Minutes the slowest stylist needs."""
        return max(total_minutes(steps) for steps in (self.steps, *self.own.values()))

    @property
    def shortest(self) -> int:
        """Minutes the quickest stylist needs."""
        return min(total_minutes(steps) for steps in (self.steps, *self.own.values()))


@dataclass(frozen=True, slots=True)
class Track:
    """Parts that follow one another, done to one guest.

    `named` is the stylist asked for: they do every part they have the skills for, and at least one.
    """

    guest: int
    parts: tuple[Part, ...]
    named: int | None = None

    @property
    def needs_chair(self) -> bool:
        """Does the guest sit down? Then one chair is theirs from the first minute to the last."""
        return any(step.station is StationKind.CHAIR for part in self.parts for step in part.steps)


@dataclass(frozen=True, slots=True)
class Course:
    """A whole visit: tracks that begin together, each with waits of up to `max_wait` minutes between parts.

    A track for each guest of a party; several tracks of one guest are services done at the same time.
    """

    tracks: tuple[Track, ...]
    max_wait: int = 0

    @property
    def longest(self) -> int:
        """Minutes from the start after which even the slowest visit is over."""
        return max(
            sum(part.longest for part in track.parts) + self.max_wait * (len(track.parts) - 1)
            for track in self.tracks
        )

    @property
    def shortest(self) -> int:
        """Minutes from the start before which not even the quickest visit is over."""
        return max(sum(part.shortest for part in track.parts) for track in self.tracks)

    @property
    def waits(self) -> range:
        """The waits there may be between two parts."""
        return range(0, self.max_wait + 1, WAIT_STEP)

    @property
    def skill_ids(self) -> frozenset[int]:
        """Every skill some part needs."""
        return frozenset(skill for track in self.tracks for part in track.parts for skill in part.skill_ids)


def total_minutes(steps: Iterable[Step]) -> int:
    """Length of the steps, gaps included."""
    return sum(step.minutes for step in steps)


def hands_windows(steps: Iterable[Step], *, throughout: bool = False) -> list[Span]:
    """When the stylist's hands are needed, in minutes from the first step; neighbours joined.

    `throughout`: a stylist who takes no second guest is bound from the first minute to the last.
    """
    windows: list[Span] = []
    offset = 0
    for step in steps:
        if step.hands or throughout:
            begins = windows.pop()[0] if windows and windows[-1][1] == offset else offset
            windows.append((begins, offset + step.minutes))
        offset += step.minutes
    return windows


def station_windows(steps: Iterable[Step]) -> list[tuple[StationKind, int, int]]:
    """When a basin or a machine is needed beside the chair, in minutes from the first step."""
    windows: list[tuple[StationKind, int, int]] = []
    offset = 0
    for step in steps:
        ends = offset + step.minutes
        if step.station is not StationKind.CHAIR:
            if windows and windows[-1][0] is step.station and windows[-1][2] == offset:
                windows[-1] = (step.station, windows[-1][1], ends)
            else:
                windows.append((step.station, offset, ends))
        offset = ends
    return windows
