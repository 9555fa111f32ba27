"""G3 and G4 through the client, without JavaScript: see, move, cancel and keep in a calendar."""

import re
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.booking import Wish
from salonpool.domain.closure import LocalSpan
from salonpool.models import Assignment, AuditEntry, Booking, Message, Occupancy, Salon, Service
from salonpool.usecases.booking import bookings
from salonpool.usecases.booking.bookings import Guest
from salonpool.usecases.salons import closures
from tests import builders as b

TUESDAY = b.TODAY + timedelta(days=1)


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """Two stylists on Mondays and Tuesdays; cancelling later than a day before costs 200 dollars."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe", free_minutes=1440, late_fee_minor=20000)
    wen, zhe = b.a_stylist(network, home=salon, name="Wen"), b.a_stylist(network, home=salon, name="Zhe")
    for stylist in (wen, zhe):
        b.a_rota(stylist, salon)
    return SimpleNamespace(
        salon=salon, wen=wen, zhe=zhe, cut=b.a_service(salon), texting=app.extensions["salonpool.texting"]
    )


def _book(shop: SimpleNamespace, starts_at: datetime | None = None, stylist: int | None = 0) -> str:
    """A booking's address."""
    made = bookings.book(
        salon_slug="qinghe", wish=Wish((shop.cut,), shop.wen if stylist == 0 else stylist),
        starts_at=starts_at or b.at("14:00", TUESDAY), guest=Guest("0912 345 678"),
        key=f"{starts_at} {stylist}", language="en", now=b.NOW - timedelta(hours=12), texting=shop.texting,
    )  # fmt: skip
    return str(shop.texting.links.booking_path(made.id, made.link_version))


def _form(page: Any) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text.partition("<main")[2])
    return dict(found)


def _move(client: Any, url: str, starts_at: datetime | str, **changes: Any) -> Any:
    typed = starts_at if isinstance(starts_at, str) else starts_at.isoformat()
    return client.post(f"{url}/move", data=_form(client.get(f"{url}/move")) | {"starts_at": typed} | changes)


def _cancel(client: Any, url: str, **changes: str) -> Any:
    return client.post(f"{url}/cancel", data=_form(client.get(f"{url}/cancel")) | changes)


def _times(page: Any) -> list[str]:
    """The starts that can be chosen, on the wall."""
    found = re.findall(r'name="starts_at" value="([^"]+)"( disabled)?', page.text)
    return [
        datetime.fromisoformat(at).astimezone(b.TAIPEI).strftime("%H:%M")
        for at, disabled in found
        if not disabled
    ]


def _state() -> list[Any]:
    db.session.rollback()
    tables = (Booking, Occupancy, Message, AuditEntry)
    return [db.session.execute(sa.select(t.__table__).order_by(t.__table__.c.id)).all() for t in tables]


def _set(**values: Any) -> None:
    with transaction() as session:
        session.execute(sa.update(Booking).values(**values))


def test_a_booking_shows_everything_one_can_do_with_it(client: Any, shop: SimpleNamespace) -> None:
    url = _book(shop)
    page = client.get(url)
    assert "You are booked" in page.text
    for link in (f"{url}/move", f"{url}/cancel", f"{url}.ics", "tel:+886225912345"):
        assert f'href="{link}"' in page.text
    assert 'href="https://calendar.google.com/calendar/render?' in page.text
    assert 'href="https://www.google.com/maps/search/?' in page.text
    again = f"/s/qinghe?service={shop.cut}&amp;stylist={shop.wen}&amp;on=2026-11-24&amp;last={shop.wen}"
    assert f'href="{again}"' in page.text
    assert "Book again in 5 weeks" in page.text


def test_who_asked_for_anyone_books_again_with_anyone(client: Any, shop: SimpleNamespace) -> None:
    page = client.get(_book(shop, stylist=None))
    assert f"/s/qinghe?service={shop.cut}&amp;on=2026-11-24" in page.text


def test_a_service_no_longer_offered_is_not_asked_for_again(client: Any, shop: SimpleNamespace) -> None:
    url = _book(shop)
    with transaction() as session:
        session.execute(sa.update(Service).values(bookable=False))
    assert f'href="/s/qinghe?last={shop.wen}"' in client.get(url).text


