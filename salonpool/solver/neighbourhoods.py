"""Which shifts a round decides anew about, and among whom: a named set of neighbourhoods."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from salonpool.solver.highs import Fractions
from salonpool.solver.variables import Variables

CHOICES = (6, 8, 12, 18)  # people tried for each shift, the cheapest; one of these each time
CHOICES_FOR_OPEN = (24, 36)
NARROW = 5
NEAR_MINUTES = 84 * 60  # half a week: what lies further apart rarely stands in each other's way
LEAST_PART = 1e-6  # of a shift; fractions are as exact as that


class Kind(Enum):
    """What the shifts of a neighbourhood have in common."""

    SHIFT = "those whose holders could swap with one shift, then with those, and so on"
    DAYS = "the same days"
    SALONS = "salons close to one"
    OPEN = "those that could make room for an open shift, then for those, and so on"


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Shifts, how many people are tried for each, and the one for which everybody is."""

    shifts: Sequence[str]
    choices: int
    wholly: str | None = None

    def narrowed(self) -> "Neighbourhood":
        """The same shifts with few people for each."""
        return Neighbourhood(self.shifts, min(self.choices, NARROW))


class Neighbourhoods:
    """Picks columns of one program; the people of each shift are ranked by what taking them adds."""

    def __init__(self, variables: Variables, chance: random.Random) -> None:
        self._variables = variables
        self._chance = chance
        people: dict[str, list[str]] = {}
        for shift_id, stylist_id in variables.pairs:
            people.setdefault(shift_id, []).append(stylist_id)
        self._ranked = people
        self._starts = {shift.id: shift.start for shift in variables.problem.shifts}
        self._filled = dict.fromkeys(people, 1.0)
        prices = variables.program.goals[-1].factors if variables.program.goals else {}
        self._rank([prices.get(column, 0) for column in range(len(variables.program.greatest))])

    def learn(self, fractions: Fractions) -> None:
        """From now on rank people by these fractions, and hope to fill what they fill."""
        self._rank(fractions.added)
        unfilled = self._variables.unfilled
        self._filled = {shift: 1 - fractions.values[column] for shift, column in unfilled.items()}

    def hopes(self, holders: Mapping[str, str]) -> dict[str, float]:
        """What nobody has yet and the fractions fill, with how much of it they fill; anything open, if there
        is none of that."""
        hopes = {shift_id: self._filled[shift_id] for shift_id in self.undecided(holders)}
        real = {shift_id: part for shift_id, part in hopes.items() if part > LEAST_PART}
        return real or dict.fromkeys(hopes, 1.0)

    def pick(
        self, kind: Kind, holders: Mapping[str, str], size: int, start: str | None = None
    ) -> "Neighbourhood":
        """One of about so many columns, around this shift or around one left to chance."""
        is_open = kind is Kind.OPEN
        choices = self._chance.choice(CHOICES_FOR_OPEN if is_open else CHOICES)
        most = max(1, size // choices)
        if most >= len(self._ranked):
            choices = max(choices, size // len(self._ranked))
        start = start or self._chance.choice(list(self._ranked))
        match kind:
            case Kind.DAYS:
                shifts = self._nearest(start, most)
            case Kind.SALONS:
                shifts = self._closest(start, most)
            case _:
                shifts = self._ring(start, holders, choices, most)
        return Neighbourhood(shifts, choices, wholly=start if is_open else None)

    def columns(self, chosen: "Neighbourhood", *plans: Mapping[str, str]) -> list[int]:
        """Those of the cheapest people for each shift and of its holder in each plan, and what follows."""
        variables = self._variables
        free: set[int] = set()
        touched: set[str] = set()
        for shift_id in chosen.shifts:
            ranked = self._ranked[shift_id]
            people = set(ranked if shift_id == chosen.wholly else ranked[: chosen.choices])
            people.update(holders[shift_id] for holders in plans if shift_id in holders)
            free.add(variables.unfilled[shift_id])
            free.update(variables.pairs[shift_id, stylist_id] for stylist_id in people)
            touched.update(people)
        for stylist_id in touched:
            free.update(variables.derived_of[stylist_id])
        return sorted(free)

    def undecided(self, holders: Mapping[str, str]) -> list[str]:
        """The shifts somebody could work and nobody has."""
        return [shift_id for shift_id in self._ranked if shift_id not in holders]

    def _rank(self, added: Sequence[float]) -> None:
        pairs = self._variables.pairs
        for shift_id, people in self._ranked.items():
            price = {stylist_id: added[pairs[shift_id, stylist_id]] for stylist_id in people}
            people.sort(key=price.__getitem__)

    def _ring(self, start: str, holders: Mapping[str, str], choices: int, most: int) -> list[str]:
        held: dict[str, list[str]] = {}
        for shift_id, stylist_id in holders.items():
            if shift_id in self._ranked:
                held.setdefault(stylist_id, []).append(shift_id)
        ring, seen = [start], {start}
        for shift_id in ring:  # it grows on the way
            if len(ring) >= most:
                break
            people = self._ranked[shift_id]
            for stylist_id in people if shift_id == start else people[:choices]:
                for other in held.get(stylist_id, ()):
                    if other not in seen and self._minutes_between(shift_id, other) < NEAR_MINUTES:
                        seen.add(other)
                        ring.append(other)
        return ring[:most]

    def _nearest(self, start: str, most: int) -> list[str]:
        return sorted(self._ranked, key=lambda other: self._minutes_between(start, other))[:most]

    def _closest(self, start: str, most: int) -> list[str]:
        shifts, measures = self._variables.problem.shifts_by_id, self._variables.measures
        here = shifts[start].salon
        ways = {salon.id: measures.km(here, salon.id) for salon in self._variables.problem.salons}
        near = sorted(self._ranked, key=lambda other: ways[shifts[other].salon])
        return near[:most]

    def _minutes_between(self, one: str, other: str) -> int:
        return abs(self._starts[one] - self._starts[other])
