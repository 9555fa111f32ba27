"""Why not this person: asked on a page, worked out by the clock, told to each side as far as it may know."""

import multiprocessing
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.caps import CAPS, Kind
from salonpool.domain.refusal import Missing, Refusal
from salonpool.domain.what_if import KEEP, MOST_TRIES, MOST_WAITING
from salonpool.models import Assignment, Message, Offer, PlanningRun, Shift, Stylist, WhatIf
from salonpool.queries import access
from salonpool.queries.access import AccountRow
from salonpool.usecases import upkeep
from salonpool.usecases.planning import plan_process, what_if
from tests import builders as b
from tests.usecases import dying, pool
from tests.usecases.contenders import race

pytestmark = pytest.mark.usefixtures("app")
NOW = b.NOW
MARGIN = timedelta(minutes=1)  # for what a test itself takes
THURSDAY = b.TODAY + timedelta(days=3)


@pytest.fixture
def scene() -> SimpleNamespace:
    """A shift that Ana (300 an hour) is being asked for; Ben (400) fits too and was not."""
    network = b.a_network()
    salon = b.a_salon(network, chairs=5)
    ana = b.a_pooled_stylist(network, name="Ana", hourly_pay_minor=30000)
    ben = b.a_pooled_stylist(network, name="Ben", hourly_pay_minor=40000)
    shift = b.a_shift(salon)
    b.an_offer(shift, ana)
    made = SimpleNamespace(network=network, salon=salon, ana=ana, ben=ben, shift=shift)
    made.me = _account(b.an_account(network, stylist=ben))
    made.owner = _account(b.an_account(network, owns=(salon,)))
    return made


def _account(account_id: int) -> AccountRow:
    found = access.find_account(account_id)
    assert found is not None
    return found


def _works(shift_id: int, stylist_id: int) -> None:
    """They said yes to the shift."""
    shift = db.session.get_one(Shift, shift_id)
    values = {
        "network_id": shift.network_id, "salon_id": shift.salon_id, "starts_at": shift.starts_at,
        "ends_at": shift.ends_at, "created_at": NOW, "status": "active", "source": "offer",
    }  # fmt: skip
    b.add(Assignment(shift_id=shift_id, stylist_id=stylist_id, **values))


def _run(now: Any = NOW, system_now: Any = NOW) -> int:
    return what_if.run_asked(now, system_now)


def _row(question_id: int) -> WhatIf:
    db.session.rollback()
    return db.session.get_one(WhatIf, question_id)


def _answer_of(question_id: int) -> dict[str, Any]:
    assert _run() == 1
    row = _row(question_id)
    assert row.status == "done"
    assert row.answer is not None
    return row.answer


def _terms(answer: dict[str, Any]) -> dict[str, int]:
    return {name: difference for name, difference in answer["terms"] if difference}


def test_an_owner_reads_what_somebody_else_would_cost(scene: SimpleNamespace) -> None:
    answer = _answer_of(what_if.ask_about(scene.owner, scene.shift, scene.ben, NOW))
    assert _terms(answer) == {"cost": 4 * 10000}
    assert answer | {"terms": []} == {
        "must": [], "terms": [], "is_proven": True, "is_better": False, "said_yes": False,
        "opened": [], "opened_count": 0, "filled_count": 0, "moved_count": 0, "left": [],
    }  # fmt: skip


def test_a_stylist_reads_which_way_it_goes_and_nobodys_numbers(scene: SimpleNamespace) -> None:
    answer = _answer_of(what_if.ask_for_myself(scene.me, scene.shift, NOW))
    assert _terms(answer) == {"cost": 1}
    assert {abs(difference) for _, difference in answer["terms"]} <= {0, 1}


def test_a_shift_that_would_stay_open_is_named_to_owners_and_counted_for_stylists(
    scene: SimpleNamespace,
) -> None:
    colour = b.a_shift(scene.salon, skill="colour", priority=1)
    skilled = b.a_pooled_stylist(scene.network, skills=("cut", "colour"))
    told = _answer_of(what_if.ask_about(scene.owner, scene.shift, skilled, NOW))
    assert (told["opened"], told["opened_count"], _terms(told)["coverage"]) == ([colour], 1, 100)
    me = _account(b.an_account(scene.network, stylist=skilled))
    own = _answer_of(what_if.ask_for_myself(me, scene.shift, NOW))
    assert (own["opened"], own["opened_count"], _terms(own)["coverage"]) == ([], 1, 1)


