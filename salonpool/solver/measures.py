"""Local days, kilometres and travel minutes of one problem."""

import math
from bisect import bisect_right

from salonpool.solver.problem import Problem

USUAL_DAY_MINUTES = 1440


class Measures:
    """Answers about days and distances, remembered because the planner asks millions of times."""

    def __init__(self, problem: Problem) -> None:
        self._day_starts = problem.day_starts
        self._travel = problem.travel
        self._places = {salon.id: (salon.x_km, salon.y_km) for salon in problem.salons}
        self._minutes: dict[tuple[str, str], int] = {}

    def day_of(self, minute: int) -> int:
        """The local day a minute lies on; outside the days of the problem every day has 1440 minutes."""
        last = self._day_starts[-1]
        if minute < 0:
            return minute // USUAL_DAY_MINUTES
        if minute >= last:
            return len(self._day_starts) - 1 + (minute - last) // USUAL_DAY_MINUTES
        return bisect_right(self._day_starts, minute) - 1

    def km(self, start: str, end: str) -> float:
        """Straight kilometres between two salons."""
        (x, y), (to_x, to_y) = self._places[start], self._places[end]
        return math.hypot(x - to_x, y - to_y)

    def travel_minutes(self, start: str, end: str) -> int:
        """Minutes from one salon to another, rounded up; 0 inside one salon."""
        minutes = self._minutes.get((start, end))
        if minutes is None:
            minutes = self._minutes[start, end] = self._measured(start, end)
        return minutes

    def longest_travel(self) -> int:
        """No way between two salons takes longer; of coordinates, from corner to corner."""
        if self._travel.minutes is not None:
            return max(
                (math.ceil(way) for row in self._travel.minutes.values() for way in row.values()), default=0
            )
        if len(self._places) < 2:
            return 0
        x, y = zip(*self._places.values(), strict=True)
        corner = math.hypot(max(x) - min(x), max(y) - min(y))
        return math.ceil(self._travel.base_minutes + corner * self._travel.minutes_per_km)

    def _measured(self, start: str, end: str) -> int:
        if start == end:
            return 0
        if self._travel.minutes is not None:
            return math.ceil(self._travel.minutes[start][end])
        return math.ceil(self._travel.base_minutes + self.km(start, end) * self._travel.minutes_per_km)
