"""The planning problem as values: salons, people, open shifts and what is wanted, in whole minutes from the
origin."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from salonpool.solver import validation
from salonpool.solver.reading import InvalidProblem, Node

__all__ = [
    "DEFAULT_OBJECTIVE",
    "Busy",
    "InvalidProblem",
    "Limit",
    "Problem",
    "Salon",
    "Shift",
    "Span",
    "Stylist",
    "Travel",
    "Weights",
    "parse_problem",
    "problem_to_json",
]

FORMAT = "salonpool-problem/1"
DEFAULT_OBJECTIVE: tuple[Mapping[str, int], ...] = (
    {"coverage": 1},
    {"stability": 1},
    {"fairness": 1},
    {"cost": 1, "travel": 1, "preference": 1},
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Salon:
    """A place of work. `chairs` is how many people it seats at once, None = no limit."""

    id: str
    x_km: float
    y_km: float
    chairs: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Travel:
    """Minutes between salons: from the coordinates, or from `minutes[from][to]` when that is given."""

    base_minutes: int = 0
    minutes_per_km: float = 0
    minutes: Mapping[str, Mapping[str, float]] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A half-open run of minutes."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Busy:
    """Half-open minutes a person already works at a salon."""

    start: int
    end: int
    salon: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """A cap on every window of `days` days; `step` is fixed (counted from `first_day`) or rolling."""

    days: int
    step: str
    first_day: int = 0
    max_minutes: int | None = None
    max_worked_days: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Stylist:
    """A person, what they may do, what they already do, and what they wish."""

    id: str
    home: str
    skills: tuple[str, ...]
    available: tuple[Span, ...]
    busy: tuple[Busy, ...] = ()
    history: tuple[Busy, ...] = ()
    hourly_cost: int
    max_travel_minutes: int
    min_rest_minutes: int
    max_day_minutes: int
    limits: tuple[Limit, ...] = ()
    wanted_minutes: int = 0
    preferences: Mapping[str, int] = field(default_factory=dict)
    blocked_salons: tuple[str, ...] = ()
    activation_cost: int = 0
    not_with: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """One seat to fill: a shift of n seats is n of these."""

    id: str
    salon: str
    start: int
    end: int
    skill: str
    priority: int
    max_hourly_cost: int | None = None
    holder: str | None = None
    pinned: bool = False
    refused_by: tuple[str, ...] = ()
    excluded: Mapping[str, str] = field(default_factory=dict)

    @property
    def minutes(self) -> int:
        """Length in minutes."""
        return self.end - self.start


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """Prices inside the terms: coverage by priority, points per km, fairness tiers as (share, points)."""

    coverage: Mapping[int, int]
    travel_points_per_km: float
    fairness_tiers: tuple[tuple[float, int], ...]


DEFAULT_WEIGHTS = Weights(
    coverage={1: 100, 2: 10, 3: 1},
    travel_points_per_km=4,
    fairness_tiers=((0.3, 1), (0.3, 2), (0.4, 3)),
)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Everything the planner may know. Raises InvalidProblem at birth when its parts do not fit together."""

    name: str
    day_starts: tuple[int, ...]
    skills: tuple[str, ...]
    salons: tuple[Salon, ...]
    travel: Travel
    stylists: tuple[Stylist, ...]
    shifts: tuple[Shift, ...]
    objective: tuple[Mapping[str, int], ...] = DEFAULT_OBJECTIVE
    weights: Weights = DEFAULT_WEIGHTS

    def __post_init__(self) -> None:
        validation.validate(self)

    @cached_property
    def salons_by_id(self) -> dict[str, Salon]:
        """Salons by id."""
        return {salon.id: salon for salon in self.salons}

    @cached_property
    def stylists_by_id(self) -> dict[str, Stylist]:
        """People by id, in the order of the problem."""
        return {stylist.id: stylist for stylist in self.stylists}

    @cached_property
    def shifts_by_id(self) -> dict[str, Shift]:
        """Shifts by id, in the order of the problem."""
        return {shift.id: shift for shift in self.shifts}

    @cached_property
    def pinned_holders(self) -> dict[str, str]:
        """{shift id: stylist id} of the shifts that never change hands."""
        return {shift.id: shift.holder for shift in self.shifts if shift.pinned and shift.holder is not None}


