"""The caps of a person in a problem: the stricter of the law and their own numbers, rule by rule."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from salonpool.domain.labour.rules import Grade, Kind, Pack, Rule, Step
from salonpool.models import Stylist
from salonpool.solver.problem import Limit

DAY_MINUTES = 1440
WEEK_DAYS = 7
MAX_WORKED_DAYS = 6  # of any seven: no seventh day of work in a row (docs/planner.md)


@dataclass(frozen=True, kw_only=True, slots=True)
class Caps:
    """Least rest, most minutes of a day, and windows, in the words of a problem."""

    min_rest_minutes: int = 0
    max_day_minutes: int = DAY_MINUTES
    limits: tuple[Limit, ...] = ()


def caps_of_law(
    packs: Sequence[Pack], first_day: date, leave: Collection[date] = (), *, law_only: bool = False
) -> Caps:
    """What all these packs allow together; days count from `first_day`.

    Where a rule leaves leave out of its average, the days of `leave` that lie in one window take their share
    off its cap. With `law_only` rules of the grade policy do not count.
    """
    rules = [rule for pack in packs for rule in pack.rules if not law_only or rule.grade is Grade.LAW]
    return Caps(
        min_rest_minutes=max((rule.value for rule in rules if rule.kind is Kind.REST), default=0),
        max_day_minutes=min(
            (rule.value for rule in rules if rule.kind is Kind.DAY_MINUTES), default=DAY_MINUTES
        ),
        limits=_merged(
            _limit(rule, first_day, leave)
            for rule in rules
            if rule.kind in (Kind.WINDOW_MINUTES, Kind.WINDOW_DAYS)
        ),
    )


def own_caps(stylist: Stylist, first_day: date) -> Caps:
    """A person's own rest, day and week, Monday to Sunday, and no seventh day in a row."""
    return Caps(
        min_rest_minutes=stylist.min_rest_minutes,
        max_day_minutes=stylist.max_day_minutes,
        limits=(
            Limit(
                days=WEEK_DAYS,
                step="fixed",
                first_day=-first_day.weekday(),
                max_minutes=stylist.max_week_minutes,
            ),
            Limit(days=WEEK_DAYS, step="rolling", max_worked_days=MAX_WORKED_DAYS),
        ),
    )


def stricter(one: Caps, other: Caps) -> Caps:
    """What both allow."""
    return Caps(
        min_rest_minutes=max(one.min_rest_minutes, other.min_rest_minutes),
        max_day_minutes=min(one.max_day_minutes, other.max_day_minutes),
        limits=_merged((*one.limits, *other.limits)),
    )


def _limit(rule: Rule, first_day: date, leave: Collection[date]) -> Limit:
    value = rule.value
    if rule.neutral_leave:
        value = value * (rule.days - _most_leave(leave, rule.days)) // rule.days
    fixed = rule.step is Step.FIXED and rule.anchor is not None
    return Limit(
        days=rule.days,
        step=str(rule.step),
        first_day=(rule.anchor - first_day).days % rule.days if fixed and rule.anchor else 0,
        max_minutes=value if rule.kind is Kind.WINDOW_MINUTES else None,
        max_worked_days=value if rule.kind is Kind.WINDOW_DAYS else None,
    )


def _most_leave(leave: Collection[date], days: int) -> int:
    """The most days of leave that lie in one run of so many days."""
    return max((sum(0 <= (day - first).days < days for day in leave) for first in leave), default=0)


def _merged(limits: Iterable[Limit]) -> tuple[Limit, ...]:
    """One limit for each kind of window, with the least of its caps: every limit costs the planner rows."""
    merged: dict[tuple[int, str, int], Limit] = {}
    for limit in limits:
        key = (limit.days, limit.step, limit.first_day)
        other = merged.get(key, limit)
        merged[key] = Limit(
            days=limit.days,
            step=limit.step,
            first_day=limit.first_day,
            max_minutes=_least(limit.max_minutes, other.max_minutes),
            max_worked_days=_least(limit.max_worked_days, other.max_worked_days),
        )
    return tuple(merged.values())


def _least(one: int | None, other: int | None) -> int | None:
    return min((cap for cap in (one, other) if cap is not None), default=None)
