"""A planning run from the request to the offers."""

from datetime import timedelta
from typing import Any

import pytest

from salonpool.database import db, transaction
from salonpool.messaging.capabilities import Capabilities
from salonpool.models import PlanningRun, Stylist
from salonpool.queries import shifts as shift_queries
from salonpool.usecases.planning import plan_process, planning
from salonpool.usecases.planning.plan_process import NoAnswer
from tests.builders import (
    NOW,
    TODAY,
    a_network,
    a_pooled_stylist,
    a_rota,
    a_salon,
    a_shift,
    a_standing_yes,
    a_stylist,
    an_account,
    an_offer,
    at,
)
from tests.usecases import pool

pytestmark = pytest.mark.usefixtures("app")
THURSDAY = TODAY + timedelta(days=3)


def _pool(people: int = 4, **shift: Any) -> tuple[int, int, int, list[int]]:
    network = a_network()
    salon = a_salon(network, chairs=5)
    stylists = [a_pooled_stylist(network) for _ in range(people)]
    return network, salon, a_shift(salon, **shift), stylists


def _with_plan_in_between(monkeypatch: pytest.MonkeyPatch, happening: Any) -> None:
    """Let something happen while the planner thinks."""
    solve = plan_process.solve

    def slow(*given: Any, **options: Any) -> Any:
        happening()
        return solve(*given, **options)

    monkeypatch.setattr(plan_process, "solve", slow)


def test_a_run_asks_a_wave_of_three_for_a_shift_three_days_ahead() -> None:
    network, _, shift, stylists = _pool()
    report = pool.plan(network)
    assert (report.status, report.roster_status) == ("published", "optimal")
    assert len(pool.asked(shift)) == 3
    assert set(pool.asked(shift)) < set(stylists)
    assert pool.shift(shift).status == "offering"
    offer = pool.all_offers(shift)[0]
    assert (offer.wave, offer.rank, offer.hourly_pay_minor) == (1, 1, 42000)
    assert timedelta(minutes=30) <= offer.expires_at - offer.offered_at < timedelta(minutes=32)


def test_within_two_days_six_are_asked() -> None:
    network, _, shift, _ = _pool(8, day=TODAY + timedelta(days=1))
    pool.plan(network)
    assert len(pool.asked(shift)) == 6


def test_the_text_says_where_when_how_much_and_until_when() -> None:
    network, _, shift, _ = _pool(1)
    pool.plan(network)
    (text,) = pool.texts("S2")
    assert text.body.startswith("青禾 10/22四14:00-18:00缺")
    for part in ("$1,680", "回1接", "週一09:31前"):
        assert part in text.body
    assert text.offer_id == pool.all_offers(shift)[0].id
    assert text.expires_at == pool.all_offers(shift)[0].expires_at


def test_on_the_day_itself_the_text_says_so_and_one_way_texts_carry_the_link() -> None:
    network, _, shift, _ = _pool(1, day=TODAY)
    pool.plan(network, texting=pool.texting(capabilities=Capabilities(two_way=False)))
    (text,) = pool.texts("S3L")
    offer = pool.all_offers(shift)[0]
    token = pool.texting().links.offer_token(offer.id, 1)
    assert "今天" in text.body
    assert f"/o/{token}" in text.body


def test_at_night_nobody_is_asked_and_the_first_run_of_the_morning_asks() -> None:
    network, _, shift, _ = _pool(1)
    night, morning = at("22:00"), at("09:00", TODAY + timedelta(days=1))
    pool.plan(network, night)
    assert pool.all_offers(shift) == []
    page = shift_queries.get_shift(shift, night, "en")
    assert (page.shift.status, page.asks_at) == ("posted", morning)
    pool.plan(network, morning)
    (offer,) = pool.all_offers(shift)
    assert morning <= offer.offered_at < morning + timedelta(minutes=1)
    assert shift_queries.get_shift(shift, morning, "en").asks_at is None


def test_at_night_people_are_free_to_be_asked_for_an_urgent_shift() -> None:
    network, salon, later, (stylist,) = _pool(1, priority=1)
    pool.plan(network, at("22:00"))
    urgent = a_shift(salon, "09:00", "13:00", day=TODAY + timedelta(days=1))
    pool.plan(network, at("22:10"))
    assert (pool.asked(later), pool.asked(urgent)) == ([], [stylist])


def test_at_night_a_standing_yes_still_takes_the_seat() -> None:
    network, salon, shift, (stylist,) = _pool(1)
    a_standing_yes(stylist, salon, 3, "13:00", "19:00")
    pool.plan(network, at("22:00"))
    assert pool.holders(shift) == [stylist]


def test_people_being_asked_are_not_asked_again_by_the_next_run() -> None:
    network, _, shift, stylists = _pool()
    pool.plan(network)
    first = pool.asked(shift)
    pool.plan(network, NOW + timedelta(minutes=5))
    assert pool.asked(shift) == first
    (left,) = set(stylists) - set(first)
    for stylist in first:
        pool.decline(pool.offer_of(shift, stylist).id, stylist)
    pool.plan(network, NOW + timedelta(minutes=10))
    assert pool.asked(shift) == [left]
    assert pool.offer_of(shift, left).wave == 2


