"""Each rule of each labour pack at its boundary, as the planner, its eligibility and its referee see it."""

from datetime import date
from pathlib import Path

import pytest

from salonpool.domain.labour import packs
from salonpool.domain.labour.rules import Grade, Kind, Rule
from salonpool.solver.check import violations
from salonpool.solver.eligibility import reasons
from salonpool.solver.formulation import solve
from salonpool.solver.problem import Busy, Problem, Span, Stylist
from salonpool.usecases.planning.caps import caps_of_law
from tests.solver.builders import a_problem, a_roster, a_shift, a_stylist
from tests.usecases.labour_boundaries import BOUNDARIES, DAY, DAYS, MINUTES, REST, Boundary

TODAY = date(2026, 10, 19)
MIDNIGHT = 1440
MORNING = 480  # eight o'clock
SHORT = 60


def _rules(code: str) -> dict[str, Rule]:
    return {rule.name: rule for rule in packs.pack(code, TODAY).rules if rule.kind is not Kind.NOT_CHECKED}


def _person(boundary: Boundary, history: tuple[Busy, ...]) -> Stylist:
    """Somebody whom only the pack holds back; where the rule is law, by what nobody may set aside."""
    law_only = _rules(boundary.pack)[boundary.rule].grade is Grade.LAW
    caps = caps_of_law(packs.book(boundary.pack).between(TODAY, TODAY), TODAY, law_only=law_only)
    return a_stylist(
        available=(Span(start=-MIDNIGHT, end=3 * MIDNIGHT),),
        history=history,
        min_rest_minutes=caps.min_rest_minutes,
        max_day_minutes=caps.max_day_minutes,
        limits=caps.limits,
    )


def _worked(day: int, minutes: int = SHORT) -> Busy:
    return Busy(start=day * MIDNIGHT + MORNING, end=day * MIDNIGHT + MORNING + minutes, salon="A")


def _other_days_are_kept(code: str, but: str, days: set[int]) -> bool:
    """No window of another rule of the pack has too many of the days."""
    return all(
        sum(first <= day < first + rule.days for day in days) <= rule.value
        for rule in _rules(code).values()
        if rule.kind is Kind.WINDOW_DAYS and rule.name != but
        for first in days
    )


def _days_before(boundary: Boundary, count: int) -> list[int]:
    """The last days before today, so many, that break no other rule of the pack together with today."""
    found: list[int] = []
    for day in range(-1, -boundary.days, -1):
        if len(found) < count and _other_days_are_kept(boundary.pack, boundary.rule, {0, day, *found}):
            found.append(day)
    assert len(found) == count
    return found


def _weeks_before(days: int) -> list[int]:
    """Five days of work and two off, over and over, in a window whose last day is today, a worked one."""
    return [-back for back in range(1, days) if back % 7 not in (5, 6)]


def _problem(boundary: Boundary, value: int) -> Problem:
    """A shift of today that would take somebody to exactly this value, and no other rule to its end."""
    if boundary.kind == REST:
        start = MORNING
        history, length = (Busy(start=start - value - SHORT, end=start - value, salon="A"),), SHORT
    elif boundary.kind == DAY:
        history, start, length = (), MORNING, value
    elif boundary.kind == DAYS:
        history = tuple(_worked(day) for day in _days_before(boundary, value - 1))
        start, length = MORNING, SHORT
    else:
        before = _weeks_before(boundary.days)
        each = boundary.last // (len(before) + 1)
        history = tuple(_worked(day, each) for day in before)
        start, length = MORNING, value - each * len(before)
    person = _person(boundary, history)
    return a_problem([person], [a_shift(start=start, end=start + length)])


@pytest.mark.parametrize("boundary", BOUNDARIES, ids=str)
def test_the_last_that_the_law_allows_is_planned_and_one_more_is_refused(boundary: Boundary) -> None:
    allowed = _problem(boundary, boundary.last)
    assert reasons(allowed, "ana", "s1") == ()
    assert violations(allowed, a_roster(allowed, s1="ana")) == []
    assert [item.stylist for item in solve(allowed, time_limit_seconds=5, workers=1).assignments] == ["ana"]

    refused = _problem(boundary, boundary.refused)
    assert reasons(refused, "ana", "s1") == (boundary.kind,)
    assert {found.rule for found in violations(refused, a_roster(refused, s1="ana"))} == {boundary.kind}
    roster = solve(refused, time_limit_seconds=5, workers=1)
    assert roster.assignments == ()
    assert dict(roster.unfilled[0].funnel) == {boundary.kind: 1}


def test_every_rule_the_planner_keeps_has_its_boundary_with_its_article() -> None:
    data = {
        (code, rule.name, str(rule.kind), rule.days, rule.value, rule.article)
        for code in packs.books()
        for rule in _rules(code).values()
    }
    table = {(row.pack, row.rule, row.kind, row.days, row.last, row.article) for row in BOUNDARIES}
    assert data == table
    assert len(BOUNDARIES) == len(table)
    for row in BOUNDARIES:
        assert row.refused - row.last == (-1 if row.kind == REST else 1)


def test_the_kinds_of_a_pack_are_names_of_the_planners_rules() -> None:
    assert {REST, DAY, MINUTES, DAYS} == {str(kind) for kind in Kind} - {"not-checked"}


def _said(kind: str, value: int, days: int) -> str:
    if kind == DAYS:
        return f"{value} worked days in any {days}"
    hours, minutes = divmod(value, 60)
    length = f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{length} in any {days} days" if kind == MINUTES else length


def _table() -> str:
    lines = [
        "| pack | rule | grade | last allowed | first refused | article | since | read in |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in BOUNDARIES:
        rule = _rules(row.pack)[row.rule]
        last, refused = (_said(row.kind, value, row.days) for value in (row.last, row.refused))
        source = f"[{rule.article}]({rule.source}) | {rule.since} | {rule.certainty}"
        lines.append(
            f"| `{row.pack}` | {row.rule} `{row.kind}` | {rule.grade} | {last} | {refused} | {source} |"
        )
    return "\n".join(lines)


def test_the_page_shows_the_table_as_the_data_have_it() -> None:
    page = Path(__file__).parents[2] / "docs/labour-rules.md"
    assert f"\n\n{_table()}\n\n" in page.read_text(encoding="utf-8")
