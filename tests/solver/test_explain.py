"""Every open shift is explained, and what is said to fill it does when it is applied."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salonpool.solver import explain
from salonpool.solver.changes import applied
from salonpool.solver.check import violations
from salonpool.solver.eligibility import reasons, why_not
from salonpool.solver.explain import remedies, unfilled
from salonpool.solver.formulation import solve
from salonpool.solver.problem import Busy, Problem, Span
from salonpool.solver.roster import Remedy, Roster, parse_roster, roster_to_json
from tests.solver.builders import DAY, a_problem, a_random_problem, a_roster, a_shift, a_stylist
from tests.thorough import examples

KINDS = {
    "start_minutes", "later_start_minutes", "earlier_end_minutes", "max_hourly_cost", "ask_again", "skill",
    "max_travel_minutes", "split_at",
}  # fmt: skip


def test_the_funnel_counts_everybody_once_by_the_first_rule():
    people = [
        a_stylist("ana", skills=()),
        a_stylist("ben", busy=(Busy(start=600, end=660, salon="A"),)),
        a_stylist("cleo", hourly_cost=150),
        a_stylist("dan", hourly_cost=120, max_travel_minutes=10, home="B"),
    ]
    problem = a_problem(people, [a_shift(max_hourly_cost=110)])
    (item,) = solve(problem).unfilled
    assert list(item.funnel.items()) == [("skill", 1), ("home-travel", 1), ("hourly-cost", 1), ("overlap", 1)]
    one_thing_only = {"skill": ("ana",), "hourly-cost": ("cleo",), "overlap": ("ben",)}
    assert item.sole == one_thing_only
    assert Remedy(change={"max_hourly_cost": 150}, fills=1) in item.remedies


def test_remedies_really_fill_the_shift():
    busy = (Busy(start=480, end=570, salon="A"),)
    problem = a_problem([a_stylist(busy=busy)], [a_shift(start=540, end=720)])
    (item,) = solve(problem).unfilled
    assert item.remedies == (
        Remedy(change={"start_minutes": 30}, fills=1),
        Remedy(change={"start_minutes": 60}, fills=1),
    )
    moved = replace(problem.shifts[0], start=570, end=750)
    assert solve(replace(problem, shifts=(moved,))).unfilled == ()


def test_a_longer_way_and_two_halves_are_tried():
    far = a_stylist("ana", home="B", max_travel_minutes=10)
    morning = a_stylist("ben", busy=(Busy(start=630, end=720, salon="A"),))
    evening = a_stylist("cleo", busy=(Busy(start=500, end=630, salon="A"),))
    problem = a_problem([far, morning, evening], [a_shift()])
    (item,) = solve(problem).unfilled
    assert Remedy(change={"max_travel_minutes": 15}, fills=1) in item.remedies
    assert Remedy(change={"split_at": 630}, fills=1) in item.remedies


def test_the_cheapest_who_comes_sets_the_pay_and_everybody_it_brings_is_counted():
    people = [a_stylist(name, hourly_cost=cost) for name, cost in (("ana", 150), ("ben", 120), ("cleo", 120))]
    people.append(a_stylist("dan", hourly_cost=110, busy=(Busy(start=540, end=600, salon="A"),)))
    (item,) = solve(a_problem(people, [a_shift(max_hourly_cost=100)])).unfilled
    assert item.remedies == (Remedy(change={"max_hourly_cost": 120}, fills=2),)


def test_another_skill_counts_who_has_either():
    people = [a_stylist("ana", skills=("colour",)), a_stylist("ben", skills=("colour", "cut"))]
    problem = a_problem(people, [a_shift()])
    holders: dict[str, str] = {}
    (remedy,) = [one for one in remedies(problem, holders, "s1") if "skill" in one.change]
    assert remedy == Remedy(change={"skill": "colour"}, fills=2)
    assert _able(applied(problem, "s1", remedy), holders, "s1") == ["ana", "ben"]


def test_a_longer_way_goes_on_as_long_as_it_brings_more_people():
    more = {"ana": 8, "ben": 15, "cleo": 18, "dan": 16}  # minutes; from home it is 18
    people = [a_stylist(name, home="B", max_travel_minutes=18 - minutes) for name, minutes in more.items()]
    (item,) = solve(a_problem(people, [a_shift()])).unfilled
    assert item.remedies == (
        Remedy(change={"max_travel_minutes": 15}, fills=2),
        Remedy(change={"max_travel_minutes": 30}, fills=4),
    )


def test_one_person_alone_is_no_two_halves():
    spans = (Span(start=510, end=630), Span(start=630, end=780))
    (item,) = solve(a_problem([a_stylist(available=spans)], [a_shift(start=510, end=780)])).unfilled
    assert not [remedy for remedy in item.remedies if "split_at" in remedy.change]
    two = [a_stylist(available=spans[:1]), a_stylist("ben", available=spans)]
    (item,) = solve(a_problem(two, [a_shift(start=510, end=780)])).unfilled
    assert [remedy.fills for remedy in item.remedies if "split_at" in remedy.change] == [1]


def test_a_half_that_would_start_after_the_last_midnight_is_not_offered():
    people = [a_stylist(), a_stylist("ben")]
    late = a_shift(start=DAY - 90, end=DAY + 150, skill="colour")
    problem = a_problem(people, [late], day_starts=(0, DAY))
    for remedy in remedies(problem, {}, "s1"):
        _assert_it_fills(problem, {}, "s1", remedy)


def test_what_no_single_change_fills_is_tried_with_two():
    far = a_stylist("ana", hourly_cost=150, home="B", max_travel_minutes=10)
    (item,) = solve(a_problem([far], [a_shift(max_hourly_cost=100)])).unfilled
    assert item.remedies == (Remedy(change={"max_hourly_cost": 150, "max_travel_minutes": 10}, fills=1),)


def test_where_people_would_have_to_travel_a_way_without_them_is_told_too():
    far = a_stylist("ana", hourly_cost=150, home="B", max_travel_minutes=10)
    dear = a_stylist("ben", hourly_cost=150, skills=("colour",))
    (item,) = solve(a_problem([far, dear], [a_shift(max_hourly_cost=100)])).unfilled
    assert item.remedies == (
        Remedy(change={"max_hourly_cost": 150, "max_travel_minutes": 10}, fills=1),
        Remedy(change={"max_hourly_cost": 150, "skill": "colour"}, fills=1),
    )


def test_who_refused_is_asked_again_only_for_more_pay_and_when_nothing_else_helps():
    shift = a_shift(max_hourly_cost=40000, refused_by=("ana",))
    (item,) = solve(a_problem([a_stylist(hourly_cost=30000)], [shift])).unfilled
    assert item.remedies == (Remedy(change={"ask_again": 1, "max_hourly_cost": 44000}, fills=1),)
    assert item.sole == {"refused": ("ana",)}


def test_another_day_is_the_last_resort():
    day_off = a_stylist(available=(Span(start=2 * DAY + 600, end=2 * DAY + 800),))
    (item,) = solve(a_problem([day_off], [a_shift()])).unfilled
    assert item.remedies == (Remedy(change={"start_minutes": 2 * DAY + 60}, fills=1),)


def test_a_shorter_shift_is_tried():
    leaves = a_stylist(available=(Span(start=540, end=630),))
    (item,) = solve(a_problem([leaves], [a_shift()])).unfilled
    assert item.remedies == (Remedy(change={"earlier_end_minutes": 90}, fills=1),)


def test_nobody_who_can_be_asked_means_no_remedy():
    shift = a_shift(excluded={"ana": "not there"})
    blocked = a_stylist("ben", blocked_salons=("A",))
    (item,) = solve(a_problem([a_stylist(), blocked], [shift])).unfilled
    assert item.remedies == ()
    assert item.funnel == {"blocked": 1, "excluded": 1}
    assert item.sole == {"blocked": ("ben",), "excluded": ("ana",)}


def test_no_change_starts_earlier_than_asked():
    busy = (Busy(start=600, end=900, salon="A"),)
    problem = a_problem([a_stylist(busy=busy, min_rest_minutes=0)], [a_shift(start=480, end=660)])
    assert remedies(problem, {}, "s1")[0].change == {"start_minutes": -60}
    later = remedies(problem, {}, "s1", earliest=450)
    assert [remedy.change for remedy in later] == [{"earlier_end_minutes": 60}]


def test_shifts_that_ask_for_the_same_are_explained_alike():
    problem = a_problem([a_stylist(hourly_cost=150)], [a_shift(name, max_hourly_cost=100) for name in "abc"])
    items = solve(problem).unfilled
    assert [item.shift for item in items] == ["a", "b", "c"]
    assert items[0].remedies
    assert items[1] == replace(items[0], shift="b")


def test_without_time_the_least_urgent_shifts_get_a_funnel_only():
    people = [a_stylist(hourly_cost=150), a_stylist("ben", skills=()), a_stylist("cleo")]
    shifts = [a_shift(max_hourly_cost=100), a_shift("s2", max_hourly_cost=101), a_shift("s3")]
    problem = a_problem(people, shifts)
    full = unfilled(problem, {"s3": "cleo"})
    quick = unfilled(problem, {"s3": "cleo"}, seconds=0)
    assert [item.funnel for item in quick] == [item.funnel for item in full]
    assert [(item.is_tried, item.remedies, item.sole) for item in quick] == [(False, (), {})] * 2
    assert all(item.is_tried and item.remedies for item in full)


def test_long_after_its_time_it_does_not_even_count(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(explain, "FUNNEL_SECONDS", 0)
    problem = a_problem([a_stylist("ben", skills=())], [a_shift(), a_shift("s2")])
    items = unfilled(problem, {}, seconds=0)
    assert [(item.shift, dict(item.funnel), item.is_tried) for item in items] == [
        ("s1", {}, False),
        ("s2", {}, False),
    ]


def test_only_the_shifts_asked_for_are_explained():
    problem = a_problem([a_stylist("ben", skills=())], [a_shift(), a_shift("s2"), a_shift("s3")])
    assert unfilled(problem, {"s3": "ben"}, among={"s2", "s3"}) == (unfilled(problem, {})[1],)


def test_the_roster_file_has_no_names_of_people_who_lack_one_thing():
    roster = solve(a_problem([a_stylist(hourly_cost=150)], [a_shift(max_hourly_cost=100)]))
    assert roster.unfilled[0].sole == {"hourly-cost": ("ana",)}
    document = roster_to_json(roster)
    assert set(document["unfilled"][0]) == {"shift", "funnel", "remedies"}
    assert parse_roster(document) == roster


def test_a_change_in_words_cannot_be_applied():
    with pytest.raises(ValueError, match="no change to make"):
        applied(a_problem([], [a_shift()]), "s1", Remedy(change="call somebody", fills=1))


@settings(max_examples=examples(150), deadline=None)
@given(seed=st.integers(min_value=0, max_value=10**6))
def test_every_remedy_brings_as_many_people_as_it_says(seed: int):
    problem, roster = _solved(seed)
    holders = {item.shift: item.stylist for item in roster.assignments}
    for item in roster.unfilled:
        assert sum(item.funnel.values()) + len(_able(problem, holders, item.shift)) == len(problem.stylists)
        assert item.sole == _kept_by_one_rule(problem, holders, item.shift)
        for remedy in item.remedies:
            _assert_it_fills(problem, holders, item.shift, remedy)


@settings(max_examples=examples(60), deadline=None)
@given(seed=st.integers(min_value=0, max_value=10**6))
def test_a_remedy_applied_lets_the_planner_fill_the_shift(seed: int):
    problem, roster = _solved(seed)
    for item in roster.unfilled[:2]:
        for remedy in item.remedies:
            changed = applied(problem, item.shift, remedy)
            again = solve(changed, time_limit_seconds=20)
            assert violations(changed, again) == []
            weight = problem.weights.coverage[problem.shifts_by_id[item.shift].priority]
            assert again.levels[0]["coverage"] <= roster.levels[0]["coverage"] - weight
            if "max_travel_minutes" not in remedy.change:  # others travel further then, too
                open_then = {one.shift for one in again.unfilled}
                assert not open_then & {item.shift, f"{item.shift} second"}


def test_the_random_problems_need_every_kind_of_remedy():
    tried = {
        key
        for seed in range(150)
        for item in _solved(seed)[1].unfilled
        for remedy in item.remedies
        if isinstance(remedy.change, Mapping)
        for key in remedy.change
    }
    assert tried == KINDS


def _solved(seed: int) -> tuple[Problem, Roster]:
    problem = replace(a_random_problem(seed), objective=({"coverage": 1}, {"cost": 1}))
    if seed % 3 == 0:  # mornings or evenings only, so that no one person can work a long shift
        stylists = tuple(
            replace(one, available=_half_days(problem, index), skills=problem.skills)
            for index, one in enumerate(problem.stylists)
        )
        problem = replace(problem, stylists=stylists)
    roster = solve(problem, time_limit_seconds=20)
    assert roster.status == "optimal"
    return problem, roster


def _half_days(problem: Problem, index: int) -> tuple[Span, ...]:
    noons = [day + 720 for day in problem.day_starts[:-1]]
    return tuple(
        Span(start=noon, end=noon + 720) if index % 2 else Span(start=noon - 720, end=noon) for noon in noons
    )


def _able(problem: Problem, holders: Mapping[str, str], shift: str) -> list[str]:
    everybody = (stylist.id for stylist in problem.stylists)
    return [name for name in everybody if why_not(problem, name, shift, holders=holders) is None]


def _kept_by_one_rule(problem: Problem, holders: Mapping[str, str], shift: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for stylist in problem.stylists:
        rules = reasons(problem, stylist.id, shift, holders=holders)
        if len(rules) == 1:
            found[rules[0]] = (*found.get(rules[0], ()), stylist.id)
    return found


def _assert_it_fills(problem: Problem, holders: Mapping[str, str], shift: str, remedy: Remedy) -> None:
    changed = applied(problem, shift, remedy)
    new = {one.id for one in changed.shifts} - {one.id for one in problem.shifts}
    seats = [shift, *new]
    able = {seat: _able(changed, holders, seat) for seat in seats}
    assert remedy.fills == min(len(people) for people in able.values()) > 0
    clean = [
        chosen for chosen in _choices(able) if not violations(changed, a_roster(changed, **holders, **chosen))
    ]
    assert clean
    if not new:
        assert len(clean) == remedy.fills


def _choices(able: Mapping[str, list[str]]) -> Iterator[dict[str, str]]:
    (first, people), *rest = able.items()
    for name in people:
        for others in _choices(dict(rest)) if rest else [{}]:
            yield {first: name, **others}
