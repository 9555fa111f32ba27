"""A plan and a yes keep the law of whoever employs the person, also where they themselves would do more."""

from typing import Any

import pytest

from salonpool.domain.refusal import Refusal
from tests.builders import a_network, a_pooled_stylist, a_rota, a_salon, a_shift, an_offer
from tests.usecases import pool

pytestmark = pytest.mark.usefixtures("app")
TIRELESS: dict[str, Any] = {"min_rest_minutes": 0, "max_day_minutes": 1440, "max_week_minutes": 10_000}


def _four_long_days(pack: str) -> tuple[int, int, int]:
    """A network, somebody who works 48 hours of the week but not on Thursday, and a shift of three then."""
    network = a_network(region="TW")
    home, other = a_salon(network, labour_pack=pack), a_salon(network)
    stylist = a_pooled_stylist(network, home=home, **TIRELESS)
    a_rota(stylist, home, weekdays=(0, 1, 2, 4), starts="09:00", ends="21:00")
    return network, stylist, a_shift(other, "10:00", "13:00")


def test_nobody_is_asked_who_would_pass_the_law_of_the_home_salon() -> None:
    network, _, shift = _four_long_days("tw-standard")
    pool.request(network)
    pool.plan(network)
    assert pool.asked(shift) == []


def test_a_yes_past_the_law_is_refused_and_the_same_yes_under_flexible_hours_counts() -> None:
    _, stylist, shift = _four_long_days("tw-standard")
    offer = an_offer(shift, stylist)
    with pytest.raises(Refusal) as refused:
        pool.accept(offer, stylist)
    assert (refused.value.code, refused.value.values) == ("not_eligible", {"reason": "window-minutes"})
    assert pool.holders(shift) == []
    _, stylist, shift = _four_long_days("tw-4-week")
    pool.accept(an_offer(shift, stylist), stylist)
    assert pool.holders(shift) == [stylist]
