"""Small planning problems: two salons, and people who may do everything until told otherwise."""

import json
import random
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

from salonpool.solver.check import true_levels, violations
from salonpool.solver.measures import Measures
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
    parse_problem,
)
from salonpool.solver.roster import Assignment, Roster
from salonpool.solver.terms import Terms

DATA = Path(__file__).parent.parent / "data"
DAY = 1440
NAMES = ["ana", "ben", "cleo", "dora", "emil", "fay", "gus"]


def a_stylist(id: str = "ana", **changes: Any) -> Stylist:
    fields: dict[str, Any] = {
        "home": "A",
        "skills": ("cut",),
        "available": (Span(start=-10 * DAY, end=10 * DAY),),
        "hourly_cost": 100,
        "max_travel_minutes": 60,
        "min_rest_minutes": 660,
        "max_day_minutes": 600,
    }
    return Stylist(id=id, **(fields | changes))


def a_shift(id: str = "s1", **changes: Any) -> Shift:
    fields: dict[str, Any] = {"salon": "A", "start": 540, "end": 720, "skill": "cut", "priority": 2}
    return Shift(id=id, **(fields | changes))


def a_problem(stylists: Any, shifts: Any, **changes: Any) -> Problem:
    fields: dict[str, Any] = {
        "name": "small",
        "day_starts": tuple(day * DAY for day in range(8)),
        "skills": ("cut", "colour"),
        "salons": (Salon(id="A", x_km=0, y_km=0), Salon(id="B", x_km=5, y_km=0)),
        "travel": Travel(base_minutes=6, minutes_per_km=2.4),
        "objective": ({"coverage": 1}, {"cost": 1}),
    }
    return Problem(stylists=tuple(stylists), shifts=tuple(shifts), **(fields | changes))


def a_roster(problem: Problem, **holders: str) -> Roster:
    """A roster with true levels from shift=stylist."""
    return Roster(
        status="feasible",
        assignments=tuple(Assignment(shift=shift, stylist=stylist) for shift, stylist in holders.items()),
        levels=Terms(problem, Measures(problem)).levels(holders),
        bound=(0,) * len(problem.objective),
        gap=1.0,
        seconds=0.0,
    )


def broken_rules(problem: Problem, **holders: str) -> set[str]:
    return {violation.rule for violation in violations(problem, a_roster(problem, **holders))}


def values(problem: Problem, levels: Any) -> tuple[int, ...]:
    return tuple(
        sum(weight * level[term] for term, weight in weights.items())
        for weights, level in zip(problem.objective, levels, strict=True)
    )


