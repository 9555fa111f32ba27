"""A salon that approves first: what waits, its yes, its no and its silence, on both databases."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.booking import SlotTaken, Wish
from salonpool.domain.refusal import Missing, Refusal
from salonpool.models import AuditEntry, Booking, Message, Occupancy
from salonpool.queries.desk import list_pending
from salonpool.usecases.booking import approvals, bookings, cancellations
from salonpool.usecases.booking.booked import Booked
from salonpool.usecases.booking.settling import Guest
from tests import builders as b

ANSWER = timedelta(hours=2)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """A salon with one chair that takes two hours to agree, and one that books at once."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe", chairs=1, approve_minutes=120)
    other = b.a_salon(network, slug="kapok", chairs=1)
    for place in (salon, other):
        b.a_rota(b.a_stylist(network, home=place), place)
    return SimpleNamespace(
        salon=salon, services={"qinghe": b.a_service(salon), "kapok": b.a_service(other)},
        owner=b.an_account(network, owns=(salon,)), texting=app.extensions["salonpool.texting"],
    )  # fmt: skip


def _asked(shop: SimpleNamespace, clock: str, slug: str) -> dict[str, Any]:
    return {
        "salon_slug": slug, "wish": Wish((shop.services[slug],)), "starts_at": b.at(clock),
        "language": "en", "now": b.NOW, "texting": shop.texting,
    }  # fmt: skip


def _book(shop: SimpleNamespace, clock: str = "16:00", slug: str = "qinghe", **changes: Any) -> Booked:
    values = {"guest": Guest("0912 345 678", "林太太"), "key": f"{slug} {clock}"} | changes
    return bookings.book(**_asked(shop, clock, slug), **values)


def _row(booking_id: int) -> Booking:
    db.session.rollback()
    return db.session.get_one(Booking, booking_id)


def _answer(shop: SimpleNamespace, use_case: Any, made: Booked, after: timedelta = MINUTE) -> Booked:
    answer: Booked = use_case(
        booking_id=made.id, account_id=shop.owner, now=b.NOW + after, texting=shop.texting
    )
    return answer


def _texts() -> list[str]:
    rows = db.session.execute(sa.select(Message.body, Message.status).order_by(Message.id))
    return [body for body, status in rows if status == "pending"]


def _is_taken(booking_id: int) -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(Occupancy.booking_id == booking_id))))


def test_a_booking_waits_for_the_salon_and_keeps_its_place(shop: SimpleNamespace) -> None:
    made = _book(shop)
    row = _row(made.id)
    assert (made.status, row.answer_by, row.confirmed_at) == ("pending", b.NOW + ANSWER, None)
    with pytest.raises(SlotTaken):
        _book(shop, guest=Guest("0922 345 678"), key="other")
    [text] = _texts()
    assert "Not booked yet: we answer by Mon 11:00" in text


def test_a_hold_confirmed_waits_too(shop: SimpleNamespace) -> None:
    hold = bookings.hold(**_asked(shop, "16:00", "qinghe"))
    confirm: dict[str, Any] = {
        "booking_id": hold.id,
        "guest": Guest("0912 345 678"),
        "language": "en",
        "now": b.NOW,
    }
    assert bookings.confirm(key=None, texting=shop.texting, **confirm).status == "pending"
    assert _is_taken(hold.id)
    with pytest.raises(Refusal) as again:
        bookings.confirm(key=None, texting=shop.texting, **confirm)
    assert again.value.code == "already_confirmed"


def test_a_salon_that_does_not_ask_books_at_once(shop: SimpleNamespace) -> None:
    made = _book(shop, slug="kapok")
    assert (made.status, _row(made.id).answer_by) == ("confirmed", None)


def test_what_the_desk_books_itself_needs_no_approval(shop: SimpleNamespace) -> None:
    assert _book(shop, actor=f"account:{shop.owner}").status == "confirmed"


