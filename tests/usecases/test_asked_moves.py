"""A guest asks a salon that approves first for another time: the booking waits at the old one."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.booking import BookingStatus, SlotTaken, Wish
from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.models import AskedMove, AuditEntry, Booking, Message, Occupancy, Salon
from salonpool.queries.asked_moves import find_asked_move
from salonpool.queries.desk import list_pending
from salonpool.usecases.booking import approvals, at_desk, bookings, cancellations, move_answers, moves
from salonpool.usecases.booking.booked import Booked
from salonpool.usecases.booking.settling import Guest
from tests import builders as b
from tests.usecases.contenders import race

ANSWER = timedelta(hours=2)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """A salon of two chairs and two people that takes two hours to agree, and a visit of a guest at 14:00."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe", chairs=2, approve_minutes=120)
    wen, zhe = (b.a_stylist(network, home=salon) for _ in range(2))
    for stylist in (wen, zhe):
        b.a_rota(stylist, salon)
    shop = SimpleNamespace(
        app=app, salon=salon, cut=b.a_service(salon), wen=wen, zhe=zhe,
        owner=b.an_account(network, owns=(salon,)), texting=app.extensions["salonpool.texting"],
    )  # fmt: skip
    shop.booked = _book(shop, "14:00")
    approvals.approve(booking_id=shop.booked.id, account_id=shop.owner, now=b.NOW, texting=shop.texting)
    with transaction() as session:
        session.execute(sa.update(Message).values(status="sent"))
    return shop


def _book(shop: SimpleNamespace, clock: str, **changes: Any) -> Booked:
    values: dict[str, Any] = {
        "salon_slug": "qinghe", "wish": Wish((shop.cut,), shop.wen), "starts_at": b.at(clock),
        "language": "en", "now": b.NOW, "texting": shop.texting, "guest": Guest("0912 345 678", "林太太"),
        "key": clock,
    }  # fmt: skip
    return bookings.book(**values | changes)


def _ask(shop: SimpleNamespace, clock: str = "16:00", **changes: Any) -> Booked:
    values: dict[str, Any] = {"actor": "guest", "now": b.NOW, "texting": shop.texting}
    return moves.move(booking_id=shop.booked.id, starts_at=b.at(clock), **values | changes)


def _answer(
    shop: SimpleNamespace, use_case: Any, clock: str = "16:00", after: timedelta = MINUTE, **changes: Any
) -> Booked:
    values: dict[str, Any] = {"stylist_id": shop.wen, "account_id": shop.owner, "now": b.NOW + after}
    values |= {"booking_id": shop.booked.id, "starts_at": b.at(clock), "texting": shop.texting}
    answer: Booked = use_case(**values | changes)
    return answer


def _place(shop: SimpleNamespace) -> tuple[str, datetime, int, int]:
    """State, start, person and number of changes; and the rows that say who is busy agree."""
    db.session.rollback()
    row = db.session.get_one(Booking, shop.booked.id)
    taken = sa.select(Occupancy.starts_at).where(Occupancy.booking_id == row.id).distinct()
    assert db.session.scalars(taken).all() == [row.starts_at]
    return row.status, row.starts_at, row.stylist_id, row.sequence


def _texts() -> list[str]:
    rows = db.session.execute(sa.select(Message.body, Message.status).order_by(Message.id))
    return [body for body, status in rows if status == "pending"]


def _actions() -> list[tuple[str, str]]:
    rows = db.session.execute(sa.select(AuditEntry.actor, AuditEntry.action).order_by(AuditEntry.id))
    return [(actor, action) for actor, action in rows]


def test_a_confirmed_booking_stays_where_it_is_until_the_salon_agrees(shop: SimpleNamespace) -> None:
    before = _place(shop)
    asked = _ask(shop)
    assert _place(shop) == before == ("confirmed", b.at("14:00"), shop.wen, 1)
    assert (asked.status, asked.starts_at, asked.asked_starts_at, asked.answer_by) == (
        "confirmed",
        "2026-10-19T06:00:00Z",
        "2026-10-19T08:00:00Z",
        "2026-10-19T03:00:00Z",
    )
    [text] = _texts()
    assert text.startswith("Qinghe: you ask for Mon 19 Oct 16:00 instead. We answer by Mon 11:00; until then")
    assert _actions()[-1] == ("guest", "ask_move")
    found = find_asked_move(shop.booked.id)
    assert found
    assert (found.starts_at, found.answer_by) == (b.at("16:00"), b.NOW + ANSWER)
    assert found.is_open(b.NOW + ANSWER - MINUTE)
    assert not found.is_open(b.NOW + ANSWER)


