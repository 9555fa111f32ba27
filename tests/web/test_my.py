"""Finding one's bookings by number and code, and proving a busy number on the way to one more."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.booking import Wish
from salonpool.models import Booking, Message, WaitlistEntry
from salonpool.usecases.booking import bookings, waitlist
from salonpool.usecases.booking.bookings import Guest
from tests import builders as b

PHONE = "0912 345 678"
STRANGER = "0987 654 321"
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """Three salons with one stylist each on Mondays and Tuesdays."""
    network = b.a_network()
    cut = {}
    for slug in ("qinghe", "kapok", "lane"):
        salon = b.a_salon(network, slug=slug, name_en=f"{slug.title()} Hair")
        b.a_rota(b.a_stylist(network, home=salon, name="Wen"), salon)
        cut[slug] = b.a_service(salon)
    return SimpleNamespace(network=network, cut=cut, texting=app.extensions["salonpool.texting"])


def _booked(shop: SimpleNamespace, slug: str = "qinghe", clock: str = "14:00", name: str = "Lin Mei") -> str:
    """A booking's path."""
    made = bookings.book(
        salon_slug=slug, wish=Wish((shop.cut[slug],)), starts_at=b.at(clock), guest=Guest(PHONE, name),
        key=f"{slug} {clock}", language="en", now=b.NOW, texting=shop.texting,
    )  # fmt: skip
    return str(shop.texting.links.booking_path(made.id, made.link_version))


def _hidden(page: Any) -> dict[str, str]:
    return dict(HIDDEN.findall(page.text))


def _ask(client: Any, phone: str = PHONE) -> Any:
    return client.post("/my", data=_hidden(client.get("/my")) | {"phone": phone})


def _enter(client: Any, page: Any, code: str) -> Any:
    return client.post("/my/code", data=_hidden(page) | {"code": code})


def _code() -> str:
    db.session.rollback()
    body = db.session.scalars(
        sa.select(Message.body).where(Message.text_id == "C9").order_by(Message.id.desc())
    ).first()
    found = re.search(r"\d{6}", body or "")
    assert found
    return found[0]


def _full_width(code: str) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in code)


def _prove(client: Any) -> Any:
    assert _enter(client, _ask(client), _code()).status_code == 303
    return client.get("/my")


def test_number_and_code_lead_to_the_visits_and_each_has_its_link(client: Any, shop: SimpleNamespace) -> None:
    paths = [_booked(shop), _booked(shop, "kapok", "11:00")]
    page = _ask(client)
    assert page.status_code == 200
    assert 'autocomplete="one-time-code" aria-describedby="hint-code" inputmode="numeric"' in page.text
    shown = _enter(client, page, _full_width(_code()))
    assert (shown.status_code, shown.location) == (303, "/my")
    listed = client.get("/my")
    assert re.findall(r'href="(/b/\w+)"', listed.text) == [paths[1], paths[0]]
    assert "Kapok Hair" in listed.text
    assert "noindex" in listed.text
    assert listed.headers["Cache-Control"] == "no-store"
    assert client.get(paths[0]).status_code == 200
    assert "Lin" not in listed.text
    assert "912" not in listed.text


def test_of_a_shared_number_only_initials_are_shown(client: Any, shop: SimpleNamespace) -> None:
    _booked(shop)
    _booked(shop, "kapok", "11:00", "林太太")
    listed = _prove(client)
    assert "for L. M." in listed.text
    assert "for 林<" in listed.text
    assert "太太" not in listed.text
    assert "Mei" not in listed.text


