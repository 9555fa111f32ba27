"""Fresh planning problems of one family, from a number: a pool of stylists for weeks of many salons.

Shares, prices and hours are drawn as they are in the three synthetic weeks the planner was first measured on
(100, 600 and 4,000 shifts), so that a figure reached there can be checked on weeks nobody has seen.
"""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from salonpool.solver.eligibility import Eligibility
from salonpool.solver.problem import (
    Busy,
    Limit,
    Problem,
    Salon,
    Shift,
    Span,
    Stylist,
    Travel,
    Weights,
)

T = TypeVar("T")

DAY = 1440
DAYS_A_WEEK = 7
OBJECTIVE = ({"coverage": 1}, {"cost": 1, "travel": 1, "preference": 25, "stability": 60, "fairness": 5})
WEIGHTS = Weights(
    coverage={1: 100, 2: 10, 3: 1}, travel_points_per_km=4, fairness_tiers=((0.3, 1), (0.3, 2), (0.4, 3))
)
SALONS_A_TOWN = 40
TOWN_KM = 2.8
HELD_SHARE, PINNED_SHARE = 0.5, 0.12
CANDIDATES = 3  # the plan before was a fair one: each shift with the cheapest of some people who could

SKILLS = {"k0": 0.92, "k1": 0.56, "k2": 0.6, "k3": 0.23, "k4": 0.15, "k5": 0.1}  # who has it
WANTED = {"k0": 0.35, "k1": 0.25, "k2": 0.155, "k3": 0.12, "k4": 0.07, "k5": 0.055}  # who is asked for
RARE = frozenset(("k3", "k4", "k5"))
PRIORITIES = {1: 0.15, 2: 0.35, 3: 0.5}
LENGTHS = {  # (starts at, minutes)
    (540, 480): 0.215, (570, 510): 0.185, (600, 540): 0.15, (660, 540): 0.1,
    (540, 240): 0.14, (780, 240): 0.11, (960, 240): 0.1,
}  # fmt: skip
BUSY_DAYS = (0.6, 0.85, 0.95, 1.0, 1.25, 1.6, 0.5)  # Monday to Sunday
FREE_DAYS = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.75)
FREE_HOURS = {(480, 1260): 0.63, (720, 1260): 0.2, (480, 840): 0.17}
CONTRACTS = {  # (minutes a week, days a week somebody can come)
    ((480, 720, 960), (1, 2)): 0.45,
    ((960, 1200, 1440), (2, 3, 4)): 0.35,
    ((1920, 2280, 2400), (4, 5, 6)): 0.2,
}
WISHES = {0.0: 0.18, 0.4: 0.5, 0.7: 0.32}  # wanted share of the minutes a week allows
REACH = {20: 0.3, 30: 0.52, 45: 0.18}


@dataclass(frozen=True)
class Size:
    """How much of everything, and over how many kilometres towns lie and how far apart at least."""

    shifts: int
    stylists: int
    salons: int
    days: int
    across_km: float
    apart_km: float = 0


SIZES = {
    "S": Size(100, 40, 10, 7, 15),
    "M": Size(600, 200, 50, 14, 15),
    "L": Size(4_000, 1_000, 200, 14, 33, 12),
    "XL": Size(20_000, 5_000, 1_000, 14, 58, 3),
}


def invent(size: str, seed: int) -> Problem:
    """A problem of a size (S, M, L, XL); the same seed gives the same one. Pinned shifts keep every rule."""
    return _invented(SIZES[size], f"{size}-seed-{seed}")


def _invented(size: Size, name: str) -> Problem:
    chance = random.Random(name)
    salons = tuple(_salons(chance, size))
    names = [salon.id for salon in salons]
    demand = [chance.gammavariate(2, 1) for _ in salons]
    problem = Problem(
        name=name,
        day_starts=tuple(day * DAY for day in range(size.days + 1)),
        skills=tuple(SKILLS),
        salons=salons,
        travel=Travel(base_minutes=6, minutes_per_km=2.4),
        stylists=tuple(_stylist(chance, f"p{n}", names, size.days) for n in range(size.stylists)),
        shifts=tuple(
            _shift(chance, f"t{n}", chance.choices(names, demand)[0], size.days) for n in range(size.shifts)
        ),
        objective=OBJECTIVE,
        weights=WEIGHTS,
    )
    return replace(problem, shifts=tuple(_held(chance, problem)))