def test_the_shift_somebody_is_being_asked_for_is_the_one_they_would_leave(scene: SimpleNamespace) -> None:
    other = b.a_shift(scene.salon, "15:00", "19:00")
    b.an_offer(other, scene.ben)
    answer = _answer_of(what_if.ask_for_myself(scene.me, scene.shift, NOW))
    assert answer["left"] == [other]
    assert answer["moved_count"] == 0


def test_people_asked_elsewhere_who_would_move_are_counted(scene: SimpleNamespace) -> None:
    colour, third = b.a_shift(scene.salon, skill="colour", priority=1), b.a_shift(scene.salon)
    both = [b.a_pooled_stylist(scene.network, skills=("cut", "colour")) for _ in range(2)]
    b.an_offer(colour, both[0])
    b.an_offer(third, both[1])
    with transaction() as session:
        session.execute(sa.update(Stylist).where(Stylist.id == scene.ben).values(pooled=False))
    answer = _answer_of(what_if.ask_about(scene.owner, scene.shift, both[0], NOW))
    assert _terms(answer)["stability"] == 2
    assert (answer["left"], answer["moved_count"], answer["opened"]) == ([colour], 1, [])


def test_what_a_plan_could_gain_without_the_pair_is_not_to_its_credit(scene: SimpleNamespace) -> None:
    b.a_shift(scene.salon, skill="colour", priority=1)
    third = b.a_shift(scene.salon)
    both = b.a_pooled_stylist(scene.network, skills=("cut", "colour"), hourly_pay_minor=30000)
    b.an_offer(third, both)
    b.a_pooled_stylist(scene.network, hourly_pay_minor=30000)
    answer = _answer_of(what_if.ask_about(scene.owner, scene.shift, scene.ben, NOW))
    assert (answer["is_better"], _terms(answer)) == (False, {"cost": 4 * 10000})


def test_what_must_be_comes_first_and_alone(scene: SimpleNamespace) -> None:
    with transaction() as session:
        session.execute(sa.update(Stylist).where(Stylist.id == scene.ben).values(min_rest_minutes=1200))
    night = b.a_shift(scene.salon, "20:00", "22:00", day=THURSDAY - timedelta(days=1))
    _works(night, scene.ben)
    assert _answer_of(what_if.ask_for_myself(scene.me, scene.shift, NOW)) == {"must": ["rest"]}


def test_a_shift_with_a_yes_is_compared_as_if_it_were_free_and_told_so(scene: SimpleNamespace) -> None:
    pool.accept(pool.offer_of(scene.shift, scene.ana).id, scene.ana)
    answer = _answer_of(what_if.ask_about(scene.owner, scene.shift, scene.ben, NOW + timedelta(minutes=2)))
    assert answer["said_yes"]
    assert _terms(answer) == {"cost": 4 * 10000}
    assert pool.holders(scene.shift) == [scene.ana]


def test_nothing_but_the_answer_is_written(scene: SimpleNamespace) -> None:
    before = [db.session.scalar(sa.select(sa.func.count(table.id))) for table in (Offer, Assignment, Message)]
    version = pool.shift(scene.shift).version
    _answer_of(what_if.ask_for_myself(scene.me, scene.shift, NOW))
    after = [db.session.scalar(sa.select(sa.func.count(table.id))) for table in (Offer, Assignment, Message)]
    assert after == before
    assert pool.shift(scene.shift).version == version
    assert db.session.scalar(sa.select(sa.func.count(PlanningRun.id))) == 0


def test_somebody_who_would_cost_less_is_called_the_better_choice(scene: SimpleNamespace) -> None:
    cheap = b.a_pooled_stylist(scene.network, hourly_pay_minor=20000)
    answer = _answer_of(what_if.ask_about(scene.owner, scene.shift, cheap, NOW))
    assert (answer["is_better"], _terms(answer)) == (True, {"cost": -4 * 10000})


def test_somebody_just_as_good_makes_no_difference(scene: SimpleNamespace) -> None:
    twin = b.a_pooled_stylist(scene.network, hourly_pay_minor=30000)
    answer = _answer_of(what_if.ask_about(scene.owner, scene.shift, twin, NOW))
    assert (answer["is_better"], _terms(answer)) == (False, {})


