"""The desk's pages about bookings: what waits, a phone call, the day itself, another time, closed days."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.booking import Wish
from salonpool.models import AuditEntry, Booking, Closure, Message, Salon, Stylist
from salonpool.usecases.booking import bookings, moves
from tests import builders as b
from tests.web.desk_shop import TOMORROW, book, open_shop, post
from tests.web.signing_in import sign_in


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """A salon of one chair and its owner; a rival next door."""
    return open_shop(app, chairs=1)


def _approve_first(shop: SimpleNamespace) -> None:
    with transaction() as session:
        session.get_one(Salon, shop.salon).approve_minutes = 120


def _status(booking_id: int) -> str:
    db.session.rollback()
    return db.session.get_one(Booking, booking_id).status


@pytest.mark.parametrize("page", ["booking/new", "booking/1", "booking/1/move", "closures"])
def test_strangers_are_asked_to_sign_in(client: Any, shop: SimpleNamespace, page: str) -> None:
    assert client.get(f"/desk/{page}").location.startswith("/in?next=")


@pytest.mark.parametrize("page", ["", "/move"])
def test_another_salons_booking_is_not_there(client: Any, shop: SimpleNamespace, page: str) -> None:
    booking = book(shop)
    sign_in(client, shop.rival)
    assert client.get(f"/desk/booking/{booking}{page}").status_code == 404
    for word in ("approve", "arrived", "cancel", "move"):
        answer = post(client, "/desk/closures", f"/desk/booking/{booking}/{word}")
        assert answer.status_code == 404
    assert _status(booking) == "confirmed"


def test_the_desk_sees_who_said_that_they_will_come(client: Any, shop: SimpleNamespace) -> None:
    sign_in(client, shop.owner)
    page = f"/desk/booking/{book(shop)}"
    said = "Said that they will come."
    assert said not in client.get(page).text
    with transaction() as session:
        session.execute(sa.update(Booking).values(will_come_at=b.NOW))
    assert said in client.get(page).text


def test_the_desk_sees_that_texts_to_a_number_cannot_arrive_until_one_does(
    client: Any, shop: SimpleNamespace
) -> None:
    sign_in(client, shop.owner)
    page = f"/desk/booking/{book(shop)}"
    said = "This number cannot take texts."
    refused, arrived = (
        {"status": "failed", "error": "bad_number 21614"},
        {"status": "delivered", "error": None},
    )
    for change, seen in ((refused, True), (arrived | {"sent_at": b.NOW}, False)):
        with transaction() as session:
            session.execute(sa.update(Message).values(change))
        assert (said in client.get(page).text) is seen


def test_a_hold_is_nobodys_booking_yet(client: Any, shop: SimpleNamespace) -> None:
    hold = bookings.hold(
        salon_slug="qinghe", wish=Wish((shop.cut,)), starts_at=b.at("14:00", TOMORROW), language="en",
        now=b.NOW, texting=shop.texting,
    )  # fmt: skip
    sign_in(client, shop.owner)
    assert client.get(f"/desk/booking/{hold.id}").status_code == 404


@pytest.mark.parametrize(("word", "status"), [("approve", "confirmed"), ("decline", "cancelled")])
def test_today_begins_with_what_waits_for_a_yes(
    client: Any, shop: SimpleNamespace, word: str, status: str
) -> None:
    _approve_first(shop)
    booking = book(shop)
    sign_in(client, shop.owner)
    page = client.get("/desk").text
    assert page.index(f"/desk/booking/{booking}/{word}") < page.index('id="bookings"')
    answer = post(client, "/desk", f"/desk/booking/{booking}/{word}", back="today")
    assert (answer.status_code, answer.location) == (303, "/desk")
    assert _status(booking) == status
    assert "/approve" not in client.get("/desk").text


def test_a_late_yes_says_why_not_and_changes_nothing(client: Any, shop: SimpleNamespace) -> None:
    _approve_first(shop)
    booking = book(shop)
    with transaction() as session:
        session.get_one(Booking, booking).answer_by = b.NOW
    sign_in(client, shop.owner)
    answer = post(client, f"/desk/booking/{booking}", f"/desk/booking/{booking}/approve")
    assert answer.status_code == 409
    assert "The time to answer is over." in answer.text
    assert _status(booking) == "pending"


def _ask(shop: SimpleNamespace, booking: int, clock: str, **wish: int | None) -> None:
    moves.move(
        booking_id=booking, starts_at=b.at(clock, TOMORROW), actor="guest", now=b.NOW, texting=shop.texting,
        **wish,
    )  # fmt: skip


@pytest.mark.parametrize(("word", "clock"), [("approve-move", "16:00"), ("decline-move", "14:00")])
def test_another_time_asked_for_waits_for_a_yes_on_the_first_page(
    client: Any, shop: SimpleNamespace, word: str, clock: str
) -> None:
    booking = book(shop)
    _approve_first(shop)
    _ask(shop, booking, "16:00")
    sign_in(client, shop.owner)
    page = client.get("/desk").text
    assert re.search("asks for [^·]*16:00[^·]* instead ·", page)
    assert f"/desk/booking/{booking}/approve-move" in page
    assert "The guest asks for another time" in client.get(f"/desk/booking/{booking}").text
    answer = post(
        client, "/desk", f"/desk/booking/{booking}/{word}", back="today",
        starts_at=b.at("16:00", TOMORROW).isoformat(),
    )  # fmt: skip
    assert (answer.status_code, answer.location) == (303, "/desk")
    db.session.rollback()
    assert db.session.get_one(Booking, booking).starts_at == b.at(clock, TOMORROW)
    assert "asks for" not in client.get("/desk").text


def test_the_desk_reads_whom_the_guest_asks_for_with_the_time(client: Any, shop: SimpleNamespace) -> None:
    booking = book(shop)
    _approve_first(shop)
    sign_in(client, shop.owner)
    _ask(shop, booking, "16:00")
    assert "</b> · Anyone</p>" in client.get(f"/desk/booking/{booking}?lang=en").text
    _ask(shop, booking, "14:00", stylist_id=shop.wen)  # only the person changes
    name = db.session.get_one(Stylist, shop.wen).name
    assert f"</b> · With {name}</p>" in client.get(f"/desk/booking/{booking}?lang=en").text


def test_a_yes_to_a_time_that_is_gone_or_no_longer_asked_for_says_why(
    client: Any, shop: SimpleNamespace
) -> None:
    booking = book(shop)
    _approve_first(shop)
    _ask(shop, booking, "16:00")
    book(shop, "16:30")
    sign_in(client, shop.owner)
    page = f"/desk/booking/{booking}"
    for clock, why in (
        ("16:00", "Somebody else has that time by now."),
        ("17:00", "no longer asks for that"),
    ):
        asked = b.at(clock, TOMORROW).isoformat()
        answer = post(client, page, f"{page}/approve-move", starts_at=asked)
        assert answer.status_code == 409
        assert why in answer.text
    assert post(client, page, f"{page}/approve-move", starts_at="never").status_code == 422
    db.session.rollback()
    assert db.session.get_one(Booking, booking).starts_at == b.at("14:00", TOMORROW)


@pytest.mark.parametrize("from_page", ["/desk", "/desk/booking/{id}"])
@pytest.mark.parametrize("button", ["approve-move", "decline-move"])
def test_the_buttons_answer_for_the_person_that_was_read(
    client: Any, shop: SimpleNamespace, from_page: str, button: str
) -> None:
    booking = book(shop)
    _approve_first(shop)
    sign_in(client, shop.owner)
    _ask(shop, booking, "16:00", stylist_id=shop.wen)
    read = client.get(from_page.format(id=booking)).text
    form = re.search(rf'action="/desk/booking/{booking}/{button}">(.*?)</form>', read)
    assert form
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
    assert fields["stylist"] == str(shop.wen)
    _ask(shop, booking, "16:00", stylist_id=None)
    answer = client.post(f"/desk/booking/{booking}/{button}", data=fields)
    assert answer.status_code == 409
    assert "no longer asks for that" in answer.text
    fields["stylist"] = "wen"
    assert client.post(f"/desk/booking/{booking}/{button}", data=fields).status_code == 422


def test_a_guest_is_here_then_done_by_a_tap_each(
    client: Any, shop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = book(shop)
    sign_in(client, shop.owner)
    page = f"/desk/booking/{booking}"
    assert f"{page}/arrived" not in client.get(page).text  # a day early
    assert post(client, page, f"{page}/arrived").status_code == 409
    monkeypatch.setattr("salonpool.clock.now", lambda: b.at("14:05", TOMORROW))
    for word, status in (("arrived", "checked_in"), ("undo", "confirmed"), ("done", "completed")):
        assert f'action="{page}/{word}"' in client.get(page).text
        assert post(client, page, f"{page}/{word}").location == page
        assert _status(booking) == status


def test_did_not_come_is_taken_back_for_a_day(
    client: Any, shop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = book(shop)
    sign_in(client, shop.owner)
    page = f"/desk/booking/{booking}"
    monkeypatch.setattr("salonpool.clock.now", lambda: b.at("14:20", TOMORROW))
    assert "You can take this back until" in client.get(page).text
    post(client, page, f"{page}/missed")
    missed = client.get(page).text
    assert "They came after all" in missed
    for word in ("arrived", "done", "undo"):
        assert f'action="{page}/{word}"' not in missed
    assert post(client, page, f"{page}/not-missed").location == page
    assert _status(booking) == "confirmed"
    post(client, page, f"{page}/missed")
    monkeypatch.setattr("salonpool.clock.now", lambda: b.at("00:00", TOMORROW + timedelta(days=2)))
    assert "They came after all" not in client.get(page).text
    late = post(client, "/desk/closures", f"{page}/not-missed")
    assert late.status_code == 409
    assert "until the end of the day after the visit" in late.text
    assert _status(booking) == "no_show"


def test_missed_visits_are_told_at_the_next_booking(
    client: Any, shop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    missed, next_one = book(shop), book(shop, "16:00")
    sign_in(client, shop.owner)
    monkeypatch.setattr("salonpool.clock.now", lambda: b.at("14:20", TOMORROW))
    page = f"/desk/booking/{missed}"
    assert post(client, page, f"{page}/missed").status_code == 303
    assert "In the last 180 days: did not come 1 time." in client.get(f"/desk/booking/{next_one}").text


def test_the_salon_cancels_and_the_guest_is_told(client: Any, shop: SimpleNamespace) -> None:
    booking = book(shop)
    sign_in(client, shop.owner)
    page = f"/desk/booking/{booking}"
    assert post(client, page, f"{page}/cancel").status_code == 303
    assert "by the salon" in client.get(page).text
    bodies = db.session.scalars(sa.select(Message.body).where(Message.status == "pending"))
    assert [body for body in bodies if "sorry, we cannot do" in body]


def test_what_is_no_action_is_not_there(client: Any, shop: SimpleNamespace) -> None:
    booking = book(shop)
    sign_in(client, shop.owner)
    page = f"/desk/booking/{booking}"
    assert post(client, page, f"{page}/confirmed").status_code == 404


def test_a_phone_call_is_booked_with_the_first_free_time(client: Any, shop: SimpleNamespace) -> None:
    sign_in(client, shop.owner)
    page = client.get("/desk/booking/new").text
    first = re.search(r'name="starts_at" value="([^"]+)"', page)
    key = re.search(r'name="idempotency_key" value="([^"]+)"', page)
    assert first
    assert key
    form = {"service": str(shop.cut), "starts_at": first[1], "name": "陳先生", "idempotency_key": key[1]}
    made = post(client, "/desk/booking/new", **form)
    assert made.status_code == 303
    assert post(client, "/desk/booking/new", **form).location == made.location  # sent twice is one booking
    shown = client.get(made.location).text
    assert "陳先生" in shown
    assert "No phone number, so no texts." in shown
    actor = db.session.scalar(sa.select(AuditEntry.actor).where(AuditEntry.action == "book"))
    assert actor == f"account:{shop.owner}"


def test_a_booking_form_filled_in_wrong_comes_back_with_what_was_typed(
    client: Any, shop: SimpleNamespace
) -> None:
    sign_in(client, shop.owner)
    start = b.at("14:00", TOMORROW).isoformat()
    right = {"service": str(shop.cut), "starts_at": start, "name": "陳先生", "phone": ""}
    for wrong, status, sentence in (
        ({"starts_at": ""}, 422, "Choose a time first."),
        ({"starts_at": "tomorrow"}, 422, "Choose a time first."),
        ({"name": ""}, 422, "This is needed"),
        ({"phone": "0912"}, 422, "too short"),
        ({"service": "999"}, 422, "not one of the choices"),
        ({"service": "x"}, 422, "not one of the choices"),
        ({"stylist": "99"}, 422, "not one of the choices"),
        ({"starts_at": b.at("03:00", TOMORROW).isoformat()}, 422, "Nobody works then."),
    ):
        answer = post(client, "/desk/booking/new", **right | wrong)
        assert (answer.status_code, sentence in answer.text) == (status, True), wrong
    book(shop)
    taken = post(client, "/desk/booking/new", **right)
    assert (taken.status_code, "Just taken" in taken.text, "陳先生" in taken.text) == (409, True, True)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 1


def test_a_choice_that_is_none_is_said_at_once(client: Any, shop: SimpleNamespace) -> None:
    sign_in(client, shop.owner)
    for query in ("service=999", "service=a", "on=2020-01-01", "on=soon", "stylist=x"):
        assert client.get(f"/desk/booking/new?{query}").status_code == 422


def test_the_desk_moves_a_visit_and_the_guest_is_told(client: Any, shop: SimpleNamespace) -> None:
    booking = book(shop)
    sign_in(client, shop.owner)
    page = f"/desk/booking/{booking}/move"
    shown = client.get(page).text
    assert b.at("14:00", TOMORROW).isoformat() not in shown  # where it is already
    later = b.at("14:30", TOMORROW)
    assert later.isoformat() in shown
    assert post(client, page, starts_at=later.isoformat()).location == f"/desk/booking/{booking}"
    assert db.session.get_one(Booking, booking).starts_at == later
    assert post(client, page, starts_at="").status_code == 422
    assert client.get(f"{page}?on=2020-01-01").status_code == 422
    other = book(shop, "17:00")
    taken = post(client, page, starts_at=b.at("17:00", TOMORROW).isoformat())
    assert (taken.status_code, "Just taken" in taken.text) == (409, True)
    post(client, f"/desk/booking/{other}", f"/desk/booking/{other}/cancel")
    assert client.get(f"/desk/booking/{other}/move").status_code == 409


def test_a_closed_day_names_the_bookings_in_its_way(client: Any, shop: SimpleNamespace) -> None:
    booking = book(shop)
    sign_in(client, shop.owner)
    assert "No closed days ahead." in client.get("/desk/closures").text
    day = {"first_on": str(TOMORROW), "last_on": "", "starts": "12:00", "ends": "", "reason": "春節"}
    assert post(client, "/desk/closures", **day).status_code == 303
    page = client.get("/desk/closures").text
    assert (f"/desk/booking/{booking}" in page, "Closed then" in page, "春節" in page) == (True, True, True)
    again = post(client, "/desk/closures", **day)
    assert (again.status_code, "closed then already" in again.text) == (422, True)
    closure = db.session.scalar(sa.select(Closure.id))
    sign_in(client, shop.rival)
    assert post(client, "/desk/closures", f"/desk/closures/{closure}/reopen").status_code == 404
    sign_in(client, shop.owner)
    assert post(client, "/desk/closures", f"/desk/closures/{closure}/reopen").status_code == 303
    assert "No closed days ahead." in client.get("/desk/closures").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"first_on": ""},
        {"first_on": "2020-01-01"},
        {"last_on": "2026-13-01"},
        {"last_on": str(b.TODAY)},
        {"starts": "25:00"},
        {"starts": "15:00", "ends": "14:00"},
        {"reason": "x" * 81},
    ],
)
def test_a_day_that_cannot_be_closed_comes_back(
    client: Any, shop: SimpleNamespace, wrong: dict[str, str]
) -> None:
    sign_in(client, shop.owner)
    right = {"first_on": str(TOMORROW), "last_on": "", "starts": "", "ends": "", "reason": "春節"}
    answer = post(client, "/desk/closures", **right | wrong)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert db.session.scalar(sa.select(Closure.id)) is None


@pytest.mark.parametrize("path", ["/desk/booking/new", "/desk/why"])
def test_the_desk_tells_the_hair_lengths_of_a_service_apart(
    client: Any, shop: SimpleNamespace, path: str
) -> None:
    for length in ("short", "long"):
        b.a_service(shop.salon, code="perm", length=length)
    sign_in(client, shop.owner)
    page = client.get(path).text
    assert "<b>Perm (short hair)</b>" in page
    assert "<b>Perm (long hair)</b>" in page


def test_a_new_booking_says_for_what_its_times_are_and_follows_every_tick(
    client: Any, shop: SimpleNamespace
) -> None:
    perm = b.a_service(shop.salon, code="perm", length="long")
    sign_in(client, shop.owner)
    page = client.get(f"/desk/booking/new?service={shop.cut}&service={perm}").text
    assert '<p class="hint">Cut + Perm (long hair)</p>' in page.partition('id="choice"')[2]
    assert 'hx-trigger="change" hx-target="#choice"' in page
