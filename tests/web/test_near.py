"""Other places: the page of the sisters' soonest times, and the ways out of a full day when booking."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from salonpool.domain.booking import Wish
from salonpool.usecases.booking import bookings
from salonpool.usecases.booking.settling import Guest
from salonpool.usecases.salons import sisters
from tests import builders as b

NEXT_DAY = b.TODAY + timedelta(days=1)


@pytest.fixture
def town(app: Any) -> SimpleNamespace:
    """Qinghe works Mondays only; Kapok, a kilometre away, on Tuesdays, where Wen of Qinghe visits."""
    network = b.a_network()
    qinghe = b.a_salon(network, slug="qinghe", name_en="Qinghe Hair")
    kapok = b.a_salon(network, slug="kapok", name_en="Kapok Studio", x_km=1.0)
    cut, kapok_cut = b.a_service(qinghe), b.a_service(kapok, price_minor=60000)
    wen = b.a_stylist(network, home=qinghe, name="小雯")
    zhe = b.a_stylist(network, home=qinghe, name="阿哲", skills=("cut", "colour"))
    b.a_rota(wen, qinghe, weekdays=(0,))
    b.a_rota(zhe, qinghe, weekdays=(0,))
    b.a_rota(wen, kapok, weekdays=(1,))
    return SimpleNamespace(
        network=network, qinghe=qinghe, kapok=kapok, cut=cut, kapok_cut=kapok_cut, wen=wen, zhe=zhe
    )


def _become_sisters(town: SimpleNamespace) -> None:
    for salon, sister in ((town.qinghe, "kapok"), (town.kapok, "qinghe")):
        sisters.link(salon_id=salon, sister_slug=sister, actor="test", now=b.NOW)


def test_a_sister_is_shown_with_name_way_time_and_price_before_the_tap(
    client: Any, town: SimpleNamespace
) -> None:
    _become_sisters(town)
    page = client.get("/near?service=cut&from=qinghe").text
    for said in ("Kapok Studio", "15 min walk", "tomorrow 10:00", "NT$600"):
        assert said in page
    assert f'href="/s/kapok?service={town.kapok_cut}&amp;on={NEXT_DAY}&amp;at=' in page
    assert page.count('<li class="row">') == 2


def test_the_time_that_was_tapped_is_chosen_on_the_booking_page(client: Any, town: SimpleNamespace) -> None:
    _become_sisters(town)
    urls = re.findall(r'href="(/s/kapok\?[^"]+at=[^"]+)"', client.get("/near?service=cut&from=qinghe").text)
    for url, at in zip(urls, ("2026-10-20T02:00:00+00:00", "2026-10-20T02:15:00+00:00"), strict=True):
        page = client.get(url.replace("&amp;", "&")).text
        assert re.findall(r'name="starts_at" value="([^"]+)" required checked', page) == [at]
    assert "required checked" not in client.get(f"/s/kapok?on={NEXT_DAY}&at=noon").text


def test_who_did_not_agree_is_not_shown(client: Any, town: SimpleNamespace) -> None:
    sisters.link(salon_id=town.qinghe, sister_slug="kapok", actor="test", now=b.NOW)
    page = client.get("/near?service=cut&from=qinghe")
    assert page.status_code == 200
    assert "Kapok" not in page.text
    assert "No free time nearby" in page.text
    assert "Kapok" not in client.get(f"/s/qinghe?on={NEXT_DAY}").text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("service=nothing&from=qinghe", 422),
        ("service=cut&from=qinghe&on=2026-02-30", 422),
        ("service=cut&from=qinghe&on=2026-10-18", 422),
        ("service=cut&from=qinghe&on=2030-01-01", 422),
        ("&".join(["service=cut"] * 7) + "&from=qinghe", 422),
        ("service=cut&from=qinghe&from=kapok", 422),
        ("service=cut&from=nowhere", 404),
        ("from=qinghe", 200),
        ("service=&from=qinghe", 200),
        ("service=cut", 302),
        ("", 302),
    ],
)
def test_odd_questions_are_answered_without_harm(
    client: Any, town: SimpleNamespace, query: str, status: int
) -> None:
    assert client.get(f"/near?{query}").status_code == status


def test_what_no_salon_does_brings_what_the_salon_does_and_what_only_others_do(
    client: Any, town: SimpleNamespace
) -> None:
    b.a_service(town.kapok, code="perm")
    b.a_service(town.kapok, code="fringe", add_on=True)
    page = client.get("/near?service=nothing&from=qinghe")
    assert page.status_code == 422
    assert "No salon here does that" in page.text
    assert "No free time nearby" not in page.text
    assert f'href="/s/qinghe?service={town.cut}"' in page.text
    assert re.findall(r'href="(/\?service=[^"]+)"', page.text) == ["/?service=perm&amp;near=qinghe"]
    assert client.get("/?service=perm&near=qinghe").status_code == 200


def test_what_only_a_sister_does_is_found_there(client: Any, town: SimpleNamespace) -> None:
    perm = b.a_service(town.kapok, code="perm")
    before = client.get("/near?service=perm&from=qinghe")
    assert before.status_code == 200
    assert "No free time nearby" in before.text
    assert 'href="/?service=perm&amp;near=qinghe"' in before.text
    _become_sisters(town)
    assert f'href="/s/kapok?service={perm}&amp;on=' in client.get("/near?service=perm&from=qinghe").text


def test_a_wrong_day_is_said_and_the_days_from_today_are_shown(client: Any, town: SimpleNamespace) -> None:
    _become_sisters(town)
    page = client.get("/near?service=cut&from=qinghe&on=2026-02-30")
    assert page.status_code == 422
    assert "Enter a date" in page.text
    assert page.text.count('<li class="row">') == 2


def test_more_services_than_a_visit_has_are_refused_as_such(client: Any, town: SimpleNamespace) -> None:
    page = client.get("/near?from=qinghe&" + "&".join(["service=cut"] * 7)).text
    assert "at most 6 services" in page
    assert f'href="/s/qinghe?service={town.cut}"' in page


def test_a_full_day_offers_the_sisters_time(client: Any, town: SimpleNamespace) -> None:
    _become_sisters(town)
    page = client.get(f"/s/qinghe?on={NEXT_DAY}").text
    assert "Free at our sister salons" in page
    assert "Kapok Studio" in page
    assert f"/near?service=cut&amp;from=qinghe&amp;on={NEXT_DAY}" in page
    assert "Free at our sister salons" not in client.get("/s/qinghe").text


def test_a_shorter_service_of_the_same_kind_that_fits_is_offered(client: Any, town: SimpleNamespace) -> None:
    long = b.a_service(town.qinghe, code="long-cut", segments=((600, True),))
    b.a_service(town.qinghe, code="colour", skill="colour", segments=((30, True),))
    page = client.get(f"/s/qinghe?service={long}&on={b.TODAY}").text
    assert "Shorter, and free that day" in page
    assert f'href="/s/qinghe?service={town.cut}&amp;on={b.TODAY}"' in page
    assert "Choose 髮" not in page
    assert page.count('aria-label="Choose ') == 1


def test_a_party_on_a_full_day_gets_the_ways_out_a_single_guest_gets(
    client: Any, town: SimpleNamespace
) -> None:
    _become_sisters(town)
    address = f"/s/qinghe?service={town.cut}&guests=2&on={NEXT_DAY}"
    assert "Free at our sister salons" not in client.get(address).text  # Wen alone serves no two at once
    mei = b.a_stylist(town.network, home=town.kapok, name="阿梅")
    b.a_rota(mei, town.kapok, weekdays=(1,))
    page = client.get(address).text
    assert "Nearest free times" in page
    assert "Kapok Studio" in page
    assert "NT$1,200" in page
    assert "小雯, 阿梅" in page
    assert f"/near?service=cut&amp;from=qinghe&amp;on={NEXT_DAY}&amp;guests=2" in page
    [there] = re.findall(r'href="(/s/kapok[^"]+)"', page)
    assert "guests=2" in there
    booking_page = client.get(there.replace("&amp;", "&")).text
    assert 'value="2026-10-20T02:00:00+00:00" required checked' in booking_page
    assert "Cut, 2 people" in booking_page


def test_a_party_is_offered_something_shorter_for_all(client: Any, town: SimpleNamespace) -> None:
    long = b.a_service(town.qinghe, code="long-cut", segments=((600, True),))
    page = client.get(f"/s/qinghe?service={long}&guests=2&on={b.TODAY}").text
    assert "Shorter, and free that day" in page
    assert f'href="/s/qinghe?service={town.cut}&amp;guests=2&amp;on={b.TODAY}"' in page
    assert "NT$1,600" in page
    assert "Shorter" not in client.get(f"/s/qinghe?service={long}&guests=3&on={b.TODAY}").text


def test_nearby_places_are_found_for_a_party(client: Any, town: SimpleNamespace) -> None:
    _become_sisters(town)
    alone, together = (client.get(f"/near?service=cut&from=qinghe{more}").text for more in ("", "&guests=2"))
    assert "Kapok Studio" in alone
    assert "No free time nearby" in together
    assert "Cut, 2 people at the sister salons" in together
    assert client.get("/near?service=cut&from=qinghe&guests=9").status_code == 422


def test_a_stylist_is_followed_to_where_they_work_next(client: Any, town: SimpleNamespace) -> None:
    _become_sisters(town)
    page = client.get(f"/s/qinghe?stylist={town.wen}&on={NEXT_DAY}").text
    assert "小雯 works nearby" in page
    assert f'href="/s/kapok?service={town.kapok_cut}&amp;on={NEXT_DAY}&amp;at=' in page
    assert f'&amp;stylist={town.wen}"' in page
    at_kapok = client.get(f"/s/kapok?service={town.kapok_cut}&on={NEXT_DAY}&stylist={town.wen}").text
    assert 'value="2026-10-20T02:00:00+00:00"' in at_kapok
    assert "works nearby" not in client.get(f"/s/qinghe?stylist={town.zhe}&on={NEXT_DAY}").text
    assert "works nearby" not in client.get(f"/s/qinghe?stylist={town.wen}&on={b.TODAY}").text


def test_who_served_last_time_comes_first_and_nobody_asks_for_a_number(
    client: Any, town: SimpleNamespace
) -> None:
    plain, again = (client.get(f"/s/qinghe{query}").text for query in ("", f"?last={town.zhe}"))
    first = f'id="stylist-{town.wen}"', f'id="stylist-{town.zhe}"'
    assert plain.index(first[0]) < plain.index(first[1])
    assert again.index(first[1]) < again.index(first[0])
    assert "as last time" in again
    assert f'name="last" value="{town.zhe}"' in again
    for odd in ("x", "987654", "-1", "%27"):
        assert "as last time" not in client.get(f"/s/qinghe?last={odd}").text


def test_booking_again_leads_to_the_same_person_first(client: Any, town: SimpleNamespace, app: Any) -> None:
    texting = app.extensions["salonpool.texting"]
    made = bookings.book(
        salon_slug="qinghe", wish=Wish((town.cut,), gender=None), starts_at=b.at("14:00"), language="en",
        guest=Guest("0912 345 678"), key="k", now=b.NOW, texting=texting,
    )  # fmt: skip
    page = client.get(texting.links.booking_path(made.id, made.link_version)).text
    assert f"last={made.stylist_id}" in page
