"""Names and order of the hard rules, and the one test between two intervals of a person."""

from collections.abc import Mapping

from salonpool.solver.measures import Measures
from salonpool.solver.problem import Problem

RULES = (
    "one-per-shift",
    "skill",
    "available",
    "blocked",
    "refused",
    "excluded",
    "home-travel",
    "hourly-cost",
    "overlap",
    "travel-gap",
    "rest",
    "day-minutes",
    "window-minutes",
    "window-days",
    "not-with",
    "chairs",
    "pinned",
)

# What somebody wished or said, and may be asked to set aside. The others are law, skill or physics. Rest, day
# and windows are law as far as a problem read without the person's own numbers breaks them too.
POLICY: frozenset[str] = frozenset({"available", "refused", "home-travel", "hourly-cost"})


class Held:
    """One interval a person works: of a shift of this problem, or busy, or before the origin."""

    __slots__ = ("day", "end", "history", "minutes", "salon", "shift", "start", "stylist")

    def __init__(
        self,
        *,
        stylist: str,
        start: int,
        end: int,
        salon: str,
        day: int,
        shift: str | None = None,
        history: bool = False,
    ) -> None:
        self.stylist = stylist
        self.start = start
        self.end = end
        self.salon = salon
        self.day = day
        self.minutes = end - start
        self.shift = shift
        self.history = history


def clash(one: Held, other: Held, min_rest_minutes: int, measures: Measures) -> str | None:
    """The first of overlap, travel-gap and rest that keeps one person from working both, or None."""
    first, second = (one, other) if one.start <= other.start else (other, one)
    gap = second.start - first.end
    if gap < 0:
        return "overlap"
    if gap < measures.travel_minutes(first.salon, second.salon):
        return "travel-gap"
    if gap < min_rest_minutes and first.day != second.day:
        return "rest"
    return None


def clashes(one: Held, other: Held, min_rest_minutes: int, measures: Measures) -> tuple[str, ...]:
    """All of overlap, travel-gap and rest that are broken; intervals that overlap have no gap to test."""
    first, second = (one, other) if one.start <= other.start else (other, one)
    gap = second.start - first.end
    if gap < 0:
        return ("overlap",)
    travel = ("travel-gap",) if gap < measures.travel_minutes(first.salon, second.salon) else ()
    rest = ("rest",) if gap < min_rest_minutes and first.day != second.day else ()
    return travel + rest


class Diary:
    """Who works where and when: busy, history and pinned shifts, and the assignments laid on top."""

    def __init__(
        self, problem: Problem, measures: Measures, holders: Mapping[str, str] | None = None
    ) -> None:
        self._problem = problem
        self._measures = measures
        self._of_person: dict[str, list[Held]] = {stylist.id: [] for stylist in problem.stylists}
        self._of_salon: dict[str, list[Held]] = {salon.id: [] for salon in problem.salons}
        for stylist in problem.stylists:
            for history, intervals in ((False, stylist.busy), (True, stylist.history)):
                for busy in intervals:
                    day = measures.day_of(busy.start)
                    self._add(
                        Held(
                            stylist=stylist.id,
                            start=busy.start,
                            end=busy.end,
                            salon=busy.salon,
                            day=day,
                            history=history,
                        )
                    )
        for shift in problem.shifts:
            if shift.pinned and shift.holder is not None:
                self.add(shift.holder, shift.id)
            elif holders is not None and shift.id in holders:
                self.add(holders[shift.id], shift.id)

    def of_person(self, stylist_id: str) -> list[Held]:
        """Everything the person works."""
        return self._of_person[stylist_id]

    def of_salon(self, salon_id: str) -> list[Held]:
        """Everything anybody works at the salon."""
        return self._of_salon[salon_id]

    def add(self, stylist_id: str, shift_id: str) -> None:
        """Lay an assignment on top."""
        shift = self._problem.shifts_by_id[shift_id]
        day = self._measures.day_of(shift.start)
        self._add(
            Held(
                stylist=stylist_id,
                start=shift.start,
                end=shift.end,
                salon=shift.salon,
                day=day,
                shift=shift_id,
            )
        )

    def remove(self, stylist_id: str, shift_id: str) -> None:
        """Take an assignment back."""
        for held in self._of_person[stylist_id]:
            if held.shift == shift_id:
                self._of_person[stylist_id].remove(held)
                self._of_salon[held.salon].remove(held)
                return
        raise KeyError(shift_id)

    def _add(self, held: Held) -> None:
        self._of_person[held.stylist].append(held)
        self._of_salon[held.salon].append(held)
