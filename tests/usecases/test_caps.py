"""Caps: windows with an anchor, rules of policy, and one limit for windows of one kind."""

from dataclasses import replace
from datetime import date, timedelta

from salonpool.domain.labour import packs
from salonpool.domain.labour.rules import Certainty, Grade, Kind, Pack, Rule, Step
from salonpool.solver.problem import Limit
from salonpool.usecases.planning.caps import Caps, caps_of_law, stricter

TODAY = date(2026, 10, 21)
WEEK = next(rule for rule in packs.pack("tw-standard", TODAY).rules if rule.kind is Kind.WINDOW_MINUTES)


def _pack(*rules: Rule) -> Pack:
    return Pack(code="sample", since=TODAY, rules=rules)


def test_a_fixed_window_begins_where_its_anchor_says_seen_from_the_first_day() -> None:
    fortnight = replace(WEEK, days=14, step=Step.FIXED, anchor=date(2026, 10, 5))  # a Monday
    (limit,) = caps_of_law([_pack(fortnight)], TODAY).limits
    assert limit == Limit(days=14, step="fixed", first_day=12, max_minutes=3000)
    assert (TODAY + timedelta(days=limit.first_day) - date(2026, 10, 5)).days == 28
    (early,) = caps_of_law([_pack(fortnight)], date(2026, 10, 1)).limits
    assert early.first_day == 4


def test_by_the_law_alone_rules_of_policy_do_not_count() -> None:
    long_rest = Rule(
        name="rest", kind=Kind.REST, grade=Grade.POLICY, since=TODAY, law="x", article="1", source="https://x",
        certainty=Certainty.OFFICIAL, value=720, unit="minutes",
    )  # fmt: skip
    pack = _pack(long_rest)
    assert caps_of_law([pack], TODAY).min_rest_minutes == 720
    assert caps_of_law([pack], TODAY, law_only=True).min_rest_minutes == 0


def test_two_caps_on_one_kind_of_window_become_the_less_of_each() -> None:
    one = Caps(limits=(Limit(days=7, step="rolling", max_minutes=3000, max_worked_days=6),))
    other = Caps(
        limits=(
            Limit(days=7, step="rolling", max_worked_days=5),
            Limit(days=7, step="fixed", max_minutes=2400),
            Limit(days=7, step="rolling", max_minutes=3001),
        )
    )
    assert stricter(one, other).limits == (
        Limit(days=7, step="rolling", max_minutes=3000, max_worked_days=5),
        Limit(days=7, step="fixed", max_minutes=2400),
    )


def test_only_the_most_days_of_leave_in_one_window_lower_its_average() -> None:
    average = replace(WEEK, days=10, value=1000, normal=1000, overtime=None, neutral_leave=True)
    days = {TODAY + timedelta(days=away) for away in (-30, -29, 0, 5, 9)}
    (limit,) = caps_of_law([_pack(average)], TODAY, days).limits
    assert limit.max_minutes == 700
    (plain,) = caps_of_law([_pack(replace(average, neutral_leave=False))], TODAY, days).limits
    assert plain.max_minutes == 1000