def test_a_stylist_sees_shifts_that_suit_them_and_that_they_were_not_asked_for(
    scene: SimpleNamespace,
) -> None:
    asked = b.a_shift(scene.salon, day=THURSDAY + timedelta(days=1))
    b.an_offer(asked, scene.ben)
    b.a_shift(scene.salon, skill="colour")
    b.a_shift(scene.salon, hourly_pay_minor=35000)
    b.a_shift(scene.salon, "05:00", "08:00")
    b.a_shift(scene.salon, status="cancelled")
    b.a_shift(scene.salon, day=b.TODAY - timedelta(days=1))
    b.a_shift(b.a_salon(scene.network, x_km=90.0))
    b.a_shift(b.a_salon(b.a_network()))
    filled = b.a_shift(scene.salon, "08:00", "11:00", status="filled")
    _works(filled, scene.ana)
    mine = b.a_shift(scene.salon, "19:00", "21:00", status="filled")
    _works(mine, scene.ben)
    assert what_if.list_shifts_for(scene.me, NOW) == [filled, scene.shift]
    assert what_if.list_shifts_for(scene.owner, NOW) == []


def test_an_owner_sees_people_whom_the_shift_suits_and_who_were_not_asked(scene: SimpleNamespace) -> None:
    b.a_pooled_stylist(scene.network, skills=("colour",))
    b.a_pooled_stylist(scene.network, hourly_pay_minor=90000)
    b.a_stylist(scene.network)
    b.a_pooled_stylist(b.a_network())
    assert what_if.list_people_for(scene.owner, scene.shift, NOW) == [scene.ben]
    assert what_if.list_people_for(scene.owner, scene.shift, NOW + timedelta(days=30)) == []


def test_what_is_none_of_ones_business_answers_like_what_is_not_there(scene: SimpleNamespace) -> None:
    away = b.a_network()
    foreign_salon = b.a_salon(away)
    stranger = _account(b.an_account(away, owns=(foreign_salon,)))
    foreign = b.a_shift(foreign_salon)
    asks: list[Callable[[], int]] = [
        lambda: what_if.ask_about(stranger, scene.shift, scene.ben, NOW),
        lambda: what_if.ask_about(scene.owner, scene.shift, scene.ana, NOW),
        lambda: what_if.ask_about(scene.owner, scene.shift, 10**15, NOW),
        lambda: what_if.ask_about(scene.owner, foreign, scene.ben, NOW),
        lambda: what_if.ask_about(scene.owner, 10**15, scene.ben, NOW),
        lambda: what_if.ask_for_myself(scene.me, foreign, NOW),
        lambda: what_if.ask_for_myself(scene.owner, scene.shift, NOW),
        lambda: what_if.ask_for_myself(scene.me, scene.shift, NOW + timedelta(days=30)),
    ]
    for ask in asks:
        with pytest.raises(Missing):
            ask()
    assert db.session.scalars(sa.select(WhatIf.id)).all() == []


def test_asking_again_while_it_waits_is_the_same_question(scene: SimpleNamespace) -> None:
    first = what_if.ask_for_myself(scene.me, scene.shift, NOW)
    assert what_if.ask_for_myself(scene.me, scene.shift, NOW) == first
    _run()
    assert what_if.ask_for_myself(scene.me, scene.shift, NOW) > first


def test_two_presses_at_once_are_one_question(app: Any, scene: SimpleNamespace) -> None:
    asked = race(app, *[lambda: what_if.ask_for_myself(scene.me, scene.shift, NOW)] * 3)
    assert len(set(asked)) == 1
    assert db.session.scalars(sa.select(WhatIf.id)).all() == [asked[0]]


def test_two_clocks_at_once_answer_a_question_once(app: Any, scene: SimpleNamespace) -> None:
    question = what_if.ask_for_myself(scene.me, scene.shift, NOW)
    assert sorted(race(app, _run, _run)) == [0, 1]
    assert (_row(question).status, _row(question).tries) == ("done", 1)


def test_who_could_not_be_asked_any_more_keeps_what_they_are_asked_for(scene: SimpleNamespace) -> None:
    other = b.a_shift(scene.salon, day=THURSDAY + timedelta(days=1))
    cara = b.a_pooled_stylist(scene.network, name="Cara")
    b.an_offer(other, cara)
    with transaction() as session:
        session.execute(sa.update(Stylist).where(Stylist.id == cara).values(hourly_pay_minor=90000))
    answer = _answer_of(what_if.ask_about(scene.owner, scene.shift, scene.ben, NOW))
    assert _terms(answer) == {"cost": 4 * 10000}
    assert (answer["opened_count"], answer["moved_count"]) == (0, 0)


