"""Why a shift stayed open: whom each rule keeps away, who lacks one thing only, and what would help."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from salonpool.solver.combinations import combined
from salonpool.solver.eligibility import Eligibility
from salonpool.solver.measures import Measures
from salonpool.solver.openings import Openings
from salonpool.solver.problem import Problem, Shift
from salonpool.solver.remedies import Tries, single
from salonpool.solver.roster import Remedy, Unfilled
from salonpool.solver.rules import RULES

Rules = Mapping[str, tuple[str, ...]]  # of each person, by id


def unfilled(
    problem: Problem, holders: Mapping[str, str], *, measures: Measures | None = None
) -> tuple[Unfilled, ...]:
    """For every shift missing in `holders` ({shift id: stylist id}): funnel, sole blockers and remedies,
    given all that is in it."""
    eligibility = Eligibility(problem, measures, holders=holders)
    openings = Openings(problem, eligibility.diary)
    alike: dict[object, _Reasons] = {}
    found = []
    for shift in problem.shifts:
        if shift.id not in holders:
            key = _terms(shift)
            if key not in alike:
                alike[key] = _Reasons.of(eligibility, openings, shift)
            found.append(alike[key].unfilled(shift.id))
    return tuple(found)


def sole_blockers(problem: Problem, holders: Mapping[str, str], shift_id: str) -> dict[str, tuple[str, ...]]:
    """{rule: ids of the people kept from the shift by this rule alone}, in the order of the rules."""
    eligibility = Eligibility(problem, holders=holders)
    openings = Openings(problem, eligibility.diary)
    return _sole_blockers(_rules(eligibility, openings, problem.shifts_by_id[shift_id])[1])


def remedies(
    problem: Problem, holders: Mapping[str, str], shift_id: str, *, earliest: int = 0
) -> tuple[Remedy, ...]:
    """What would fill the shift, starting no earlier than the minute `earliest`; cheapest first.

    Small changes of one thing; only when none of them brings anybody, larger ones and several at once. Empty
    when nobody could come whatever is changed. `fills` = how many people could take the shift then, beside
    what everybody works in `holders`.
    """
    eligibility = Eligibility(problem, holders=holders)
    openings = Openings(problem, eligibility.diary)
    shift = problem.shifts_by_id[shift_id]
    alone, _ = _rules(eligibility, openings, shift)
    return tuple(_remedies(Tries(eligibility, openings, shift, alone, earliest)))


def _remedies(tries: Tries) -> Iterator[Remedy]:
    found = tuple(single(tries))
    yield from found or combined(tries)


@dataclass(frozen=True, slots=True)
class _Reasons:
    """The explanation of all shifts that ask for the same."""

    funnel: Mapping[str, int]
    sole: Mapping[str, tuple[str, ...]]
    remedies: tuple[Remedy, ...]

    @classmethod
    def of(cls, eligibility: Eligibility, openings: Openings, shift: Shift) -> "_Reasons":
        alone, every = _rules(eligibility, openings, shift)
        first = Counter(rules[0] for rules in every.values() if rules)
        return cls(
            funnel={rule: first[rule] for rule in RULES if rule in first},
            sole=_sole_blockers(every),
            remedies=tuple(_remedies(Tries(eligibility, openings, shift, alone))),
        )

    def unfilled(self, shift_id: str) -> Unfilled:
        return Unfilled(shift=shift_id, funnel=self.funnel, sole=self.sole, remedies=self.remedies)


def _rules(eligibility: Eligibility, openings: Openings, shift: Shift) -> tuple[Rules, Rules]:
    """Rules broken alone, and all; of the second kind only as many as tell which rule is the first, and
    whether it is the only one."""
    busy = openings.busy(shift.start, shift.end)
    alone, every = {}, {}
    for stylist in eligibility.problem.stylists:
        rules = alone[stylist.id] = eligibility.alone(stylist, shift)
        if not rules or (len(rules) == 1 and stylist.id not in busy):
            rules += eligibility.beside(stylist, shift)
        elif len(rules) == 1:
            rules += ("overlap",)
        every[stylist.id] = rules
    return alone, every


def _sole_blockers(every: Rules) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for stylist_id, rules in every.items():
        if len(rules) == 1:
            found.setdefault(rules[0], []).append(stylist_id)
    return {rule: tuple(found[rule]) for rule in RULES if rule in found}


def _terms(shift: Shift) -> object:
    """Equal for shifts whose explanation is the same, such as the seats of one."""
    asked = (shift.salon, shift.start, shift.end, shift.skill, shift.max_hourly_cost)
    return *asked, shift.refused_by, tuple(sorted(shift.excluded.items()))
