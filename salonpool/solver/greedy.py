"""A first plan at once: scarce shifts first, each to the cheapest person left, then one move to make room."""

import time
from collections.abc import Mapping

from salonpool.solver.eligibility import Eligibility
from salonpool.solver.problem import Problem, Shift, Stylist
from salonpool.solver.terms import Terms


class Greedy:
    """Builds a plan on a diary; keeps every rule by asking eligibility before each step."""

    def __init__(
        self, problem: Problem, eligibility: Eligibility, terms: Terms, pairs: Mapping[str, list[str]]
    ) -> None:
        self._problem = problem
        self._eligibility = eligibility
        self._terms = terms
        self._pairs = pairs
        self._people = problem.stylists_by_id
        self._shifts = problem.shifts_by_id
        self._holders: dict[str, str] = {}
        self._minutes: dict[str, int] = dict.fromkeys(self._people, 0)

        for shift_id, holder in problem.pinned_holders.items():
            self._minutes[holder] += self._shifts[shift_id].minutes
        self._ordered = sorted(pairs, key=self._urgency)

    def plan(self) -> dict[str, str]:
        """{shift id: stylist id} with the pinned shifts; a plan that breaks no rule."""
        for shift_id in self._ordered:
            self._seat(self._shifts[shift_id])
        return self._problem.pinned_holders | self._holders

    def with_room_made(self, until: float) -> dict[str, str]:
        """The plan with shifts moved to others for the sake of those that are left over, the most urgent
        first, until then on the monotonic clock."""
        for shift_id in self._ordered:
            if shift_id not in self._holders and time.monotonic() < until:
                self._make_room(self._shifts[shift_id])
        return self._problem.pinned_holders | self._holders

    def _urgency(self, shift_id: str) -> tuple[int, int, int]:
        shift = self._shifts[shift_id]
        return -self._terms.coverage(shift), len(self._pairs[shift_id]), shift.start

    def _seat(self, shift: Shift, but_not: str | None = None) -> bool:
        for stylist in self._cheapest_first(shift):
            if stylist.id != but_not and self._eligibility.fits(stylist, shift):
                self._give(shift, stylist)
                return True
        return False

    def _cheapest_first(self, shift: Shift) -> list[Stylist]:
        people = [self._people[stylist_id] for stylist_id in self._pairs[shift.id]]
        return sorted(
            people, key=lambda stylist: self._terms.added(stylist, shift, self._minutes[stylist.id])
        )

    def _make_room(self, shift: Shift) -> bool:
        """Give the shift to somebody whose one shift in the way can go to somebody else, or matters less."""
        for stylist in self._cheapest_first(shift):
            for held in [held.shift for held in self._eligibility.diary.of_person(stylist.id)]:
                if held in self._holders and self._move(shift, stylist, self._shifts[held]):
                    return True
        return False

    def _move(self, shift: Shift, stylist: Stylist, in_the_way: Shift) -> bool:
        self._take(in_the_way, stylist)
        if self._eligibility.fits(stylist, shift):
            self._give(shift, stylist)
            if self._seat(in_the_way, but_not=stylist.id):
                return True
            if self._terms.coverage(in_the_way) < self._terms.coverage(shift):
                return True
            self._take(shift, stylist)
        self._give(in_the_way, stylist)
        return False

    def _give(self, shift: Shift, stylist: Stylist) -> None:
        self._holders[shift.id] = stylist.id
        self._minutes[stylist.id] += shift.minutes
        self._eligibility.diary.add(stylist.id, shift.id)

    def _take(self, shift: Shift, stylist: Stylist) -> None:
        del self._holders[shift.id]
        self._minutes[stylist.id] -= shift.minutes
        self._eligibility.diary.remove(stylist.id, shift.id)
