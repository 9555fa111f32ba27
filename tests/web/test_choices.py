"""What can be chosen on the booking page: lengths, add-ons, several services, people, days and months."""

import re
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.closure import LocalSpan
from salonpool.models import Booking, BookingItem, Message, Stylist, StylistService
from salonpool.queries.bookings import list_day_at_salon, list_day_of_stylist
from salonpool.queries.desk import get_desk_booking, list_by_id
from salonpool.queries.my_visits import list_my_visits
from salonpool.usecases.salons import closures
from tests import builders as b

TUESDAY = b.TODAY + timedelta(days=1)


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """Wen cuts and colours, Zhe only cuts; Mondays and Tuesdays. Colour has lengths, fringe is an add-on."""
    network = b.a_network()
    salon = b.a_salon(network, chairs=3, slug="qinghe")
    cut = b.a_service(salon)
    short = b.a_service(salon, code="colour", skill="colour", segments=((90, True),), length="short")
    long = b.a_service(
        salon, code="colour", skill="colour", segments=((150, True),), length="long", price_minor=290000
    )
    fringe = b.a_service(salon, code="fringe", segments=((15, True),), price_minor=20000, add_on=True)
    wen = b.a_stylist(
        network, home=salon, name="小雯", skills=("cut", "colour"), gender="woman", speaks=["zh", "en"]
    )
    zhe = b.a_stylist(network, home=salon, name="阿哲", gender="man", speaks=["zh"])
    for stylist in (wen, zhe):
        b.a_rota(stylist, salon)
    return SimpleNamespace(
        network=network, salon=salon, cut=cut, short=short, long=long, fringe=fringe, wen=wen, zhe=zhe
    )


def _input(page: Any, input_id: str) -> str:
    """The tag of an input, '' when the page has none."""
    found = re.search(rf'<input[^>]* id="{input_id}"[^>]*>', page.text)
    return found[0] if found else ""


def _hidden(page: Any, name: str) -> list[str]:
    """What the form that holds a time carries under a name."""
    form = page.text.partition('<form id="hold"')[2].partition("</form>")[0]
    return re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', form)


def _bar(page: Any) -> str:
    """What is chosen, in words."""
    return page.text.rpartition('<div id="bar"')[2].partition("</div>")[0]


def _hold(client: Any, page: Any) -> Any:
    """Hold the first time the page offers."""
    starts_at = re.search(r'name="starts_at" value="([^"]+)"', page.text)
    assert starts_at
    names = ("csrf_token", "service", "stylist", "guests", "gender", "speaks", "on")
    form = {name: values for name in names if (values := _hidden(page, name))}
    return client.post("/s/qinghe/hold", data={**form, "starts_at": starts_at[1]})


def _confirm(client: Any, path: str) -> Any:
    """Book what is held."""
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', client.get(path).text))
    booked = client.post(path, data={**form, "phone": "0912 345 678"})
    assert booked.status_code == 303
    return booked


def test_lengths_of_a_service_share_one_card_and_each_can_be_chosen(
    client: Any, shop: SimpleNamespace
) -> None:
    page = client.get(f"/s/qinghe?service={shop.long}")
    assert page.text.count("from NT$800") == 1  # both lengths on one card
    assert "checked" in _input(page, f"service-{shop.long}")
    assert "checked" not in _input(page, f"service-{shop.short}")
    assert "Colour (long hair) · NT$2,900" in _bar(page)


def test_an_add_on_is_a_tick_box_and_goes_along(client: Any, shop: SimpleNamespace) -> None:
    page = client.get(f"/s/qinghe?service={shop.cut}&service={shop.fringe}")
    assert 'type="checkbox"' in _input(page, f"service-{shop.fringe}")
    assert "checked" in _input(page, f"service-{shop.fringe}")
    assert _hidden(page, "service") == [str(shop.cut), str(shop.fringe)]
    assert "Cut + Fringe · NT$1,000" in _bar(page)


def test_a_second_service_is_done_in_the_same_visit(client: Any, shop: SimpleNamespace) -> None:
    page = client.get(f"/s/qinghe?service={shop.cut}&service={shop.short}&service=")
    held = _hold(client, page)
    assert held.status_code == 303
    ordered = sa.select(BookingItem.service_id).order_by(BookingItem.position)
    assert db.session.scalars(ordered).all() == [shop.cut, shop.short]
    confirm = client.get(held.location)
    assert "Cut + Colour (short hair)" in confirm.text
    assert f"service={shop.cut}&amp;service={shop.short}" in confirm.text  # the way back to the same choice


