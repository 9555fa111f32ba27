"""Which pairs of person and shift are possible at all."""

from collections import defaultdict
from collections.abc import Iterator

from salonpool.solver.eligibility import Eligibility
from salonpool.solver.problem import Problem, Shift, Stylist

# By salon, then by skill and the day it starts on.
_Places = dict[str, dict[tuple[str, int], list[Shift]]]


def feasible_pairs(problem: Problem, eligibility: Eligibility) -> dict[str, list[str]]:
    """{open shift id: ids of the people who could work it if it were their only new one}, in the problem's
    order.

    The answers of `Eligibility.why_not()`, asked only where skill, day and way allow.
    """
    measures = eligibility.measures
    places: _Places = defaultdict(lambda: defaultdict(list))
    pairs: dict[str, list[str]] = {}
    for shift in problem.shifts:
        if not shift.pinned:
            pairs[shift.id] = []
            places[shift.salon][shift.skill, measures.day_of(shift.start)].append(shift)
    for stylist in problem.stylists:
        for shift in _within_reach(stylist, places, eligibility):
            if not eligibility.needs_company_checked(stylist, shift) or eligibility.fits(stylist, shift):
                pairs[shift.id].append(stylist.id)
    return pairs


def _within_reach(stylist: Stylist, places: _Places, eligibility: Eligibility) -> Iterator[Shift]:
    """What the person could work, whoever else is there."""
    measures = eligibility.measures
    near = [
        by_day
        for salon, by_day in places.items()
        if salon not in stylist.blocked_salons
        and measures.travel_minutes(stylist.home, salon) <= stylist.max_travel_minutes
    ]
    skills = set(stylist.skills)
    for day in _days(stylist, eligibility):
        room = eligibility.room(stylist, day)
        for by_day in near if room else ():
            for skill in skills:
                for shift in by_day.get((skill, day), ()):
                    if (
                        shift.minutes <= room
                        and _may(stylist, shift)
                        and eligibility.is_clear(stylist, shift)
                    ):
                        yield shift


def _days(stylist: Stylist, eligibility: Eligibility) -> list[int]:
    day_of = eligibility.measures.day_of
    spans = stylist.available
    return sorted({day for span in spans for day in range(day_of(span.start), day_of(span.end - 1) + 1)})


def _may(stylist: Stylist, shift: Shift) -> bool:
    if shift.max_hourly_cost is not None and stylist.hourly_cost > shift.max_hourly_cost:
        return False
    if stylist.id in shift.refused_by or stylist.id in shift.excluded:
        return False
    return any(span.start <= shift.start and shift.end <= span.end for span in stylist.available)
