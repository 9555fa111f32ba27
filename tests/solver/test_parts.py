"""A problem falls into the parts that have nothing to do with each other."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from salonpool.solver.eligibility import Eligibility
from salonpool.solver.formulation import solve
from salonpool.solver.pairs import feasible_pairs
from salonpool.solver.parts import split_up
from salonpool.solver.problem import Busy, Problem, Salon, Shift, Stylist
from tests.solver import builders as b
from tests.thorough import examples


def _parts(problem: Problem) -> list[tuple[set[str], set[str]]]:
    found = split_up(problem, feasible_pairs(problem, Eligibility(problem)))
    return [({who.id for who in each.stylists}, {shift.id for shift in each.shifts}) for each in found]


def _two_towns(**changes: object) -> Problem:
    """Ana cuts in A, Ben colours in B, and neither does what the other does."""
    ana = b.a_stylist("ana", skills=("cut",))
    ben = b.a_stylist("ben", home="B", skills=("colour",))
    shifts = [b.a_shift("s1"), b.a_shift("s2", salon="B", skill="colour")]
    return b.a_problem([ana, ben], shifts, **changes)


def test_people_who_share_no_shift_are_planned_apart() -> None:
    assert sorted(map(sorted, (people for people, _ in _parts(_two_towns())))) == [["ana"], ["ben"]]


def test_who_could_take_both_holds_them_together() -> None:
    problem = _two_towns()
    both = b.a_stylist("cleo", skills=("cut", "colour"))
    assert _parts(replace(problem, stylists=(*problem.stylists, both))) == [
        ({"ana", "ben", "cleo"}, {"s1", "s2"})
    ]


def test_people_kept_apart_are_planned_together() -> None:
    problem = _two_towns()
    ana, ben = problem.stylists
    assert len(_parts(replace(problem, stylists=(replace(ana, not_with=("ben",)), ben)))) == 1


def test_the_chairs_of_one_salon_hold_together_who_sits_on_them() -> None:
    salons = (Salon(id="A", x_km=0, y_km=0, chairs=1), Salon(id="B", x_km=5, y_km=0))
    problem = _two_towns(salons=salons)
    ana, ben = problem.stylists
    assert len(_parts(problem)) == 2
    guest = replace(ben, busy=(Busy(start=800, end=860, salon="A"),))
    assert len(_parts(replace(problem, stylists=(ana, guest)))) == 1


def test_what_nobody_could_take_is_part_of_nothing() -> None:
    problem = _two_towns()
    lost = b.a_shift("s3", refused_by=("ana",))
    assert len(_parts(replace(problem, shifts=(*problem.shifts, lost)))) == 2


@settings(max_examples=examples(30), deadline=None)
@given(st.integers(0, 10**6))
def test_two_copies_far_apart_are_worth_twice_as_much(seed: int) -> None:
    one = b.a_random_problem(seed)
    two = replace(
        one,
        skills=(*one.skills, *(f"{skill}'" for skill in one.skills)),
        salons=(
            *one.salons,
            *(replace(salon, id=f"{salon.id}'", x_km=salon.x_km + 500) for salon in one.salons),
        ),
        travel=one.travel if one.travel.minutes is None else replace(one.travel, minutes=_doubled(one)),
        stylists=(*one.stylists, *(_copied_person(who) for who in one.stylists)),
        shifts=(*one.shifts, *(_copied_shift(shift) for shift in one.shifts)),
    )
    alone, together = solve(one, time_limit_seconds=20), solve(two, time_limit_seconds=20)
    assert (alone.status, together.status) == ("optimal", "optimal")
    assert b.values(two, together.levels) == tuple(2 * value for value in b.values(one, alone.levels))
    assert together.bound == tuple(2 * bound for bound in alone.bound)


def _doubled(one: Problem) -> dict[str, dict[str, float]]:
    minutes = one.travel.minutes or {}
    names = [salon.id for salon in one.salons]
    marks = ("", "'")
    return {
        f"{start}{mark}": {
            f"{end}{other}": minutes[start].get(end, 0) if mark == other else 600
            for end in names
            for other in marks
        }
        for start in names
        for mark in marks
    }


def _copied_person(who: Stylist) -> Stylist:
    def stints(spans: tuple[Busy, ...]) -> tuple[Busy, ...]:
        return tuple(replace(span, salon=f"{span.salon}'") for span in spans)

    return replace(
        who,
        id=f"{who.id}'",
        home=f"{who.home}'",
        skills=tuple(f"{skill}'" for skill in who.skills),
        busy=stints(who.busy),
        history=stints(who.history),
        preferences={f"{salon}'": points for salon, points in who.preferences.items()},
        blocked_salons=tuple(f"{salon}'" for salon in who.blocked_salons),
        not_with=tuple(f"{other}'" for other in who.not_with),
    )


def _copied_shift(shift: Shift) -> Shift:
    return replace(
        shift,
        id=f"{shift.id}'",
        salon=f"{shift.salon}'",
        skill=f"{shift.skill}'",
        holder=None if shift.holder is None else f"{shift.holder}'",
        refused_by=tuple(f"{who}'" for who in shift.refused_by),
        excluded={f"{who}'": reason for who, reason in shift.excluded.items()},
    )