@pytest.mark.parametrize("part", ["", "/move", "/cancel", ".ics"])
def test_no_page_of_a_booking_is_kept_found_or_named_to_others(
    client: Any, shop: SimpleNamespace, part: str
) -> None:
    answer = client.get(_book(shop) + part)
    assert answer.status_code == 200
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert 'content="noindex"' in answer.text or answer.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("part", ["", "/move", "/cancel", ".ics"])
def test_a_link_nobody_has_is_a_404(client: Any, shop: SimpleNamespace, part: str) -> None:
    _book(shop)
    for token in ("AAAAAAAAAAA", "x", "'%20OR%201=1", "A" * 3000):
        assert client.get(f"/b/{token}{part}").status_code == 404


def test_moving_takes_two_steps_and_says_so(client: Any, shop: SimpleNamespace) -> None:
    url = _book(shop)
    done = _move(client, url, b.at("16:00", TUESDAY))
    assert (done.status_code, done.location) == (303, f"{url}?done=moved")
    page = client.get(done.location)
    assert "Moved" in page.text
    assert "16:00" in page.text
    assert db.session.scalars(sa.select(Message.text_id).order_by(Message.id)).all() == ["C1", "C3"]
    assert "You are booked" in client.get(url).text
    assert _move(client, url, b.at("16:00", TUESDAY)).status_code == 303


def test_the_page_begins_on_the_booked_day_and_shows_the_old_time_as_now(
    client: Any, shop: SimpleNamespace
) -> None:
    page = client.get(_book(shop) + "/move")
    assert re.search(r'value="2026-10-20" checked', page.text)
    assert re.search(
        r'value="2026-10-20T06:00:00\+00:00" disabled.*?<b>14:00</b> <small>now</small>', page.text
    )
    assert "14:00" not in _times(page)
    assert {"13:45", "14:15", "10:00", "18:00"} <= set(_times(page))


def test_only_times_of_the_person_asked_for_are_offered_until_anyone_will_do(
    client: Any, shop: SimpleNamespace
) -> None:
    url = _book(shop)
    _book(shop, b.at("16:00", TUESDAY))
    assert not {"15:15", "16:00", "16:45"} & set(_times(client.get(f"{url}/move")))
    anyone = client.get(f"{url}/move?who=anyone")
    assert "16:00" in _times(anyone)
    assert _form(anyone)["who"] == "anyone"
    assert _move(client, url, b.at("16:00", TUESDAY), who="anyone").status_code == 303
    db.session.rollback()
    assert db.session.scalars(sa.select(Booking.stylist_id).order_by(Booking.id)).first() == shop.zhe


def test_a_taken_time_keeps_the_guest_there_with_the_nearest_three(
    client: Any, shop: SimpleNamespace
) -> None:
    url = _book(shop)
    form = _form(client.get(f"{url}/move"))
    _book(shop, b.at("16:00", TUESDAY))
    before = _state()
    page = client.post(f"{url}/move", data=form | {"starts_at": b.at("16:00", TUESDAY).isoformat()})
    assert page.status_code == 409
    assert "was just taken by somebody else. You still have your old time" in page.text
    assert _times(page)[:3] == ["14:45", "15:00", "17:00"]
    assert page.text.count('id="near-') == 3
    assert _state() == before


