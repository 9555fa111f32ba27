"""The hard rules as rows of the program, one method for each.

Rules about one person and one shift are kept by leaving the pair out (`pairs.feasible_pairs`).
Pinned shifts keep their holder because they are no columns at all, only minutes already held.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial

from salonpool.solver.cliques import cover_conflicts, cover_members, mask_of, members
from salonpool.solver.eligibility import Eligibility, people_apart, window_starts
from salonpool.solver.knapsack import tight_rows
from salonpool.solver.problem import Limit, Problem, Shift, Stylist
from salonpool.solver.rules import Held, clash
from salonpool.solver.variables import Variables, any_taken


class Person:
    """The possible shifts of one person, in order of time, and which two of them cannot go together."""

    def __init__(self, stylist: Stylist, choices: list[tuple[Shift, int]], eligibility: Eligibility) -> None:
        self.stylist = stylist
        self.columns = [column for _, column in choices]
        day_of = eligibility.measures.day_of
        self.wanted = [
            Held(
                stylist=stylist.id, start=shift.start, end=shift.end, salon=shift.salon,
                day=day_of(shift.start), shift=shift.id,
            )
            for shift, _ in choices
        ]  # fmt: skip
        self.held = eligibility.diary.of_person(stylist.id)
        self.conflicts = [0] * len(choices)
        self.on_day: dict[int, list[int]] = defaultdict(list)
        for index, wanted in enumerate(self.wanted):
            self.on_day[wanted.day].append(index)
        self.worked_days = {held.day for held in self.held}

    def most_minutes(self, day: int) -> int:
        """No more can be chosen on the day, whatever the windows say."""
        held = sum(held.minutes for held in self.held if held.day == day)
        chosen = sum(self.wanted[index].minutes for index in self.on_day[day])
        return max(0, min(chosen, self.stylist.max_day_minutes - held))

    def cliques(self) -> list[int]:
        """Bit masks that contain every conflict, and every choice at least once."""
        cliques = cover_conflicts(self.conflicts)
        together = 0
        for clique in cliques:
            together |= clique
        alone = mask_of(range(len(self.columns))) & ~together
        return cliques + [1 << index for index in members(alone)]


class Constraints:
    """Writes every hard rule between two or more choices into the program of the variables."""

    def __init__(self, problem: Problem, eligibility: Eligibility, variables: Variables) -> None:
        self._problem = problem
        self._eligibility = eligibility
        self._variables = variables
        self._program = variables.program
        self._longest_travel = eligibility.measures.longest_travel()
        self.people = [Person(stylist, choices, eligibility) for stylist, choices in variables.people()]
        self.cliques: dict[str, list[int]] = {}

    def write(self) -> None:
        """Write all rules."""
        self._every_shift_has_one_stylist_or_stays_unfilled()
        for person in self.people:
            self._nobody_is_in_two_places_or_short_of_travel_or_rest(person)
            self._no_day_passes_its_minutes(person)
            self._no_window_passes_its_minutes(person)
            self.cliques[person.stylist.id] = cliques = person.cliques()
            for clique in cliques:
                if clique & (clique - 1):
                    self._program.at_most_one(person.columns[index] for index in members(clique))
            self._no_window_passes_its_worked_days(person)
        self._people_kept_apart_do_not_meet()
        self._no_salon_holds_more_people_than_chairs()

    def _every_shift_has_one_stylist_or_stays_unfilled(self) -> None:
        choices = {shift_id: [column] for shift_id, column in self._variables.unfilled.items()}
        for (shift_id, _), column in self._variables.pairs.items():
            choices[shift_id].append(column)
        for columns in choices.values():
            self._program.exactly_one(columns)

    def _nobody_is_in_two_places_or_short_of_travel_or_rest(self, person: Person) -> None:
        rest = person.stylist.min_rest_minutes
        reach = max(rest, self._longest_travel)
        measures = self._eligibility.measures
        for first, one in enumerate(person.wanted):
            for second in range(first + 1, len(person.wanted)):
                other = person.wanted[second]
                if other.start >= one.end + reach:
                    break
                if clash(one, other, rest, measures) is not None:
                    person.conflicts[first] |= 1 << second
                    person.conflicts[second] |= 1 << first

    def _no_day_passes_its_minutes(self, person: Person) -> None:
        for day, choices in person.on_day.items():
            held = sum(held.minutes for held in person.held if held.day == day)
            self._cap_minutes(person, choices, person.stylist.max_day_minutes - held)

    def _no_window_passes_its_minutes(self, person: Person) -> None:
        """Of windows with the same choices the tightest; none that the caps of its days keep anyway."""
        rooms: dict[tuple[int, ...], int] = {}
        for limit in person.stylist.limits:
            if limit.max_minutes is None:
                continue
            for first in _windows(limit, person):
                days = _inside(limit, first, person.on_day)
                held = sum(held.minutes for held in person.held if first <= held.day < first + limit.days)
                room = limit.max_minutes - held
                if sum(person.most_minutes(day) for day in days) > room:
                    choices = tuple(index for day in days for index in person.on_day[day])
                    rooms[choices] = min(room, rooms.get(choices, room))
        for choices, room in rooms.items():
            self._cap_minutes(person, choices, room)

    def _no_window_passes_its_worked_days(self, person: Person) -> None:
        worked: dict[int, int] = {}
        for limit in person.stylist.limits:
            if limit.max_worked_days is None:
                continue
            for first in _windows(limit, person):
                held = sum(1 for day in person.worked_days if first <= day < first + limit.days)
                days = [day for day in _inside(limit, first, person.on_day) if day not in person.worked_days]
                room = limit.max_worked_days - held
                if len(days) > room:
                    for day in days:
                        if day not in worked:
                            worked[day] = self._worked_day(person, day)
                    self._program.at_most({worked[day]: 1 for day in days}, room)

    def _worked_day(self, person: Person, day: int) -> int:
        """A column that is 1 as soon as one of the day's shifts is taken."""
        columns = [person.columns[index] for index in person.on_day[day]]
        worked = self._variables.derived(person.stylist.id, 1, partial(any_taken, columns))
        for clique in cover_members(mask_of(person.on_day[day]), person.conflicts):
            factors = {person.columns[index]: 1 for index in members(clique)}
            self._program.at_most({**factors, worked: -1}, 0)
        return worked

    def _people_kept_apart_do_not_meet(self) -> None:
        apart = people_apart(self._problem)
        choices = self._variables.of_person
        pairs = sorted({(one, other) for one, others in apart.items() for other in others if one < other})
        for one, other in pairs:
            for mine, column in choices[one]:
                for theirs, their_column in choices[other]:
                    meet = mine.salon == theirs.salon and mine.start < theirs.end and theirs.start < mine.end
                    if meet and mine.id != theirs.id:
                        self._program.at_most_one((column, their_column))

    def _no_salon_holds_more_people_than_chairs(self) -> None:
        shifts: dict[str, list[Shift]] = defaultdict(list)
        for shift_id in self._variables.unfilled:
            shift = self._problem.shifts_by_id[shift_id]
            shifts[shift.salon].append(shift)
        for salon in self._problem.salons:
            if salon.chairs is not None:
                self._seat(shifts[salon.id], salon.id, salon.chairs)

    def _seat(self, shifts: list[Shift], salon_id: str, chairs: int) -> None:
        """Filled shifts have different people: nobody is in two places, and nobody beside their own busy
        minutes."""
        held = [held for held in self._eligibility.diary.of_salon(salon_id) if not held.history]
        for moment in sorted({shift.start for shift in shifts} | {other.start for other in held}):
            now = [shift.id for shift in shifts if shift.start <= moment < shift.end]
            seated = len({other.stylist for other in held if other.start <= moment < other.end})
            room = max(0, chairs - seated)  # what is fixed may be more than the chairs are
            if len(now) > room:
                self._program.at_least(
                    {self._variables.unfilled[shift_id]: 1 for shift_id in now}, len(now) - room
                )

    def _cap_minutes(self, person: Person, choices: Sequence[int], room: int) -> None:
        """The chosen minutes fit, as one row, as conflicts between two, and as the rows that whole choices
        keep, for a tighter relaxation."""
        minutes = {index: person.wanted[index].minutes for index in choices}
        if sum(minutes.values()) <= room:
            return
        self._two_that_pass(person, minutes, room)
        self._program.at_most({person.columns[index]: length for index, length in minutes.items()}, room)
        lengths = tuple(sorted(set(minutes.values())))
        for factors, most in tight_rows(max(0, room), lengths):
            by_length = dict(zip(lengths, factors, strict=True))
            counted = {index: by_length[length] for index, length in minutes.items() if by_length[length]}
            if sum(counted.values()) > most:
                self._program.at_most(
                    {person.columns[index]: count for index, count in counted.items()}, most
                )

    def _two_that_pass(self, person: Person, minutes: dict[int, int], room: int) -> None:
        of_length: dict[int, int] = defaultdict(int)
        for index, length in minutes.items():
            of_length[length] |= 1 << index
        for length, mask in of_length.items():
            too_long = 0
            for other, other_mask in of_length.items():
                if length + other > room:
                    too_long |= other_mask
            if too_long:
                for index in members(mask):
                    person.conflicts[index] |= too_long & ~(1 << index)


def _windows(limit: Limit, person: Person) -> list[int]:
    """First days of the windows that hold a possible shift and can be the fullest."""
    worked = set(person.on_day) | person.worked_days
    return sorted({first for day in person.on_day for first in window_starts(limit, day, worked)})


def _inside(limit: Limit, first: int, days: dict[int, list[int]]) -> list[int]:
    """Those of the days that lie in the window from `first`."""
    return [day for day in days if first <= day < first + limit.days]