def test_a_yes_moves_it_and_tells_the_guest_once(shop: SimpleNamespace) -> None:
    _ask(shop)
    moved = _answer(shop, move_answers.approve)
    assert (moved.starts_at, moved.asked_starts_at) == ("2026-10-19T08:00:00Z", None)
    assert _answer(shop, move_answers.approve) == moved
    assert _place(shop) == ("confirmed", b.at("16:00"), shop.wen, 2)
    [text] = _texts()
    assert "16:00" in text
    assert "ask" not in text
    assert _actions()[-1] == (f"account:{shop.owner}", "move")
    assert db.session.scalars(sa.select(AskedMove)).all() == []


def test_a_no_leaves_everything_as_it_was_and_says_so_once(shop: SimpleNamespace) -> None:
    before = _place(shop)
    _ask(shop)
    for _ in range(2):
        assert _answer(shop, move_answers.decline).starts_at == "2026-10-19T06:00:00Z"
    assert _place(shop) == before
    [text] = _texts()
    assert text.startswith("Qinghe: sorry, we cannot do Mon 19 Oct 16:00. You are still booked at your old")
    assert find_asked_move(shop.booked.id) is None
    with pytest.raises(Refusal, match="asked_anew"):
        _answer(shop, move_answers.approve)
    assert _place(shop) == before


def test_silence_is_a_no_at_the_minute_that_was_promised(shop: SimpleNamespace) -> None:
    before = _place(shop)
    _ask(shop)
    assert move_answers.sweep_unanswered(b.NOW + ANSWER - MINUTE, shop.texting) == 0
    with pytest.raises(Refusal, match="expired"):
        _answer(shop, move_answers.approve, after=ANSWER)
    assert move_answers.sweep_unanswered(b.NOW + ANSWER, shop.texting) == 1
    assert move_answers.sweep_unanswered(b.NOW + ANSWER, shop.texting) == 0
    assert _place(shop) == before
    assert "we cannot do Mon 19 Oct 16:00" in _texts()[-1]
    assert _actions()[-1] == ("clock", "expire_move")


def test_the_answer_is_due_before_the_guest_must_set_out_for_either_time(shop: SimpleNamespace) -> None:
    assert _ask(shop, "10:00").answer_by == "2026-10-19T01:30:00Z"  # 10:00 begins an hour from now


def test_who_asks_for_another_time_asks_for_that_one_only(shop: SimpleNamespace) -> None:
    _ask(shop, "16:00")
    _ask(shop, "17:00", now=b.NOW + MINUTE)
    for use_case in (move_answers.approve, move_answers.decline):
        with pytest.raises(Refusal, match="asked_anew"):
            _answer(shop, use_case, "16:00")
    [text] = _texts()  # the first has not left and is of no use now
    assert "17:00" in text
    assert _answer(shop, move_answers.approve, "17:00").starts_at == "2026-10-19T09:00:00Z"


def test_asking_for_the_same_again_keeps_the_deadline_and_sends_no_second_text(shop: SimpleNamespace) -> None:
    first = _ask(shop)
    assert _ask(shop, now=b.NOW + MINUTE) == first
    assert len(_texts()) == 1


def test_a_yes_sent_twice_does_not_answer_what_the_guest_has_asked_since(shop: SimpleNamespace) -> None:
    _ask(shop, "16:00")
    _answer(shop, move_answers.approve, "16:00")
    _ask(shop, "11:00", now=b.NOW + 2 * MINUTE)
    asked, texts = find_asked_move(shop.booked.id), _texts()
    with pytest.raises(Refusal, match="asked_anew"):
        _answer(shop, move_answers.approve, "16:00", after=3 * MINUTE)
    assert asked is not None
    assert (find_asked_move(shop.booked.id), _texts()) == (asked, texts)
    assert _actions()[-1] == ("guest", "ask_move")