def parse_problem(data: object) -> Problem:
    """The Problem a parsed JSON document describes; InvalidProblem names the first field that is wrong."""
    fields = Node(data).members(
        ("format", "name", "day_starts", "skills", "salons", "travel", "stylists", "shifts", "weights"),
        ("objective",),
    )
    fields["format"].choice(FORMAT)
    objective = DEFAULT_OBJECTIVE
    if "objective" in fields:
        objective = tuple(
            {term: weight.integer() for term, weight in level.entries().items()}
            for level in fields["objective"].items()
        )
    return Problem(
        name=fields["name"].text(),
        day_starts=tuple(node.integer() for node in fields["day_starts"].items()),
        skills=fields["skills"].texts(),
        salons=tuple(_salon(node) for node in fields["salons"].items()),
        travel=_travel(fields["travel"]),
        stylists=tuple(_stylist(node) for node in fields["stylists"].items()),
        shifts=tuple(_shift(node) for node in fields["shifts"].items()),
        objective=objective,
        weights=_weights(fields["weights"]),
    )


def _salon(node: Node) -> Salon:
    fields = node.members(("id", "x_km", "y_km"), ("chairs",))
    return Salon(
        id=fields["id"].text(),
        x_km=fields["x_km"].number(),
        y_km=fields["y_km"].number(),
        chairs=_optional_integer(fields, "chairs"),
    )


def _travel(node: Node) -> Travel:
    if "minutes" in node.entries():
        rows = node.members(("minutes",))["minutes"].entries()
        return Travel(
            minutes={
                start: {end: minutes.number() for end, minutes in row.entries().items()}
                for start, row in rows.items()
            }
        )
    fields = node.members(("base_minutes", "minutes_per_km"))
    return Travel(
        base_minutes=fields["base_minutes"].integer(), minutes_per_km=fields["minutes_per_km"].number()
    )


def _stylist(node: Node) -> Stylist:
    fields = node.members(
        (
            "id", "home", "skills", "available", "busy", "history", "hourly_cost", "max_travel_minutes",
            "min_rest_minutes", "max_day_minutes", "limits", "wanted_minutes", "preferences",
            "blocked_salons",
        ),
        ("activation_cost", "not_with"),
    )  # fmt: skip
    return Stylist(
        id=fields["id"].text(),
        home=fields["home"].text(),
        skills=fields["skills"].texts(),
        available=tuple(_span(item) for item in fields["available"].items()),
        busy=tuple(_busy(item) for item in fields["busy"].items()),
        history=tuple(_busy(item) for item in fields["history"].items()),
        hourly_cost=fields["hourly_cost"].integer(),
        max_travel_minutes=fields["max_travel_minutes"].integer(),
        min_rest_minutes=fields["min_rest_minutes"].integer(),
        max_day_minutes=fields["max_day_minutes"].integer(),
        limits=tuple(_limit(item) for item in fields["limits"].items()),
        wanted_minutes=fields["wanted_minutes"].integer(),
        preferences={salon: points.integer() for salon, points in fields["preferences"].entries().items()},
        blocked_salons=fields["blocked_salons"].texts(),
        activation_cost=_optional_integer(fields, "activation_cost") or 0,
        not_with=fields["not_with"].texts() if "not_with" in fields else (),
    )


def _span(node: Node) -> Span:
    start, end = node.items(2)
    return Span(start=start.integer(), end=end.integer())


def _busy(node: Node) -> Busy:
    start, end, salon = node.items(3)
    return Busy(start=start.integer(), end=end.integer(), salon=salon.text())


def _limit(node: Node) -> Limit:
    fields = node.members(("days", "step"), ("first_day", "max_minutes", "max_worked_days"))
    return Limit(
        days=fields["days"].integer(),
        step=fields["step"].choice("fixed", "rolling"),
        first_day=_optional_integer(fields, "first_day") or 0,
        max_minutes=_optional_integer(fields, "max_minutes"),
        max_worked_days=_optional_integer(fields, "max_worked_days"),
    )


