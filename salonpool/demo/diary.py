"""Fills a salon's day with visits, by the same availability rules that guests book by."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from salonpool.domain import availability
from salonpool.domain.availability import Board, Opening, Worker, openings, station_spans
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
    """One stylist's working hours of that day, in epoch minutes, what they can do, and how they work."""

    stylist_id: int
    works: Span
    breaks: tuple[Span, ...]
    skill_ids: frozenset[int]
    takes_second_guest: bool = True


@dataclass(frozen=True, slots=True)
class Sold:
    """A service of the salon, and how often it is asked for; add-ons never by themselves.

    `own_steps` and `own_prices` are those of stylists who differ.
    """

    service_id: int
    skill_id: int
    steps: tuple[Step, ...]
    price_minor: int
    weight: int
    name_by_language: tuple[str, str, str] = ("", "", "")
    add_on: bool = False
    code: str = ""
    own_steps: Mapping[int, tuple[Step, ...]] = field(default_factory=dict)
    own_prices: Mapping[int, int] = field(default_factory=dict)

    @property
    def course(self) -> Course:
        """A visit for this service alone."""
        return Course((Track(0, (Part(frozenset({self.skill_id}), self.steps, self.own_steps),)),))

    @property
    def hands_minutes(self) -> int:
        """Minutes of the stylist's own work."""
        return sum(step.minutes for step in self.steps if step.hands)


@dataclass(frozen=True, slots=True, order=True)
class Seat:
    """A chair, basin or machine and when it is taken, in epoch minutes."""

    kind: StationKind
    unit: int
    span: Span


@dataclass(frozen=True, slots=True, order=True)
class Placed:
    """A visit that fits; `start` in epoch minutes. `alone`: the stylist has no other guest meanwhile."""

    start: int
    stylist_id: int
    seats: tuple[Seat, ...]
    sold: Sold = field(compare=False)
    alone: bool = False

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps as this stylist does them."""
        return self.sold.own_steps.get(self.stylist_id, self.sold.steps)

    @property
    def end(self) -> int:
        """Epoch minutes."""
        return self.start + total_minutes(self.steps)

    @property
    def price_minor(self) -> int:
        """What it costs with this stylist."""
        return self.sold.own_prices.get(self.stylist_id, self.sold.price_minor)

    def segments(self) -> list[tuple[int, int, Step]]:
        """(start, end, step) of each step, in epoch minutes."""
        placed, at = [], self.start
        for step in self.steps:
            placed.append((at, at + step.minutes, step))
            at += step.minutes
        return placed

    def hands(self) -> list[Span]:
        """When the stylist is bound, in epoch minutes."""
        windows = hands_windows(self.steps, throughout=self.alone)
        return [(self.start + begins, self.start + ends) for begins, ends in windows]


def load(weekday: int, evening: bool, days_ahead: int) -> float:
    """Which part of the working minutes is booked; weeks further ahead have fewer bookings so far."""
    full = LOADS[weekday][evening]
    if days_ahead < 3:
        return full
    fading = 0.04 if full > NEARLY_FULL else 0.2
    return full * (1 - fading * min(3, 1 + days_ahead // 7))


def fill(
    duties: Sequence[Duty],
    units: Mapping[StationKind, Sequence[int]],
    menu: Sequence[Sold],
    midnight: int,
    loads: tuple[float, float],
    rng: random.Random,
) -> list[Placed]:
    """Visits of one day, in order of time. `midnight`: epoch minutes; `loads`: before and after 17:00."""
    day = _Day(duties, units, menu, rng)
    evening = midnight + EVENING_MINUTES
    day.fill((midnight, evening), loads[0])
    day.fill((evening, midnight + 2 * 24 * 60), loads[1])
    return sorted(day.placed)


class _Day:
    """The board of one day while it fills up."""

    def __init__(
        self,
        duties: Sequence[Duty],
        units: Mapping[StationKind, Sequence[int]],
        menu: Sequence[Sold],
        rng: random.Random,
    ) -> None:
        self.duties = duties
        self.rng = rng
        self.busy: dict[int, list[Span]] = {duty.stylist_id: list(duty.breaks) for duty in duties}
        self.seated: dict[StationKind, dict[int, list[Span]]] = {
            kind: {unit: [] for unit in ids} for kind, ids in units.items()
        }
        able = frozenset(skill for duty in duties for skill in duty.skill_ids)
        self.menu = [sold for sold in menu if sold.skill_id in able and not sold.add_on]
        self.placed: list[Placed] = []

    def fill(self, within: Span, share: float) -> None:
        """Place visits that start within, until `share` of the working minutes is taken or little fits."""
        working = sum(_overlap(d.works, within) - _overlaps(d.breaks, within) for d in self.duties)
        left = share * working
        packed = share > NEARLY_FULL
        misses, most = 0, TRIES_WHEN_FULL if packed else TRIES
        while self.menu and misses < most and left > 0:
            sold = self.rng.choices(self.menu, [sold.weight for sold in self.menu])[0]
            visit = self._pick(sold, within, packed=packed)
            if visit is None:
                misses += 1
                continue
            self._place(visit)
            left -= sold.hands_minutes

    def _pick(self, sold: Sold, within: Span, *, packed: bool) -> Placed | None:
        workers = tuple(
            Worker(
                duty.stylist_id,
                (availability.Duty(duty.works, duty.skill_ids),),
                tuple(self.busy[duty.stylist_id]),
                duty.takes_second_guest,
            )
            for duty in self.duties
            if sold.skill_id in duty.skill_ids
        )
        stations = {
            kind: Stations(tuple(units), tuple(span for spans in units.values() for span in spans))
            for kind, units in self.seated.items()
        }
        tried = (
            self._seat(opening, sold) for opening in openings(Board(workers, stations), sold.course, within)
        )
        found = (placed for placed in tried if placed is not None)
        if packed:  # one after the other, as on days when everybody comes
            return next(found, None)
        everything = list(found)
        return self.rng.choice(everything) if everything else None

    def _seat(self, opening: Opening, sold: Sold) -> Placed | None:
        """The visit with units that are free throughout; nobody is moved to another here."""
        seats: list[Seat] = []
        for kind, span in station_spans(sold.course, opening.placed):
            units = self.seated[kind].items()
            unit = next((unit for unit, taken in units if not overlaps(taken, span)), None)
            if unit is None:
                return None
            seats.append(Seat(kind, unit, span))
        alone = next(not d.takes_second_guest for d in self.duties if d.stylist_id == opening.stylist_id)
        return Placed(opening.start, opening.stylist_id, tuple(seats), sold, alone)

    def _place(self, visit: Placed) -> None:
        self.placed.append(visit)
        self.busy[visit.stylist_id] += visit.hands()
        for seat in visit.seats:
            self.seated[seat.kind][seat.unit].append(seat.span)


def _overlap(span: Span, within: Span) -> int:
    return max(0, min(span[1], within[1]) - max(span[0], within[0]))


def _overlaps(spans: Sequence[Span], within: Span) -> int:
    return sum(_overlap(span, within) for span in spans)