def test_a_yes_does_not_give_the_guest_the_person_they_no_longer_ask_for(
    shop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _place(shop)
    _ask(shop, stylist_id=shop.zhe)
    plan = moves._plan

    def plan_while_the_guest_asks_anew(*args: Any) -> Any:
        planned = plan(*args)
        monkeypatch.setattr(moves, "_plan", plan)
        _ask(shop, stylist_id=None, now=b.NOW + MINUTE)
        return planned

    monkeypatch.setattr(moves, "_plan", plan_while_the_guest_asks_anew)
    with pytest.raises(Refusal, match="asked_anew"):
        _answer(shop, move_answers.approve, stylist_id=shop.zhe)
    assert _place(shop) == before


def test_an_answer_is_for_the_person_the_salon_saw(shop: SimpleNamespace) -> None:
    before = _place(shop)
    for saw, asks in ((shop.wen, shop.zhe), (shop.zhe, None), (None, shop.wen)):
        _ask(shop, stylist_id=asks)
        asked, texts = find_asked_move(shop.booked.id), _texts()
        for use_case in (move_answers.approve, move_answers.decline):
            with pytest.raises(Refusal, match="asked_anew"):
                _answer(shop, use_case, stylist_id=saw)
        assert asked is not None
        assert (_place(shop), find_asked_move(shop.booked.id), _texts()) == (before, asked, texts)
    _ask(shop, stylist_id=shop.zhe)
    for _ in range(2):  # again changes nothing
        assert _answer(shop, move_answers.approve, stylist_id=shop.zhe).stylist_id == shop.zhe
    with pytest.raises(Refusal, match="asked_anew"):
        _answer(shop, move_answers.approve, stylist_id=shop.wen)


def test_asking_again_when_the_salon_let_its_time_pass_is_another_question(shop: SimpleNamespace) -> None:
    with transaction() as session:
        session.execute(sa.update(Salon).values(cut_off_minutes=30))
    _ask(shop)
    again = _ask(shop, now=b.NOW + ANSWER)
    assert again.answer_by == "2026-10-19T05:00:00Z"  # an hour before the visit, as it is
    [text] = _texts()
    assert "We answer by Mon 13:00" in text
    assert _actions()[-2:] == [("guest", "ask_move")] * 2


def test_the_wish_for_a_person_is_asked_for_with_the_time(shop: SimpleNamespace) -> None:
    _ask(shop, "14:00", stylist_id=shop.zhe)
    assert _answer(shop, move_answers.approve, "14:00", stylist_id=shop.zhe).stylist_id == shop.zhe


def test_choosing_the_old_time_takes_the_question_back(shop: SimpleNamespace) -> None:
    before = _place(shop)
    _ask(shop)
    _ask(shop, "14:00")
    assert _place(shop) == before
    assert find_asked_move(shop.booked.id) is None
    assert _texts() == []
    assert _actions()[-1] == ("guest", "keep_time")


def test_a_time_that_is_not_free_is_not_asked_for(shop: SimpleNamespace) -> None:
    _book(shop, "16:00", guest=Guest("0922 345 678"))
    count = len(_actions())
    with pytest.raises(SlotTaken) as taken:
        _ask(shop, "16:00")
    assert [start.starts_at for start in taken.value.nearest][:1] == [b.at("14:45")]
    for clock, code in (("21:00", "outside_hours"), ("08:00", "in_the_past")):
        with pytest.raises(InvalidInput, match=code):
            _ask(shop, clock)
    assert (len(_actions()), find_asked_move(shop.booked.id)) == (count, None)


def test_a_time_that_somebody_else_got_meanwhile_cannot_be_agreed_to(shop: SimpleNamespace) -> None:
    before = _place(shop)
    _ask(shop, "16:00")
    _book(shop, "16:00", guest=Guest("0922 345 678"))
    with pytest.raises(SlotTaken):
        _answer(shop, move_answers.approve)
    assert _place(shop) == before
    assert find_asked_move(shop.booked.id)  # the salon still owes an answer


@pytest.mark.parametrize("how", ["desk_moves", "guest_cancels", "desk_cancels", "arrives"])
def test_whatever_else_changes_the_booking_ends_the_question(shop: SimpleNamespace, how: str) -> None:
    _ask(shop)
    who: dict[str, Any] = {"booking_id": shop.booked.id, "now": b.NOW, "texting": shop.texting}
    if how == "desk_moves":
        assert (
            moves.move(**who, starts_at=b.at("17:00"), actor=f"account:{shop.owner}").asked_starts_at is None
        )
    elif how == "guest_cancels":
        cancellations.cancel(**who)
    elif how == "desk_cancels":
        at_desk.cancel(**who, account_id=shop.owner)
    else:
        at_desk.turn(
            booking_id=shop.booked.id, into=BookingStatus.CHECKED_IN, account_id=shop.owner, now=b.at("13:00")
        )
    assert find_asked_move(shop.booked.id) is None
    with pytest.raises(Refusal, match="asked_anew"):
        _answer(shop, move_answers.approve)
    told = len(_texts())
    assert move_answers.sweep_unanswered(b.NOW + ANSWER, shop.texting) == 0
    assert len(_texts()) == told
    assert db.session.scalars(sa.select(AskedMove)).all() == []


def test_what_the_salon_has_not_agreed_to_yet_just_asks_for_the_other_time(shop: SimpleNamespace) -> None:
    waiting = _book(shop, "15:00", key="waits")
    moved = moves.move(
        booking_id=waiting.id, starts_at=b.at("17:00"), actor="guest", now=b.NOW, texting=shop.texting
    )
    assert (moved.status, moved.starts_at, moved.asked_starts_at) == (
        "pending",
        "2026-10-19T09:00:00Z",
        None,
    )


def test_the_fee_of_the_moment_of_asking_is_kept_by_a_yes_and_not_by_a_no(shop: SimpleNamespace) -> None:
    with transaction() as session:
        salon = session.get_one(Salon, shop.salon)
        salon.free_minutes, salon.late_fee_minor = 1440, 30000
    with pytest.raises(Refusal, match="fee_changed"):
        _ask(shop, agreed_fee_minor=0)
    assert _ask(shop, agreed_fee_minor=30000).fee_minor == 0
    assert _answer(shop, move_answers.decline).fee_minor == 0
    _ask(shop, now=b.NOW + MINUTE)
    assert _answer(shop, move_answers.approve, after=2 * MINUTE).fee_minor == 30000


def test_a_retry_with_its_key_gets_the_first_answer(shop: SimpleNamespace) -> None:
    first = _ask(shop, key="one")
    _answer(shop, move_answers.decline)
    assert _ask(shop, key="one", now=b.NOW + MINUTE) == first
    assert find_asked_move(shop.booked.id) is None


def test_the_desk_sees_it_among_what_waits(shop: SimpleNamespace) -> None:
    _ask(shop)
    [row] = list_pending(shop.salon, "en", b.NOW)
    assert (row.id, row.status, row.starts_at, row.asked_starts_at, row.answer_by) == (
        shop.booked.id,
        "confirmed",
        b.at("14:00"),
        b.at("16:00"),
        b.NOW + ANSWER,
    )
    assert list_pending(shop.salon, "en", b.NOW + ANSWER) == []


def test_of_a_yes_and_another_guest_one_gets_the_time(shop: SimpleNamespace) -> None:
    for hour in (15, 16, 17):
        clock = f"{hour}:00"
        before = _place(shop)
        _ask(shop, clock, now=b.NOW + timedelta(seconds=hour))
        results = race(
            shop.app,
            lambda clock=clock: _answer(shop, move_answers.approve, clock),
            lambda clock=clock: _book(shop, clock, guest=Guest(f"0922 345 6{clock[:2]}")),
        )
        assert sorted(result if isinstance(result, str) else "got it" for result in results) == [
            "got it",
            "slot_taken",
        ]
        if results[0] == "slot_taken":
            assert _place(shop) == before
            _answer(shop, move_answers.decline, clock)
        else:
            assert _place(shop)[1] == b.at(clock)


def test_of_a_yes_and_a_guest_who_keeps_the_time_the_first_counts(shop: SimpleNamespace) -> None:
    _ask(shop, "16:00")
    said_yes, kept = race(
        shop.app, lambda: _answer(shop, move_answers.approve, "16:00"), lambda: _ask(shop, "14:00")
    )
    _, starts_at, _, _ = _place(shop)
    if said_yes == "asked_anew":
        assert (kept.starts_at, starts_at) == ("2026-10-19T06:00:00Z", b.at("14:00"))
        assert find_asked_move(shop.booked.id) is None
    else:  # then 14:00 is another time, and is asked for
        assert (said_yes.starts_at, starts_at) == ("2026-10-19T08:00:00Z", b.at("16:00"))
        assert kept.asked_starts_at in {"2026-10-19T06:00:00Z", None}


def test_what_does_not_exist_is_missing(shop: SimpleNamespace) -> None:
    for use_case in (move_answers.approve, move_answers.decline):
        with pytest.raises(Missing):
            _answer(shop, use_case, booking_id=999)
