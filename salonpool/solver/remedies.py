"""Which changes would fill an open shift: each is tried on the shift beside the rest of the roster."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from salonpool.solver.changes import halves, shaped, travelling
from salonpool.solver.eligibility import Eligibility
from salonpool.solver.openings import Openings
from salonpool.solver.problem import Shift, Stylist
from salonpool.solver.roster import Remedy

Change = Mapping[str, int | str]

START_STEPS = (-30, 30, -60, 60)
TRAVEL_STEPS = (15, 30, 60)
STEP = 30
SHORTEST = 60
# What each key of a change may lift; the time of a shift is no rule by itself.
LIFTS = {
    "skill": "skill",
    "max_travel_minutes": "home-travel",
    "max_hourly_cost": "hourly-cost",
    "ask_again": "refused",
}
_LIFTED = frozenset({"available", *LIFTS.values()})


@dataclass(frozen=True)
class Tries:
    """An open shift beside a roster; no change of it starts before the minute `earliest`."""

    eligibility: Eligibility
    openings: Openings
    shift: Shift
    earliest: int = 0
    _alone: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def alone(self, stylist: Stylist) -> tuple[str, ...]:
        """The rules that keep the person from the shift whatever else is planned."""
        rules = self._alone.get(stylist.id)
        if rules is None:
            rules = self._alone[stylist.id] = self.eligibility.alone(stylist, self.shift)
        return rules

    def first(self, stylist: Stylist) -> str | None:
        """The first rule that keeps the person from the shift as it is."""
        if self._is_far_off(stylist):
            return "skill"  # the first of the rules, so there is no need to ask further
        rules = self.alone(stylist)
        return rules[0] if rules else self.eligibility.clash(stylist, self.shift)

    def is_only(self, stylist: Stylist) -> bool:
        """Of somebody whom a rule keeps from the shift: is it the only one?"""
        if self._is_far_off(stylist):
            return False
        rules = self.alone(stylist)
        if rules:
            return len(rules) == 1 and self.eligibility.fits(stylist, self.shift)
        return len(self.eligibility.beside(stylist, self.shift)) == 1

    def _is_far_off(self, stylist: Stylist) -> bool:
        """Have they neither the skill nor the time?"""
        shift = self.shift
        return shift.skill not in stylist.skills and stylist.id not in self.openings.free(
            shift.start, shift.end
        )

    def may_start(self, start: int) -> bool:
        """Is that minute ahead, and within the days of the problem?"""
        return self.earliest <= start < self.eligibility.problem.day_starts[-1]

    def reached(self, shift: Shift) -> Iterator[tuple[frozenset[str], Stylist]]:
        """Whom a change may bring at the time of `shift`, as they are free then; with the rules to lift."""
        people = self.eligibility.problem.stylists_by_id
        for stylist in map(people.__getitem__, self.openings.free(shift.start, shift.end)):
            rules = self.alone(stylist)
            if all(rule in _LIFTED for rule in rules):
                yield frozenset(rules) - {"available"}, stylist

    def fits(self, stylist: Stylist, change: Change, shift: Shift) -> bool:
        """May the person work `shift`, which is shaped already, with the change's skill and way?"""
        if "skill" in change and shift.skill not in stylist.skills:
            shift = replace(shift, skill=str(change["skill"]))
        person = travelling(stylist, change)
        return not self.eligibility.alone(person, shift) and self.eligibility.fits(person, shift)

    def fitting(self, change: Change, shift: Shift | None = None) -> list[Stylist]:
        """Everybody who may work the shift, or the given part of it, once it is changed so."""
        changed = shaped(shift or self.shift, change)
        lifted = {rule for key, rule in LIFTS.items() if key in change}
        return [
            stylist
            for rules, stylist in self.reached(changed)
            if rules <= lifted and self.fits(stylist, change, changed)
        ]

    def further(self, stylist: Stylist) -> int:
        """How many minutes the salon is further away than the person goes; below 0 when it is nearer."""
        way = self.eligibility.measures.travel_minutes(stylist.home, self.shift.salon)
        return way - stylist.max_travel_minutes

    def tried(self, change: Change) -> Iterator[Remedy]:
        """The remedy, if it brings somebody."""
        if fills := len(self.fitting(change)):
            yield Remedy(change=change, fills=fills)


def single(tries: Tries) -> Iterator[Remedy]:
    """One thing changed, cheapest first: another time, more pay, another skill, a longer way, two halves."""
    for minutes in START_STEPS:
        if tries.may_start(tries.shift.start + minutes):
            yield from tries.tried({"start_minutes": minutes})
    yield from _better_paid(tries)
    for skill in tries.eligibility.problem.skills:
        if skill != tries.shift.skill:
            yield from tries.tried({"skill": skill})
    yield from _from_further(tries)
    yield from _halved(tries)


def cheapest(people: Iterable[Stylist]) -> list[Stylist]:
    """Who asks least first."""
    return sorted(people, key=lambda stylist: (stylist.hourly_cost, stylist.id))


def _better_paid(tries: Tries) -> Iterator[Remedy]:
    """The least pay that brings somebody."""
    asking = (stylist for rules, stylist in tries.reached(tries.shift) if rules == {"hourly-cost"})
    for stylist in cheapest(asking):
        change = {"max_hourly_cost": stylist.hourly_cost}
        if tries.fits(stylist, change, shaped(tries.shift, change)):
            yield from tries.tried(change)
            return


def _from_further(tries: Tries) -> Iterator[Remedy]:
    """People who would come if they accepted so many minutes more from home."""
    further = [tries.further(one) for one in tries.fitting({"max_travel_minutes": max(TRAVEL_STEPS)})]
    before = sum(1 for minutes in further if minutes <= 0)
    for step in TRAVEL_STEPS:
        fills = sum(1 for minutes in further if minutes <= step)
        if fills > before:
            yield Remedy(change={"max_travel_minutes": step}, fills=fills)
        before = fills


def _halved(tries: Tries) -> Iterator[Remedy]:
    """Two people, one for each half, cut near the middle; `fills` counts those for the half that fewer could
    take."""
    shift = tries.shift
    cuts = range(shift.start + SHORTEST, shift.end - SHORTEST + 1, STEP)
    for cut in sorted(cuts, key=lambda cut: abs(2 * cut - shift.start - shift.end)):
        if tries.may_start(cut) and (fills := _fills_both(tries, cut)):
            yield Remedy(change={"split_at": cut}, fills=fills)
            return


def _fills_both(tries: Tries, cut: int) -> int:
    first, second = ([one.id for one in tries.fitting({}, half)] for half in halves(tries.shift, cut))
    # One person alone for both could break a rule with the other half.
    return min(len(first), len(second)) if len({*first, *second}) > 1 else 0
