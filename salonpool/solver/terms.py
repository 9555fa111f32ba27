"""What a roster costs, term by term and level by level."""

from collections.abc import Mapping
from itertools import accumulate

from salonpool.solver.measures import Measures
from salonpool.solver.problem import Problem, Shift, Stylist

STEP_MINUTES = 30
OF_A_PERSON = ("cost", "travel", "preference", "stability", "fairness", "activation")


class Terms:
    """Prices of one problem."""

    def __init__(self, problem: Problem, measures: Measures) -> None:
        self.problem = problem
        self._measures = measures
        self._travel: dict[tuple[str, str], int] = {}
        self._tiers = {stylist.id: self._steps(stylist) for stylist in problem.stylists}
        self._charged = {stylist_id: _charged(tiers) for stylist_id, tiers in self._tiers.items()}
        self._weights = [[level.get(term, 0) for term in OF_A_PERSON] for level in problem.objective]

    def coverage(self, shift: Shift) -> int:
        """Price of leaving the shift unfilled."""
        return self.problem.weights.coverage[shift.priority]

    def of_pair(self, stylist: Stylist, shift: Shift) -> dict[str, int]:
        """The terms that depend on this one assignment alone."""
        return {
            "stability": int(shift.holder is not None and shift.holder != stylist.id),
            "cost": stylist.hourly_cost * shift.minutes // 60,
            "travel": self._way(stylist, shift),
            "preference": 2 - stylist.preferences.get(shift.salon, 0),
        }

    def tiers(self, stylist_id: str) -> tuple[tuple[int, int], ...]:
        """The (half hours, points) a person wants, in the order they are charged when short."""
        return self._tiers[stylist_id]

    def fairness(self, stylist_id: str, minutes: int) -> int:
        """Points for a person who gets this many minutes of the problem's shifts."""
        charged = self._charged[stylist_id]
        return charged[max(0, len(charged) - 1 - minutes // STEP_MINUTES)]

    def added(self, stylist: Stylist, shift: Shift, minutes_before: int) -> tuple[int, ...]:
        """What the assignment adds to every level, coverage aside, for a person who has so many minutes
        without it."""
        cost, stability = stylist.hourly_cost * shift.minutes // 60, shift.holder not in (None, stylist.id)
        travel, preference = self._way(stylist, shift), 2 - stylist.preferences.get(shift.salon, 0)
        fairness = self.fairness(stylist.id, minutes_before + shift.minutes)
        fairness -= self.fairness(stylist.id, minutes_before)
        activation = 0 if minutes_before else stylist.activation_cost
        return tuple(
            [
                a * cost + b * travel + c * preference + d * stability + e * fairness + f * activation
                for a, b, c, d, e, f in self._weights
            ]
        )

    def levels(self, holders: Mapping[str, str]) -> tuple[dict[str, int], ...]:
        """The plain terms of every level for {shift id: stylist id}."""
        totals = self._totals(holders)
        return tuple({term: totals[term] for term in level} for level in self.problem.objective)

    def values(self, holders: Mapping[str, str]) -> tuple[int, ...]:
        """The weighted value of every level for {shift id: stylist id}."""
        totals = self._totals(holders)
        return tuple(
            sum(weight * totals[term] for term, weight in level.items()) for level in self.problem.objective
        )

    def _totals(self, holders: Mapping[str, str]) -> dict[str, int]:
        totals = dict.fromkeys(
            ("coverage", "stability", "cost", "travel", "preference", "fairness", "activation"), 0
        )
        people = self.problem.stylists_by_id
        minutes: dict[str, int] = dict.fromkeys(people, 0)
        for shift in self.problem.shifts:
            holder = holders.get(shift.id)
            if holder is None:
                totals["coverage"] += self.coverage(shift)
                continue
            minutes[holder] += shift.minutes
            for term, value in self.of_pair(people[holder], shift).items():
                totals[term] += value
        totals["fairness"] = sum(self.fairness(stylist, total) for stylist, total in minutes.items())
        totals["activation"] = sum(people[stylist].activation_cost for stylist in set(holders.values()))
        return totals

    def _steps(self, stylist: Stylist) -> tuple[tuple[int, int], ...]:
        half_hours = stylist.wanted_minutes // STEP_MINUTES
        return tuple(
            (round(share * half_hours), points) for share, points in self.problem.weights.fairness_tiers
        )

    def _way(self, stylist: Stylist, shift: Shift) -> int:
        way = (stylist.home, shift.salon)
        points = self._travel.get(way)
        if points is None:
            km = self._measures.km(*way)
            points = self._travel[way] = round(2 * km * self.problem.weights.travel_points_per_km)
        return points


def _charged(tiers: tuple[tuple[int, int], ...]) -> list[int]:
    """Points for 0, 1, 2 ... half hours short, in the order they are charged."""
    points = [each for steps, each in tiers for _ in range(steps)]
    return list(accumulate(points, initial=0))
