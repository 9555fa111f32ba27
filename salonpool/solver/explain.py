"""Why a shift stayed open, and which changes would fill it, each of them really tried."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from salonpool.solver.eligibility import Eligibility
from salonpool.solver.measures import Measures
from salonpool.solver.problem import Problem, Shift
from salonpool.solver.roster import Change, Remedy, Unfilled
from salonpool.solver.rules import RULES

START_STEPS = (-30, 30, -60, 60)
TRAVEL_STEPS = (15, 30)


def unfilled(
    problem: Problem, holders: Mapping[str, str], *, measures: Measures | None = None
) -> tuple[Unfilled, ...]:
    """For every shift missing in `holders` ({shift id: stylist id}): funnel and remedies, given all that is
    in it."""
    eligibility = Eligibility(problem, measures, holders=holders)
    return tuple(
        Unfilled(
            shift=shift.id, funnel=_funnel(eligibility, shift), remedies=tuple(_remedies(eligibility, shift))
        )
        for shift in problem.shifts
        if shift.id not in holders
    )


def sole_blockers(problem: Problem, holders: Mapping[str, str], shift_id: str) -> dict[str, list[str]]:
    """{rule: ids of the people kept from the shift by this rule alone}, in the order of the rules."""
    eligibility = Eligibility(problem, holders=holders)
    shift = problem.shifts_by_id[shift_id]
    found: dict[str, list[str]] = {}
    for stylist in problem.stylists:
        reasons = eligibility.reasons(stylist, shift)
        if len(reasons) == 1:
            found.setdefault(reasons[0], []).append(stylist.id)
    return {rule: found[rule] for rule in RULES if rule in found}


def _funnel(eligibility: Eligibility, shift: Shift) -> dict[str, int]:
    counts = Counter(eligibility.why_not(stylist, shift) for stylist in eligibility.problem.stylists)
    return {rule: counts[rule] for rule in RULES if rule in counts}


def _remedies(eligibility: Eligibility, shift: Shift) -> Iterator[Remedy]:
    """Cheapest first: another time, another pay, a longer way, another skill, two halves."""
    for change, changed in _moved(eligibility, shift):
        yield from _tried(eligibility, change, changed)
    yield from _better_paid(eligibility, shift)
    yield from _from_further(eligibility, shift)
    for skill in eligibility.problem.skills:
        if skill != shift.skill:
            yield from _tried(eligibility, {"skill": skill}, replace(shift, skill=skill))
    yield from _halved(eligibility, shift)


def _moved(eligibility: Eligibility, shift: Shift) -> Iterator[tuple[Change, Shift]]:
    last = eligibility.problem.day_starts[-1]
    for step in START_STEPS:
        if 0 <= shift.start + step < last:
            yield {"start_minutes": step}, replace(shift, start=shift.start + step, end=shift.end + step)


def _tried(eligibility: Eligibility, change: Change, shift: Shift) -> Iterator[Remedy]:
    fills = _fills(eligibility, shift)
    if fills:
        yield Remedy(change=change, fills=fills)


def _fills(eligibility: Eligibility, shift: Shift) -> int:
    skilled = (stylist for stylist in eligibility.problem.stylists if shift.skill in stylist.skills)
    return sum(1 for stylist in skilled if eligibility.why_not(stylist, shift) is None)


def _better_paid(eligibility: Eligibility, shift: Shift) -> Iterator[Remedy]:
    """The least pay that brings somebody."""
    if shift.max_hourly_cost is None:
        return
    free = replace(shift, max_hourly_cost=None)
    costs = [
        stylist.hourly_cost
        for stylist in eligibility.problem.stylists
        if stylist.hourly_cost > shift.max_hourly_cost and eligibility.why_not(stylist, free) is None
    ]
    if costs:
        yield Remedy(change={"max_hourly_cost": min(costs)}, fills=costs.count(min(costs)))


def _from_further(eligibility: Eligibility, shift: Shift) -> Iterator[Remedy]:
    """People who would come if they accepted so many minutes more from home."""
    travel = eligibility.measures.travel_minutes
    skilled = (stylist for stylist in eligibility.problem.stylists if shift.skill in stylist.skills)
    further = (
        (stylist, travel(stylist.home, shift.salon) - stylist.max_travel_minutes) for stylist in skilled
    )
    more = [
        minutes
        for stylist, minutes in further
        if 0 < minutes <= max(TRAVEL_STEPS) and eligibility.reasons(stylist, shift) == ("home-travel",)
    ]
    for step in TRAVEL_STEPS:
        fills = sum(1 for minutes in more if minutes <= step)
        if fills:
            yield Remedy(change={"max_travel_minutes": step}, fills=fills)


def _halved(eligibility: Eligibility, shift: Shift) -> Iterator[Remedy]:
    """Both halves find somebody; `fills` counts those for the half that fewer could take."""
    middle = shift.start + shift.minutes // 2
    if middle == shift.start:
        return
    fills = min(
        _fills(eligibility, replace(shift, end=middle)), _fills(eligibility, replace(shift, start=middle))
    )
    if fills:
        yield Remedy(change={"split_at": middle}, fills=fills)
