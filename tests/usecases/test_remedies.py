"""An owner does what would fill a shift: it is posted anew, and who was asked for the old one hears of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.offer import OfferGone
from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.models import AuditEntry, Decision, Offer, PlanningRun, Shift, Skill
from salonpool.queries import access, shifts
from salonpool.solver.explain import unfilled
from salonpool.solver.roster import Assignment, Roster, Solution
from salonpool.usecases.planning.decisions import decide
from salonpool.usecases.planning.problems import read_network
from salonpool.usecases.pool import remedies
from tests import builders as b
from tests.builders import NOW
from tests.usecases import pool
from tests.usecases.contenders import race

pytestmark = pytest.mark.usefixtures("app")
LATER = NOW + timedelta(minutes=2)
MOVED = {"start_minutes": 60}


@pytest.fixture
def scene(app: Any) -> dict[str, Any]:
    """A shift of two seats at an owned salon, and somebody in the pool."""
    network = b.a_network()
    salon = b.a_salon(network, chairs=5)
    return {
        "network": network,
        "salon": salon,
        "shift": b.a_shift(salon, seats=2),
        "owner": b.an_account(network, owns=(salon,)),
        "mia": b.a_pooled_stylist(network),
    }


def _known(shift_id: int, *changes: dict[str, Any]) -> int:
    """What a run found would help the shift."""
    network = db.session.get_one(Shift, shift_id).network_id
    run = b.add(PlanningRun(network_id=network, status="published", cause="test", requested_at=NOW))
    detail = {
        "seats": 1, "pool": 3, "funnel": {"skill": 3}, "sole": {}, "waiting": 0, "asked": 0, "declined": 0,
        "told": None, "remedies": [{"change": change, "fills": 1} for change in changes],
    }  # fmt: skip
    return int(b.add(Decision(planning_run_id=run, shift_id=shift_id, kind="unfilled", detail=detail)))


def _apply(scene: dict[str, Any], change: dict[str, Any] = MOVED, **given: Any) -> list[int]:
    account = access.find_account(given.pop("account", scene["owner"]))
    assert account
    shift = given.pop("shift", scene["shift"])
    decision = given.pop("decision", None) or _known(shift, change)
    values = {"number": 0, "version": pool.shift(shift).version, "key": "k1", "now": LATER}
    return remedies.apply(account, shift, decision_id=decision, texting=pool.texting(), **values | given)


def _state() -> list[Any]:
    db.session.rollback()
    offers = db.session.execute(sa.select(Offer.id, Offer.status).order_by(Offer.id)).all()
    posted = db.session.execute(sa.select(Shift.id, Shift.status, Shift.version).order_by(Shift.id)).all()
    return [*posted, *offers, len(pool.open_requests()), len(pool.texts("S5T"))]


def test_the_shift_is_posted_anew_on_the_terms_and_the_planner_is_asked(scene: dict[str, Any]) -> None:
    (new_id,) = _apply(scene, {"start_minutes": 60, "max_hourly_cost": 45000})
    old, new = pool.shift(scene["shift"]), pool.shift(new_id)
    assert (old.status, new.status) == ("cancelled", "posted")
    assert new.starts_at == b.at("15:00", old.starts_at.date())
    assert new.ends_at == b.at("19:00", old.starts_at.date())
    assert (new.hourly_pay_minor, new.seats, new.skill_id) == (45000, 2, old.skill_id)
    assert (new.replaces_shift_id, new.created_at) == (old.id, old.created_at)
    assert [run.cause for run in pool.open_requests()] == ["remedy"]
    page = shifts.get_shift(old.id, LATER, "en")
    assert page.replaced_by == (new_id,)
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "replace")).one()
    assert (entry.actor, entry.subject_id) == (f"account:{scene['owner']}", old.id)
    assert entry.after["shift_ids"] == [new_id]


@pytest.mark.parametrize(
    ("change", "hours"),
    [
        ({"later_start_minutes": 90}, [("15:30", "18:00")]),
        ({"earlier_end_minutes": 90}, [("14:00", "16:30")]),
        ({"start_minutes": -120, "earlier_end_minutes": 60}, [("12:00", "15:00")]),
        ({"split_at": "2026-10-22T16:00:00+08:00"}, [("14:00", "16:00"), ("16:00", "18:00")]),
    ],
)  # fmt: skip
def test_every_change_of_the_hours_is_made(
    scene: dict[str, Any], change: dict[str, Any], hours: list[tuple[str, str]]
) -> None:
    ids = _apply(scene, change)
    day = b.TODAY + timedelta(days=3)
    found = [(pool.shift(new).starts_at, pool.shift(new).ends_at) for new in ids]
    assert found == [(b.at(starts, day), b.at(ends, day)) for starts, ends in hours]


def test_another_skill_is_asked_for(scene: dict[str, Any]) -> None:
    b.a_skill(scene["network"], "colour")
    (new,) = _apply(scene, {"skill": "colour"})
    assert db.session.get_one(Skill, pool.shift(new).skill_id).code == "colour"


def test_who_was_asked_hears_that_the_question_is_off_and_may_be_asked_for_the_new_one(
    scene: dict[str, Any],
) -> None:
    pool.plan(scene["network"])
    (asked,) = pool.texts("S2")
    asked.status = "sent"
    db.session.commit()
    (offer,) = pool.all_offers(scene["shift"])
    (new,) = _apply(scene)
    assert [one.status for one in pool.all_offers(scene["shift"])] == ["withdrawn"]
    (told,) = pool.texts("S5T")
    assert told.body.startswith("青禾 10/22四14:00-18:00這班店家改了")
    with pytest.raises(OfferGone) as refused:
        pool.accept(offer.id, scene["mia"], LATER)
    assert refused.value.code == "withdrawn"
    pool.plan(scene["network"], LATER + timedelta(minutes=1))
    assert pool.asked(new) == [scene["mia"]]


def test_who_has_not_heard_the_question_is_told_nothing(scene: dict[str, Any]) -> None:
    pool.plan(scene["network"])
    _apply(scene)
    assert pool.texts("S5T") == []
    assert [text.status for text in pool.texts("S2")] == ["expired"]


def test_who_said_no_may_be_asked_for_the_new_terms(scene: dict[str, Any]) -> None:
    b.an_offer(scene["shift"], scene["mia"], status="declined", answered_at=NOW)
    (new,) = _apply(scene, {"ask_again": 1, "max_hourly_cost": 47000})
    pool.plan(scene["network"], LATER)
    assert pool.asked(new) == [scene["mia"]]


def test_a_shift_that_changed_meanwhile_is_left_alone(scene: dict[str, Any]) -> None:
    seen = pool.shift(scene["shift"]).version
    pool.plan(scene["network"])
    decision = _known(scene["shift"], MOVED)
    before = _state()
    with pytest.raises(Refusal) as refused:
        _apply(scene, decision=decision, version=seen)
    assert refused.value.code == "shift_changed"
    assert _state() == before


def test_a_seat_somebody_holds_freezes_the_terms(scene: dict[str, Any]) -> None:
    pool.accept(b.an_offer(scene["shift"], scene["mia"]), scene["mia"])
    decision = _known(scene["shift"], MOVED)
    before = _state()
    with pytest.raises(Refusal) as refused:
        _apply(scene, decision=decision)
    assert refused.value.code == "seat_held"
    assert _state() == before


def test_the_same_request_twice_is_done_once(scene: dict[str, Any]) -> None:
    decision = _known(scene["shift"], MOVED)
    first = _apply(scene, decision=decision, version=1)
    assert _apply(scene, decision=decision, version=1) == first
    with pytest.raises(Refusal) as refused:
        _apply(scene, decision=decision, version=1, key="k2")
    assert refused.value.code == "shift_changed"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Shift)) == 2


def test_of_two_who_change_it_at_once_one_does(app: Any, scene: dict[str, Any]) -> None:
    decision = _known(scene["shift"], MOVED)
    other = b.an_account(scene["network"], owns=(scene["salon"],))
    done = race(
        app,
        *(
            lambda who=who: _apply(scene, decision=decision, version=1, account=who, key=f"key-{who}")
            for who in (scene["owner"], other)
        ),
    )
    assert sorted(isinstance(answer, list) for answer in done) == [False, True]
    assert "shift_changed" in done


def test_a_yes_and_a_change_at_once_leave_one_of_them(app: Any, scene: dict[str, Any]) -> None:
    offer = b.an_offer(scene["shift"], scene["mia"])
    decision = _known(scene["shift"], MOVED)
    said, done = race(
        app,
        lambda: pool.accept(offer, scene["mia"]),
        lambda: _apply(scene, decision=decision, version=1),
    )
    if isinstance(done, list):
        assert said == "withdrawn"
        assert pool.holders(scene["shift"]) == []
    else:
        assert done in {"seat_held", "shift_changed"}
        assert pool.holders(scene["shift"]) == [scene["mia"]]


@pytest.mark.parametrize("number", [-1, 1, 2])
def test_a_remedy_nobody_found_is_missing(scene: dict[str, Any], number: int) -> None:
    decision = _known(scene["shift"], MOVED, {"max_travel_minutes": 15})
    with pytest.raises(Missing):
        _apply(scene, decision=decision, number=number)


def test_another_owners_shift_and_another_shifts_remedy_are_missing(scene: dict[str, Any]) -> None:
    rival = b.an_account(scene["network"], owns=(b.a_salon(scene["network"]),))
    other = _known(b.a_shift(scene["salon"]), MOVED)
    for given in ({"account": rival}, {"decision": other}, {"decision": 10**9}):
        with pytest.raises(Missing):
            _apply(scene, **given)


def test_new_terms_keep_the_rules_of_a_post(scene: dict[str, Any]) -> None:
    decision = _known(scene["shift"], {"start_minutes": -60 * 24 * 5})
    before = _state()
    with pytest.raises(InvalidInput) as refused:
        _apply(scene, decision=decision)
    assert (refused.value.code, refused.value.field) == ("in_the_past", "starts_at")
    assert _state() == before


def test_a_change_of_terms_wakes_nobody_sooner(scene: dict[str, Any]) -> None:
    """A shift known by day is not asked for at night, and neither is what takes its place."""
    day = b.TODAY + timedelta(days=1)
    known = b.a_shift(scene["salon"], "12:00", "16:00", day=day)
    (new,) = _apply(scene, {"max_hourly_cost": 50000}, shift=known, now=b.at("23:00"))
    night = datetime(2026, 10, 19, 16, 5, tzinfo=UTC)  # 00:05 in Taipei
    assert shifts.get_shift(new, night, "en").asks_at == b.at("09:00", day)


def test_the_owner_learns_how_many_lack_one_thing_only(scene: dict[str, Any]) -> None:
    shift = b.a_shift(scene["salon"], day=b.TODAY + timedelta(days=5), hourly_pay_minor=100)
    for pay in (200, 300):
        b.a_pooled_stylist(scene["network"], hourly_pay_minor=pay)
    b.a_pooled_stylist(scene["network"], skills=("colour",))
    pool.plan(scene["network"])
    gap = shifts.get_shift(shift, NOW, "en").gap
    assert gap
    assert dict(gap.funnel) == {"skill": 1, "hourly-cost": 3}
    assert dict(gap.sole) == {"hourly-cost": 3}
    assert gap.remedies[0].change == {"max_hourly_cost": 200}


def test_what_the_planner_had_no_time_to_try_is_tried_then(scene: dict[str, Any]) -> None:
    b.a_shift(scene["salon"], hourly_pay_minor=100)
    reading = read_network(db.session(), scene["network"], NOW)
    holders = {f"{scene['shift']}#1": str(scene["mia"])}
    quick, full = (unfilled(reading.problem, holders, seconds=seconds) for seconds in (0, None))
    roster = Roster(
        status="feasible", levels=(), bound=(), gap=0.0, seconds=0.0,
        assignments=tuple(Assignment(shift=seat, stylist=who) for seat, who in holders.items()),
    )  # fmt: skip
    said = [
        decide(reading, Solution(replace(roster, unfilled=items), {}), NOW).gaps for items in (quick, full)
    ]
    assert not quick[0].is_tried
    assert said[0] == said[1]
    assert all(gap.remedies for gap in said[0].values())


def test_no_remedy_begins_before_somebody_can_be_found(scene: dict[str, Any]) -> None:
    """It is 9:00: what would have to begin at 9:50 is no help, ending earlier is."""
    network = b.a_network()
    b.a_pooled_stylist(network, free=("09:30", "13:30"))
    shift = b.a_shift(b.a_salon(network), "10:20", "14:20", day=b.TODAY)
    pool.plan(network)
    gap = shifts.get_shift(shift, NOW, "en").gap
    assert gap
    assert [remedy.change for remedy in gap.remedies] == [{"earlier_end_minutes": 60}]
    later = b.a_shift(b.a_salon(network), "10:30", "14:00", day=b.TODAY)
    pool.plan(network)
    gap = shifts.get_shift(later, NOW, "en").gap
    assert gap
    assert [remedy.change for remedy in gap.remedies] == [{"start_minutes": -30}]