def test_the_answer_is_due_before_the_guest_must_set_out(shop: SimpleNamespace) -> None:
    soon = _row(_book(shop, "10:00").id)  # an hour from now
    assert soon.answer_by == b.NOW + timedelta(minutes=30)
    later = _row(_book(shop, "11:30").id)
    assert later.answer_by == b.NOW + timedelta(minutes=90)


def test_a_yes_confirms_and_tells_the_guest_once(shop: SimpleNamespace) -> None:
    made = _book(shop)
    assert _answer(shop, approvals.approve, made).status == "confirmed"
    assert _answer(shop, approvals.approve, made).status == "confirmed"
    [text] = _texts()  # the one that asked for patience has not left and is of no use now
    assert text.startswith("Qinghe: Mon 19 Oct 16:00 Cut")
    row = _row(made.id)
    assert (row.confirmed_at, row.answer_by) == (b.NOW + MINUTE, None)
    assert approvals.sweep_unanswered(b.NOW + timedelta(hours=9), shop.texting) == 0


def test_a_no_frees_the_place_and_says_sorry_once(shop: SimpleNamespace) -> None:
    made = _book(shop)
    assert _answer(shop, approvals.decline, made).status == "cancelled"
    assert _answer(shop, approvals.decline, made).status == "cancelled"
    assert _row(made.id).cancel_cause == "not_approved"
    assert not _is_taken(made.id)
    [text] = _texts()
    assert text.startswith(
        "Qinghe: sorry, we cannot do Mon 19 Oct 16:00. Pick another time: salon.test/s/qinghe"
    )
    with pytest.raises(Refusal, match="not_open"):
        _answer(shop, approvals.approve, made)
    assert _book(shop, key="next").status == "pending"


def test_silence_is_a_no_at_the_minute_that_was_promised(shop: SimpleNamespace) -> None:
    made, other = _book(shop), _book(shop, slug="kapok")
    assert approvals.sweep_unanswered(b.NOW + ANSWER - MINUTE, shop.texting) == 0
    with pytest.raises(Refusal, match="expired"):
        _answer(shop, approvals.approve, made, ANSWER)
    assert approvals.sweep_unanswered(b.NOW + ANSWER, shop.texting) == 1
    assert approvals.sweep_unanswered(b.NOW + ANSWER, shop.texting) == 0
    row = _row(made.id)
    assert (row.status, row.cancel_cause, _is_taken(made.id)) == ("cancelled", "not_approved", False)
    assert _row(other.id).status == "confirmed"
    assert any("sorry, we cannot do" in text for text in _texts())
    actors = sa.select(AuditEntry.actor, AuditEntry.action).where(AuditEntry.subject_id == made.id)
    assert ("clock", "expire_wish") in [tuple(row) for row in db.session.execute(actors)]


def test_a_guest_may_take_it_back_while_it_waits(shop: SimpleNamespace) -> None:
    made = _book(shop)
    assert cancellations.cancel(booking_id=made.id, now=b.NOW, texting=shop.texting).status == "cancelled"
    with pytest.raises(Refusal, match="not_open"):
        _answer(shop, approvals.decline, made)


def test_the_desk_sees_what_waits_the_most_urgent_first(shop: SimpleNamespace) -> None:
    late, soon = _book(shop, "16:00"), _book(shop, "10:00")
    rows = list_pending(shop.salon, "en", b.NOW)
    assert [(row.id, row.guest_name, row.services_text) for row in rows] == [
        (soon.id, "林太太", "Cut"),
        (late.id, "林太太", "Cut"),
    ]
    assert list_pending(shop.salon, "en", b.NOW + ANSWER) == []


def test_what_does_not_exist_is_missing(shop: SimpleNamespace) -> None:
    for use_case in (approvals.approve, approvals.decline):
        with pytest.raises(Missing):
            use_case(booking_id=999, account_id=shop.owner, now=b.NOW, texting=shop.texting)
