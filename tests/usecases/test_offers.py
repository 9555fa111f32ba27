"""Yes, no and silence."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salonpool.database import db, transaction
from salonpool.domain.offer import OfferGone
from salonpool.domain.refusal import Missing
from salonpool.models import Assignment, AuditEntry, Message, Occupancy, Offer, Shift, Stylist
from salonpool.queries import offers as offer_queries
from salonpool.queries import shifts as shift_queries
from salonpool.usecases.pool import offers, seats
from tests.builders import (
    NOW,
    TODAY,
    a_network,
    a_pooled_stylist,
    a_salon,
    a_shift,
    a_standing_yes,
    an_account,
    an_offer,
    at,
)
from tests.usecases import pool
from tests.usecases.contenders import race

pytestmark = pytest.mark.usefixtures("app")
LATE = NOW + timedelta(minutes=30)


def _asked(people: int = 2, **shift: Any) -> tuple[int, int, list[int], list[int]]:
    """A salon, a shift there, and people with a live offer for it."""
    network = a_network()
    salon = a_salon(network, chairs=5)
    shift_id = a_shift(salon, **shift)
    stylists = [a_pooled_stylist(network) for _ in range(people)]
    return salon, shift_id, stylists, [an_offer(shift_id, stylist) for stylist in stylists]


def _refusal(call: Callable[[], object]) -> OfferGone:
    with pytest.raises(OfferGone) as gone:
        call()
    return gone.value


def _meanwhile(app: Flask, monkeypatch: pytest.MonkeyPatch, call: Callable[[], object]) -> Callable[[], None]:
    """Let `call` be made in a thread once the next claim has been read; it gets a second to overtake it.

    Returns what waits for the call to end.
    """
    read = seats.read_person

    def run() -> None:
        with app.app_context():
            with suppress(OfferGone):
                call()
            db.session.remove()

    thread = threading.Thread(target=run)

    def then(*given: Any) -> Any:
        reading = read(*given)
        monkeypatch.setattr(seats, "read_person", read)
        thread.start()
        thread.join(timeout=1)
        return reading

    monkeypatch.setattr(seats, "read_person", then)
    return thread.join


def test_a_yes_makes_an_assignment_that_freezes_place_time_and_pay() -> None:
    salon, shift, (stylist,), (offer,) = _asked(1)
    yes = pool.accept(offer, stylist)
    assert (yes.shift_id, yes.stylist_id, yes.hourly_pay.amount_minor) == (shift, stylist, 42000)
    held = db.session.get_one(Assignment, yes.assignment_id)
    assert (held.salon_id, held.status, held.source) == (salon, "active", "offer")
    presence = db.session.scalars(sa.select(Occupancy)).one()
    assert (presence.resource, presence.starts_at) == (f"presence:{stylist}", held.starts_at)
    assert pool.shift(shift).status == "filled"


def test_a_yes_moves_the_versions_and_leaves_a_trail() -> None:
    _, shift, (stylist,), (offer,) = _asked(1)
    pool.accept(offer, stylist)
    assert pool.shift(shift).version == 2
    assert db.session.get_one(Stylist, stylist).version == 2
    trail = db.session.execute(sa.select(AuditEntry.subject, AuditEntry.action, AuditEntry.actor)).all()
    assert set(map(tuple, trail)) == {
        ("assignment", "assign", f"stylist:{stylist}"),
        ("offer", "accept", f"stylist:{stylist}"),
    }


def test_the_winner_the_owner_and_the_others_are_told() -> None:
    salon, shift, stylists, made = _asked(3)
    owner = an_account(db.session.get_one(Shift, shift).network_id, owns=(salon,))
    yes = pool.accept(made[1], stylists[1])
    (yours,), (filled,) = pool.texts("S4"), pool.texts("O3")
    assert yours.event_id == f"assignment:{yes.assignment_id}:made"
    assert yours.offer_id == made[1]
    assert filled.event_id == f"shift:{shift}:filled:{yes.assignment_id}:{owner}"
    assert {text.event_id for text in pool.texts("S5")} == {f"offer:{made[n]}:taken" for n in (0, 2)}
    assert [offer.status for offer in pool.all_offers(shift)] == ["superseded", "accepted", "superseded"]


def test_the_winner_again_gets_the_same_answer() -> None:
    _, shift, (stylist,), (offer,) = _asked(1)
    assert pool.accept(offer, stylist) == pool.accept(offer, stylist, LATE)
    assert pool.holders(shift) == [stylist]
    assert len(pool.texts("S4")) == 1


def test_yeses_to_two_shifts_at_once_do_not_share_one_chair(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = a_network()
    salon = a_salon(network, chairs=1)
    shifts = [a_shift(salon), a_shift(salon, "16:00", "20:00")]
    stylists = [a_pooled_stylist(network) for _ in shifts]
    made = [an_offer(shift, stylist) for shift, stylist in zip(shifts, stylists, strict=True)]
    ended = _meanwhile(app, monkeypatch, lambda: pool.accept(made[1], stylists[1]))
    pool.accept(made[0], stylists[0])
    ended()
    assert [pool.holders(shift) for shift in shifts] == [[stylists[0]], []]


def test_a_plan_and_a_yes_at_once_do_not_share_one_chair(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    network = a_network()
    salon = a_salon(network, chairs=1)
    planned, offered = a_shift(salon), a_shift(salon, "16:00", "20:00")
    asked, ready = a_pooled_stylist(network), a_pooled_stylist(network)
    a_standing_yes(ready, salon, 3, "13:00", "19:00")
    offer = an_offer(offered, asked)
    ended = _meanwhile(app, monkeypatch, lambda: pool.accept(offer, asked))
    pool.plan(network)
    ended()
    assert [pool.holders(planned), pool.holders(offered)] == [[ready], []]


def test_a_yes_after_the_shift_was_filled_is_too_late() -> None:
    _, shift, stylists, made = _asked()
    pool.accept(made[0], stylists[0])
    assert _refusal(lambda: pool.accept(made[1], stylists[1])).code == "taken"
    assert pool.holders(shift) == [stylists[0]]


def test_a_yes_at_the_deadline_is_too_late_even_before_the_sweep() -> None:
    _, shift, stylists, made = _asked()
    assert _refusal(lambda: pool.accept(made[0], stylists[0], LATE)).code == "expired"
    pool.accept(made[1], stylists[1], LATE - timedelta(seconds=1))
    assert pool.holders(shift) == [stylists[1]]


def test_a_yes_to_a_shift_that_was_called_off_is_told_so() -> None:
    _, shift, (stylist,), (offer,) = _asked(1)
    with transaction() as session:
        session.get_one(Shift, shift).status = "cancelled"
    assert _refusal(lambda: pool.accept(offer, stylist)).code == "withdrawn"


def test_a_foreign_offer_is_as_missing_as_an_unknown_one() -> None:
    _, shift, stylists, made = _asked()
    for offer in (made[0], 10**9):
        with pytest.raises(Missing):
            pool.accept(offer, stylists[1])
    assert pool.holders(shift) == []


def test_two_yeses_at_the_same_time_have_one_winner(app: Flask) -> None:
    _, shift, stylists, made = _asked(4)
    pairs = list(zip(made, stylists, strict=True))
    outcomes = race(app, *[lambda o=offer, s=stylist: pool.accept(o, s) for offer, stylist in pairs])
    won = [outcome for outcome in outcomes if isinstance(outcome, offers.Yes)]
    assert sorted(str(outcome) for outcome in outcomes if outcome not in won) == ["taken"] * 3
    assert pool.holders(shift) == [won[0].stylist_id]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 1


def test_two_seats_take_exactly_two_of_four_yeses_at_the_same_time(app: Flask) -> None:
    _, shift, stylists, made = _asked(4, seats=2)
    pairs = list(zip(made, stylists, strict=True))
    outcomes = race(app, *[lambda o=offer, s=stylist: pool.accept(o, s) for offer, stylist in pairs])
    assert sum(isinstance(outcome, offers.Yes) for outcome in outcomes) == 2
    assert len(pool.holders(shift)) == 2
    assert pool.shift(shift).status == "filled"


def test_the_same_yes_twice_at_the_same_time_makes_one_assignment(app: Flask) -> None:
    _, shift, (stylist,), (offer,) = _asked(1)
    first, second = race(app, *[lambda: pool.accept(offer, stylist)] * 2)
    assert first == second
    assert pool.holders(shift) == [stylist]


def test_one_stylist_cannot_say_yes_to_two_shifts_that_clash(app: Flask) -> None:
    salon, shift, (stylist,), (offer,) = _asked(1)
    clashing = a_shift(salon, "16:00", "20:00")
    # two live offers cannot be: the second one is made after the first is answered
    pool.accept(offer, stylist)
    second = an_offer(clashing, stylist)
    refusal = _refusal(lambda: pool.accept(second, stylist))
    assert (refusal.code, refusal.values) == ("not_eligible", {"reason": "overlap"})
    assert pool.holders(clashing) == []
    assert pool.all_offers(clashing)[0].status == "offered"


def test_the_database_refuses_a_second_live_offer_to_a_stylist() -> None:
    salon, _, (stylist,), _ = _asked(1)
    with pytest.raises(sa.exc.IntegrityError):
        an_offer(a_shift(salon, day=TODAY + timedelta(days=5)), stylist)


def test_the_database_has_the_last_word_on_an_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    salon, shift, (stylist,), (offer,) = _asked(1)
    other = a_shift(salon, "16:00", "20:00")
    pool.accept(offer, stylist)
    second = an_offer(other, stylist)
    monkeypatch.setattr("salonpool.usecases.pool.seats.why_not", lambda *_: None)
    assert _refusal(lambda: pool.accept(second, stylist)).values == {"reason": "overlap"}
    assert pool.holders(other) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"pooled": False}, "skill"),
        ({"hourly_pay_minor": 50000}, "hourly-cost"),
        ({"left_on": TODAY}, "available"),
        ({"x_km": 40.0}, "home-travel"),
    ],
)
def test_eligibility_lost_between_offer_and_yes_is_noticed(change: dict[str, Any], reason: str) -> None:
    _, shift, (stylist,), (offer,) = _asked(1)
    with transaction() as session:
        session.execute(sa.update(Stylist).where(Stylist.id == stylist).values(**change))
    refusal = _refusal(lambda: pool.accept(offer, stylist))
    assert (refusal.code, refusal.values["reason"]) == ("not_eligible", reason)
    assert pool.holders(shift) == []
    assert pool.shift(shift).version == 1


def test_of_two_seats_the_second_stays_open_for_the_others() -> None:
    _, shift, stylists, made = _asked(3, seats=2)
    pool.accept(made[0], stylists[0])
    assert pool.shift(shift).status == "offering"
    assert pool.asked(shift) == stylists[1:]
    pool.accept(made[1], stylists[1])
    assert pool.shift(shift).status == "filled"
    assert pool.all_offers(shift)[2].status == "superseded"


def test_a_no_costs_nothing_and_saying_it_twice_is_harmless() -> None:
    _, shift, stylists, made = _asked()
    pool.decline(made[0], stylists[0])
    pool.decline(made[0], stylists[0])
    assert [offer.status for offer in pool.all_offers(shift)] == ["declined", "offered"]
    assert pool.open_requests() == []
    assert _refusal(lambda: pool.accept(made[0], stylists[0])).code == "declined"


def test_the_last_no_requests_the_next_run() -> None:
    _, shift, stylists, made = _asked()
    for offer, stylist in zip(made, stylists, strict=True):
        pool.decline(offer, stylist)
    assert [run.cause for run in pool.open_requests()] == ["decline"]
    assert pool.shift(shift).status == "posted"


def test_a_no_after_a_yes_is_told_that_the_shift_is_theirs() -> None:
    _, _, (stylist,), (offer,) = _asked(1)
    pool.accept(offer, stylist)
    assert _refusal(lambda: pool.decline(offer, stylist)).code == "accepted"


def test_silence_closes_at_the_deadline_and_requests_one_run() -> None:
    _, shift, _, _ = _asked(3)
    assert offers.sweep_expired(NOW + timedelta(minutes=29)) == 0
    assert offers.sweep_expired(LATE) == 3
    assert {offer.status for offer in pool.all_offers(shift)} == {"expired"}
    assert pool.shift(shift).status == "posted"
    assert [run.cause for run in pool.open_requests()] == ["expired"]
    assert offers.sweep_expired(LATE) == 0


def test_a_sweep_and_a_yes_at_the_same_time_leave_one_truth(app: Flask) -> None:
    _, shift, (stylist,), (offer,) = _asked(1)
    last_second = LATE - timedelta(seconds=1)
    race(app, lambda: pool.accept(offer, stylist, last_second), lambda: offers.sweep_expired(LATE))
    status = pool.all_offers(shift)[0].status
    assert (status, pool.holders(shift)) in [("accepted", [stylist]), ("expired", [])]


def test_a_shift_that_started_without_anybody_is_unfilled() -> None:
    _, shift, _, _ = _asked(1, day=TODAY, starts="09:20", ends="12:00")
    offers.sweep_expired(at("09:20"))
    assert pool.shift(shift).status == "unfilled"


def test_a_held_shift_past_its_start_stays_filled() -> None:
    _, shift, (stylist,), (offer,) = _asked(1, day=TODAY, starts="09:20", ends="12:00")
    pool.accept(offer, stylist)
    offers.sweep_expired(at("09:20"))
    assert pool.shift(shift).status == "filled"


def test_the_offers_page_shows_what_is_true_now() -> None:
    salon, _, stylists, made = _asked()
    page = offer_queries.get_offer(made[0], NOW, "en")
    assert (page.salon.id, page.state, page.minutes, page.pay.amount_minor) == (salon, "open", 240, 168000)
    assert page.walk is not None
    assert (page.walk.minutes, page.walk.from_name, page.urgent) == (1, None, False)
    assert offer_queries.get_offer(made[0], LATE, "en").state == "expired"
    pool.accept(made[0], stylists[0])
    assert offer_queries.get_offer(made[0], NOW, "en").state == "yours"
    assert offer_queries.get_offer(made[1], NOW, "en").state == "taken"


def test_lists_show_what_waits_and_what_is_agreed() -> None:
    _, shift, (stylist, other), (offer, _) = _asked()
    (waiting,) = offer_queries.list_open_offers(stylist, NOW, "en")
    assert (waiting.id, waiting.pay.amount_minor) == (offer, 168000)
    pool.accept(offer, stylist)
    assert offer_queries.list_open_offers(other, NOW, "en") == []
    (work,) = offer_queries.list_work(stylist, NOW, NOW + timedelta(days=14), "en")
    assert work.pooled
    assert work.pay is not None
    page = shift_queries.get_shift(shift, NOW, "en")
    assert [person.id for person in page.people] == [stylist]
    assert [ask.state for ask in page.asks] == ["accepted", "superseded"]


def test_no_text_is_lost_or_doubled_by_many_yeses(app: Flask) -> None:
    _, _, stylists, made = _asked(4)
    pairs = list(zip(made, stylists, strict=True))
    race(app, *[lambda o=offer, s=stylist: pool.accept(o, s) for offer, stylist in pairs])
    db.session.rollback()
    kinds = db.session.execute(
        sa.select(Message.text_id, sa.func.count()).group_by(Message.text_id).order_by(Message.text_id)
    ).all()
    assert [tuple(row) for row in kinds] == [("S4", 1), ("S5", 3)]
    assert db.session.scalar(sa.select(sa.func.count()).where(Offer.status == "offered")) == 0