def test_an_account_waits_for_a_few_answers_at_a_time(scene: SimpleNamespace) -> None:
    shifts = [
        b.a_shift(scene.salon, day=THURSDAY + timedelta(days=day)) for day in range(1, MOST_WAITING + 1)
    ]
    for shift in shifts:
        what_if.ask_for_myself(scene.me, shift, NOW)
    with pytest.raises(Refusal, match="too_many_tries"):
        what_if.ask_for_myself(scene.me, scene.shift, NOW)
    assert len(db.session.scalars(sa.select(WhatIf.id)).all()) == MOST_WAITING


def test_an_account_asks_so_often_an_hour(scene: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(what_if, "_work_out", lambda *_: ("failed", None))
    most = min(cap.most for cap in CAPS if cap.kind == Kind.WHY)
    for _ in range(most):
        what_if.ask_for_myself(scene.me, scene.shift, NOW)
        _run()
    with pytest.raises(Refusal, match="too_many_tries"):
        what_if.ask_for_myself(scene.me, scene.shift, NOW)
    what_if.ask_about(scene.owner, scene.shift, scene.ben, NOW)


def test_a_question_is_answered_once_however_often_the_clock_looks(
    scene: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = what_if.ask_for_myself(scene.me, scene.shift, NOW)
    work_out = what_if._work_out
    inner: list[int] = []

    def meanwhile(*given: Any) -> Any:
        inner.append(_run())
        return work_out(*given)

    monkeypatch.setattr(what_if, "_work_out", meanwhile)
    assert (_run(), inner) == (1, [0])
    assert (_row(question).status, _row(question).tries) == ("done", 1)
    assert _run() == 0


def test_who_was_overtaken_writes_nothing(scene: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    question = what_if.ask_for_myself(scene.me, scene.shift, NOW)
    late = NOW + what_if.LEASE + MARGIN
    seen: list[Any] = []

    def slow(*_: Any) -> Any:
        if not seen:
            seen.append("first")
            seen.append(_run(late, late))
            return "done", {"must": ["too late"]}
        return "done", {"must": ["in time"]}

    monkeypatch.setattr(what_if, "_work_out", slow)
    assert (_run(), seen) == (0, ["first", 1])
    assert _row(question).answer == {"must": ["in time"]}


def test_a_process_that_dies_over_a_question_leaves_it_to_the_next_one(
    scene: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = what_if.ask_for_myself(scene.me, scene.shift, NOW)

    def dies(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying_now:
        dying_now.setattr(what_if, "_work_out", dies)
        for tries in range(1, MOST_TRIES):
            when = NOW + tries * (what_if.LEASE + MARGIN)
            with pytest.raises(KeyboardInterrupt):
                _run(when, when)
            assert (_row(question).status, _row(question).tries) == ("running", tries)
            assert _run(when, when) == 0
    last = NOW + MOST_TRIES * (what_if.LEASE + MARGIN)
    assert _run(last, last) == 1
    assert _row(question).status == "done"


def test_a_question_that_kills_every_process_is_given_up(
    scene: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = what_if.ask_for_myself(scene.me, scene.shift, NOW)
    with transaction() as session:
        session.execute(
            sa.update(WhatIf).values(status="running", tries=MOST_TRIES, lease_until=NOW - timedelta(1))
        )
    monkeypatch.setattr(what_if, "_work_out", lambda *_: pytest.fail("tried once more"))
    assert _run() == 0
    assert _row(question).status == "failed"


@pytest.mark.parametrize("work", [dying.killed, dying.raising])
def test_a_planner_that_dies_is_no_answer(
    scene: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, work: Any
) -> None:
    monkeypatch.setattr(plan_process, "_work", work)
    question = what_if.ask_for_myself(scene.me, scene.shift, NOW)
    assert _run() == 1
    assert (_row(question).status, _row(question).answer) == ("failed", None)
    assert multiprocessing.active_children() == []


def test_a_shift_that_began_meanwhile_is_told_so(scene: SimpleNamespace) -> None:
    question = what_if.ask_for_myself(scene.me, scene.shift, NOW)
    assert _run(NOW + timedelta(days=4)) == 1
    assert _row(question).answer == {"gone": True}


def test_answers_are_forgotten_after_a_day(scene: SimpleNamespace) -> None:
    what_if.ask_for_myself(scene.me, scene.shift, NOW)
    upkeep.forget_old(NOW + KEEP)
    assert len(db.session.scalars(sa.select(WhatIf.id)).all()) == 1
    upkeep.forget_old(NOW + KEEP + timedelta(seconds=1))
    db.session.rollback()
    assert db.session.scalars(sa.select(WhatIf.id)).all() == []