def test_another_day_is_a_form_or_a_fragment(client: Any, shop: SimpleNamespace) -> None:
    url = _book(shop)
    whole = client.get(f"{url}/move?on={b.TODAY}")
    assert "<html" in whole.text
    assert "10:00" in _times(whole)
    assert "<noscript>" in whole.text
    part = client.get(f"{url}/move?on={b.TODAY}", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert _times(part) == _times(whole)
    assert part.headers["HX-Replace-Url"] == f"{url}/move?on={b.TODAY}"
    assert 'id="bar" hx-swap-oob' in part.text
    assert "times on Mon 19 Oct" in part.text


def test_more_dates_are_a_month_to_leaf_through(client: Any, shop: SimpleNamespace) -> None:
    url = _book(shop)
    assert f'href="{url}/move?month=2026-10#days"' in client.get(f"{url}/move").text
    october = client.get(f"{url}/move?month=2026-10").text
    assert '<table class="month">' in october
    assert f'href="{url}/move?on=2026-10-26#days"' in october
    assert 'name="on" value="2026-10-20" form="choices"' in october
    assert f'href="{url}/move?month=2026-11#days"' in october
    assert "month=2026-09" not in october
    november = client.get(f"{url}/move?month=2026-11&who=anyone").text
    assert f'href="{url}/move?who=anyone&amp;month=2026-10#days"' in november
    assert 'name="month" value="2026-11" form="choices"' in november
    assert "10:00" in _times(client.get(f"{url}/move?on=2026-11-02"))
    assert client.get(f"{url}/move?month=2026-13").status_code == 422
    assert client.get(f"{url}/move?month=2026-09").status_code == 422


def test_a_month_keeps_its_place_in_the_address(client: Any, shop: SimpleNamespace) -> None:
    url = _book(shop)
    part = client.get(f"{url}/move?month=2026-11&on=2026-11-03", headers={"HX-Request": "true"})
    assert part.headers["HX-Replace-Url"] == f"{url}/move?on=2026-11-03&month=2026-11"
    assert "times on Tue 3 Nov" in part.text


def test_a_day_with_only_its_own_time_left_is_full(client: Any, shop: SimpleNamespace) -> None:
    long = b.a_service(shop.salon, code="long", segments=((540, True),))
    made = bookings.book(
        salon_slug="qinghe", wish=Wish((long,), shop.wen), starts_at=b.at("10:00", TUESDAY), key="long",
        guest=Guest("0912 345 679"), language="en", now=b.NOW, texting=shop.texting,
    )  # fmt: skip
    page = client.get(shop.texting.links.booking_path(made.id, made.link_version) + "/move").text
    assert "Nothing else free on Tue 20 Oct." in page
    assert re.search(r'value="2026-10-20T02:00:00\+00:00" disabled.*?<small>now</small>', page)
    assert re.search(r'value="2026-10-20" checked[^>]*>.*?<small>Full</small>', page)


def test_a_closed_day_says_so_and_why(client: Any, shop: SimpleNamespace) -> None:
    url = _book(shop, b.at("14:00", b.TODAY + timedelta(days=7)))
    span = LocalSpan(TUESDAY, TUESDAY)
    closures.close(salon_ids=[shop.salon], span=span, reason="Typhoon", actor="test", now=b.NOW)
    page = client.get(f"{url}/move?on={TUESDAY}").text
    assert "Closed on Tue 20 Oct: Typhoon" in page
    assert "Nothing else free" not in page


def test_who_was_asked_for_and_does_not_work_there_any_more_leaves_the_others(
    client: Any, shop: SimpleNamespace
) -> None:
    url = _book(shop)
    far = b.TODAY + timedelta(days=28)
    with transaction() as session:
        session.execute(
            sa.update(Assignment)
            .where(Assignment.stylist_id == shop.wen, Assignment.starts_at > b.at("00:00", far))
            .values(status="cancelled")
        )
    assert _times(client.get(f"{url}/move?on={far}")) == []
    assert "10:00" in _times(client.get(f"{url}/move?on={far}&who=anyone"))


def test_a_day_without_times_says_so_and_offers_the_next(client: Any, shop: SimpleNamespace) -> None:
    page = client.get(_book(shop) + "/move?on=2026-10-21")
    assert "Nothing else free on Wed 21 Oct." in page.text
    assert _times(page) == ["10:00", "10:15", "10:30"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("on=2026-02-30", "Enter a date"),
        ("on=abc", "Enter a date"),
        ("on=2026-10-18", "has passed"),
        ("on=2030-01-01", "too far ahead"),
        ("on=9999-12-31", "too far ahead"),
    ],
)
def test_a_wrong_day_is_said_and_the_page_still_works(
    client: Any, shop: SimpleNamespace, query: str, words: str
) -> None:
    page = client.get(f"{_book(shop)}/move?{query}")
    assert page.status_code == 422
    assert words in page.text
    assert _times(page)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Choose a time first."),
        ("tomorrow", "Choose a time first."),
        ("2026-10-20T16:00:00", "Choose a time first."),
        ("2026-10-20T08:07:00+00:00", "Choose a time that is offered"),
        ("2026-10-18T08:00:00+00:00", "That time has passed"),
        ("2028-10-18T08:00:00+00:00", "too far ahead"),
        ("2026-10-20T15:00:00+00:00", "Nobody works then"),
        ("0001-01-01T00:00:00+12:00", "That time has passed"),
    ],
)
def test_a_wrong_time_is_said_and_nothing_changes(
    client: Any, shop: SimpleNamespace, typed: str, words: str
) -> None:
    url = _book(shop)
    before = _state()
    page = _move(client, url, typed)
    assert page.status_code == 422
    assert words in page.text
    assert _state() == before


