"""Fills a salon's day with visits, by the same availability rules that guests book by."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from salonpool.domain import availability
from salonpool.domain.availability import Board, Opening, Worker, openings
from salonpool.domain.course import Course, Part, Span, StationKind, Step, Track, hands_windows, total_minutes
from salonpool.domain.seating import Stations
from salonpool.domain.spans import overlaps

TRIES, TRIES_WHEN_FULL = 4, 16
NEARLY_FULL = 0.85
EVENING_MINUTES = 17 * 60
# Part of the working minutes that is booked, before and after 17:00, Monday first: Tuesday has slack, Friday
# evening and Saturday are nearly full.
LOADS = ((0.4, 0.45), (0.25, 0.3), (0.45, 0.55), (0.5, 0.65), (0.6, 0.97), (0.96, 0.97), (0.65, 0.55))


@dataclass(frozen=True, slots=True)
class Duty:
    """One stylist's working hours of that day, in epoch minutes, and what they can do."""

    stylist_id: int
    works: Span
    breaks: tuple[Span, ...]
    skill_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Sold:
    """A service of the salon, and how often it is asked for."""

    service_id: int
    skill_id: int
    steps: tuple[Step, ...]
    price_minor: int
    weight: int
    name_by_language: tuple[str, str, str] = ("", "", "")

    @property
    def hands_minutes(self) -> int:
        """Minutes of the stylist's own work."""
        return sum(step.minutes for step in self.steps if step.hands)


@dataclass(frozen=True, slots=True, order=True)
class Placed:
    """A visit that fits; `start` in epoch minutes."""

    start: int
    stylist_id: int
    chair_id: int
    sold: Sold = field(compare=False)

    @property
    def end(self) -> int:
        """Epoch minutes."""
        return self.start + total_minutes(self.sold.steps)

    def steps(self) -> list[tuple[int, int, bool]]:
        """(start, end, hands) of each step, in epoch minutes."""
        placed, at = [], self.start
        for step in self.sold.steps:
            placed.append((at, at + step.minutes, step.hands))
            at += step.minutes
        return placed

    def hands(self) -> list[Span]:
        """When the stylist's hands are needed, in epoch minutes."""
        return [(self.start + begins, self.start + ends) for begins, ends in hands_windows(self.sold.steps)]


def load(weekday: int, evening: bool, days_ahead: int) -> float:
    """Which part of the working minutes is booked; weeks further ahead have fewer bookings so far."""
    full = LOADS[weekday][evening]
    if days_ahead < 3:
        return full
    fading = 0.04 if full > NEARLY_FULL else 0.2
    return full * (1 - fading * min(3, 1 + days_ahead // 7))


def fill(
    duties: Sequence[Duty],
    chair_ids: Sequence[int],
    menu: Sequence[Sold],
    midnight: int,
    loads: tuple[float, float],
    rng: random.Random,
) -> list[Placed]:
    """Visits of one day, in order of time. `midnight`: epoch minutes; `loads`: before and after 17:00."""
    day = _Day(duties, chair_ids, menu, rng)
    evening = midnight + EVENING_MINUTES
    day.fill((midnight, evening), loads[0])
    day.fill((evening, midnight + 2 * 24 * 60), loads[1])
    return sorted(day.placed)


class _Day:
    """The board of one day while it fills up."""

    def __init__(
        self, duties: Sequence[Duty], chair_ids: Sequence[int], menu: Sequence[Sold], rng: random.Random
    ) -> None:
        self.duties = duties
        self.rng = rng
        self.busy: dict[int, list[Span]] = {duty.stylist_id: list(duty.breaks) for duty in duties}
        self.chairs: dict[int, list[Span]] = {chair_id: [] for chair_id in chair_ids}
        able = frozenset(skill for duty in duties for skill in duty.skill_ids)
        self.menu = [sold for sold in menu if sold.skill_id in able]
        self.placed: list[Placed] = []

    def fill(self, within: Span, share: float) -> None:
        """Place visits that start within, until `share` of the working minutes is taken or little fits."""
        working = sum(_overlap(d.works, within) - _overlaps(d.breaks, within) for d in self.duties)
        left = share * working
        packed = share > NEARLY_FULL
        misses, most = 0, TRIES_WHEN_FULL if packed else TRIES
        while self.menu and misses < most and left > 0:
            sold = self.rng.choices(self.menu, [sold.weight for sold in self.menu])[0]
            opening = self._pick(sold, within, packed=packed)
            if opening is None:
                misses += 1
                continue
            self._place(opening, sold)
            left -= sold.hands_minutes

    def _pick(self, sold: Sold, within: Span, *, packed: bool) -> Opening | None:
        able = [duty for duty in self.duties if sold.skill_id in duty.skill_ids]
        duties = {d.stylist_id: (availability.Duty(d.works, d.skill_ids),) for d in able}
        taken = tuple(span for spans in self.chairs.values() for span in spans)
        board = Board(
            workers=tuple(Worker(who, duties[who], tuple(self.busy[who])) for who in duties),
            stations={StationKind.CHAIR: Stations(tuple(self.chairs), taken)},
        )
        course = Course((Track(0, (Part(frozenset({sold.skill_id}), sold.steps),)),))
        found = (opening for opening in openings(board, course, within) if self._chair(opening))
        if packed:  # one after the other, as on days when everybody comes
            return next(found, None)
        everything = list(found)
        return self.rng.choice(everything) if everything else None

    def _chair(self, opening: Opening) -> int | None:
        """A chair that is free throughout; nobody is moved to another here."""
        span = (opening.start, opening.ends)
        return next((chair for chair, taken in self.chairs.items() if not overlaps(taken, span)), None)

    def _place(self, opening: Opening, sold: Sold) -> None:
        visit = Placed(opening.start, opening.stylist_id, self._chair(opening) or 0, sold)
        self.placed.append(visit)
        self.busy[visit.stylist_id] += visit.hands()
        self.chairs[visit.chair_id].append((visit.start, visit.end))


def _overlap(span: Span, within: Span) -> int:
    return max(0, min(span[1], within[1]) - max(span[0], within[0]))


def _overlaps(spans: Sequence[Span], within: Span) -> int:
    return sum(_overlap(span, within) for span in spans)