def test_two_shifts_share_the_pool_and_nobody_has_two_live_offers() -> None:
    network, salon, first, stylists = _pool(4)
    second = a_shift(salon, day=TODAY + timedelta(days=4))
    pool.plan(network)
    asked = pool.asked(first) + pool.asked(second)
    assert sorted(asked) == sorted(stylists)
    assert len(pool.asked(first)) == len(pool.asked(second)) == 2


def test_a_standing_yes_is_assigned_at_once_and_told() -> None:
    network, salon, shift, stylists = _pool(3)
    a_standing_yes(stylists[1], salon, 3, "13:00", "19:00")
    an_account(network, owns=(salon,))
    before = db.session.get_one(Stylist, stylists[1]).version
    report = pool.plan(network)
    assert report.assigned == ((shift, stylists[1]),)
    assert pool.holders(shift) == [stylists[1]]
    assert pool.all_offers(shift) == []
    assert pool.shift(shift).status == "filled"
    assert db.session.get_one(Stylist, stylists[1]).version == before + 1
    (yours,) = pool.texts("S4")
    assert yours.body.startswith("班是您的了：青禾")
    assert len(pool.texts("O3")) == 1


def test_a_shift_of_two_seats_gets_one_wave_for_each() -> None:
    network, _, shift, _ = _pool(8, seats=2)
    pool.plan(network)
    assert len(pool.asked(shift)) == 6


def test_a_shift_nobody_can_work_keeps_its_reasons_and_the_owner_is_told_once() -> None:
    network, salon, shift, _ = _pool(0)
    a_pooled_stylist(network, skills=("colour",))
    a_pooled_stylist(network, hourly_pay_minor=50000)
    a_rota(a_stylist(network, home=salon), salon, weekdays=(3,))
    an_account(network, owns=(salon,))
    report = pool.plan(network)
    assert [gap.shift_id for gap in report.unfilled] == [shift]
    page = shift_queries.get_shift(shift, NOW, "en")
    assert page.gap is not None
    assert page.gap.steps == (("pool", 2), ("skill", 1), ("hourly-cost", 0))
    assert {"max_hourly_cost": 50000} in [dict(remedy.change) for remedy in page.gap.remedies]
    assert page.shift.status == "posted"
    pool.plan(network, NOW + timedelta(minutes=10))
    assert len(pool.texts("O4")) == 1
    assert len(pool.decisions(shift, "unfilled")) == 1


def test_who_cannot_be_texted_takes_no_place_in_a_wave() -> None:
    network, _, shift, reached = _pool(3)
    for _ in range(3):
        a_pooled_stylist(network, phone=None, hourly_pay_minor=100)
    pool.plan(network)
    assert sorted(pool.asked(shift)) == reached


def test_the_owner_reads_why_somebody_is_not_asked_at_all() -> None:
    network, salon, shift, (busy,) = _pool(1)
    an_offer(a_shift(salon, day=TODAY + timedelta(days=5)), busy)
    a_pooled_stylist(network, phone=None)
    a_pooled_stylist(network, phone=None, skills=("colour",))
    pool.plan(network)
    gap = shift_queries.get_shift(shift, NOW, "en").gap
    assert gap is not None
    assert gap.steps == (("pool", 3), ("skill", 2), ("live_offer", 1), ("no_text", 0))


def test_the_owner_is_told_again_after_more_people_said_no() -> None:
    network, salon, shift, (stylist,) = _pool(1)
    an_account(network, owns=(salon,))
    pool.plan(network)
    assert pool.texts("O4") == []
    pool.decline(pool.offer_of(shift, stylist).id, stylist)
    pool.plan(network, NOW + timedelta(minutes=10))
    (text,) = pool.texts("O4")
    assert "問1位、1位不行" in text.body
    pool.plan(network, NOW + timedelta(minutes=20))
    assert len(pool.texts("O4")) == 1


def test_while_somebody_still_owes_another_shift_an_answer_the_owner_is_not_told() -> None:
    network, salon, shift, (stylist,) = _pool(1)
    an_account(network, owns=(salon,))
    an_offer(a_shift(salon, day=TODAY + timedelta(days=5)), stylist)
    pool.plan(network)
    assert pool.all_offers(shift) == []
    assert pool.texts("O4") == []
    gap = shift_queries.get_shift(shift, NOW, "en").gap
    assert gap is not None
    assert gap.waiting == 1


def test_a_dry_run_reports_and_changes_nothing() -> None:
    network, _, shift, _ = _pool()
    report = pool.plan(network, dry_run=True)
    assert len(report.offered) == 3
    assert report.levels[0] == {"coverage": 0}
    assert pool.all_offers(shift) == []
    assert pool.shift(shift).version == 1
    assert db.session.query(PlanningRun).count() == 0


