"""Shifts at the owner's salon and people who say yes to them by phone, for the scenes of those pages."""

import itertools
from collections.abc import Callable
from typing import Any

from bench.stage import Stage
from salonpool.database import db
from salonpool.domain.local_time import DAY
from salonpool.models import Shift
from salonpool.queries import access
from salonpool.usecases.pool import by_hand
from tests import builders

_days = itertools.count(14)
WHY = "她姊姊載她來。"
# What keeps somebody from a shift in the middle of the day; each person is new.
KINDS: dict[str, dict[str, Any]] = {
    "can": {},
    "for a reason": {"x_km": 40.0, "hourly_pay_minor": 60000},
    "never": {"skills": ("perm",)},
    "without texts": {"phone": None},
}


def choose(stage: Stage) -> str:
    """The list of people, with somebody of every kind in it."""
    shift = _shift(stage)
    for kind in KINDS:
        _person(stage, shift, kind)
    return f"/desk/shift/{shift}/by-hand"


def person(stage: Stage, kind: str) -> str:
    """The page of one person."""
    shift = _shift(stage)
    return f"/desk/shift/{shift}/by-hand/{_person(stage, shift, kind)}"


def at(kind: str) -> Callable[[Stage], str]:
    """The same, for a scene."""
    return lambda stage: person(stage, kind)


def given(stage: Stage) -> str:
    """The page of a shift that was given in spite of what spoke against it."""
    shift = _shift(stage)
    _give(stage, shift, _person(stage, shift, "for a reason"))
    return f"/desk/shift/{shift}"


def take_back(stage: Stage) -> str:
    """The page that takes a shift back."""
    return _take_back(stage, "can")


def take_back_untold(stage: Stage) -> str:
    """The same, of somebody who gets no texts."""
    return _take_back(stage, "without texts")


def _take_back(stage: Stage, kind: str) -> str:
    shift = _shift(stage)
    return f"/desk/shift/{shift}/take-back/{_give(stage, shift, _person(stage, shift, kind))}"


def be_faster(stage: Stage, url: str) -> None:
    """Somebody else is given the shift of one person's page."""
    shift = int(url.split("/shift/")[1].split("/")[0])
    _give(stage, shift, _person(stage, shift, "can"))


def _shift(stage: Stage) -> int:
    posted = int(stage.desk_shift("posted").rsplit("/", 1)[1])
    salon = db.session.get_one(Shift, posted).salon_id
    db.session.rollback()
    day = stage.today + next(_days) * DAY  # one each: chairs fill up
    return builders.a_shift(salon, "12:00", "15:00", day=day, created_at=stage.now)


def _person(stage: Stage, shift: int, kind: str) -> int:
    network = db.session.get_one(Shift, shift).network_id
    db.session.rollback()
    return builders.a_pooled_stylist(network, name="小蔡", **KINDS[kind])


def _give(stage: Stage, shift: int, stylist: int) -> int:
    owner = access.find_account(stage.accounts["owner"])
    assert owner
    return by_hand.give(
        owner, shift, stylist, set_aside=("home-travel", "hourly-cost"), reason=WHY,
        now=stage.now, texting=stage.texting,
    )  # fmt: skip
