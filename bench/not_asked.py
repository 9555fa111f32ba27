"""Questions why somebody was not asked, in every state, for the scenes of those pages."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bench.stage import CUT, Stage
from salonpool.database import db
from salonpool.domain.local_time import DAY
from salonpool.domain.what_if import KEEP
from salonpool.models import Account, Shift, WhatIf
from tests import builders

LIST = "/me/why"
_days = itertools.count(1)
# Answers by the name of the scene, as usecases/planning/what_if.py writes them; none is one that waits.
_PLAIN: dict[str, Any] = {
    "must": [], "is_proven": True, "is_better": False, "said_yes": False, "terms": [],
    "opened": [], "opened_count": 0, "filled_count": 0, "moved_count": 0, "left": [],
}  # fmt: skip
ANSWERS: dict[str, dict[str, Any] | None] = {
    "new": None,
    "waiting": None,
    "failed": None,
    "must not": {"must": ["rest", "window-minutes", "chairs"]},
    "no difference": _PLAIN,
    "better": _PLAIN | {"is_better": True, "terms": [["cost", -40000]]},
    "over": {"gone": True},
    "worse": _PLAIN | {
        "is_proven": False, "said_yes": True, "opened_count": 2, "moved_count": 1, "filled_count": 1,
        "terms": [["fairness", 12], ["cost", 40000], ["travel", -7], ["preference", 2]],
    },
}  # fmt: skip


def mine(name: str) -> Callable[[Stage], str]:
    """A stylist's page of one shift, with this answer."""

    def make(stage: Stage) -> str:
        shift, account = _shift(stage), stage.accounts["idle"]
        stylist = db.session.get_one(Account, account).stylist_id or 0
        db.session.rollback()
        if name != "new":
            left = _shift(stage)
            _question(stage, shift, stylist, account, "stylist", name, left=[left])
        return f"{LIST}/{shift}"

    return make


def listed(stage: Stage) -> str:
    """A stylist's list, with shifts in it."""
    mine("waiting")(stage)
    mine("must not")(stage)
    return LIST


def others(stage: Stage) -> str:
    """An owner's page of one shift, with somebody for each answer."""
    posted = int(stage.desk_shift("posted").rsplit("/", 1)[1])
    row = db.session.get_one(Shift, posted)
    salon, network = row.salon_id, row.network_id
    db.session.rollback()
    day = stage.today + (next(_days) + 1) * DAY
    shift = builders.a_shift(salon, "12:00", "15:00", day=day, created_at=stage.now)
    for name in ANSWERS:
        stylist = builders.a_pooled_stylist(network, name="小蔡")
        if name != "new":
            _question(stage, shift, stylist, stage.accounts["owner"], "owner", name, opened=[posted])
    return f"/desk/shift/{shift}/others"


def nobody(stage: Stage) -> str:
    """The same when the shift is not to be worked any more."""
    return stage.desk_shift("cancelled") + "/others"


def _shift(stage: Stage) -> int:
    day = stage.today + (next(_days) % 12 + 1) * DAY
    return builders.a_shift(stage.lane, "12:00", "15:00", day=day, skill=CUT, created_at=stage.now)


def _question(
    stage: Stage, shift: int, stylist: int, account: int, side: str, name: str, **more: list[int]
) -> None:
    answer = ANSWERS[name]
    status = "requested" if name == "waiting" else "failed" if name == "failed" else "done"
    network = db.session.get_one(Account, account).network_id
    db.session.rollback()
    builders.add(
        WhatIf(
            network_id=network,
            shift_id=shift,
            stylist_id=stylist,
            account_id=account,
            side=side,
            status=status,
            answer=answer | more if answer and name == "worse" else answer,
            requested_at=stage.now - timedelta(minutes=1),
            expires_at=stage.now + KEEP,
        )
    )
