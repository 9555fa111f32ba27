"""A plan near another one: a shift gets a new holder for good, and what that touches is planned again."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

from salonpool.solver.eligibility import Eligibility
from salonpool.solver.formulation import plan
from salonpool.solver.measures import Measures
from salonpool.solver.problem import Problem, Shift
from salonpool.solver.terms import Terms

MOST_FREE = 150  # shifts that somebody holds and that are planned again


def near(
    pinned: Problem, holders: Mapping[str, str], shift_id: str, *, seconds: float, seed: int = 0
) -> dict[str, str]:
    """A plan that keeps all rules, near one in which the pinned shift was somebody else's or nobody's.

    `holders` is {shift id: stylist id} of that one; it is planned again in about `seconds`. The shift's new
    holder leaves what does not go with it. Free to move are those shifts, what the people who could take them
    hold on the same days, and open shifts for whoever had the pinned one.
    """
    terms = Terms(pinned, Measures(pinned))
    start = _with_room(pinned, holders, terms, pinned.shifts_by_id[shift_id])
    free = _free(pinned, holders, start, shift_id)
    fixed = [
        replace(shift, holder=start[shift.id], pinned=True)
        for shift in pinned.shifts
        if shift.id in start and shift.id not in free
    ]
    local = replace(pinned, shifts=(*fixed, *(shift for shift in pinned.shifts if shift.id in free)))
    again = plan(local, time_limit_seconds=seconds, workers=1, seed=seed)
    return min(again, start, key=terms.values)


def _with_room(pinned: Problem, holders: Mapping[str, str], terms: Terms, given: Shift) -> dict[str, str]:
    """The plan with the shift at its new holder, without what no longer goes: the weightiest stay."""
    doubtful = [
        shift
        for shift in pinned.shifts
        if not shift.pinned
        and shift.id in holders
        and (holders[shift.id] == given.holder or _meets(shift, given))
    ]
    rest = {shift: holder for shift, holder in holders.items() if shift != given.id}
    for shift in doubtful:
        del rest[shift.id]
    start = {**rest, given.id: str(given.holder)}
    eligibility = Eligibility(pinned, holders=start)
    for shift in sorted(doubtful, key=lambda shift: (-terms.coverage(shift), shift.start)):
        person = pinned.stylists_by_id[holders[shift.id]]
        if eligibility.why_not(person, shift) is None:
            eligibility.diary.add(person.id, shift.id)
            start[shift.id] = person.id
    return start


def _meets(shift: Shift, given: Shift) -> bool:
    """Two people at one salon at once, who may want the same chair or keep apart."""
    return shift.salon == given.salon and shift.start < given.end and given.start < shift.end


def _free(pinned: Problem, holders: Mapping[str, str], start: Mapping[str, str], shift_id: str) -> set[str]:
    eligibility = Eligibility(pinned, holders=start)
    day_of = eligibility.measures.day_of
    lost = [shift for shift in pinned.shifts if shift.id in holders and shift.id not in start]
    free = {shift.id for shift in lost}
    days = {
        (person.id, day_of(shift.start))
        for shift in lost
        for person in pinned.stylists
        if not eligibility.alone(person, shift)
    }
    had_it = holders.get(shift_id)
    if had_it is not None:
        days.add((had_it, day_of(pinned.shifts_by_id[shift_id].start)))
        free |= {
            shift.id
            for shift in pinned.shifts
            if shift.id not in start and not eligibility.reasons(pinned.stylists_by_id[had_it], shift)
        }
    movable = (
        shift.id
        for shift in pinned.shifts
        if shift.id in start and not shift.pinned and (start[shift.id], day_of(shift.start)) in days
    )
    return free | set(islice(movable, MOST_FREE))
