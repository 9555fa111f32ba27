"""Shifts at the owner's salon that a run could not fill, and what would help, for those pages' scenes."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bench.stage import Stage
from salonpool.database import db
from salonpool.domain.local_time import DAY
from salonpool.models import Decision, PlanningRun, Shift
from salonpool.queries import access
from salonpool.usecases.pool import remedies
from tests import builders

_days = itertools.count(14)
FUNNEL = {"skill": 9, "available": 4, "refused": 3, "home-travel": 2, "hourly-cost": 2, "overlap": 1}
SOLE = {"skill": 1, "home-travel": 3, "hourly-cost": 2}
# By the name of the scene; the one of two is the shift split at half past one.
CHANGES: dict[str, dict[str, Any]] = {
    "moved": {"start_minutes": -30},
    "dearer": {"max_hourly_cost": 48000},
    "another skill": {"skill": "perm"},
    "split": {"split_at": ""},
    "two at once": {
        "start_minutes": 1440,
        "earlier_end_minutes": 60,
        "max_hourly_cost": 45000,
        "ask_again": 1,
    },
    "further": {"max_travel_minutes": 15},
}


def shift(stage: Stage) -> str:
    """The page of a shift with all of them."""
    return f"/desk/shift/{_known(stage, CHANGES)[0]}"


def nobody(stage: Stage) -> str:
    """The page of a shift that no change fills."""
    return f"/desk/shift/{_known(stage, {})[0]}"


def at(kind: str) -> Callable[[Stage], str]:
    """The step between a remedy and doing it."""

    def path(stage: Stage) -> str:
        shift_id, decision_id = _known(stage, {kind: CHANGES[kind]})
        asked = builders.a_pooled_stylist(_network(shift_id))
        builders.an_offer(shift_id, asked, offered_at=stage.now, expires_at=stage.now + timedelta(hours=1))
        return f"/desk/shift/{shift_id}/remedy/{decision_id}/0"

    return path


def changed(stage: Stage) -> str:
    """The page of a shift that was split."""
    shift_id, decision_id = _known(stage, {"split": CHANGES["split"]})
    owner = access.find_account(stage.accounts["owner"])
    assert owner
    remedies.apply(
        owner, shift_id, decision_id=decision_id, number=0, version=1, key=f"scene-{shift_id}",
        now=stage.now, texting=stage.texting,
    )  # fmt: skip
    return f"/desk/shift/{shift_id}"


def answer(url: str) -> None:
    """Somebody answers an offer of the shift whose page is looked at."""
    db.session.get_one(Shift, int(url.split("/shift/")[1].split("/")[0])).version += 1
    db.session.commit()


def _known(stage: Stage, changes: dict[str, dict[str, Any]]) -> tuple[int, int]:
    """A new shift, and what a run found out about it."""
    posted = int(stage.desk_shift("posted").rsplit("/", 1)[1])
    salon = db.session.get_one(Shift, posted).salon_id
    db.session.rollback()
    day = stage.today + next(_days) * DAY
    shift_id = builders.a_shift(salon, "12:00", "15:00", day=day, created_at=stage.now)
    run = PlanningRun(
        network_id=_network(shift_id), status="published", cause="test", requested_at=stage.now,
        started_at=stage.now, finished_at=stage.now,
    )  # fmt: skip
    half = builders.at("13:30", day).isoformat()
    known = [
        {"change": change | ({"split_at": half} if "split_at" in change else {}), "fills": number}
        for number, change in enumerate(changes.values(), 1)
    ]
    detail = {
        "seats": 1, "pool": 21, "funnel": FUNNEL, "sole": SOLE, "remedies": known, "waiting": 0, "asked": 3,
        "declined": 3, "told": None,
    }  # fmt: skip
    decision = Decision(planning_run_id=builders.add(run), shift_id=shift_id, kind="unfilled", detail=detail)
    return shift_id, int(builders.add(decision))


def _network(shift_id: int) -> int:
    network = db.session.get_one(Shift, shift_id).network_id
    db.session.rollback()
    return network
