"""Why a shift stayed open: whom each rule keeps away, who lacks one thing only, and what would help."""

import math
import time
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from salonpool.solver.combinations import combined
from salonpool.solver.eligibility import Eligibility
from salonpool.solver.measures import Measures
from salonpool.solver.openings import Openings
from salonpool.solver.problem import Problem, Shift
from salonpool.solver.remedies import Tries, single
from salonpool.solver.roster import Remedy, Unfilled
from salonpool.solver.rules import RULES

Value = TypeVar("Value")

FUNNEL_SECONDS = 0.5


def unfilled(
    problem: Problem,
    holders: Mapping[str, str],
    *,
    measures: Measures | None = None,
    seconds: float | None = None,
    among: Collection[str] | None = None,
) -> tuple[Unfilled, ...]:
    """For every shift missing in `holders` ({shift id: stylist id}), or for those `among` them: funnel, sole
    blockers and remedies, given all that is in it.

    After so many seconds, if given, the shifts that are left, the least urgent ones, get a funnel only, and
    half a second later not even that.
    """
    until = math.inf if seconds is None else time.monotonic() + seconds
    eligibility = Eligibility(problem, measures, holders=holders)
    openings = Openings(problem, eligibility.diary)
    alike: dict[object, Unfilled] = {}
    found: dict[str, Unfilled] = {}
    missing = [
        shift for shift in problem.shifts if shift.id not in holders and (among is None or shift.id in among)
    ]
    for shift in sorted(missing, key=lambda shift: shift.priority):
        key, late = _terms(shift), time.monotonic() - until
        if key not in alike and late < FUNNEL_SECONDS:
            tries = Tries(eligibility, openings, shift)
            alike[key] = _explained(tries) if late < 0 else _counted(tries)
        known = alike.get(key, Unfilled(shift=shift.id, funnel={}, is_tried=False))
        found[shift.id] = replace(known, shift=shift.id)
    return tuple(found[shift.id] for shift in missing)


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
    return _remedies(Tries(eligibility, openings, problem.shifts_by_id[shift_id], earliest))


def _explained(tries: Tries) -> Unfilled:
    funnel, sole = _reasons(tries)
    return Unfilled(shift=tries.shift.id, funnel=funnel, sole=sole, remedies=_remedies(tries))


def _counted(tries: Tries) -> Unfilled:
    first = Counter(tries.first(stylist) for stylist in tries.eligibility.problem.stylists)
    return Unfilled(shift=tries.shift.id, funnel=_in_order(first), is_tried=False)


def _remedies(tries: Tries) -> tuple[Remedy, ...]:
    return tuple(single(tries)) or tuple(combined(tries))


def _reasons(tries: Tries) -> tuple[dict[str, int], dict[str, tuple[str, ...]]]:
    """How many people each rule is the first to keep away, and whom it keeps away alone."""
    first: Counter[str | None] = Counter()
    sole: dict[str, tuple[str, ...]] = {}
    for stylist in tries.eligibility.problem.stylists:
        rule = tries.first(stylist)
        first[rule] += 1
        if rule is not None and tries.is_only(stylist):
            sole[rule] = (*sole.get(rule, ()), stylist.id)
    return _in_order(first), _in_order(sole)


def _in_order(found: Mapping[Any, Value]) -> dict[str, Value]:
    return {rule: found[rule] for rule in RULES if rule in found}


def _terms(shift: Shift) -> object:
    """Equal for shifts whose explanation is the same, such as the seats of one."""
    asked = (shift.salon, shift.start, shift.end, shift.skill, shift.max_hourly_cost)
    return *asked, shift.refused_by, tuple(sorted(shift.excluded.items()))