def loaded(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def a_tiny_problem(name: str) -> Problem:
    return parse_problem(loaded(f"tiny/{name}.json"))


def best_values(problem: Problem) -> tuple[int, ...]:
    """The least values of all rosters that pass the referee, by trying every one of them."""
    people = [None, *(stylist.id for stylist in problem.stylists)]
    best: tuple[int, ...] | None = None
    for choice in product(people, repeat=len(problem.shifts)):
        if any(
            shift.pinned and holder != shift.holder
            for shift, holder in zip(problem.shifts, choice, strict=True)
        ):
            continue
        holders = {
            shift.id: holder
            for shift, holder in zip(problem.shifts, choice, strict=True)
            if holder is not None
        }
        roster = replace(a_roster(problem, **holders), levels=())
        levels = true_levels(problem, roster)
        worth = values(problem, levels)
        if (best is None or worth < best) and not violations(problem, replace(roster, levels=levels)):
            best = worth
    assert best is not None
    return best


def a_random_problem(seed: int, *, people: int = 0, shifts: int = 0, days: int = 0) -> Problem:
    """Every rule and term in reach; every other one is easy to fill. At most four shifts, three people and
    three days unless told otherwise."""
    chance = random.Random(seed)
    is_easy = bool(seed % 2)
    lengths = [chance.choice((1440, 1440, 1380, 1500)) for _ in range(days or chance.choice((1, 2, 3)))]
    day_starts = (0, *(sum(lengths[: index + 1]) for index in range(len(lengths))))
    names = NAMES[: people or chance.choice((1, 2, 3, 3))]
    salons = (
        Salon(id="A", x_km=0, y_km=0, chairs=chance.choice((None, None, 0, 1, 2))),
        Salon(id="B", x_km=chance.choice((1.3, 5)), y_km=2, chairs=chance.choice((None, 1))),
    )
    matrix = {"A": {"B": chance.choice((10, 33.5))}, "B": {"A": chance.choice((0, 45))}}
    return Problem(
        name=f"random {seed}",
        day_starts=day_starts,
        skills=("cut", "colour"),
        salons=salons,
        travel=chance.choice((Travel(base_minutes=6, minutes_per_km=2.4), Travel(minutes=matrix))),
        stylists=tuple(_a_random_stylist(chance, name, names, day_starts[-1], is_easy) for name in names),
        shifts=tuple(
            _a_random_shift(chance, f"s{index}", names, day_starts[-1])
            for index in range(shifts or chance.choice((2, 3, 4, 4)))
        ),
        objective=chance.choice(
            (
                (
                    {"coverage": 1},
                    {"stability": 1},
                    {"fairness": 1},
                    {"cost": 1, "travel": 1, "preference": 1},
                ),
                ({"coverage": 1}, {"cost": 1, "travel": 1, "preference": 25, "stability": 60, "fairness": 5}),
                ({"coverage": 1, "activation": 2}, {"fairness": 3, "cost": 1}),
                ({"coverage": 20, "cost": 1, "activation": 1, "fairness": 2},),
                ({"coverage": 10**7, "cost": 1, "fairness": 3, "stability": 40},),
                ({"preference": 1}, {"coverage": 1}),
            )
        ),
        weights=Weights(
            coverage={1: 100, 2: 10, 3: 1},
            travel_points_per_km=chance.choice((4, 0.5)),
            fairness_tiers=chance.choice((((0.3, 1), (0.3, 2), (0.4, 3)), ((0.5, 1), (0.7, 4)), ())),
        ),
    )


def _a_random_stylist(
    chance: random.Random, name: str, names: list[str], horizon: int, is_easy: bool
) -> Stylist:
    limits = (
        Limit(days=2, step="rolling", max_worked_days=1),
        Limit(days=3, step="rolling", max_minutes=chance.choice((240, 420)), max_worked_days=2),
        Limit(days=2, step="fixed", first_day=chance.choice((-1, 0, 1)), max_minutes=300),
        Limit(days=7, step="fixed", max_worked_days=1, max_minutes=480),
    )
    if is_easy:
        return a_stylist(
            name,
            skills=("cut", "colour"),
            home=chance.choice("AB"),
            hourly_cost=chance.choice((40, 90)),
            min_rest_minutes=chance.choice((0, 300)),
            limits=tuple(limit for limit in limits if chance.random() < 0.15),
            wanted_minutes=chance.choice((0, 150, 450, 470)),
            activation_cost=chance.choice((0, 15, 150)),
            preferences=chance.choice(({}, {"A": 2}, {"A": -2, "B": 1})),
            not_with=chance.choice(((), (chance.choice(names),))),
        )
    return a_stylist(
        name,
        home=chance.choice("AB"),
        skills=chance.choice((("cut",), ("cut", "colour"), ("cut", "colour"))),
        available=chance.choice(
            ((Span(start=0, end=horizon + 300),), (Span(start=400, end=1000), Span(start=1000, end=horizon)))
        ),
        busy=tuple(_some_busy(chance, 0, horizon + 200) for _ in range(chance.choice((0, 0, 1, 2)))),
        history=tuple(_some_busy(chance, -1500, -240) for _ in range(chance.choice((0, 0, 1)))),
        hourly_cost=chance.choice((40, 90, 91, 130)),
        max_travel_minutes=chance.choice((10, 60, 60)),
        min_rest_minutes=chance.choice((0, 300, 660, 1500)),
        max_day_minutes=chance.choice((300, 420, 600)),
        limits=tuple(limit for limit in limits if chance.random() < 0.25),
        wanted_minutes=chance.choice((0, 150, 450, 470)),
        preferences=chance.choice(({}, {"A": 2}, {"A": -2, "B": 1})),
        blocked_salons=chance.choice(((), (), (), ("B",))),
        activation_cost=chance.choice((0, 15, 150)),
        not_with=chance.choice(((), (), (chance.choice(names),))),
    )


def _some_busy(chance: random.Random, first: int, last: int) -> Busy:
    start = chance.randrange(first, last, 30)
    return Busy(start=start, end=start + chance.choice((60, 180)), salon=chance.choice("AB"))


def _a_random_shift(chance: random.Random, id: str, names: list[str], horizon: int) -> Shift:
    start = chance.randrange(0, horizon, 30)
    holder = chance.choice((None, None, *names))
    return a_shift(
        id,
        salon=chance.choice("AAB"),
        start=start,
        end=start + chance.choice((60, 150, 240, 285)),
        skill=chance.choice(("cut", "cut", "colour")),
        priority=chance.choice((1, 2, 3)),
        max_hourly_cost=chance.choice((None, None, 90)),
        holder=holder,
        pinned=holder is not None and chance.random() < 0.3,
        refused_by=chance.choice(((), (), (chance.choice(names),))),
        excluded=chance.choice(({}, {}, {chance.choice(names): "not there"})),
    )
