"""The waitlist's pages: join without JavaScript, see, leave, and answer a place that is held."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.models import Counter, WaitlistEntry, WaitlistSalon, WaitlistWindow
from tests import builders as b
from tests.usecases import waiting as w

TUESDAY = b.TODAY + w.DAY


@pytest.fixture
def shop(app: Any) -> Any:
    """Qinghe, whose Monday 14:00 is taken."""
    shop = w.a_shop(slug="qinghe")
    shop.taken = w.book(shop)
    return shop


def _token(page: Any) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found
    return found[1]


def _post(client: Any, shop: Any, days: tuple[Any, ...] = (b.TODAY,), **typed: Any) -> Any:
    form = {"csrf_token": _token(client.get("/s/qinghe/wait")), "service": shop.cut, "phone": w.PHONE}
    return client.post("/s/qinghe/wait", data=form | {f"day-{day}": "1" for day in days} | typed)


def _windows() -> list[tuple[Any, Any]]:
    db.session.rollback()
    rows = db.session.execute(
        sa.select(WaitlistWindow.starts_at, WaitlistWindow.ends_at).order_by(WaitlistWindow.starts_at)
    )
    return [(row[0], row[1]) for row in rows]


def _held(client: Any, shop: Any) -> str:
    """The path of a place that is held for somebody who waits."""
    entry_id = w.join(shop)
    w.cancel(shop.taken)
    assert w.offer() == 1
    return str(w.texting().links.booking_path(w.held_for(entry_id).id, 1))


def test_one_post_puts_a_guest_on_the_list(client, shop):
    done = _post(client, shop, (b.TODAY, TUESDAY), name="林太太")
    assert done.status_code == 303
    page = client.get(done.location)
    assert (page.status_code, "You are on the list" in page.text) == (200, True)
    assert "Cut" in page.text
    assert w.PHONE not in page.text
    assert _windows() == [(b.NOW, b.at("00:00", TUESDAY + w.DAY))]
    assert db.session.scalars(sa.select(WaitlistEntry.guest_name)).one() == "林太太"


def test_sent_twice_it_is_one_entry_with_one_address(client, shop):
    assert _post(client, shop).location == _post(client, shop).location
    assert db.session.scalar(sa.select(sa.func.count(WaitlistEntry.id))) == 1


@pytest.mark.parametrize(
    ("part", "first", "last"),
    [("morning", "00:00", "12:00"), ("afternoon", "12:00", "18:00"), ("evening", "18:00", "00:00")],
)
def test_a_part_of_the_day_is_a_window_of_its_own(client, shop, part, first, last):
    _post(client, shop, (TUESDAY, TUESDAY + w.DAY), **{f"at-{part}": "1"})
    ends = [(TUESDAY, TUESDAY), (TUESDAY + w.DAY, TUESDAY + w.DAY)]
    if last == "00:00":
        ends = [(day, day + w.DAY) for day, _ in ends]
    assert _windows() == [(b.at(first, day), b.at(last, ends_on)) for day, ends_on in ends]


def test_a_part_of_today_that_is_over_is_left_out(client, shop, stopped_clock):
    stopped_clock.now = b.at("13:00")
    _post(client, shop, (b.TODAY, TUESDAY), **{"at-morning": "1"})
    assert _windows() == [(b.at("00:00", TUESDAY), b.at("12:00", TUESDAY))]


def test_several_parts_of_several_days_are_windows_of_one_entry(client, shop):
    _post(client, shop, (TUESDAY, TUESDAY + w.DAY), **{"at-morning": "1", "at-evening": "1"})
    evening_and_morning = (b.at("18:00", TUESDAY), b.at("12:00", TUESDAY + w.DAY))
    assert _windows() == [
        (b.at("00:00", TUESDAY), b.at("12:00", TUESDAY)),
        evening_and_morning,
        (b.at("18:00", TUESDAY + w.DAY), b.at("00:00", TUESDAY + 2 * w.DAY)),
    ]


def test_several_stylists_will_do(client, shop):
    zhe = b.a_stylist(shop.network, home=shop.salon, name="阿哲")
    b.a_rota(zhe, shop.salon)
    page = client.get(_post(client, shop, **{f"with-{shop.wen}": "1", f"with-{zhe}": "1"}).location)
    assert "小雯, 阿哲" in page.text
    db.session.rollback()
    assert db.session.scalars(sa.select(WaitlistEntry.stylist_ids)).one() == [shop.wen, zhe]


def test_more_stylists_than_an_entry_can_name_are_refused_in_words(client, shop):
    page = _post(client, shop, **{f"with-{n}": "1" for n in range(1, 12)})
    assert page.status_code == 422
    assert "Choose from 1 to 10." in page.text


def test_who_asked_for_a_kind_of_person_is_told_to_name_people(client, shop):
    told = "This list knows people by name only"
    for wish in ("gender=man", "speaks=en"):
        assert told in client.get(f"/s/qinghe/wait?{wish}").text
    assert told not in client.get("/s/qinghe/wait").text


def test_a_stylist_and_a_sister_salon_can_be_chosen(client, shop):
    sister = w.a_shop(network=shop.network, slug="sister", name_en="Kapok Studio")
    w.link(shop.salon, sister.salon)
    page = client.get("/s/qinghe/wait")
    assert "Kapok Studio" in page.text
    assert "NT$800" in page.text
    _post(client, shop, **{f"with-{shop.wen}": "1", "also-sister": "1"})
    db.session.rollback()
    assert db.session.scalars(sa.select(WaitlistEntry.stylist_ids)).one() == [shop.wen]
    assert set(db.session.scalars(sa.select(WaitlistSalon.salon_id))) == {shop.salon, sister.salon}


def test_the_choice_of_the_booking_page_comes_along(client, shop):
    other = b.a_service(shop.salon, code="perm")
    page = client.get(f"/s/qinghe/wait?service={other}&stylist={shop.wen}&on={TUESDAY}")
    ticked = re.findall(r'<input type="(?:radio|checkbox)" id="([^"]+)"[^>]* checked', page.text)
    assert ticked == [f"service-{other}", f"with-{shop.wen}", f"day-{TUESDAY}"]


def test_who_come_together_are_told_that_the_list_is_for_one(client, shop):
    alone, together = (
        client.get(f"/s/qinghe/wait?service={shop.cut}{more}").text for more in ("", "&guests=2")
    )
    assert "This list is for one guest" in together
    assert "This list is for one guest" not in alone
    again = _post(client, shop, (), guests="2")
    assert "This list is for one guest" in again.text


def test_a_visit_of_several_services_is_waited_for_as_a_whole(client, shop):
    perm = b.a_service(shop.salon, code="perm", length="long")
    page = client.get(f"/s/qinghe/wait?service={shop.cut}&service={perm}")
    assert f'<input type="hidden" name="service" value="{perm}">' in page.text
    joined = _post(client, shop, service=[shop.cut, perm])
    assert "Cut + Perm (long hair)" in client.get(joined.location).text
    db.session.rollback()
    assert db.session.scalars(sa.select(WaitlistEntry.codes)).one() == ["cut", "perm:long"]


@pytest.mark.parametrize(
    ("typed", "days", "said"),
    [
        ({"phone": "02 2591 2345"}, (b.TODAY,), "This is a landline"),
        ({"phone": ""}, (b.TODAY,), "Enter a mobile number"),
        ({}, (), "This is needed"),
        ({}, (b.TODAY - w.DAY,), "This is needed"),
        ({"at-morning": "1"}, tuple(b.TODAY + n * w.DAY for n in range(6)), "Choose at most 5 days"),
        ({}, (b.TODAY, b.TODAY + 40 * w.DAY), "within 31 days"),
        ({}, ("2026-99-99",), "not one of the choices"),
        ({}, ("9999-12-31",), "too far ahead"),
        ({}, ("0001-01-01",), "This is needed"),
        ({"at-noon": "1"}, (b.TODAY,), "not one of the choices"),
        ({"with-x": "1"}, (b.TODAY,), "not one of the choices"),
        ({"service": "999"}, (b.TODAY,), "not one of the choices"),
        ({"also-nowhere": "1"}, (b.TODAY,), "not one of the choices"),
        ({"website": "http://spam"}, (b.TODAY,), "Leave the last field empty"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client, shop, typed, days, said):
    page = _post(client, shop, days, name="林太太", **typed)
    assert page.status_code == 422
    assert said in page.text
    assert "林太太" in page.text
    assert "<title>Error:" in page.text
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(WaitlistEntry.id))) == 0


@pytest.mark.parametrize("query", ["on=9999-12-31", "on=0001-01-01", "day-9999-12-31=1", "on=x"])
def test_a_day_that_cannot_be_waited_for_shows_the_next_ones(client, shop, query):
    page = client.get(f"/s/qinghe/wait?{query}")
    assert (page.status_code, f'name="day-{b.TODAY}"' in page.text) == (200, True)


def test_a_fourth_wait_is_refused_on_a_page_of_its_own(client, shop):
    for n in range(3):
        _post(client, shop, (b.TODAY + n * w.DAY,))
    page = _post(client, shop, (b.TODAY + 4 * w.DAY,))
    assert page.status_code == 409
    assert "on the list for 3 things already" in page.text


def test_a_full_day_leads_to_the_list(client, shop):
    sunday = b.TODAY + 6 * w.DAY
    page = client.get(f"/s/qinghe?on={sunday}")
    link = re.search(r'href="(/s/qinghe/wait[^"]*)">Tell me if something opens', page.text)
    assert link
    assert (
        f'id="day-{sunday}" name="day-{sunday}" value="1" checked'
        in client.get(link[1].replace("&amp;", "&")).text
    )


def test_a_day_with_times_says_nothing_of_the_list(client, shop):
    assert "Tell me if something opens" not in client.get("/s/qinghe").text


def test_leaving_takes_one_tap(client, shop):
    path = _post(client, shop).location
    page = client.get(path)
    left = client.post(f"{path}/leave", data={"csrf_token": _token(page)})
    assert (left.status_code, left.location) == (303, path)
    assert "You are off the list" in client.get(path).text


def test_looking_changes_nothing(client, shop):
    path = _held(client, shop)
    for _ in range(2):
        assert "A place is free for you" in client.get(path).text
    assert w.texts_to() == ["C8"]


def test_the_link_opens_the_place_and_one_tap_books_it(client, shop):
    path = _held(client, shop)
    page = client.get(path)
    assert "Held for you until 09:19" in page.text
    done = client.post(f"{path}/take", data={"csrf_token": _token(page)})
    assert done.status_code == 303
    assert "You are booked" in client.get(done.location).text
    assert w.texts_to() == ["C8", "C1"]


def test_one_tap_lets_it_go(client, shop):
    path = _held(client, shop)
    done = client.post(f"{path}/let-go", data={"csrf_token": _token(client.get(path))})
    assert done.status_code == 303
    page = client.get(path)
    assert "This time is no longer held" in page.text
    assert "You are still on the list" in page.text
    assert "if it is still free" not in page.text


def test_a_place_that_ran_out_may_still_be_tried(client, shop, stopped_clock):
    path = _held(client, shop)
    stopped_clock.now += timedelta(minutes=25)
    page = client.get(path)
    assert "This time is no longer held" in page.text
    done = client.post(f"{path}/take", data={"csrf_token": _token(page)})
    assert "You are booked" in client.get(done.location).text


def test_a_place_somebody_else_has_is_told_so(client, shop, stopped_clock):
    path = _held(client, shop)
    stopped_clock.now += timedelta(minutes=25)
    w.book(shop, phone="0987 654 399", now=stopped_clock.now)
    page = client.post(f"{path}/take", data={"csrf_token": _token(client.get(path))})
    assert page.status_code == 409
    assert "Just taken" in page.text
    assert "See other times" in page.text


def test_what_it_costs_to_cancel_is_said_before_the_button(client, app):
    w.a_shop(slug="qinghe", free_minutes=600, late_fee_minor=30000)
    shop = w.a_shop(slug="fee", free_minutes=600, late_fee_minor=30000)
    shop.taken = w.book(shop)
    page = client.get(_held(client, shop))
    assert "Cancelling costs NT$300 from now on" in page.text


def test_the_place_shows_on_the_page_of_the_list(client, shop):
    path = _post(client, shop, (TUESDAY,)).location
    assert w.offer() == 1
    page = client.get(path)
    assert "A place is free for you" in page.text
    assert re.search(r'href="/b/\w{11}"', page.text)


def test_when_booked_the_list_leads_to_the_booking(client, shop):
    entry_id = w.join(shop)
    w.cancel(shop.taken)
    w.offer()
    place = w.texting().links.booking_path(w.held_for(entry_id).id, 1)
    client.post(f"{place}/take", data={"csrf_token": _token(client.get(place))})
    page = client.get(w.texting().links.waitlist_path(entry_id, 1))
    assert "You have a booking now" in page.text
    assert place in page.text


def test_an_ordinary_booking_cannot_be_taken_or_let_go(client, shop):
    path = w.texting().links.booking_path(shop.taken, 1)
    token = _token(client.get("/s/qinghe/wait"))
    for action in ("take", "let-go"):
        assert client.post(f"{path}/{action}", data={"csrf_token": token}).status_code == 404


@pytest.mark.parametrize("path", ["/w/AAAAAAAAAAA", "/w/x"])
def test_an_unknown_link_is_counted_and_tells_nothing(client, shop, path):
    assert client.get(path).status_code == 404
    db.session.rollback()
    assert db.session.scalars(sa.select(Counter.hits).where(Counter.key.like("miss:%"))).one() == 1


def test_a_salon_without_services_has_no_list(client, app):
    b.a_salon(b.a_network(), slug="empty")
    assert client.get("/s/empty/wait").status_code == 404
