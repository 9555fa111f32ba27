"""A problem cut down to some of its people and shifts, and the parts a problem falls into by itself."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from salonpool.solver.eligibility import people_apart
from salonpool.solver.problem import Problem, Shift


def part(problem: Problem, people: Collection[str], shifts: Iterable[Shift]) -> Problem:
    """The same salons, days and wishes with these people and shifts only, in the problem's order.

    The holder of a shift has to be among the people.
    """
    return replace(
        problem,
        stylists=tuple(
            replace(who, not_with=tuple(other for other in who.not_with if other in people))
            for who in problem.stylists
            if who.id in people
        ),
        shifts=tuple(
            replace(
                shift,
                refused_by=tuple(who for who in shift.refused_by if who in people),
                excluded={who: reason for who, reason in shift.excluded.items() if who in people},
            )
            for shift in shifts
        ),
    )


def split_up(problem: Problem, pairs: Mapping[str, Collection[str]]) -> list[Problem]:
    """The parts that have nothing to do with each other, the largest first; together they are the problem.

    People belong together who could take the same shift, sit on the chairs of one salon, or are kept apart.
    Whoever could take nothing, and shifts nobody could take, are parts of nothing and left out.
    """
    groups = _grouped(problem, pairs)
    found: dict[str, tuple[set[str], list[Shift]]] = {}
    for shift in problem.shifts:
        if shift.pinned or pairs.get(shift.id):
            found.setdefault(groups.of(f"shift {shift.id}"), (set(), []))[1].append(shift)
    for stylist in problem.stylists:
        group = groups.of(f"person {stylist.id}")
        if group in found:
            found[group][0].add(stylist.id)
    open_parts = [each for each in found.values() if any(pairs.get(shift.id) for shift in each[1])]
    ordered = sorted(open_parts, key=lambda each: -len(each[1]))
    return [part(problem, people, shifts) for people, shifts in ordered]


def _grouped(problem: Problem, pairs: Mapping[str, Collection[str]]) -> "_Groups":
    groups = _Groups()
    for shift in problem.shifts:
        holder = () if shift.holder is None else (shift.holder,)
        for who in (*pairs.get(shift.id, ()), *holder):
            groups.join(f"shift {shift.id}", f"person {who}")
    for one, others in people_apart(problem).items():
        for other in others:
            groups.join(f"person {one}", f"person {other}")
    _join_by_chairs(problem, groups)
    return groups


def _join_by_chairs(problem: Problem, groups: "_Groups") -> None:
    crowded = {salon.id for salon in problem.salons if salon.chairs is not None}
    for shift in problem.shifts:
        if shift.salon in crowded:
            groups.join(f"salon {shift.salon}", f"shift {shift.id}")
    for stylist in problem.stylists:
        for busy in stylist.busy:
            if busy.salon in crowded:
                groups.join(f"salon {busy.salon}", f"person {stylist.id}")


class _Groups:
    """Names that were joined, directly or by way of others, have one group (Galler and Fischer 1964)."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def of(self, name: str) -> str:
        """The name that stands for the group."""
        top = name
        while (above := self._above.get(top, top)) != top:
            top = above
        while name != top:
            self._above[name], name = top, self._above[name]
        return top

    def join(self, one: str, other: str) -> None:
        """From now on they are of one group."""
        self._above[self.of(one)] = self.of(other)
