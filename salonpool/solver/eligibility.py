"""May this person work that shift, and if not, why: the one answer for plan, claim, swap and manual edit."""

from collections.abc import Iterable, Iterator, Mapping

from salonpool.solver.measures import Measures
from salonpool.solver.problem import Limit, Problem, Shift, Stylist
from salonpool.solver.rules import Diary, Held, clashes


def why_not(
    problem: Problem, stylist_id: str, shift_id: str, *, holders: Mapping[str, str] | None = None
) -> str | None:
    """The first rule, in the order of `rules.RULES`, that keeps the person from the shift; None when they
    may work it.

    Counts the person's busy, history and pinned intervals, other people's busy and pinned ones where chairs
    or `not_with` ask for it, and the assignments in `holders` ({shift id: stylist id}) when given. Raises
    KeyError for an unknown id.
    """
    eligibility = Eligibility(problem, holders=holders)
    return eligibility.why_not(problem.stylists_by_id[stylist_id], problem.shifts_by_id[shift_id])


def reasons(
    problem: Problem, stylist_id: str, shift_id: str, *, holders: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Every rule that keeps the person from the shift, in the same order; a single one is a sole blocker."""
    eligibility = Eligibility(problem, holders=holders)
    return eligibility.reasons(problem.stylists_by_id[stylist_id], problem.shifts_by_id[shift_id])


class Eligibility:
    """The same answer for many pairs of one problem; assignments may be laid on and taken back in `diary`."""

    def __init__(
        self, problem: Problem, measures: Measures | None = None, *, holders: Mapping[str, str] | None = None
    ) -> None:
        self.problem = problem
        self.measures = measures or Measures(problem)
        self.diary = Diary(problem, self.measures, holders)
        self._salons = problem.salons_by_id
        self._apart = people_apart(problem)
        self._longest_travel = self.measures.longest_travel()

    def why_not(self, stylist: Stylist, shift: Shift) -> str | None:
        """The first rule that keeps the person from the shift. The shift may be a changed copy: its id is
        its own."""
        for rule in self._broken(stylist, shift):
            return rule
        return None

    def clash(self, stylist: Stylist, shift: Shift) -> str | None:
        """The first rule broken with what the diary holds now, for a pair that passed `why_not` on an
        emptier diary."""
        if self.fits(stylist, shift):
            return None
        return next(self._broken_with_others(stylist, shift))

    def fits(self, stylist: Stylist, shift: Shift) -> bool:
        """Is there no clash()? The same rules, quicker than with their names."""
        start, end, day = shift.start, shift.end, self.measures.day_of(shift.start)
        held = [other for other in self.diary.of_person(stylist.id) if other.shift != shift.id]
        if held and not self._is_clear(stylist, shift, day, held):
            return False
        on_day = sum(other.minutes for other in held if other.day == day)
        if shift.minutes + on_day > stylist.max_day_minutes:
            return False
        if stylist.limits and any(_windows(shift.minutes, day, held, stylist.limits)):
            return False
        chairs = self._salons[shift.salon].chairs
        if chairs is None and not self._apart[stylist.id]:
            return True
        own = Held(stylist=stylist.id, start=start, end=end, salon=shift.salon, day=day, shift=shift.id)
        if self._apart[stylist.id] and self._meets(own):
            return False
        return chairs is None or self._people_beside(own) + 1 <= chairs

    def is_clear(self, stylist: Stylist, shift: Shift) -> bool:
        """Are there time, way and rest between the shift and all the person holds?"""
        held = [other for other in self.diary.of_person(stylist.id) if other.shift != shift.id]
        return self._is_clear(stylist, shift, self.measures.day_of(shift.start), held)

    def room(self, stylist: Stylist, day: int) -> int:
        """The longest shift, in minutes, that may still start on the day beside what the person holds."""
        held = self.diary.of_person(stylist.id)
        room = stylist.max_day_minutes - sum(other.minutes for other in held if other.day == day)
        for limit in stylist.limits:
            minutes, days = _fullest(limit, day, held)
            if limit.max_minutes is not None:
                room = min(room, limit.max_minutes - minutes)
            if limit.max_worked_days is not None and days > limit.max_worked_days:
                return 0
        return max(0, room)

    def minds_company(self, stylist: Stylist, shift: Shift) -> bool:
        """Does it matter who else is at the salon?"""
        return self._salons[shift.salon].chairs is not None or bool(self._apart[stylist.id])

    def _is_clear(self, stylist: Stylist, shift: Shift, day: int, held: list[Held]) -> bool:
        start, end, salon, rest = shift.start, shift.end, shift.salon, stylist.min_rest_minutes
        for other in held:
            if start <= other.start:
                gap, way = other.start - end, (salon, other.salon)
            else:
                gap, way = start - other.end, (other.salon, salon)
            if gap < 0 or (gap < rest and other.day != day):
                return False
            if gap < self._longest_travel and gap < self.measures.travel_minutes(*way):
                return False
        return True

    def reasons(self, stylist: Stylist, shift: Shift) -> tuple[str, ...]:
        """Every rule that keeps the person from the shift."""
        return tuple(self._broken(stylist, shift))

    def alone(self, stylist: Stylist, shift: Shift) -> tuple[str, ...]:
        """The rules that keep the person from the shift whatever else anybody works."""
        return tuple(self._broken_alone(stylist, shift))

    def beside(self, stylist: Stylist, shift: Shift) -> tuple[str, ...]:
        """The other rules that do, because of what the diary holds now."""
        return tuple(self._broken_with_others(stylist, shift))

    def _broken(self, stylist: Stylist, shift: Shift) -> Iterator[str]:
        if shift.pinned and shift.holder == stylist.id:
            return
        yield from self._broken_alone(stylist, shift)
        yield from self._broken_with_others(stylist, shift)
        if shift.pinned:
            yield "pinned"

    def _broken_alone(self, stylist: Stylist, shift: Shift) -> Iterator[str]:
        if shift.skill not in stylist.skills:
            yield "skill"
        if not any(span.start <= shift.start and shift.end <= span.end for span in stylist.available):
            yield "available"
        if shift.salon in stylist.blocked_salons:
            yield "blocked"
        if stylist.id in shift.refused_by:
            yield "refused"
        if stylist.id in shift.excluded:
            yield "excluded"
        if self.measures.travel_minutes(stylist.home, shift.salon) > stylist.max_travel_minutes:
            yield "home-travel"
        if shift.max_hourly_cost is not None and stylist.hourly_cost > shift.max_hourly_cost:
            yield "hourly-cost"

    def _broken_with_others(self, stylist: Stylist, shift: Shift) -> Iterator[str]:
        day = self.measures.day_of(shift.start)
        own = Held(
            stylist=stylist.id, start=shift.start, end=shift.end, salon=shift.salon, day=day, shift=shift.id
        )
        held = [other for other in self.diary.of_person(stylist.id) if other.shift != shift.id]
        if held:
            yield from self._gaps(own, held, stylist.min_rest_minutes)
        if sum(other.minutes for other in held if other.day == day) + own.minutes > stylist.max_day_minutes:
            yield "day-minutes"
        if stylist.limits:
            yield from _windows(own.minutes, day, held, stylist.limits)
        if self._apart[stylist.id] and self._meets(own):
            yield "not-with"
        chairs = self._salons[shift.salon].chairs
        if chairs is not None and self._people_beside(own) + 1 > chairs:
            yield "chairs"

    def _gaps(self, own: Held, held: list[Held], min_rest_minutes: int) -> Iterator[str]:
        broken = {rule for other in held for rule in clashes(own, other, min_rest_minutes, self.measures)}
        yield from (rule for rule in ("overlap", "travel-gap", "rest") if rule in broken)

    def _meets(self, own: Held) -> bool:
        apart = self._apart[own.stylist]
        return any(
            other.stylist in apart
            and other.shift != own.shift
            and other.start < own.end
            and own.start < other.end
            for other in self.diary.of_salon(own.salon)
        )

    def _people_beside(self, own: Held) -> int:
        """The most other people at the salon in any one minute of the interval."""
        beside = [
            other
            for other in self.diary.of_salon(own.salon)
            if other.stylist != own.stylist
            and other.shift != own.shift
            and not other.history
            and other.start < own.end
            and own.start < other.end
        ]
        moments = {max(other.start, own.start) for other in beside}
        return max(
            (
                len({other.stylist for other in beside if other.start <= moment < other.end})
                for moment in moments
            ),
            default=0,
        )


def _windows(minutes: int, day: int, held: list[Held], limits: tuple[Limit, ...]) -> Iterator[str]:
    """The rules of windows that a shift of so many minutes on the day breaks."""
    broken: set[str] = set()
    for limit in limits:
        most_minutes, most_days = _fullest(limit, day, held)
        if limit.max_minutes is not None and minutes + most_minutes > limit.max_minutes:
            broken.add("window-minutes")
        if limit.max_worked_days is not None and most_days > limit.max_worked_days:
            broken.add("window-days")
    yield from (rule for rule in ("window-minutes", "window-days") if rule in broken)


def _fullest(limit: Limit, day: int, held: list[Held]) -> tuple[int, int]:
    """The most minutes and, with the day, the most worked days in any one window that the day lies in."""
    minutes, days = 0, 1
    for first in window_starts(limit, day, [other.day for other in held]):
        inside = [other for other in held if first <= other.day < first + limit.days]
        minutes = max(minutes, sum(other.minutes for other in inside))
        days = max(days, len({other.day for other in inside} | {day}))
    return minutes, days


def window_starts(limit: Limit, day: int, worked_days: Iterable[int]) -> set[int]:
    """First days of the windows around a day that can be the fullest: a window may slide on to the next
    worked day."""
    if limit.step == "fixed":
        return {day - (day - limit.first_day) % limit.days}
    return {first for first in worked_days if day - limit.days < first <= day} | {day}


def people_apart(problem: Problem) -> dict[str, set[str]]:
    """{stylist id: ids of the people they must not meet}; one naming the other is enough."""
    apart: dict[str, set[str]] = {stylist.id: set() for stylist in problem.stylists}
    for stylist in problem.stylists:
        for other in stylist.not_with:
            if other != stylist.id:
                apart[stylist.id].add(other)
                apart[other].add(stylist.id)
    return apart
