"""Why a goal of a plan is not better than it is: what it gave up for goals that count more, in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from salonpool.domain.money import Money
from salonpool.web.filters import money

Words = Callable[[], str]

# Functions, not strings: gettext must run for each reader. The first term of a level that gains is told.
_GAINS: dict[str, Words] = {
    "stability": lambda: _("More people could keep what they were told"),
    "fairness": lambda: _("Wishes for hours could be met better"),
    "travel": lambda: _("There could be less travel"),
    "preference": lambda: _("More wishes for salons could come true"),
    "activation": lambda: _("Fewer people could be called in"),
}
_LOSSES: dict[str, Words] = {
    "fairness": lambda: _("wishes for hours would be met less well"),
    "cost": lambda: _("the salons would pay more"),
    "travel": lambda: _("there would be more travel"),
    "preference": lambda: _("fewer wishes for salons would come true"),
    "activation": lambda: _("more people would be called in"),
}


def gave_way_words(trades: Sequence[Mapping[str, Any]], currency: str) -> dict[int, str]:
    """For each level (from 0) that gave something up, what it would gain and what others would lose for it.

    `trades` as a run keeps them: solver.roster.Trade as mappings.
    """
    found = {}
    for trade in trades:
        gain = _gain(trade["gain"], currency)
        lost = [words for _level, terms in trade["lost"] for words in _losses(terms)]
        if gain and lost:
            found[int(trade["level"])] = _(
                "%(gain)s, but then %(lost)s, which counts more.", gain=gain, lost=str(_(", ")).join(lost)
            )
    return found


def _gain(terms: Mapping[str, int], currency: str) -> str:
    if terms.get("cost", 0) < 0:
        amount = money(Money(-terms["cost"], currency))
        return _("The salons could pay %(amount)s less", amount=amount)
    better = [_GAINS[term]() for term, value in terms.items() if value < 0 and term in _GAINS]
    return better[0] if better else ""


def _losses(terms: Mapping[str, int]) -> list[str]:
    told = []
    for term, value in terms.items():
        if value > 0 and term == "stability":
            told.append(
                ngettext(
                    "one shift would go to somebody else than was told",
                    "%(num)s shifts would go to somebody else than was told",
                    value,
                )
            )
        elif value > 0 and term in _LOSSES:
            told.append(_LOSSES[term]())
    return told
