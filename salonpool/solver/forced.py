"""Why not this person? The pair is made fixed, all else is planned again, the two rosters are compared."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from salonpool.solver.comparison import Forced, Handover
from salonpool.solver.eligibility import Eligibility, reasons
from salonpool.solver.formulation import solve
from salonpool.solver.measures import Measures
from salonpool.solver.nearby import near
from salonpool.solver.problem import Problem, Shift
from salonpool.solver.roster import Assignment, Roster
from salonpool.solver.terms import Terms

MOST_TRIES = 40  # at taking changes back: each looks at every shift
# Of shifts and people: more of them are not planned as a whole in the time a question may take.
MOST_PAIRS = 20_000
WHOLE_SHARE = 0.7


def forced(
    problem: Problem, roster: Roster, shift_id: str, stylist_id: str, *, seconds: float = 1.5, seed: int = 0
) -> Forced:
    """The best roster found in which the person works the shift, compared with `roster`.

    `roster` is one of this problem's, and so are its bounds. It compares with what it already gives without
    any difference. Takes about `seconds`. Raises KeyError for an unknown id.
    """
    person, shift = problem.stylists_by_id[stylist_id], problem.shifts_by_id[shift_id]
    holders = {item.shift: item.stylist for item in roster.assignments}
    if holders.get(shift.id) == person.id:
        return _compared(problem, holders, holders, shift.id, person.id, (True,) * len(problem.objective))
    forbidden = reasons(problem, person.id, shift.id)
    if forbidden:
        return Forced(shift=shift.id, stylist=person.id, reasons=forbidden)
    pinned = _with_pair(problem, shift, person.id)
    plan, bound = _best(pinned, holders, shift.id, seconds, seed)
    new = _kept_close(pinned, holders, plan, shift.id)
    found = _compared(
        problem, holders, new, shift.id, person.id, _proven(problem, pinned, roster, new, bound)
    )
    return replace(found, is_against_best=roster.status == "optimal")


def _best(
    pinned: Problem, holders: Mapping[str, str], shift_id: str, seconds: float, seed: int
) -> tuple[dict[str, str], tuple[float, ...]]:
    """The best plan found, as a whole where that is quick, else near the plan there is; and a bound of each
    level of `pinned`."""
    worth = Terms(pinned, Measures(pinned)).values
    nothing: tuple[float, ...] = (float("-inf"),) * len(pinned.objective)
    if len(pinned.shifts) * len(pinned.stylists) > MOST_PAIRS:
        return near(pinned, holders, shift_id, seconds=seconds, seed=seed), nothing
    found = solve(pinned, time_limit_seconds=seconds * WHOLE_SHARE, workers=1, seed=seed)
    plan = {item.shift: item.stylist for item in found.assignments}
    if found.status != "optimal":
        nearest = near(pinned, holders, shift_id, seconds=seconds * (1 - WHOLE_SHARE), seed=seed)
        plan = min(plan, nearest, key=worth)
    return plan, found.bound


def _with_pair(problem: Problem, shift: Shift, stylist_id: str) -> Problem:
    fixed = replace(shift, holder=stylist_id, pinned=True)
    return replace(
        problem, shifts=tuple(fixed if other.id == shift.id else other for other in problem.shifts)
    )


def _proven(
    problem: Problem,
    pinned: Problem,
    roster: Roster,
    holders: Mapping[str, str],
    bound: tuple[float, ...],
) -> tuple[bool, ...]:
    """A bound of a level holds for rosters as good as this one in the levels before it.

    What no roster of the whole problem can better, none with the pair can.
    """
    values = Terms(pinned, Measures(pinned)).values(holders)
    terms = Terms(problem, Measures(problem))
    all_told = terms.values(holders)
    old = terms.values({item.shift: item.stylist for item in roster.assignments})
    closed = [
        value <= least or (all_told[:level] == old[:level] and all_told[level] <= roster.bound[level])
        for level, (value, least) in enumerate(zip(values, bound, strict=True))
    ]
    return tuple(all(closed[: level + 1]) for level in range(len(closed)))


def _compared(
    problem: Problem,
    before: Mapping[str, str],
    after: Mapping[str, str],
    shift_id: str,
    stylist_id: str,
    proven: tuple[bool, ...],
) -> Forced:
    terms = Terms(problem, Measures(problem))
    old, new = terms.levels(before), terms.levels(after)
    changes = tuple(_changes(problem, before, after))
    shifts = problem.shifts_by_id
    return Forced(
        shift=shift_id,
        stylist=stylist_id,
        roster=_roster(problem, after, new, terms.values(after), proven),
        levels=tuple(
            {term: value - was[term] for term, value in level.items()}
            for was, level in zip(old, new, strict=True)
        ),
        worth=tuple(b - a for a, b in zip(terms.values(before), terms.values(after), strict=True)),
        proven=proven,
        changes=changes,
        moved=tuple(
            change.shift
            for change in changes
            if change.before is not None and change.before == shifts[change.shift].holder
        ),
    )


def _roster(
    problem: Problem,
    holders: Mapping[str, str],
    levels: tuple[dict[str, int], ...],
    values: tuple[int, ...],
    proven: tuple[bool, ...],
) -> Roster:
    """Without bounds of its own: what is proven is proven of rosters with the pair only."""
    first = next((value for value, is_closed in zip(values, proven, strict=True) if not is_closed), 0)
    held = [(shift, holders[shift.id]) for shift in problem.shifts if shift.id in holders]
    return Roster(
        status="optimal" if all(proven) else "feasible",
        assignments=tuple(Assignment(shift=shift.id, stylist=holder) for shift, holder in held),
        levels=levels,
        bound=tuple(value if is_closed else 0 for value, is_closed in zip(values, proven, strict=True)),
        gap=float(first > 0),
        seconds=0.0,
        changed=tuple(shift.id for shift, holder in held if shift.holder not in (None, holder)),
    )


def _changes(problem: Problem, before: Mapping[str, str], after: Mapping[str, str]) -> Iterable[Handover]:
    for shift in problem.shifts:
        was, now = before.get(shift.id), after.get(shift.id)
        if was != now:
            yield Handover(shift=shift.id, before=was, after=now)


def _kept_close(
    pinned: Problem, before: Mapping[str, str], after: dict[str, str], shift_id: str
) -> dict[str, str]:
    """Without changes the pair does not call for: of rosters worth the same a nearer one is told.

    All changes that share no person with the pair's are taken back together, which gives everybody in them
    what they worked before; then one after the other, as often as it is worth it.
    """
    lots = [lot for lot in _lots(pinned, before, after) if all(change.shift != shift_id for change in lot)]
    after = _without(pinned, after, [[change for lot in lots for change in lot], *lots])
    last: dict[str, str] = {}
    while last != after:
        last = after
        singles = [[change] for change in _changes(pinned, before, after) if change.shift != shift_id]
        after = _without(pinned, after, singles[:MOST_TRIES])
    return after


def _without(pinned: Problem, holders: dict[str, str], lots: Iterable[list[Handover]]) -> dict[str, str]:
    """The roster without the first lot that it is no worse without; the roster itself when there is none."""
    terms = Terms(pinned, Measures(pinned))
    for lot in filter(None, lots):
        back = _taken_back(holders, lot)
        if terms.values(back) <= terms.values(holders) and _keeps_rules(pinned, holders, lot):
            return back
    return holders


def _lots(problem: Problem, before: Mapping[str, str], after: Mapping[str, str]) -> list[list[Handover]]:
    """The changes in lots that share no person."""
    lots: list[tuple[set[str], list[Handover]]] = []
    for change in _changes(problem, before, after):
        people = {person for person in (change.before, change.after) if person is not None}
        own, others = [change], []
        for known, lot in lots:
            if known & people:
                people |= known
                own = [*lot, *own]
            else:
                others.append((known, lot))
        lots = [*others, (people, own)]
    return [lot for _, lot in lots]


def _taken_back(holders: Mapping[str, str], lot: Iterable[Handover]) -> dict[str, str]:
    back = {change.shift: change.before for change in lot}
    kept = {shift: holder for shift, holder in holders.items() if shift not in back}
    return kept | {shift: holder for shift, holder in back.items() if holder is not None}


def _keeps_rules(problem: Problem, holders: Mapping[str, str], lot: Iterable[Handover]) -> bool:
    """May everybody in the lot have their shift back, beside the rest and each other?"""
    rest = dict(holders)
    for change in lot:
        rest.pop(change.shift, None)
    eligibility = Eligibility(problem, holders=rest)
    for change in lot:
        if change.before is None:
            continue
        person, shift = problem.stylists_by_id[change.before], problem.shifts_by_id[change.shift]
        if eligibility.why_not(person, shift) is not None:
            return False
        eligibility.diary.add(person.id, shift.id)
    return True
