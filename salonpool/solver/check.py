"""The referee: re-checks every rule and recomputes every term in plain Python, sharing no code
with the planner.

Only the values of `problem.py` and `roster.py` are read. Nothing is published that has not passed here.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from salonpool.solver.problem import Limit, Problem, Shift, Stylist
from salonpool.solver.roster import Roster


@dataclass(frozen=True, kw_only=True, slots=True)
class Violation:
    """One rule a roster breaks, with the shift and the person it was seen at, where there is one."""

    rule: str
    message: str
    shift: str | None = None
    stylist: str | None = None


@dataclass(frozen=True, slots=True)
class _Stint:
    """Minutes somebody spends at a salon; `tested` when an assigned, unpinned shift of the problem."""

    who: str
    start: int
    end: int
    salon: str
    day: int
    kind: str
    shift: str | None
    tested: bool


def violations(problem: Problem, roster: Roster) -> list[Violation]:
    """Every rule the roster breaks, and `levels` when what it states is not true. Empty = it may be
    published."""
    strange = list(_unknown(problem, roster))
    if strange:
        return strange
    referee = _Referee(problem, roster)
    return [
        *referee.one_per_shift(),
        *referee.alone(),
        *referee.pairs(),
        *referee.days(),
        *referee.windows(),
        *referee.kept_apart(),
        *referee.chairs(),
        *referee.pinned(),
        *referee.levels(),
    ]


def true_levels(problem: Problem, roster: Roster) -> tuple[dict[str, int], ...]:
    """The plain terms of every level, recomputed from the assignments alone."""
    totals = _Referee(problem, roster).totals()
    return tuple({term: totals[term] for term in level} for level in problem.objective)


def _unknown(problem: Problem, roster: Roster) -> Iterator[Violation]:
    shifts = {shift.id for shift in problem.shifts}
    people = {stylist.id for stylist in problem.stylists}
    for item in roster.assignments:
        if item.shift not in shifts:
            yield Violation(rule="unknown", message="no such shift in the problem", shift=item.shift)
        if item.stylist not in people:
            yield Violation(rule="unknown", message="no such stylist in the problem", stylist=item.stylist)


class _Referee:
    def __init__(self, problem: Problem, roster: Roster) -> None:
        self.problem = problem
        self.roster = roster
        self.shifts = {shift.id: shift for shift in problem.shifts}
        self.people = {stylist.id: stylist for stylist in problem.stylists}
        self.salons = {salon.id: salon for salon in problem.salons}
        self.pairs_held = [
            (self.shifts[item.shift], self.people[item.stylist]) for item in roster.assignments
        ]
        self.stints: dict[str, list[_Stint]] = {stylist.id: [] for stylist in problem.stylists}
        self._lay_out()

    def _lay_out(self) -> None:
        for who in self.problem.stylists:
            for kind, intervals in (("busy", who.busy), ("history", who.history)):
                for busy in intervals:
                    day = self.day(busy.start)
                    stint = _Stint(who.id, busy.start, busy.end, busy.salon, day, kind, None, False)
                    self.stints[who.id].append(stint)
        for shift, holder in {(shift.id, who.id): (shift, who) for shift, who in self.pairs_held}.values():
            day = self.day(shift.start)
            stint = _Stint(
                holder.id, shift.start, shift.end, shift.salon, day, "shift", shift.id, not shift.pinned
            )
            self.stints[holder.id].append(stint)

    def day(self, minute: int) -> int:
        """Counted by walking the days, on purpose not the way the planner counts."""
        starts = self.problem.day_starts
        if minute < 0:
            return -((-minute + 1439) // 1440)
        for index in range(len(starts) - 1):
            if minute < starts[index + 1]:
                return index
        return len(starts) - 1 + (minute - starts[-1]) // 1440

    def km(self, here: str, there: str) -> float:
        a, b = self.salons[here], self.salons[there]
        return math.hypot(a.x_km - b.x_km, a.y_km - b.y_km)

    def way(self, here: str, there: str) -> int:
        if here == there:
            return 0
        travel = self.problem.travel
        if travel.minutes is not None:
            return math.ceil(travel.minutes[here][there])
        return math.ceil(travel.base_minutes + self.km(here, there) * travel.minutes_per_km)

    def one_per_shift(self) -> Iterator[Violation]:
        for shift, times in Counter(item.shift for item in self.roster.assignments).items():
            if times > 1:
                yield Violation(rule="one-per-shift", message=f"listed {times} times", shift=shift)

    def alone(self) -> Iterator[Violation]:
        for shift, who in self.pairs_held:
            if not shift.pinned:
                for rule, message in self._broken_alone(shift, who):
                    yield Violation(rule=rule, message=message, shift=shift.id, stylist=who.id)

    def _broken_alone(self, shift: Shift, who: Stylist) -> Iterator[tuple[str, str]]:
        minutes = self.way(who.home, shift.salon)
        top = shift.max_hourly_cost
        broken = {
            "skill": (shift.skill not in who.skills, f"lacks the skill {shift.skill}"),
            "available": (
                all(shift.start < span.start or shift.end > span.end for span in who.available),
                "the whole shift lies in no span of availability",
            ),
            "blocked": (shift.salon in who.blocked_salons, f"the salon {shift.salon} is blocked"),
            "refused": (who.id in shift.refused_by, "has refused this shift"),
            "excluded": (who.id in shift.excluded, f"excluded: {shift.excluded.get(who.id)}"),
            "home-travel": (
                minutes > who.max_travel_minutes,
                f"{minutes} minutes from home, at most {who.max_travel_minutes}",
            ),
            "hourly-cost": (
                top is not None and who.hourly_cost > top,
                f"costs {who.hourly_cost} an hour, at most {top}",
            ),
        }
        return ((rule, message) for rule, (is_broken, message) in broken.items() if is_broken)

    def pairs(self) -> Iterator[Violation]:
        for who, stints in self.stints.items():
            ordered = sorted(stints, key=lambda stint: (stint.start, stint.end))
            for index, first in enumerate(ordered):
                for second in ordered[index + 1 :]:
                    if first.tested or second.tested:
                        for rule, message in self._broken_between(
                            first, second, self.people[who].min_rest_minutes
                        ):
                            shift = second.shift if second.tested else first.shift
                            yield Violation(rule=rule, message=message, shift=shift, stylist=who)

    def _broken_between(self, first: _Stint, second: _Stint, rest: int) -> Iterator[tuple[str, str]]:
        gap = second.start - first.end
        if gap < 0:
            yield "overlap", f"overlaps minutes {first.start}-{first.end}"
            return
        needed = self.way(first.salon, second.salon)
        if gap < needed:
            yield (
                "travel-gap",
                f"{gap} minutes to travel from {first.salon} to {second.salon}, needs {needed}",
            )
        if first.day != second.day and gap < rest:
            yield "rest", f"{gap} minutes of rest, needs {rest}"

    def days(self) -> Iterator[Violation]:
        for who, stints in self.stints.items():
            most = self.people[who].max_day_minutes
            for day in sorted({stint.day for stint in stints if stint.tested}):
                total = sum(stint.end - stint.start for stint in stints if stint.day == day)
                if total > most:
                    message = f"{total} minutes on day {day}, at most {most}"
                    yield Violation(rule="day-minutes", message=message, stylist=who)

    def windows(self) -> Iterator[Violation]:
        for who, stints in self.stints.items():
            if any(stint.tested for stint in stints):
                for limit in self.people[who].limits:
                    yield from self._one_limit(who, limit, stints)

    def _one_limit(self, who: str, limit: Limit, stints: list[_Stint]) -> Iterator[Violation]:
        for first in _first_days(limit, {stint.day for stint in stints}):
            inside = [stint for stint in stints if first <= stint.day <= first + limit.days - 1]
            if not any(stint.tested for stint in inside):
                continue
            minutes = sum(stint.end - stint.start for stint in inside)
            if limit.max_minutes is not None and minutes > limit.max_minutes:
                message = (
                    f"{minutes} minutes in {limit.days} days from day {first}, at most {limit.max_minutes}"
                )
                yield Violation(rule="window-minutes", message=message, stylist=who)
            worked = len({stint.day for stint in inside})
            if limit.max_worked_days is not None and worked > limit.max_worked_days:
                message = (
                    f"{worked} worked days in {limit.days} from day {first}, at most {limit.max_worked_days}"
                )
                yield Violation(rule="window-days", message=message, stylist=who)

    def kept_apart(self) -> Iterator[Violation]:
        pairs = {frozenset((who.id, other)) for who in self.problem.stylists for other in who.not_with}
        for one, other in sorted(tuple(sorted(pair)) for pair in pairs if len(pair) == 2):
            for mine in self.stints[one]:
                for theirs in self.stints[other]:
                    meet = mine.salon == theirs.salon and mine.start < theirs.end and theirs.start < mine.end
                    if meet and (mine.tested or theirs.tested) and mine.shift != theirs.shift:
                        shift, who = (mine.shift, other) if mine.tested else (theirs.shift, one)
                        yield Violation(rule="not-with", message=f"meets {who}", shift=shift, stylist=one)

    def chairs(self) -> Iterator[Violation]:
        present: dict[str, list[_Stint]] = defaultdict(list)
        for stints in self.stints.values():
            for stint in stints:
                if stint.kind != "history":
                    present[stint.salon].append(stint)
        for salon in self.problem.salons:
            if salon.chairs is not None:
                yield from _crowds(present[salon.id], salon.chairs)

    def pinned(self) -> Iterator[Violation]:
        for shift in self.problem.shifts:
            if shift.pinned:
                got = {item.stylist for item in self.roster.assignments if item.shift == shift.id}
                if shift.holder not in got:
                    yield Violation(
                        rule="pinned",
                        message="does not keep its holder",
                        shift=shift.id,
                        stylist=shift.holder,
                    )

    def levels(self) -> Iterator[Violation]:
        totals = self.totals()
        true = [{term: totals[term] for term in level} for level in self.problem.objective]
        stated = [dict(level) for level in self.roster.levels]
        if stated != true:
            yield Violation(rule="levels", message=f"states {stated}, true is {true}")

    def totals(self) -> dict[str, int]:
        filled = {shift.id for shift, _ in self.pairs_held}
        weights = self.problem.weights
        return {
            "coverage": sum(
                weights.coverage[shift.priority] for shift in self.problem.shifts if shift.id not in filled
            ),
            "stability": sum(1 for shift, who in self.pairs_held if shift.holder not in (None, who.id)),
            "cost": sum(who.hourly_cost * (shift.end - shift.start) // 60 for shift, who in self.pairs_held),
            "travel": sum(
                round(2 * self.km(who.home, shift.salon) * weights.travel_points_per_km)
                for shift, who in self.pairs_held
            ),
            "preference": sum(2 - who.preferences.get(shift.salon, 0) for shift, who in self.pairs_held),
            "fairness": sum(self._unfair(who) for who in self.problem.stylists),
            "activation": sum({who.id: who.activation_cost for _, who in self.pairs_held}.values()),
        }

    def _unfair(self, who: Stylist) -> int:
        wanted = who.wanted_minutes // 30
        charges: list[int] = []
        for share, points in self.problem.weights.fairness_tiers:
            charges += [points] * round(share * wanted)
        worked = sum(shift.end - shift.start for shift, holder in self.pairs_held if holder is who) // 30
        return sum(charges[: max(0, len(charges) - worked)])


def _first_days(limit: Limit, worked: Iterable[int]) -> list[int]:
    """First days to look at: a rolling window that is too full stays so when it starts on a worked day."""
    if limit.step == "rolling":
        return sorted(worked)
    return sorted({limit.first_day + (day - limit.first_day) // limit.days * limit.days for day in worked})


def _crowds(stints: list[_Stint], chairs: int) -> Iterator[Violation]:
    for tested in stints:
        if not tested.tested:
            continue
        beside = [stint for stint in stints if stint.start < tested.end and tested.start < stint.end]
        moments = [stint.start for stint in beside if tested.start <= stint.start]
        fullest = max(
            len({stint.who for stint in beside if stint.start <= moment < stint.end})
            for moment in (*moments, tested.start)
        )
        if fullest > chairs:
            message = f"{fullest} people at {tested.salon}, {chairs} chairs"
            yield Violation(rule="chairs", message=message, shift=tested.shift, stylist=tested.who)
