"""Who is free at a time, beside what everybody works: asked thousands of times when shifts are explained."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable

from salonpool.solver.problem import Problem
from salonpool.solver.rules import Diary

Interval = tuple[int, int, str]


class Openings:
    """Reads the spans and the work of one day for an answer, and keeps it: the diary must stay as it is."""

    def __init__(self, problem: Problem, diary: Diary) -> None:
        self._day_starts = problem.day_starts
        self._spans: dict[int, list[Interval]] = defaultdict(list)
        self._held: dict[int, list[Interval]] = defaultdict(list)
        self._free: dict[tuple[int, int], frozenset[str]] = {}
        for stylist in problem.stylists:
            self._note(self._spans, ((span.start, span.end, stylist.id) for span in stylist.available))
            held = diary.of_person(stylist.id)
            self._note(self._held, ((one.start, one.end, stylist.id) for one in held))

    def free(self, start: int, end: int) -> frozenset[str]:
        """Ids of the people who say they can work these minutes and do not work then; the first minute lies
        within the problem's days."""
        found = self._free.get((start, end))
        if found is None:
            spans = self._spans.get(self._day(start), ())
            able = {stylist for first, last, stylist in spans if first <= start and end <= last}
            found = self._free[start, end] = frozenset(able - self.busy(start, end))
        return found

    def busy(self, start: int, end: int) -> set[str]:
        """Ids of the people who work in these minutes."""
        days = range(self._day(start), self._day(end - 1) + 1)
        return {
            stylist
            for day in days
            for first, last, stylist in self._held.get(day, ())
            if first < end and start < last
        }

    def _note(self, by_day: dict[int, list[Interval]], intervals: Iterable[Interval]) -> None:
        last = self._day_starts[-1]
        for start, end, stylist in intervals:
            for day in range(self._day(max(0, start)), self._day(min(last, end - 1)) + 1):
                by_day[day].append((start, end, stylist))

    def _day(self, minute: int) -> int:
        """Everything after the last day is one more day."""
        return bisect_right(self._day_starts, minute) - 1
