"""A planning run in the owner's words: why it was made, why it gave nothing, how good it can get."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import format_percent
from flask_babel import gettext as _

from salonpool.queries.quarantines import QuarantinedRow
from salonpool.queries.runs import RunPage, StepRow
from salonpool.web.desk.levels import gave_way_words

Words = Callable[[], str]

# Size of a curve's drawing; the page stretches it.
WIDTH, HEIGHT, EDGE = 240, 60, 3

# Functions, not strings: gettext must run for each reader.
_CAUSES: dict[str, Words] = {
    "timetable": lambda: _("every ten minutes"),
    "nightly": lambda: _("every night"),
    "post": lambda: _("a shift was posted"),
    "remedy": lambda: _("a shift was changed"),
    "taken_back": lambda: _("a shift was taken back from somebody"),
    "decline": lambda: _("somebody said no"),
    "expired": lambda: _("somebody did not answer"),
    "dropped": lambda: _("something had changed while it planned"),
    "lost": lambda: _("the one before broke off"),
    "by_hand": lambda: _("an owner asked for it"),
    "command": lambda: _("the office asked for it"),
}
_REASONS: dict[str, Words] = {
    "out_of_time": lambda: _("It took too long."),
    "out_of_memory": lambda: _("It needed more memory than it may have."),
    "broken_rule": lambda: _("Its plan broke a rule, so it was not used."),
    "unreadable": lambda: _("What it was given does not fit together."),
}
_TERMS: dict[str, Words] = {
    "coverage": lambda: _("seats filled"),
    "stability": lambda: _("what people were told stays"),
    "fairness": lambda: _("hours people wish for"),
    "cost": lambda: _("pay"),
    "travel": lambda: _("ways to work"),
    "preference": lambda: _("wishes"),
    "activation": lambda: _("few people called in"),
}


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of two lines, `x,y x,y …`: the best plan so far, and the best that is possible."""

    best: str
    possible: str


def cause_words(cause: str) -> str:
    """Why a run was made."""
    return _CAUSES[cause]() if cause in _CAUSES else _("something a plan depends on changed")


def reason_words(code: str | None) -> str:
    """Why a run gave no plan."""
    return _REASONS[code]() if code in _REASONS else _("It stopped in the middle.")


def paused_words(row: QuarantinedRow | None) -> dict[str, Any] | None:
    """What the banner of a network in quarantine needs; None for any other."""
    if row is None:
        return None
    return {
        "failures": row.quarantine.failures,
        "retry_at": row.quarantine.retry_at,
        "why": reason_words(row.code),
        "run_id": row.last_run_id,
    }


def level_rows(page: RunPage, currency: str) -> list[dict[str, Any]]:
    """Each goal of the plan, the first one first: its name, how good it is by now, its curve or None, and
    why it is not better ('' when it gave nothing up)."""
    if not page.steps:
        return []
    last, gave_way = page.steps[-1], gave_way_words(page.trades, currency)
    return [
        {
            "name": _names(terms),
            "words": _how_good(last, number),
            "curve": curve_of(page.steps, number),
            "gave_way": gave_way.get(number, ""),
        }
        for number, terms in enumerate(page.objective)
    ]


def curve_of(steps: Sequence[StepRow], level: int) -> Curve | None:
    """How the best plan fell and what is possible rose over the seconds; None where nothing moved."""
    known = [step for step in steps if step.bounds]
    best = [(step.seconds, step.values[level]) for step in steps]
    possible = [(step.seconds, step.bounds[level]) for step in known]
    heights = [value for _, value in best + possible]
    if len(steps) < 2 or not known or min(heights) == max(heights):
        return None
    until = max(step.seconds for step in steps) or 1.0
    low, high = min(heights), max(heights)

    def line(points: Sequence[tuple[float, int]]) -> str:
        drawn: list[str] = []
        y_before = None
        for seconds, value in points:
            x = EDGE + (WIDTH - 2 * EDGE) * seconds / until
            y = EDGE + (HEIGHT - 2 * EDGE) * (high - value) / (high - low)
            drawn += [f"{x:.0f},{y_before:.0f}"] if y_before not in (None, y) else []
            drawn.append(f"{x:.0f},{y:.0f}")
            y_before = y
        return " ".join(drawn)

    return Curve(best=line(best), possible=line(possible))


def _how_good(step: StepRow, level: int) -> str:
    if level > step.level:
        return _("Not begun yet.")
    if not step.bounds:
        return _("Not known yet how good it can get.")
    best, possible = step.values[level], step.bounds[level]
    if best <= possible:
        return _("As good as it can get.")
    better = (best - possible) / best
    if better >= 1:
        return _("Not known yet how good it can get.")
    return _("At most %(share)s better is possible.", share=_percent(better))


def _percent(share: float) -> str:
    return format_percent(max(share, 0.0001), "0.##%" if share < 0.01 else "0.#%" if share < 0.1 else "0%")


def _names(terms: Mapping[str, int]) -> str:
    words = ", ".join(_TERMS[term]() if term in _TERMS else _("other wishes") for term in terms)
    return words[:1].upper() + words[1:]