def test_a_post_without_its_token_moves_and_cancels_nothing(client: Any, shop: SimpleNamespace) -> None:
    url = _book(shop)
    before = _state()
    starts_at = b.at("16:00", TUESDAY).isoformat()
    assert client.post(f"{url}/move", data={"starts_at": starts_at}).status_code == 403
    assert client.post(f"{url}/cancel").status_code == 403
    assert _state() == before


def test_past_the_cut_off_there_is_a_phone_number_and_a_reason(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    url = _book(shop)
    form = _form(client.get(f"{url}/move"))
    stopped_clock.now = b.at("11:00", TUESDAY) + timedelta(seconds=1)
    before = _state()
    just_booked = client.get(f"{url}?done=booked").text
    assert "This is too soon to be changed" in just_booked
    assert "Changes online were possible" not in just_booked
    for part in ("", "/move", "/cancel"):
        page = client.get(url + part)
        assert "Changes online were possible until" in page.text
        assert 'href="tel:+886225912345"' in page.text
        assert f'href="{url}/move"' not in page.text
        assert "Yes, cancel it" not in page.text
    late = client.post(f"{url}/move", data=form | {"starts_at": b.at("16:00", TUESDAY).isoformat()})
    assert late.status_code == 409
    assert "too close to your time" in late.text
    assert client.post(f"{url}/cancel", data=form).status_code == 409
    assert _state() == before


def test_a_service_no_longer_offered_is_moved_by_phone(client: Any, shop: SimpleNamespace) -> None:
    url = _book(shop)
    with transaction() as session:
        session.execute(sa.update(Service).values(bookable=False))
    page = client.get(f"{url}/move")
    assert page.status_code == 409
    assert "can no longer be changed" in page.text


def test_the_terms_are_on_the_page_while_free_and_after(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    url = _book(shop)
    free = "Cancelling is free until Mon 19 Oct 14:00, and costs NT$200 after that."
    plain = lambda page: re.sub(r"<[^>]+>", "", page.text)  # noqa: E731
    assert "You can change or cancel until Tue 20 Oct 11:00." in plain(client.get(url))
    for part in ("", "/move"):
        assert free in plain(client.get(url + part))
    stopped_clock.now = b.at("14:01")
    for part in ("", "/move"):
        assert "Cancelling costs NT$200 from now on." in plain(client.get(url + part))
    with transaction() as session:
        session.get_one(Salon, shop.salon).late_fee_minor = 0
    assert "free of charge until Tue 20 Oct 11:00" in plain(client.get(url))


def test_cancelling_in_time_says_that_it_costs_nothing(client: Any, shop: SimpleNamespace) -> None:
    url = _book(shop)
    assert "There is no charge." in client.get(f"{url}/cancel").text
    done = _cancel(client, url)
    assert done.status_code == 303
    page = client.get(done.location)
    assert "there is no charge" in page.text
    assert "Take it out of my calendar" in page.text


def test_cancelling_late_says_the_fee_before_the_button_and_after(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    url = _book(shop)
    stopped_clock.now = b.at("14:01")
    ask = client.get(f"{url}/cancel").text
    assert 0 < ask.index("Cancelling now costs NT$200.") < ask.index("Yes, cancel it")
    assert "no charge" not in ask
    page = client.get(_cancel(client, url).location)
    assert "Cancelling costs NT$200." in page.text
    assert "no charge" not in page.text
    db.session.rollback()
    assert db.session.scalars(sa.select(Booking.fee_minor)).one() == 20000


def test_who_waits_too_long_is_asked_again_before_it_costs(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    url = _book(shop)
    form = _form(client.get(f"{url}/cancel"))
    stopped_clock.now = b.at("14:01")
    before = _state()
    again = client.post(f"{url}/cancel", data=form)
    assert again.status_code == 409
    assert "Cancelling costs something by now" in again.text
    assert "Cancelling now costs NT$200." in again.text
    assert _state() == before
    assert client.post(f"{url}/cancel", data=_form(again)).status_code == 303


def test_a_late_move_says_that_the_fee_stays_and_asks_again_if_it_did_not(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    url, later = _book(shop), b.at("15:00", TUESDAY + timedelta(days=6))
    early = client.get(f"{url}/move")
    assert "If you cancel later on" not in early.text
    stopped_clock.now = b.at("14:01")
    before = _state()
    asked = client.post(f"{url}/move", data=_form(early) | {"starts_at": later.isoformat()})
    assert (asked.status_code, _state()) == (409, before)
    assert "If you cancel later on, you pay NT$200, as you would now." in asked.text
    assert _move(client, url, later).status_code == 303
    assert "Cancelling costs NT$200 from now on." in client.get(url).text
    assert "Cancelling now costs NT$200." in client.get(f"{url}/cancel").text


@pytest.mark.parametrize("fee", ["-1", "x", "１", "1.0", "1e9", "99999999999", "NaN"])
def test_a_fee_nobody_showed_is_refused(client: Any, shop: SimpleNamespace, fee: str) -> None:
    url = _book(shop)
    before = _state()
    assert _cancel(client, url, fee=fee).status_code == 422
    assert _state() == before


@pytest.mark.parametrize(
    ("status", "words", "link"),
    [
        ("completed", "Thank you for coming", "Book again"),
        ("no_show", "We missed you", "Book again"),
        ("cancelled", "This booking is cancelled", "Book again"),
        ("checked_in", "Your booking", "Call the salon"),
        ("pending", "The salon has your request", "Change time"),
    ],
)
def test_each_state_has_its_words_and_its_next_step(
    client: Any, shop: SimpleNamespace, status: str, words: str, link: str
) -> None:
    url = _book(shop)
    _set(status=status)
    page = client.get(url)
    assert words in page.text
    assert link in page.text
    assert (f'href="{url}/move"' in page.text) == (status == "pending")
    assert client.get(f"{url}?done=moved").text.count("Moved") == 0


def test_what_the_salon_cancelled_is_not_called_the_guests_doing(client: Any, shop: SimpleNamespace) -> None:
    url = _book(shop)
    _set(status="cancelled", cancel_cause="salon")
    assert "The salon could not take you at this time." in client.get(url).text


def test_a_link_dies_a_day_after_the_visit_and_tells_nothing_any_more(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    url = _book(shop)
    form = _form(client.get(f"{url}/move"))
    stopped_clock.now = b.at("15:00", TUESDAY) + timedelta(days=1)
    assert "Thank you for coming" in client.get(url).text
    stopped_clock.now += timedelta(seconds=1)
    before = _state()
    answers = [client.get(url + part) for part in ("", "/move", "/cancel", ".ics")]
    answers += [client.post(url + part, data=form) for part in ("/move", "/cancel", "/take", "/let-go")]
    for page in answers:
        assert page.status_code == 410
        assert "This visit is over" in page.text
        for way_on in ('href="/s/qinghe"', 'href="/my"', 'href="tel:+886225912345"'):
            assert way_on in page.text
        for told in ("Cut", "Wen", "20 Oct", "14:00", "NT$"):
            assert told not in page.text
    assert (answers[0].headers["Cache-Control"], answers[0].headers["Referrer-Policy"]) == (
        "no-store",
        "no-referrer",
    )
    assert _state() == before


def test_a_dead_link_counts_as_no_guess(client: Any, shop: SimpleNamespace, stopped_clock: Any) -> None:
    url = _book(shop)
    stopped_clock.now = b.NOW + timedelta(days=60)
    assert {client.get(url).status_code for _ in range(40)} == {410}


def test_a_dead_manage_token_opens_nothing_for_programs(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    token = _book(shop).removeprefix("/b/")
    stopped_clock.now = b.NOW + timedelta(days=60)
    booking_id = db.session.scalars(sa.select(Booking.id)).one()
    for how in ("cancel", "take", "let-go"):
        answer = client.post(
            f"/api/v1/bookings/{booking_id}/{how}", headers={"Authorization": f"Bearer {token}"}
        )
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def _calendar(client: Any, url: str) -> dict[str, str]:
    answer = client.get(f"{url}.ics")
    assert answer.status_code == 200
    unfolded = answer.data.replace(b"\r\n ", b"").decode()
    return dict(line.split(":", 1) for line in unfolded.removesuffix("\r\n").split("\r\n"))


def test_the_calendar_file_follows_the_booking_under_one_name(client: Any, shop: SimpleNamespace) -> None:
    url = _book(shop)
    answer = client.get(f"{url}.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="booking.ics"'
    first = _calendar(client, url)
    assert (first["SEQUENCE"], first["DTSTART"], first["DTEND"], first["STATUS"]) == (
        "0", "20261020T060000Z", "20261020T070000Z", "CONFIRMED",
    )  # fmt: skip
    assert first["SUMMARY"] == "Cut · Qinghe Hair"
    assert first["URL"].endswith(url)
    _move(client, url, b.at("16:00", TUESDAY))
    moved = _calendar(client, url)
    assert (moved["UID"], moved["SEQUENCE"], moved["DTSTART"]) == (first["UID"], "1", "20261020T080000Z")
    _cancel(client, url)
    over = _calendar(client, url)
    assert (over["UID"], over["SEQUENCE"], over["METHOD"], over["STATUS"]) == (
        first["UID"], "2", "CANCEL", "CANCELLED",
    )  # fmt: skip


def test_a_request_is_tentative_in_a_calendar(client: Any, shop: SimpleNamespace) -> None:
    url = _book(shop)
    _set(status="pending")
    assert _calendar(client, url)["STATUS"] == "TENTATIVE"


def test_nothing_typed_at_the_salon_breaks_out_of_the_calendar_file(
    client: Any, shop: SimpleNamespace
) -> None:
    url = _book(shop)
    with transaction() as session:
        session.get_one(Salon, shop.salon).name_en = "A;B,C\\D\r\nATTENDEE:mailto:x@y"
    lines = client.get(f"{url}.ics").data.replace(b"\r\n ", b"").decode().split("\r\n")
    assert not [line for line in lines if line.startswith("ATTENDEE")]
    assert "SUMMARY:Cut · A\\;B\\,C\\\\D\\nATTENDEE:mailto:x@y" in lines


def test_who_gets_no_texts_is_not_promised_any(client: Any, shop: SimpleNamespace) -> None:
    url = _book(shop)
    _set(no_sms_reason="opted_out")
    assert "Keep the address of this page" in client.get(f"{url}?done=booked").text
    page = client.get(_move(client, url, b.at("16:00", TUESDAY)).location)
    assert "This is your new time." in page.text
    assert "sending you a text" not in page.text


def test_google_is_not_told_the_link_of_the_booking(client: Any, shop: SimpleNamespace) -> None:
    url = _book(shop)
    [address] = re.findall(r'href="(https://calendar\.google\.com/[^"]+)"', client.get(url).text)
    assert url.removeprefix("/b/") not in address


def test_at_a_salon_that_approves_first_a_booking_stays_until_it_agrees(
    client: Any, shop: SimpleNamespace
) -> None:
    url = _book(shop)
    with transaction() as session:
        session.execute(sa.update(Salon).values(approve_minutes=120))
    page = client.get(f"{url}/move")
    assert "The salon answers first. You keep your time until they say yes." in page.text
    assert "Ask to move it here" in page.text
    chosen = _form(page) | {"starts_at": "2026-10-20T08:00:00+00:00"}
    booked = client.post(f"{url}/move", data=chosen, follow_redirects=True).text
    assert "You are booked" in booked
    assert "You asked for another time" in booked
    assert re.search(r"The salon answers by .*11:00.*Until they say yes", booked)
    assert "Keep my time" in booked
    db.session.rollback()
    kept = db.session.scalars(sa.select(Booking.starts_at)).one()
    assert kept.isoformat() != "2026-10-20T08:00:00+00:00"
    again = client.post(f"{url}/move", data=chosen | {"starts_at": kept.isoformat()}, follow_redirects=True)
    assert "You asked for another time" not in again.text
    assert "<h1>Moved</h1>" not in again.text
