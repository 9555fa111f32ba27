"""Which pairs of person and shift are possible at all."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from salonpool.solver.eligibility import Eligibility
from salonpool.solver.problem import Problem, Shift, Stylist

# By salon, then by skill and the day it starts on.
_Places = dict[str, dict[tuple[str, int], list[Shift]]]


def feasible_pairs(
    problem: Problem, eligibility: Eligibility, *, among: Iterable[Shift] | None = None
) -> dict[str, list[str]]:
    """{open shift id: ids of the people who could work it if it were their only new one}, in the problem's
    order; of all shifts or of those `among` them.

    The answers of `Eligibility.why_not()`, asked only where skill, day and way allow.
    """
    measures = eligibility.measures
    places: _Places = defaultdict(lambda: defaultdict(list))
    pairs: dict[str, list[str]] = {}
    for shift in problem.shifts if among is None else among:
        if not shift.pinned:
            pairs[shift.id] = []
            places[shift.salon][shift.skill, measures.day_of(shift.start)].append(shift)
    for stylist in problem.stylists:
        for shift in _within_reach(stylist, places, eligibility):
            pairs[shift.id].append(stylist.id)
    return pairs


def _within_reach(stylist: Stylist, places: _Places, eligibility: Eligibility) -> Iterator[Shift]:
    """What the person could work."""
    holds_nothing = not eligibility.diary.of_person(stylist.id)
    for shift in _on_offer(stylist, places, eligibility):
        if shift.max_hourly_cost is not None and stylist.hourly_cost > shift.max_hourly_cost:
            continue
        if stylist.id in shift.refused_by or stylist.id in shift.excluded:
            continue
        if eligibility.minds_company(stylist, shift):
            fits = eligibility.fits(stylist, shift)
        else:
            fits = holds_nothing or eligibility.is_clear(stylist, shift)
        if fits:
            yield shift


def _on_offer(stylist: Stylist, places: _Places, eligibility: Eligibility) -> Iterable[Shift]:
    """What lies within the person's skills, way, hours and limits."""
    measures = eligibility.measures
    near = [
        by_day
        for salon, by_day in places.items()
        if measures.travel_minutes(stylist.home, salon) <= stylist.max_travel_minutes
        and salon not in stylist.blocked_salons
    ]
    skills = set(stylist.skills)
    days = {day for by_day in near for _, day in by_day}
    rooms: dict[int, int] = {}
    found: dict[str, Shift] = {}  # spans may overlap
    for span in stylist.available:
        for day in range(measures.day_of(span.start), measures.day_of(span.end - 1) + 1):
            if day not in days:
                continue
            if day not in rooms:
                rooms[day] = eligibility.room(stylist, day)
            starts, ends, room = span.start, span.end, rooms[day]
            offered = (shift for by_day in near for skill in skills for shift in by_day.get((skill, day), ()))
            for shift in offered:
                start, end = shift.start, shift.end
                if starts <= start and end <= ends and end - start <= room:
                    found[shift.id] = shift
    return found.values()
