"""What a posted shift offers, and what it would offer after a remedy: for the preview and for doing it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from salonpool.domain.local_time import MINUTE
from salonpool.domain.money import Money, pay_between

# What an owner can do about a shift; who travels further is for the person to say (docs/planner.md).
_OWNERS = {
    "start_minutes", "later_start_minutes", "earlier_end_minutes", "max_hourly_cost", "ask_again", "skill",
    "split_at",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Terms:
    """When, for which skill (its code), and for how much an hour."""

    starts_at: datetime
    ends_at: datetime
    skill: str
    hourly_pay: Money

    @property
    def pay(self) -> Money:
        """What one person earns with it."""
        return pay_between(self.hourly_pay, self.starts_at, self.ends_at)


def is_owners(change: Mapping[str, Any]) -> bool:
    """Is the whole change one an owner can make to a posted shift?"""
    return bool(change) and set(change) <= _OWNERS


def changed(terms: Terms, change: Mapping[str, Any]) -> tuple[Terms, ...]:
    """The terms after a change an owner can make: one shift, or two when it is split.

    Minutes are whole numbers, `max_hourly_cost` is in minor units, `skill` a code, `split_at` an ISO instant.
    Who said no before is asked again anyway, as the terms are others.
    """
    moved = int(change.get("start_minutes", 0))
    after = replace(
        terms,
        starts_at=terms.starts_at + (moved + int(change.get("later_start_minutes", 0))) * MINUTE,
        ends_at=terms.ends_at + (moved - int(change.get("earlier_end_minutes", 0))) * MINUTE,
        skill=str(change.get("skill", terms.skill)),
        hourly_pay=replace(
            terms.hourly_pay,
            amount_minor=int(change.get("max_hourly_cost", terms.hourly_pay.amount_minor)),
        ),
    )
    if "split_at" not in change:
        return (after,)
    cut = datetime.fromisoformat(change["split_at"])
    return replace(after, ends_at=cut), replace(after, starts_at=cut)
