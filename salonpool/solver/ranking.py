"""Who to ask for an open shift, best first."""

from salonpool.solver.eligibility import Eligibility
from salonpool.solver.measures import Measures
from salonpool.solver.pairs import feasible_pairs
from salonpool.solver.problem import Problem
from salonpool.solver.roster import Roster
from salonpool.solver.terms import Terms


def ranked(problem: Problem, roster: Roster) -> dict[str, list[str]]:
    """{open shift id: ids of the people who may work it beside what else the roster gives them}, best first.

    First the person the roster chose, then by what the assignment adds to each level, then in the problem's
    order. Pinned shifts are not open; an open shift nobody may work has an empty list.
    """
    holders = {item.shift: item.stylist for item in roster.assignments}
    measures = Measures(problem)
    terms = Terms(problem, measures)
    eligibility = Eligibility(problem, measures, holders=holders)
    people, shifts = problem.stylists_by_id, problem.shifts_by_id
    minutes = dict.fromkeys(people, 0)
    for shift_id, stylist_id in holders.items():
        minutes[stylist_id] += shifts[shift_id].minutes
    ranks: dict[str, list[str]] = {}
    for shift_id, candidates in feasible_pairs(problem, Eligibility(problem, measures)).items():
        shift = shifts[shift_id]
        chosen = holders.get(shift_id)
        prices: dict[str, tuple[bool, tuple[int, ...]]] = {}
        for stylist_id in candidates:
            if eligibility.clash(people[stylist_id], shift) is None:
                before = minutes[stylist_id] - (shift.minutes if stylist_id == chosen else 0)
                prices[stylist_id] = (stylist_id != chosen, terms.added(people[stylist_id], shift, before))
        ranks[shift_id] = sorted(prices, key=prices.__getitem__)
    return ranks
