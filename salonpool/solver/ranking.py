"""Who to ask for an open shift, best first."""

import math
import time
from collections.abc import Mapping

from salonpool.solver.eligibility import Eligibility
from salonpool.solver.measures import Measures
from salonpool.solver.pairs import feasible_pairs
from salonpool.solver.problem import Problem, Shift, Stylist
from salonpool.solver.roster import Roster
from salonpool.solver.terms import Terms

AT_ONCE = 500  # shifts between two looks at the clock


def ranked(problem: Problem, roster: Roster, *, seconds: float | None = None) -> dict[str, list[str]]:
    """{open shift id: ids of the people who may work it beside what else the roster gives them}, best first.

    First the person the roster chose, then by what the assignment adds to each level, then in the problem's
    order. Pinned shifts are not open; an open shift nobody may work has an empty list. After so many seconds,
    if given, the shifts that are left, the least urgent ones, are not in it.
    """
    until = math.inf if seconds is None else time.monotonic() + seconds
    holders = {item.shift: item.stylist for item in roster.assignments}
    measures = Measures(problem)
    prices = _Prices(problem, holders, Terms(problem, measures))
    alone, beside = Eligibility(problem, measures), Eligibility(problem, measures, holders=holders)
    people = problem.stylists_by_id
    ranks: dict[str, list[str]] = {}
    shifts = sorted(problem.shifts, key=lambda shift: (shift.priority, shift.start))
    while shifts and time.monotonic() < until:
        some, shifts = shifts[:AT_ONCE], shifts[AT_ONCE:]
        for shift_id, candidates in feasible_pairs(problem, alone, among=some).items():
            shift = problem.shifts_by_id[shift_id]
            able = [one for one in candidates if beside.clash(people[one], shift) is None]
            ranks[shift_id] = prices.in_order(able, shift)
    return ranks


class _Prices:
    def __init__(self, problem: Problem, holders: Mapping[str, str], terms: Terms) -> None:
        self._people = problem.stylists_by_id
        self._holders = holders
        self._terms = terms
        self._minutes = dict.fromkeys(self._people, 0)
        for shift_id, stylist_id in holders.items():
            self._minutes[stylist_id] += problem.shifts_by_id[shift_id].minutes

    def in_order(self, able: list[str], shift: Shift) -> list[str]:
        """Whom it is best to ask first."""
        return sorted(able, key=lambda one: self._price(self._people[one], shift))

    def _price(self, stylist: Stylist, shift: Shift) -> tuple[bool, tuple[int, ...]]:
        is_chosen = self._holders.get(shift.id) == stylist.id
        before = self._minutes[stylist.id] - (shift.minutes if is_chosen else 0)
        return not is_chosen, self._terms.added(stylist, shift, before)