def test_only_what_is_ahead_and_the_last_ninety_days_is_shown(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    path = _booked(shop)
    stopped_clock.now = b.NOW + timedelta(days=80)
    assert path in _prove(client).text
    assert "The last 90 days" in client.get("/my").text
    stopped_clock.now = b.NOW + timedelta(days=91)
    listed = _prove(client)
    assert path not in listed.text
    assert "Nothing booked" in listed.text


def test_a_visit_long_past_opens_for_who_proved_the_number_and_can_be_booked_again(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    path = _booked(shop)
    stopped_clock.now = b.NOW + timedelta(days=60)
    assert client.get(path).status_code == 410
    _prove(client)
    page = client.get(path)
    assert (page.status_code, "Thank you for coming" in page.text) == (200, True)
    assert "in 5 weeks" not in page.text
    assert f'href="/s/qinghe?service={shop.cut["qinghe"]}&amp;last=' in page.text
    client.post("/my/leave", data=_hidden(client.get("/my")))
    assert client.get(path).status_code == 410


def test_the_proof_of_another_number_opens_no_dead_link(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    path = _booked(shop)
    bookings.book(
        salon_slug="kapok", wish=Wish((shop.cut["kapok"],)), starts_at=b.at("16:00"), guest=Guest(STRANGER),
        key="other", language="en", now=b.NOW, texting=shop.texting,
    )  # fmt: skip
    stopped_clock.now = b.NOW + timedelta(days=60)
    assert _enter(client, _ask(client, STRANGER), _code()).status_code == 303
    assert client.get(path).status_code == 410


def test_a_new_owner_takes_the_number_off_what_the_last_one_booked(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    path = _booked(shop)
    stopped_clock.now = b.NOW + timedelta(days=44)
    assert "Take my number off them" not in _prove(client).text
    stopped_clock.now = b.NOW + timedelta(days=45)
    listed = _prove(client)
    assert "Take my number off them" in listed.text
    done = client.post("/my/not-mine", data=_hidden(listed))
    assert (done.status_code, done.location) == (303, "/my?done=taken-off")
    after = client.get(done.location).text
    assert "This number is taken off" in after
    assert path not in after
    assert client.get(path).status_code == 410


def test_nobody_is_offered_to_take_the_number_off_a_visit_they_missed(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    path = _booked(shop)
    with transaction() as session:
        session.execute(sa.update(Booking).values(status="no_show"))
    stopped_clock.now = b.NOW + timedelta(days=60)
    page = _prove(client).text
    assert path in page
    assert "Take my number off them" not in page


def test_a_new_owner_ends_what_the_last_one_waits_for_too(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    day = b.TODAY + timedelta(days=60)
    wanted = waitlist.Waiting("qinghe", ("cut",), ((b.at("14:00", day), b.at("16:00", day)),), PHONE)
    waitlist.join(wanted, language="en", now=b.NOW, texting=shop.texting)
    stopped_clock.now = b.NOW + timedelta(days=44)
    assert "Take my number off them" not in _prove(client).text
    stopped_clock.now = b.NOW + timedelta(days=45)
    done = client.post("/my/not-mine", data=_hidden(_prove(client)))
    assert "Take my number off them" not in client.get(done.location).text
    db.session.rollback()
    assert db.session.scalars(sa.select(WaitlistEntry.status)).all() == ["left"]


def test_without_proof_no_number_is_taken_off_anything(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    path = _booked(shop)
    stopped_clock.now = b.NOW + timedelta(days=60)
    done = client.post("/my/not-mine", data=_hidden(client.get("/my")))
    assert (done.status_code, done.location) == (303, "/my")
    assert path in _prove(client).text


def test_a_hold_is_nobodys_visit(client: Any, shop: SimpleNamespace) -> None:
    _booked(shop)
    with transaction() as session:
        session.execute(sa.update(Booking).values(status="held", held_until=b.NOW + timedelta(minutes=5)))
    assert "Nothing booked" in _prove(client).text


def test_the_proof_lasts_half_an_hour_and_until_somebody_says_it_is_not_them(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    path = _booked(shop)
    _prove(client)
    stopped_clock.now = b.NOW + timedelta(minutes=29)
    listed = client.get("/my")
    assert path in listed.text
    left = client.post("/my/leave", data=_hidden(listed))
    assert (left.status_code, left.location) == (303, "/my")
    assert path not in client.get("/my").text
    _prove(client)
    stopped_clock.now += timedelta(minutes=30)
    assert path not in client.get("/my").text


def test_every_number_gets_the_same_page_and_the_same_no(client: Any, shop: SimpleNamespace) -> None:
    _booked(shop)
    pages = {phone: _ask(client, phone) for phone in (PHONE, STRANGER)}
    noes = {phone: _enter(client, page, "000000") for phone, page in pages.items()}
    for answers, status in ((pages, 200), (noes, 403)):
        bare = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers.values()}
        assert len(bare) == 1
        assert {answer.status_code for answer in answers.values()} == {status}
    db.session.rollback()
    assert db.session.scalars(sa.select(Message.to).where(Message.text_id == "C9")).all() == ["+886912345678"]


def test_a_wrong_code_is_said_at_its_field_and_the_number_is_kept(client: Any, shop: SimpleNamespace) -> None:
    _booked(shop)
    page = _ask(client)
    for typed, status, said in (
        ("", 422, "Enter the code"),
        ("12", 422, "could not read"),
        ("٤٨٢٩١٣", 422, "6 digits"),
    ):
        wrong = _enter(client, page, typed)
        assert wrong.status_code == status
        assert said in wrong.text
        assert "There is a problem" in wrong.text
        assert _hidden(wrong)["phone"] == PHONE
    assert "912" in page.text
    assert client.get("/my").text.count("Text me a code") == 1


@pytest.mark.parametrize(("typed", "status"), [("", 422), ("02 2591 2345", 422), ("+44 7400 123456", 422)])
def test_a_number_that_gets_no_text_is_refused_with_what_was_typed(
    client: Any, shop: SimpleNamespace, typed: str, status: int
) -> None:
    page = _ask(client, typed)
    assert page.status_code == status
    assert "There is a problem" in page.text
    assert f'value="{typed}"' in page.text


@pytest.mark.parametrize("path", ["/my", "/my/code", "/my/leave"])
def test_what_is_too_large_or_without_its_token_is_refused(client: Any, path: str) -> None:
    fields = _hidden(client.get("/my")) | {"phone": PHONE, "code": "482913"}
    assert client.post(path, data=fields | {"phone": "9" * 300_000}).status_code == 413
    assert client.post(path, data=fields | {"csrf_token": "stale"}).status_code == 403
    assert db.session.scalars(sa.select(Message.id)).all() == []


def test_too_many_codes_are_refused_with_a_way_out(client: Any, shop: SimpleNamespace) -> None:
    _booked(shop)
    for _ in range(3):
        assert _ask(client).status_code == 200
    page = _ask(client)
    assert page.status_code == 429
    assert "call the salon" in page.text
    assert page.headers["Retry-After"] == "600"


def test_a_cookie_made_up_or_grown_old_proves_nothing(client: Any, shop: SimpleNamespace) -> None:
    _booked(shop)
    _enter(client, _ask(client), _code())
    with client.session_transaction() as session:
        code_id, used_at = session["proof"]
        session["proof"] = [code_id, (b.NOW + timedelta(seconds=1)).isoformat()]
    assert "Text me a code" in client.get("/my").text
    with client.session_transaction() as session:
        assert "912345678" not in str(dict(session))
        session["proof"] = [code_id + 1, used_at]
    assert "Text me a code" in client.get("/my").text


def test_the_pages_of_the_guests_lead_there(client: Any, shop: SimpleNamespace) -> None:
    assert 'href="/my"' in client.get("/").text
    assert 'href="/my"' in client.get("/s/qinghe?on=2026-10-21").text


def _hold(client: Any, shop: SimpleNamespace, clock: str, slug: str = "qinghe") -> Any:
    form = _hidden(client.get(f"/s/{slug}")) | {"service": shop.cut[slug], "stylist": ""}
    return client.post(f"/s/{slug}/hold", data=form | {"starts_at": b.at(clock).isoformat()})


def _confirm(client: Any, page: Any, **typed: Any) -> Any:
    fields = dict(HIDDEN.findall(page.text.partition('<form id="confirm"')[2].partition("</form>")[0]))
    return client.post("/s/qinghe/confirm", data=fields | {"phone": PHONE} | typed)


def test_a_busy_number_is_asked_for_a_code_on_the_way_to_one_more(client: Any, shop: SimpleNamespace) -> None:
    for slug in shop.cut:
        _booked(shop, slug, "10:00")
    page = client.get(_hold(client, shop, "12:00").location)
    assert "one-time-code" not in page.text
    asked = _confirm(client, page, name="林太太")
    assert asked.status_code == 403
    assert "3 visits ahead" in asked.text
    assert "or call the salon" in asked.text
    assert 'value="林太太"' in asked.text
    empty = _confirm(client, asked, code="")
    assert (empty.status_code, "Enter the code" in empty.text) == (422, True)
    wrong = _confirm(client, empty, code="000000" if _code() != "000000" else "000001")
    assert (wrong.status_code, "not the code" in wrong.text) == (403, True)
    first = _code()
    assert 'name="again" value="1"' in wrong.text
    again = _confirm(client, wrong, code="", again="1")
    assert again.status_code == 403
    assert _code() != first
    done = _confirm(client, again, code=_full_width(_code()))
    assert done.status_code == 303
    assert "You are booked" in client.get(done.location).text
    assert client.get("/my").text.count('href="/b/') == 4


def test_the_fourth_visit_at_one_salon_is_refused_at_the_number(client: Any, shop: SimpleNamespace) -> None:
    for clock in ("10:00", "11:00", "12:00"):
        _booked(shop, "qinghe", clock)
    refused = _confirm(client, client.get(_hold(client, shop, "14:00").location))
    assert refused.status_code == 409
    assert "or call the salon" in refused.text
    assert "one-time-code" not in refused.text


def test_a_browser_that_goes_back_takes_its_own_time_again(client: Any, shop: SimpleNamespace) -> None:
    first = _hold(client, shop, "12:00")
    again = _hold(client, shop, "12:00")
    assert (first.status_code, again.status_code) == (303, 303)
    assert client.get(first.location).status_code == 404
    assert client.get(again.location).status_code == 200


def test_a_page_says_when_an_address_has_taken_too_much(client: Any, shop: SimpleNamespace) -> None:
    answers = []
    for number in range(21):
        client.delete_cookie("session")
        clock = f"{10 + number % 9}:00"
        answers.append(_hold(client, shop, clock, list(shop.cut)[number // 9]))
    assert [answer.status_code for answer in answers] == [303] * 20 + [429]
    assert "call the salon" in answers[-1].text
    assert "Call Lane Hair" in answers[-1].text
    assert answers[-1].headers["Retry-After"] == "600"
