"""The answer of the planner as values: who works what, what it is worth, and why something stayed open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from salonpool.solver.reading import Node

FORMAT = "salonpool-roster/1"
GREATEST_STATED = 2.0**62

Change = str | Mapping[str, int | str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """One stylist holds one shift."""

    shift: str
    stylist: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Remedy:
    """A change that was tried on an unfilled shift, and how many people it would bring."""

    change: Change
    fills: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Unfilled:
    """A shift nobody got: people removed by the first rule each breaks, and remedies, cheapest first.

    `sole` = ids of the people kept from it by one rule alone; `is_tried` = there was time for them and for
    remedies. Both travel beside the roster, not in its file.
    """

    shift: str
    funnel: Mapping[str, int]
    remedies: tuple[Remedy, ...] = ()
    sole: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)
    is_tried: bool = field(default=True, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Roster:
    """A plan. `levels` are plain terms, `bound` one lower bound per level, `gap` that of the first open
    level."""

    status: str
    assignments: tuple[Assignment, ...]
    levels: tuple[Mapping[str, int], ...]
    bound: tuple[float, ...]
    gap: float
    seconds: float
    unfilled: tuple[Unfilled, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Trade:
    """A level that would be better right after the first one, and what the levels between would lose.

    `gain` are its plain terms then, less what they are in the plan; `worth` the same weighted, below 0.
    `lost` has, for each level that gave way, (level, its plain terms then less now). `is_proven`: no plan
    gains more.
    """

    level: int
    gain: Mapping[str, int]
    worth: int
    lost: tuple[tuple[int, Mapping[str, int]], ...]
    is_proven: bool


@dataclass(frozen=True, slots=True)
class Solution:
    """A roster, for every seat of the problem the people who may work it, best first, and what its levels
    gave up. `cut_short` says in words why it is only the quick plan, None when it was searched for."""

    roster: Roster
    ranked: Mapping[str, tuple[str, ...]]
    trades: tuple[Trade, ...] = ()
    cut_short: str | None = None


def parse_roster(data: object) -> Roster:
    """The Roster a parsed JSON document describes; InvalidProblem names the first field that is wrong."""
    fields = Node(data).members(
        ("format", "status", "assignments", "levels", "bound", "gap", "seconds", "unfilled", "changed")
    )
    fields["format"].choice(FORMAT)
    return Roster(
        status=fields["status"].choice("optimal", "feasible"),
        assignments=tuple(_assignment(node) for node in fields["assignments"].items()),
        levels=tuple(
            {term: _stated(value) for term, value in level.entries().items()}
            for level in fields["levels"].items()
        ),
        bound=tuple(node.number(GREATEST_STATED) for node in fields["bound"].items()),
        gap=fields["gap"].number(GREATEST_STATED),
        seconds=fields["seconds"].number(GREATEST_STATED),
        unfilled=tuple(_unfilled(node) for node in fields["unfilled"].items()),
        changed=fields["changed"].texts(),
    )


def _stated(node: Node) -> int:
    value = node.number(GREATEST_STATED)
    if not isinstance(value, int):
        node.refuse("expected an integer, not a fraction")
    return value


def _assignment(node: Node) -> Assignment:
    fields = node.members(("shift", "stylist"))
    return Assignment(shift=fields["shift"].text(), stylist=fields["stylist"].text())


def _unfilled(node: Node) -> Unfilled:
    fields = node.members(("shift", "funnel", "remedies"))
    return Unfilled(
        shift=fields["shift"].text(),
        funnel={rule: count.integer() for rule, count in fields["funnel"].entries().items()},
        remedies=tuple(_remedy(item) for item in fields["remedies"].items()),
    )


def _remedy(node: Node) -> Remedy:
    fields = node.members(("change", "fills"))
    change = fields["change"]
    if isinstance(change.value, str):
        return Remedy(change=change.value, fills=fields["fills"].integer())
    values = {
        key: value.value if isinstance(value.value, str) else value.integer()
        for key, value in change.entries().items()
    }
    return Remedy(change=values, fills=fields["fills"].integer())


def roster_to_json(roster: Roster) -> dict[str, Any]:
    """The roster as a document of format `salonpool-roster/1`."""
    return {
        "format": FORMAT,
        "status": roster.status,
        "assignments": [{"shift": item.shift, "stylist": item.stylist} for item in roster.assignments],
        "levels": [dict(level) for level in roster.levels],
        "bound": list(roster.bound),
        "gap": roster.gap,
        "seconds": roster.seconds,
        "unfilled": [
            {
                "shift": item.shift,
                "funnel": dict(item.funnel),
                "remedies": [
                    {
                        "change": remedy.change if isinstance(remedy.change, str) else dict(remedy.change),
                        "fills": remedy.fills,
                    }
                    for remedy in item.remedies
                ],
            }
            for item in roster.unfilled
        ],
        "changed": list(roster.changed),
    }
