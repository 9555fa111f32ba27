"""Why a seat is free, in the owner's words: no planner jargon on a screen."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from salonpool.domain.money import Money
from salonpool.queries.salons import SalonRow
from salonpool.web.filters import local_time, money

Words = Callable[[], str]

# Functions, not strings: gettext must run for each reader. Keys: rule names and
# reasons of `excluded`, docs/planner.md.
_REMAINING: dict[str, Words] = {
    "pool": lambda: _("in the pool"),
    "skill": lambda: _("have the skill"),
    "available": lambda: _("can work at that time"),
    "blocked": lambda: _("work with your salon"),
    "refused": lambda: _("were not asked before"),
    "live_offer": lambda: _("are not being asked for another shift"),
    "no_text": lambda: _("can be texted"),
    "skill_dates": lambda: _("have the skill on that day"),
    "home-travel": lambda: _("live near enough"),
    "hourly-cost": lambda: _("work for that pay"),
    "overlap": lambda: _("are free then"),
    "travel-gap": lambda: _("can get there in time"),
    "rest": lambda: _("have rested enough"),
    "day-minutes": lambda: _("stay within their hours that day"),
    "window-minutes": lambda: _("stay within their hours that week"),
    "window-days": lambda: _("have a day off left that week"),
    "not-with": lambda: _("get along with who is there"),
    "chairs": lambda: _("find a free chair"),
}
_REMOVED: dict[str, Words] = {
    "skill": lambda: _("without the skill"),
    "available": lambda: _("cannot work at that time"),
    "blocked": lambda: _("do not work with your salon"),
    "refused": lambda: _("were asked already"),
    "live_offer": lambda: _("being asked for another shift now"),
    "no_text": lambda: _("cannot be texted"),
    "skill_dates": lambda: _("without the skill on that day"),
    "home-travel": lambda: _("live too far away"),
    "hourly-cost": lambda: _("ask for more pay"),
    "overlap": lambda: _("busy at that time"),
    "travel-gap": lambda: _("cannot get there in time"),
    "rest": lambda: _("would not rest enough"),
    "day-minutes": lambda: _("over their hours that day"),
    "window-minutes": lambda: _("over their hours that week"),
    "window-days": lambda: _("without a day off that week"),
    "not-with": lambda: _("do not work beside who is there"),
    "chairs": lambda: _("no free chair"),
}


def remaining_words(rule: str) -> str:
    """What the people left after a rule have in common: 9 'have the skill'."""
    return _REMAINING[rule]() if rule in _REMAINING else _("fit otherwise")


def removed_words(rule: str) -> str:
    """Why a rule removed people: 6 'busy at that time'."""
    return _REMOVED[rule]() if rule in _REMOVED else _("for another reason")


def remedy_words(change: Mapping[str, Any], salon: SalonRow) -> str:
    """A change that would bring people, as advice."""
    [(kind, value)] = change.items()
    if kind == "start_minutes":
        minutes = abs(int(value))
        if value > 0:
            return ngettext("Start %(num)s minute later", "Start %(num)s minutes later", minutes)
        return ngettext("Start %(num)s minute earlier", "Start %(num)s minutes earlier", minutes)
    if kind == "max_hourly_cost":
        return _("Pay %(pay)s an hour", pay=money(Money(int(value), salon.currency)))
    if kind == "max_travel_minutes":
        return _("Ask people who live up to %(num)s minutes further away", num=value)
    if kind == "split_at":
        return _("Split the shift at %(time)s", time=local_time(datetime.fromisoformat(value), salon.zone))
    return _("Ask for another skill (%(skill)s)", skill=value)