def _salons(chance: random.Random, size: Size) -> Iterator[Salon]:
    """Salons of a few towns, by turns."""
    towns: list[tuple[float, float]] = []
    while len(towns) < max(1, size.salons // SALONS_A_TOWN):
        place = (chance.uniform(0, size.across_km), chance.uniform(0, size.across_km))
        if all(math.dist(place, other) > size.apart_km for other in towns):
            towns.append(place)
    for number in range(size.salons):
        x, y = towns[number % len(towns)]
        yield Salon(
            id=f"h{number}", x_km=round(chance.gauss(x, TOWN_KM), 2), y_km=round(chance.gauss(y, TOWN_KM), 2)
        )


def _stylist(chance: random.Random, id: str, salons: Sequence[str], days: int) -> Stylist:
    home = chance.choice(salons)
    skills = tuple(skill for skill, share in SKILLS.items() if chance.random() < share) or ("k0",)
    minutes, free_days = (chance.choice(options) for options in _drawn(chance, CONTRACTS))
    worked = chance.choice((6, 5))
    wanted = _drawn(chance, WISHES) * minutes * days / DAYS_A_WEEK
    return Stylist(
        id=id,
        home=home,
        skills=skills,
        available=tuple(_available(chance, free_days, days)),
        history=tuple(_history(chance, home)),
        hourly_cost=max(120, round(chance.gauss(169 + 25 * len(RARE.intersection(skills)), 24))),
        max_travel_minutes=_drawn(chance, REACH),
        min_rest_minutes=660,
        max_day_minutes=600,
        limits=(
            Limit(days=DAYS_A_WEEK, step="fixed", max_minutes=minutes),
            Limit(days=worked + 1, step="rolling", max_worked_days=worked),
        ),
        wanted_minutes=int(wanted // 30) * 30,
        preferences={salon: chance.choice((-2, -1, 1, 2)) for salon in chance.sample(salons, 6)},
        blocked_salons=(chance.choice(salons),) if chance.random() < 0.18 else (),
    )


def _available(chance: random.Random, free_days: int, days: int) -> Iterator[Span]:
    for monday in range(0, days, DAYS_A_WEEK):
        for day in sorted(_different(chance, FREE_DAYS, free_days)):
            start, end = _drawn(chance, FREE_HOURS)
            yield Span(start=(monday + day) * DAY + start, end=(monday + day) * DAY + end)


def _history(chance: random.Random, home: str) -> Iterator[Busy]:
    """Some worked at home on the last one to three days, and may have worked late on the very last."""
    last_days = chance.choice((1, 2, 3)) if chance.random() < 0.4 else 0
    for day in range(-last_days, 0):
        start = day * DAY + (chance.choice((600, 900, 960, 960)) if day == -1 else 600)
        yield Busy(start=start, end=start + 240, salon=home)


def _shift(chance: random.Random, id: str, salon: str, days: int) -> Shift:
    skill = _drawn(chance, WANTED)
    monday = chance.randrange(0, days, DAYS_A_WEEK)
    [day] = chance.choices(range(DAYS_A_WEEK), BUSY_DAYS)
    starts, minutes = _drawn(chance, LENGTHS)
    start = (monday + day) * DAY + starts
    return Shift(
        id=id, salon=salon, start=start, end=start + minutes, skill=skill,
        priority=_drawn(chance, PRIORITIES),
        max_hourly_cost=max(180, round(chance.gauss(289 if skill in RARE else 260, 30))),
    )  # fmt: skip


def _held(chance: random.Random, problem: Problem) -> list[Shift]:
    """The shifts, half of them with the holder of a plan before, and some of those pinned."""
    half = [shift for shift in problem.shifts if chance.random() < HELD_SHARE]
    plan = _plan_before(chance, problem, half)
    pinned = set(chance.sample(list(plan), min(len(plan), round(PINNED_SHARE * len(problem.shifts)))))
    return [
        replace(shift, holder=plan[shift.id], pinned=shift.id in pinned) if shift.id in plan else shift
        for shift in problem.shifts
    ]


def _plan_before(chance: random.Random, problem: Problem, shifts: Sequence[Shift]) -> dict[str, str]:
    """{shift id: stylist id} that keeps every rule; a shift nobody could take is left out."""
    eligibility = Eligibility(problem)
    near = {
        way: [stylist for stylist in problem.stylists if _may_come(eligibility, stylist, *way)]
        for way in sorted({(shift.salon, shift.skill) for shift in shifts})
    }
    plan: dict[str, str] = {}
    for shift in shifts:
        people = near[shift.salon, shift.skill]
        able: list[Stylist] = []
        for stylist in chance.sample(people, len(people)):
            if eligibility.why_not(stylist, shift) is None:
                able.append(stylist)
                if len(able) == CANDIDATES:
                    break
        if able:
            holder = min(able, key=lambda stylist: stylist.hourly_cost).id
            plan[shift.id] = holder
            eligibility.diary.add(holder, shift.id)
    return plan


def _may_come(eligibility: Eligibility, stylist: Stylist, salon: str, skill: str) -> bool:
    minutes = eligibility.measures.travel_minutes(stylist.home, salon)
    return skill in stylist.skills and minutes <= stylist.max_travel_minutes


def _drawn(chance: random.Random, shares: Mapping[T, float]) -> T:
    [one] = chance.choices(list(shares), list(shares.values()))
    return one


def _different(chance: random.Random, weights: Sequence[float], count: int) -> set[int]:
    """So many different numbers, each by its weight."""
    chosen: set[int] = set()
    while len(chosen) < count:
        chosen.update(chance.choices(range(len(weights)), weights))
    return chosen
