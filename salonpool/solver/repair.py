"""A plan mended in an instant: what was declined finds somebody else, and all but its surroundings stays.

For the moment after a decline, an absence or a post; the next planning run looks at everything again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from heapq import nsmallest

from salonpool.solver.eligibility import Eligibility, people_apart
from salonpool.solver.formulation import plan
from salonpool.solver.measures import Measures
from salonpool.solver.pairs import feasible_pairs
from salonpool.solver.parts import part
from salonpool.solver.problem import Problem, Shift
from salonpool.solver.roster import Assignment, Roster
from salonpool.solver.terms import Terms

FEW_CHOICES, MANY_CHOICES = 10, 60  # people tried for each shift at first and then, the cheapest
SECOND = 3
MOST_FREE = 150  # shifts of theirs that may change hands


def repaired(
    problem: Problem,
    holders: Mapping[str, str],
    *,
    posted: Collection[str] = (),
    time_limit_seconds: float = 0.25,
    seed: int = 0,
) -> Roster:
    """A roster near `holders` ({shift id: stylist id}) that keeps every rule of the problem as it is now.

    Shifts whose holder may not work them any more, and those `posted` since, are planned again together with
    what the people who could take them hold on the same days. Pinned shifts stay. Its bounds say nothing but
    that no level is below 0, and it explains nothing: explain.unfilled() does.
    """
    repair = _Repair(problem, holders, posted)
    for choices in (FEW_CHOICES, MANY_CHOICES):
        if repair.open():
            repair.plan_again(choices, time_limit_seconds / 2, seed)
    return repair.roster()


class _Repair:
    def __init__(self, problem: Problem, holders: Mapping[str, str], posted: Collection[str]) -> None:
        self._problem = problem
        self._measures = Measures(problem)
        self._terms = Terms(problem, self._measures)
        self._fixed = Eligibility(problem, self._measures)
        self._holders = _still_allowed(problem, holders, self._measures)
        self._prices: dict[str, dict[str, tuple[int, ...]]] = {}
        self._wanted = {*(holders.keys() - self._holders.keys()), *posted}

    def open(self) -> list[Shift]:
        """What is to be planned again and has nobody yet."""
        return [
            shift
            for shift in self._problem.shifts
            if shift.id in self._wanted and shift.id not in self._holders
        ]

    def plan_again(self, choices: int, seconds: float, seed: int) -> None:
        """Plan again what is open, with so many people to choose from for each shift."""
        shifts = self.open()
        people = self._cheapest(shifts, choices)
        free = self._free(people, shifts)
        # Who could take what is given away in turn: fewer of them, for there are more such shifts.
        moved = [self._problem.shifts_by_id[shift_id] for shift_id in free - {shift.id for shift in shifts}]
        local = self._local(people | self._cheapest(moved, choices // SECOND), free)
        found = plan(local, time_limit_seconds=seconds, workers=1, seed=seed)
        here = {shift.id for shift in local.shifts}
        again = {shift: who for shift, who in self._holders.items() if shift not in here} | found
        if self._terms.values(again) < self._terms.values(self._holders):
            self._holders = again

    def roster(self) -> Roster:
        """The plan as it is now."""
        levels, values = self._terms.levels(self._holders), self._terms.values(self._holders)
        worst = next((value for value in values if value > 0), 0)
        return Roster(
            status="feasible" if worst else "optimal",
            assignments=tuple(
                Assignment(shift=shift.id, stylist=self._holders[shift.id])
                for shift in self._problem.shifts
                if shift.id in self._holders
            ),
            levels=levels,
            bound=(0,) * len(levels),
            gap=1.0 if worst else 0.0,
            seconds=0.0,
            changed=tuple(
                shift.id
                for shift in self._problem.shifts
                if shift.id in self._holders and shift.holder not in (None, self._holders[shift.id])
            ),
        )

    def _cheapest(self, shifts: Collection[Shift], choices: int) -> set[str]:
        """For each shift so many people who could work it, by what they would cost."""
        people = self._problem.stylists_by_id
        fresh = [shift for shift in shifts if shift.id not in self._prices]
        able = feasible_pairs(self._problem, self._fixed, among=fresh)
        for shift in fresh:
            self._prices[shift.id] = {who: self._terms.added(people[who], shift, 0) for who in able[shift.id]}
        found: set[str] = set()
        for shift in shifts:
            prices = self._prices[shift.id]
            found.update(nsmallest(choices, prices, key=prices.__getitem__))
        return found

    def _free(self, people: Collection[str], shifts: Iterable[Shift]) -> set[str]:
        """The open shifts and what these people hold on the same days."""
        days = {self._measures.day_of(shift.start) for shift in shifts}
        near = [
            shift.id
            for shift in self._problem.shifts
            if not shift.pinned
            and self._holders.get(shift.id) in people
            and self._measures.day_of(shift.start) in days
        ]
        return {shift.id for shift in shifts}.union(near[:MOST_FREE])

    def _local(self, people: set[str], free: Collection[str]) -> Problem:
        """The problem of these people and shifts; whoever they could meet is there with what is fixed."""
        problem = self._problem
        crowded = {salon.id for salon in problem.salons if salon.chairs is not None}
        salons = crowded & {problem.shifts_by_id[shift_id].salon for shift_id in free}
        apart = people_apart(problem) if any(stylist.not_with for stylist in problem.stylists) else {}
        around = people.union(*(apart.get(who, set()) for who in people))
        around |= {
            holder for shift, holder in self._holders.items() if problem.shifts_by_id[shift].salon in salons
        }
        around |= {who.id for who in problem.stylists if any(busy.salon in salons for busy in who.busy)}
        chosen = [
            replace(shift, holder=self._holders.get(shift.id, shift.holder))
            for shift in problem.shifts
            if shift.id in free
        ]
        around |= {shift.holder for shift in chosen if shift.holder is not None}
        fixed = [
            replace(shift, holder=self._holders[shift.id], pinned=True)
            for shift in problem.shifts
            if shift.id not in free and self._holders.get(shift.id) in around
        ]
        local = part(problem, around, (*fixed, *chosen))
        bystanders = around - people
        stylists = tuple(replace(who, skills=()) if who.id in bystanders else who for who in local.stylists)
        return replace(local, stylists=stylists, objective=_fewest_changes(problem.objective))


def _still_allowed(problem: Problem, holders: Mapping[str, str], measures: Measures) -> dict[str, str]:
    """Those of the assignments that no rule forbids now; of two that clash with each other, one."""
    pinned = problem.pinned_holders
    allowed = dict(pinned)
    eligibility = Eligibility(problem, measures, holders=holders)
    people, shifts = problem.stylists_by_id, problem.shifts_by_id
    for shift_id, holder in holders.items():
        if shift_id in pinned or shift_id not in shifts or holder not in people:
            continue
        stylist, shift = people[holder], shifts[shift_id]
        if not eligibility.alone(stylist, shift) and eligibility.fits(stylist, shift):
            allowed[shift_id] = holder
        else:
            eligibility.diary.remove(holder, shift_id)
    return allowed


def _fewest_changes(objective: Sequence[Mapping[str, int]]) -> tuple[Mapping[str, int], ...]:
    """What comes first stays first; then whoever has a shift keeps it."""
    return (*objective[:1], {"stability": 1}, *objective[1:])
