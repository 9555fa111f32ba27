"""What a remedy changes, and the problem once it is changed."""

from collections.abc import Mapping
from dataclasses import replace

from salonpool.solver.problem import Problem, Shift, Stylist
from salonpool.solver.roster import Remedy


def shaped(shift: Shift, change: Mapping[str, int | str]) -> Shift:
    """The shift after those parts of a change that concern it alone: its time, its pay, who is asked again.

    `start_minutes` moves it whole, `later_start_minutes` and `earlier_end_minutes` make it shorter,
    `max_hourly_cost` is what an hour may cost then, `ask_again` forgets who refused it before.
    """
    moved = int(change.get("start_minutes", 0))
    start = shift.start + moved + int(change.get("later_start_minutes", 0))
    end = shift.end + moved - int(change.get("earlier_end_minutes", 0))
    cost = int(change["max_hourly_cost"]) if "max_hourly_cost" in change else shift.max_hourly_cost
    refused_by = () if "ask_again" in change else shift.refused_by
    return replace(shift, start=start, end=end, max_hourly_cost=cost, refused_by=refused_by)


def halves(shift: Shift, cut: int) -> tuple[Shift, Shift]:
    """The shift until the minute `cut`, and the rest of it."""
    return replace(shift, end=cut), replace(shift, start=cut)


def travelling(stylist: Stylist, change: Mapping[str, int | str]) -> Stylist:
    """The person as they would be if they came from `max_travel_minutes` further away."""
    if "max_travel_minutes" not in change:
        return stylist
    most = stylist.max_travel_minutes + int(change["max_travel_minutes"])
    return replace(stylist, max_travel_minutes=most)


def applied(problem: Problem, shift_id: str, remedy: Remedy) -> Problem:
    """The problem as it would be with the remedy of that shift; everything else stays.

    `skill` means the needed skill or that one: whoever has either gets a skill made of both. `split_at` makes
    two shifts of one; the first keeps the id. Raises KeyError for an unknown shift, ValueError for a change
    that is no mapping.
    """
    if isinstance(remedy.change, str):
        raise ValueError(f"no change to make: {remedy.change}")
    change = remedy.change
    shift = shaped(problem.shifts_by_id[shift_id], change)
    stylists = tuple(travelling(stylist, change) for stylist in problem.stylists)
    skills = problem.skills
    if "skill" in change:
        either = _unused(f"{shift.skill} or {change['skill']}", set(skills))
        wanted = {shift.skill, str(change["skill"])}
        stylists = tuple(
            replace(person, skills=(*person.skills, either)) if wanted & set(person.skills) else person
            for person in stylists
        )
        skills, shift = (*skills, either), replace(shift, skill=either)
    seats: tuple[Shift, ...] = (shift,)
    if "split_at" in change:
        first, second = halves(shift, int(change["split_at"]))
        seats = first, replace(second, id=_unused(f"{shift_id} second", set(problem.shifts_by_id)))
    shifts = tuple(
        seat for before in problem.shifts for seat in (seats if before.id == shift_id else (before,))
    )
    return replace(problem, skills=skills, stylists=stylists, shifts=shifts)


def _unused(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "'"
    return name