def test_a_yes_while_the_plan_is_made_drops_that_part_and_requests_a_new_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network, _, shift, stylists = _pool(2, seats=2)
    offer = an_offer(shift, stylists[0])
    _with_plan_in_between(monkeypatch, lambda: pool.accept(offer, stylists[0]))
    report = pool.plan(network)
    assert report.dropped == ((shift, None),)
    assert pool.holders(shift) == [stylists[0]]
    assert pool.asked(shift) == []
    assert [run.cause for run in pool.open_requests()] == ["dropped"]
    monkeypatch.undo()
    pool.plan(network, NOW + timedelta(minutes=5))
    assert pool.asked(shift) == [stylists[1]]


def test_someone_who_changed_meanwhile_is_not_asked_by_an_old_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    network, _, shift, stylists = _pool(2)

    def changed() -> None:
        with transaction() as session:
            session.get_one(Stylist, stylists[0]).version += 1

    _with_plan_in_between(monkeypatch, changed)
    report = pool.plan(network)
    assert report.dropped == ((shift, stylists[0]),)
    assert pool.asked(shift) == [stylists[1]]
    assert [run.cause for run in pool.open_requests()] == ["dropped"]
    assert len(pool.decisions(shift, "dropped")) == 1


def test_a_shift_that_changed_meanwhile_is_left_alone_by_an_old_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    network, _, shift, _ = _pool(2)

    def changed() -> None:
        with transaction() as session:
            row = session.get_one(type(pool.shift(shift)), shift)
            row.status, row.version = "cancelled", row.version + 1

    _with_plan_in_between(monkeypatch, changed)
    report = pool.plan(network)
    assert report.dropped == ((shift, None),)
    assert pool.all_offers(shift) == []


def test_no_answer_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    network, _, shift, _ = _pool()
    monkeypatch.setattr(plan_process, "solve", lambda *_, **__: NoAnswer("out of time"))
    report = pool.plan(network)
    assert (report.status, report.reason) == ("no_answer", "out of time")
    assert pool.all_offers(shift) == []
    run = db.session.query(PlanningRun).one()
    assert (run.status, run.outcome) == ("no_answer", {"code": "died", "reason": "out of time"})


def test_a_roster_the_referee_refuses_is_not_published(monkeypatch: pytest.MonkeyPatch) -> None:
    network, _, shift, _ = _pool()
    monkeypatch.setattr(planning, "violations", lambda *_: [type("Broken", (), {"rule": "overlap"})()])
    assert pool.plan(network).status == "failed"
    assert pool.all_offers(shift) == []


def test_requested_runs_are_done_once_and_the_request_is_gone() -> None:
    network, _, shift, _ = _pool()
    pool.request(network)
    (report,) = planning.run_requested(NOW, NOW, pool.texting(), time_limit_seconds=pool.LIMIT)
    assert report.status == "published"
    assert pool.open_requests() == []
    assert planning.run_requested(NOW, NOW, pool.texting(), time_limit_seconds=pool.LIMIT) == []
    assert len(pool.asked(shift)) == 3


def test_a_run_whose_process_died_is_done_again_after_its_lease() -> None:
    network, _, _, _ = _pool()
    with transaction() as session:
        session.add(
            PlanningRun(
                network_id=network,
                status="running",
                cause="test",
                requested_at=NOW,
                lease_until=NOW + timedelta(seconds=30),
            )
        )
    assert planning.run_requested(NOW, NOW, pool.texting(), time_limit_seconds=pool.LIMIT) == []
    later = NOW + timedelta(seconds=31)
    (report,) = planning.run_requested(later, later, pool.texting(), time_limit_seconds=pool.LIMIT)
    assert report.status == "published"


def test_a_run_taken_over_by_another_process_publishes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    network, _, shift, _ = _pool()
    pool.request(network)

    def taken_over() -> None:
        with transaction() as session:
            session.query(PlanningRun).update({"lease_until": NOW + timedelta(hours=1)})

    _with_plan_in_between(monkeypatch, taken_over)
    (report,) = planning.run_requested(NOW, NOW, pool.texting(), time_limit_seconds=pool.LIMIT)
    assert report.status == "overtaken"
    assert pool.all_offers(shift) == []


def test_the_timetable_requests_runs_only_where_something_is_open() -> None:
    network, _, _, _ = _pool()
    a_salon(a_network())
    assert planning.request_all(NOW, cause="timetable") == 1
    assert [run.network_id for run in pool.open_requests()] == [network]


def test_a_shift_past_midnight_on_the_day_the_clocks_go_back_is_planned() -> None:
    from datetime import UTC, date, datetime
    from zoneinfo import ZoneInfo

    paris = ZoneInfo("Europe/Paris")
    network = a_network(zone="Europe/Paris", currency="EUR")
    salon = a_salon(network, zone="Europe/Paris")
    saturday = date(2026, 10, 24)
    a_pooled_stylist(network, free=("18:00", "06:00"), max_day_minutes=540)
    shift = a_shift(salon, "21:00", "05:00", day=saturday, ends_day=saturday + timedelta(days=1), tz=paris)
    pool.plan(network, datetime(2026, 10, 22, 8, 0, tzinfo=UTC))
    assert len(pool.asked(shift)) == 1, "nine real hours fit a day of nine hours"