def test_a_visit_bears_one_name_on_every_page_and_in_its_text(client: Any, shop: SimpleNamespace) -> None:
    held = _hold(client, client.get(f"/s/qinghe?service={shop.cut}&service={shop.fringe}&guests=2"))
    name = "Cut + Fringe, 2 people"
    assert name in client.get(held.location).text
    booked = _confirm(client, held.location)
    assert name in client.get(booked.location).text
    calendar = client.get(booked.location.partition("?")[0] + ".ics").text
    assert f"SUMMARY:{name.replace(',', chr(92) + ',')}" in calendar.replace("\r\n ", "")
    assert re.search(r"With [^,]+\\, [^,]+\\n", calendar.replace("\r\n ", ""))  # both of them
    booking = db.session.scalars(sa.select(Booking)).one()
    start, end = booking.starts_at, booking.ends_at
    assert [row.services_text for row in list_day_at_salon(shop.salon, start, end, "en")] == [name]
    assert [row.services_text for row in list_by_id(shop.salon, [booking.id], "en", b.NOW)] == [name]
    assert [row.services_text for row in list_my_visits("+886912345678", b.NOW, "en")] == [name]
    assert "Cut+Fringe, 2" in db.session.scalars(sa.select(Message.body)).one()


def test_everybody_who_serves_a_party_sees_it_in_their_day(client: Any, shop: SimpleNamespace) -> None:
    held = _hold(client, client.get(f"/s/qinghe?service={shop.cut}&guests=2"))
    _confirm(client, held.location)
    booking = db.session.scalars(sa.select(Booking)).one()
    for stylist in (shop.wen, shop.zhe):
        day = list_day_of_stylist(stylist, booking.starts_at, booking.ends_at, "en")
        assert [row.id for row in day] == [booking.id]


def test_the_hair_length_is_said_on_every_page_and_in_the_text(client: Any, shop: SimpleNamespace) -> None:
    held = _hold(client, client.get(f"/s/qinghe?service={shop.short}"))
    booked = _confirm(client, held.location)
    name = "Colour (short hair)"
    assert name in client.get(booked.location).text
    booking = db.session.scalars(sa.select(Booking)).one()
    assert [item.service_name for item in get_desk_booking(booking.id, "en", b.NOW).items] == [name]
    assert [row.services_text for row in list_my_visits("+886912345678", b.NOW, "zh-Hant")] == [
        "colour髮（短髮）"
    ]
    assert "Colour (sh" in db.session.scalars(sa.select(Message.body)).one()


def test_only_those_are_offered_who_can_do_it(client: Any, shop: SimpleNamespace) -> None:
    for_cut = client.get(f"/s/qinghe?service={shop.cut}")
    for_colour = client.get(f"/s/qinghe?service={shop.short}")
    assert _input(for_cut, f"stylist-{shop.zhe}")
    assert not _input(for_colour, f"stylist-{shop.zhe}")
    assert _input(for_colour, f"stylist-{shop.wen}")


def test_who_cannot_do_it_is_left_out_of_the_choice_and_that_is_said(
    client: Any, shop: SimpleNamespace
) -> None:
    page = client.get(f"/s/qinghe?service={shop.short}&stylist={shop.zhe}")
    assert page.status_code == 200
    assert "Nobody like that is here" in page.text
    assert _hidden(page, "stylist") == [""]


def test_a_wish_for_a_woman_or_a_language_narrows_the_choice(client: Any, shop: SimpleNamespace) -> None:
    for query in ("gender=woman", "speaks=en"):
        page = client.get(f"/s/qinghe?service={shop.cut}&{query}")
        assert _input(page, f"stylist-{shop.wen}")
        assert not _input(page, f"stylist-{shop.zhe}")
        assert _hold(client, page).status_code == 303


def test_wishes_are_offered_only_where_there_is_a_choice(client: Any, shop: SimpleNamespace) -> None:
    assert "More wishes" in client.get(f"/s/qinghe?service={shop.cut}").text
    assert "More wishes" not in client.get(f"/s/qinghe?service={shop.short}").text  # only Wen colours


def test_a_stylists_own_price_and_minutes_are_shown_before_and_after_the_choice(
    client: Any, shop: SimpleNamespace
) -> None:
    own = StylistService(network_id=shop.network, stylist_id=shop.wen, service_id=shop.cut)
    own.price_minor, own.minutes = 100000, [45]
    b.add(own)
    page = client.get(f"/s/qinghe?service={shop.cut}")
    assert "<small>45 min · NT$1,000</small>" in page.text
    assert "from NT$800" in _bar(page)
    named = client.get(f"/s/qinghe?service={shop.cut}&stylist={shop.wen}")
    assert "Cut · NT$1,000" in _bar(named)
    assert "NT$1,000" in client.get(_hold(client, named).location).text


