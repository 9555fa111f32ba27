"""What must hold between the parts of a problem; every refusal names the field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from salonpool.solver.reading import InvalidProblem, named, quoted

if TYPE_CHECKING:
    from salonpool.solver.problem import Busy, Limit, Problem, Shift, Span, Stylist

TERMS = ("coverage", "stability", "cost", "travel", "preference", "fairness", "activation")
GREATEST_LEVEL = 10**13


def validate(problem: Problem) -> None:
    """Raise InvalidProblem for the first field that does not fit the rest of the problem."""
    _days(problem.day_starts)
    _unique(problem.skills, "skills")
    _salons(problem)
    _travel(problem)
    known = _Known(problem)
    _unique_ids(problem.stylists, "stylists")
    for index, stylist in enumerate(problem.stylists):
        _stylist(stylist, f"stylists[{index}]", known)
    _unique_ids(problem.shifts, "shifts")
    for index, shift in enumerate(problem.shifts):
        _shift(shift, f"shifts[{index}]", known, problem.day_starts[-1])
    _weights(problem)
    _objective(problem)


class _Known:
    """The ids other fields may name."""

    def __init__(self, problem: Problem) -> None:
        self.skills = set(problem.skills)
        self.salons = {salon.id for salon in problem.salons}
        self.stylists = {stylist.id for stylist in problem.stylists}


def _days(day_starts: Sequence[int]) -> None:
    if not day_starts:
        raise InvalidProblem("day_starts", "at least one entry")
    if day_starts[0] != 0:
        raise InvalidProblem("day_starts[0]", "must be 0")
    for index, (first, second) in enumerate(pairwise(day_starts), 1):
        if second <= first:
            raise InvalidProblem(f"day_starts[{index}]", "must be later than the day before")


def _salons(problem: Problem) -> None:
    _unique_ids(problem.salons, "salons")
    for index, salon in enumerate(problem.salons):
        if salon.chairs is not None:
            _at_least(salon.chairs, 0, f"salons[{index}].chairs")


def _travel(problem: Problem) -> None:
    travel = problem.travel
    if travel.minutes is None:
        _at_least(travel.base_minutes, 0, "travel.base_minutes")
        _at_least(travel.minutes_per_km, 0, "travel.minutes_per_km")
        return
    ids = {salon.id for salon in problem.salons}
    for start, row in travel.minutes.items():
        path = named("travel.minutes", start)
        _known(start, ids, "salon", path)
        for end, minutes in row.items():
            _known(end, ids, "salon", named(path, end))
            _at_least(minutes, 0, named(path, end))
    for start in ids:
        missing = ids - {start} - set(travel.minutes.get(start, ()))
        if missing:
            raise InvalidProblem(named(named("travel.minutes", start), min(missing)), "missing")


def _stylist(stylist: Stylist, path: str, known: _Known) -> None:
    _known(stylist.home, known.salons, "salon", f"{path}.home")
    _all_known(stylist.skills, known.skills, "skill", f"{path}.skills")
    _spans(stylist.available, f"{path}.available")
    for field, intervals in (("busy", stylist.busy), ("history", stylist.history)):
        _spans(intervals, f"{path}.{field}")
        for index, busy in enumerate(intervals):
            _known(busy.salon, known.salons, "salon", f"{path}.{field}[{index}][2]")
    for field in (
        "hourly_cost", "max_travel_minutes", "min_rest_minutes", "max_day_minutes", "wanted_minutes",
        "activation_cost",
    ):  # fmt: skip
        _at_least(getattr(stylist, field), 0, f"{path}.{field}")
    for index, limit in enumerate(stylist.limits):
        _limit(limit, f"{path}.limits[{index}]")
    for salon, points in stylist.preferences.items():
        _known(salon, known.salons, "salon", named(f"{path}.preferences", salon))
        if not -2 <= points <= 2:
            raise InvalidProblem(named(f"{path}.preferences", salon), "must be between -2 and 2")
    _all_known(stylist.blocked_salons, known.salons, "salon", f"{path}.blocked_salons")
    _all_known(stylist.not_with, known.stylists, "stylist", f"{path}.not_with")


def _limit(limit: Limit, path: str) -> None:
    _at_least(limit.days, 1, f"{path}.days")
    if limit.step not in ("fixed", "rolling"):
        raise InvalidProblem(f"{path}.step", 'expected "fixed" or "rolling"')
    for field in ("max_minutes", "max_worked_days"):
        if getattr(limit, field) is not None:
            _at_least(getattr(limit, field), 0, f"{path}.{field}")


def _shift(shift: Shift, path: str, known: _Known, horizon: int) -> None:
    _known(shift.salon, known.salons, "salon", f"{path}.salon")
    if not 0 <= shift.start < horizon:
        raise InvalidProblem(f"{path}.start", "must lie inside the days of the problem")
    _after(shift.end, shift.start, f"{path}.end")
    _known(shift.skill, known.skills, "skill", f"{path}.skill")
    if shift.priority not in (1, 2, 3):
        raise InvalidProblem(f"{path}.priority", "must be 1, 2 or 3")
    if shift.max_hourly_cost is not None:
        _at_least(shift.max_hourly_cost, 0, f"{path}.max_hourly_cost")
    if shift.holder is not None:
        _known(shift.holder, known.stylists, "stylist", f"{path}.holder")
    elif shift.pinned:
        raise InvalidProblem(f"{path}.pinned", "a pinned shift needs a holder")
    _all_known(shift.refused_by, known.stylists, "stylist", f"{path}.refused_by")
    for stylist in shift.excluded:
        _known(stylist, known.stylists, "stylist", named(f"{path}.excluded", stylist))


def _weights(problem: Problem) -> None:
    weights = problem.weights
    for priority in (1, 2, 3):
        if priority not in weights.coverage:
            raise InvalidProblem(f"weights.coverage.{priority}", "missing")
        _at_least(weights.coverage[priority], 0, f"weights.coverage.{priority}")
    _at_least(weights.travel_points_per_km, 0, "weights.travel_points_per_km")
    before = 0
    for index, (share, points) in enumerate(weights.fairness_tiers):
        _at_least(share, 0, f"weights.fairness_tiers[{index}][0]")
        _at_least(points, 0, f"weights.fairness_tiers[{index}][1]")
        if points < before:
            raise InvalidProblem(
                f"weights.fairness_tiers[{index}][1]", "points must not fall from tier to tier"
            )
        before = points


def _objective(problem: Problem) -> None:
    greatest = _greatest_terms(problem)
    for index, level in enumerate(problem.objective):
        total = 0
        for term, weight in level.items():
            path = named(f"objective[{index}]", term)
            if term not in TERMS:
                raise InvalidProblem(path, f"unknown term {quoted(term)}")
            _at_least(weight, 0, path)
            total += weight * greatest[term]
        if total > GREATEST_LEVEL:
            raise InvalidProblem(f"objective[{index}]", "weights too large to add up exactly")


def _greatest_terms(problem: Problem) -> dict[str, int]:
    """No roster has more of a term than this."""
    people, weights = problem.stylists, problem.weights
    minutes = sum(shift.end - shift.start for shift in problem.shifts)
    reach = 2 * max((max(abs(salon.x_km), abs(salon.y_km)) for salon in problem.salons), default=0)
    steps = sum(
        share * (stylist.wanted_minutes // 30) + 1
        for stylist in people
        for share, _ in weights.fairness_tiers
    )
    points = max((points for _, points in weights.fairness_tiers), default=0)
    count = len(problem.shifts)
    return {
        "coverage": sum(weights.coverage[shift.priority] for shift in problem.shifts),
        "stability": count,
        "cost": max((stylist.hourly_cost for stylist in people), default=0) * minutes // 60,
        "travel": int(count * (3 * reach * weights.travel_points_per_km + 1)),
        "preference": 4 * count,
        "fairness": int(steps * points) + 1,
        "activation": sum(stylist.activation_cost for stylist in people),
    }


def _unique_ids(things: Iterable[object], path: str) -> None:
    seen: set[str] = set()
    for index, thing in enumerate(things):
        identity: str = thing.id  # type: ignore[attr-defined]
        if identity in seen:
            raise InvalidProblem(f"{path}[{index}].id", f"duplicate id {quoted(identity)}")
        seen.add(identity)


def _unique(values: Sequence[str], path: str) -> None:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            raise InvalidProblem(f"{path}[{index}]", f"duplicate {quoted(value)}")
        seen.add(value)


def _all_known(values: Sequence[str], known: set[str], kind: str, path: str) -> None:
    for index, value in enumerate(values):
        _known(value, known, kind, f"{path}[{index}]")
    _unique(values, path)


def _known(value: str, known: set[str], kind: str, path: str) -> None:
    if value not in known:
        raise InvalidProblem(path, f"unknown {kind} {quoted(value)}")


def _spans(spans: Sequence[Span | Busy], path: str) -> None:
    for index, span in enumerate(spans):
        _after(span.end, span.start, f"{path}[{index}]")


def _after(end: int, start: int, path: str) -> None:
    if end <= start:
        raise InvalidProblem(path, "must end after its start")


def _at_least(value: float, least: int, path: str) -> None:
    if value < least:
        raise InvalidProblem(path, f"must be at least {least}")