def _shift(node: Node) -> Shift:
    fields = node.members(
        ("id", "salon", "start", "end", "skill", "priority"),
        ("max_hourly_cost", "holder", "pinned", "refused_by", "excluded"),
    )
    excluded = fields["excluded"].entries() if "excluded" in fields else {}
    return Shift(
        id=fields["id"].text(),
        salon=fields["salon"].text(),
        start=fields["start"].integer(),
        end=fields["end"].integer(),
        skill=fields["skill"].text(),
        priority=fields["priority"].integer(),
        max_hourly_cost=_optional_integer(fields, "max_hourly_cost"),
        holder=fields["holder"].text() if "holder" in fields else None,
        pinned=fields["pinned"].flag() if "pinned" in fields else False,
        refused_by=fields["refused_by"].texts() if "refused_by" in fields else (),
        excluded={stylist: reason.text() for stylist, reason in excluded.items()},
    )


def _weights(node: Node) -> Weights:
    fields = node.members(("coverage", "travel_points_per_km", "fairness_tiers"))
    coverage = fields["coverage"].members(("1", "2", "3"))
    tiers = [tier.items(2) for tier in fields["fairness_tiers"].items()]
    return Weights(
        coverage={int(priority): weight.integer() for priority, weight in coverage.items()},
        travel_points_per_km=fields["travel_points_per_km"].number(),
        fairness_tiers=tuple((share.number(), points.integer()) for share, points in tiers),
    )


def _optional_integer(fields: dict[str, Node], key: str) -> int | None:
    return fields[key].integer() if key in fields else None


def problem_to_json(problem: Problem) -> dict[str, Any]:
    """The problem as a document of format `salonpool-problem/1`; `parse_problem` gives an equal one back."""
    travel = problem.travel
    weights = problem.weights
    return {
        "format": FORMAT,
        "name": problem.name,
        "day_starts": list(problem.day_starts),
        "skills": list(problem.skills),
        "salons": [
            _present(id=salon.id, x_km=salon.x_km, y_km=salon.y_km, chairs=salon.chairs)
            for salon in problem.salons
        ],
        "travel": (
            {"base_minutes": travel.base_minutes, "minutes_per_km": travel.minutes_per_km}
            if travel.minutes is None
            else {"minutes": {start: dict(row) for start, row in travel.minutes.items()}}
        ),
        "stylists": [_stylist_to_json(stylist) for stylist in problem.stylists],
        "shifts": [_shift_to_json(shift) for shift in problem.shifts],
        "objective": [dict(level) for level in problem.objective],
        "weights": {
            "coverage": {str(priority): weight for priority, weight in sorted(weights.coverage.items())},
            "travel_points_per_km": weights.travel_points_per_km,
            "fairness_tiers": [list(tier) for tier in weights.fairness_tiers],
        },
    }


def _stylist_to_json(stylist: Stylist) -> dict[str, Any]:
    return _present(
        id=stylist.id,
        home=stylist.home,
        skills=list(stylist.skills),
        available=[[span.start, span.end] for span in stylist.available],
        busy=[[busy.start, busy.end, busy.salon] for busy in stylist.busy],
        history=[[busy.start, busy.end, busy.salon] for busy in stylist.history],
        hourly_cost=stylist.hourly_cost,
        max_travel_minutes=stylist.max_travel_minutes,
        min_rest_minutes=stylist.min_rest_minutes,
        max_day_minutes=stylist.max_day_minutes,
        limits=[
            _present(
                days=limit.days,
                step=limit.step,
                first_day=limit.first_day or None,
                max_minutes=limit.max_minutes,
                max_worked_days=limit.max_worked_days,
            )
            for limit in stylist.limits
        ],
        wanted_minutes=stylist.wanted_minutes,
        preferences=dict(stylist.preferences),
        blocked_salons=list(stylist.blocked_salons),
        activation_cost=stylist.activation_cost or None,
        not_with=list(stylist.not_with) or None,
    )


def _shift_to_json(shift: Shift) -> dict[str, Any]:
    return _present(
        id=shift.id,
        salon=shift.salon,
        start=shift.start,
        end=shift.end,
        skill=shift.skill,
        priority=shift.priority,
        max_hourly_cost=shift.max_hourly_cost,
        holder=shift.holder,
        pinned=shift.pinned or None,
        refused_by=list(shift.refused_by) or None,
        excluded=dict(shift.excluded) or None,
    )


def _present(**fields: object) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}