def test_friends_come_together_or_not_at_all(client: Any, shop: SimpleNamespace) -> None:
    page = client.get(f"/s/qinghe?service={shop.cut}&guests=2")
    assert "Cut, 2 people · NT$1,600" in _bar(page)
    held = _hold(client, page)
    assert db.session.scalars(sa.select(BookingItem.guest).order_by(BookingItem.guest)).all() == [0, 1]
    confirm = client.get(held.location)
    assert "Cut, 2 people" in confirm.text
    assert "guests=2" in confirm.text
    assert client.get(f"/s/qinghe?service={shop.cut}&guests=3").text.count('id="at-') == 0  # two stylists


@pytest.mark.parametrize("query", ["guests=5", "guests=0", "gender=robot", "month=2026-13", "month=2026-09"])
def test_what_nobody_could_choose_is_said(client: Any, shop: SimpleNamespace, query: str) -> None:
    page = client.get(f"/s/qinghe?{query}")
    assert page.status_code == 422
    assert 'role="alert"' in page.text


def test_too_many_people_and_an_add_on_alone_are_refused_in_words(client: Any, shop: SimpleNamespace) -> None:
    assert "at most 4 people" in client.get("/s/qinghe?guests=9").text
    assert "only done beside another service" in client.get(f"/s/qinghe?service={shop.fringe}").text


def test_a_month_is_a_table_of_links_that_needs_no_script(client: Any, shop: SimpleNamespace) -> None:
    page = client.get(f"/s/qinghe?service={shop.cut}&month=2026-10")
    table = page.text.partition("<table")[2].partition("</table>")[0]
    days = re.findall(r'href="/s/qinghe\?service=\d+&amp;on=(2026-10-\d\d)#days"', table)
    assert days == ["2026-10-19", "2026-10-20", "2026-10-26", "2026-10-27"]
    assert "month=2026-11" in page.text
    assert "month=2026-09" not in page.text
    chosen = client.get(f"/s/qinghe?service={shop.cut}&on={days[-1]}")
    assert 'value="2026-10-27T02:00:00+00:00"' in chosen.text


def test_the_month_after_is_seen_in_full(client: Any, shop: SimpleNamespace) -> None:
    page = client.get("/s/qinghe?month=2026-11")
    table = page.text.partition("<table")[2].partition("</table>")[0]
    assert len(re.findall(r"on=2026-11-\d\d", table)) == 9  # five Mondays and four Tuesdays
    assert 'value="2026-11-02T02:00:00+00:00"' in page.text  # the first free day of it


def test_a_closed_day_says_why(client: Any, shop: SimpleNamespace) -> None:
    _close(shop, TUESDAY, "Typhoon")
    page = client.get(f"/s/qinghe?on={TUESDAY}")
    assert "Shut" in page.text
    assert "Closed on Tue 20 Oct: Typhoon" in page.text
    assert 'value="2026-10-26T02:00:00+00:00"' in page.text  # the nearest after it


def test_days_off_and_full_days_have_words_of_their_own(client: Any, shop: SimpleNamespace) -> None:
    page = client.get("/s/qinghe")
    assert page.text.count("<small>No times</small>") == 5
    assert "<small>Full</small>" not in page.text
    _close(shop, TUESDAY, None, starts="10:15")  # a guest may not end after that
    assert "<small>Full</small>" in client.get(f"/s/qinghe?service={shop.cut}").text


def test_a_visiting_stylist_is_marked_with_the_day(client: Any, shop: SimpleNamespace) -> None:
    other = b.a_salon(shop.network)
    with transaction() as session:
        session.execute(sa.update(Stylist).where(Stylist.id == shop.zhe).values(home_salon_id=other))
    assert "<small>visiting today</small>" in client.get("/s/qinghe").text


def test_a_refresh_brings_the_stylists_of_the_new_choice(client: Any, shop: SimpleNamespace) -> None:
    answer = client.get(f"/s/qinghe/times?service={shop.short}&stylist=", headers={"HX-Request": "true"})
    assert '<div id="who" hx-swap-oob="innerHTML">' in answer.text
    assert not _input(answer, f"stylist-{shop.zhe}")
    assert answer.headers["HX-Replace-Url"] == f"/s/qinghe?service={shop.short}"


def test_a_salon_without_services_holds_nothing_and_says_so(client: Any, shop: SimpleNamespace) -> None:
    token = _hidden(client.get("/s/qinghe"), "csrf_token")
    empty = b.a_salon(shop.network, slug="empty")
    assert empty
    form = {"csrf_token": token, "service": shop.cut, "starts_at": b.at("14:00").isoformat()}
    answer = client.post("/s/empty/hold", data=form)
    assert answer.status_code == 422
    assert "Online booking is closed" in answer.text


def _close(shop: SimpleNamespace, day: date, reason: str | None, starts: str | None = None) -> None:
    from_time = b.at(starts, day).astimezone(b.TAIPEI).time() if starts else None
    span = LocalSpan(day, day, from_time)
    closures.close(salon_ids=[shop.salon], span=span, reason=reason, actor="command", now=b.NOW)
