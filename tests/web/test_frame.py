"""What every answer carries: security headers, a language, a title, links to the other languages."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.links import digest
from salonpool.domain.phone import for_reading
from salonpool.models import Network, Offer, Salon
from tests import builders as b

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAGES = ["/", "/s/qinghe", "/s/qinghe?on=2026-02-30", "/in", "/help", "/b/AAAAAAAAAAA", "/nothing"]
POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "style-src-attr": "'unsafe-inline'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
}


@pytest.fixture(autouse=True)
def shop(app: Any) -> SimpleNamespace:
    """A salon that can be booked, and a stylist who is asked for a shift there."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe")
    b.a_service(salon)
    b.a_rota(b.a_stylist(network, home=salon), salon)
    shift = b.a_shift(salon)
    offer = b.an_offer(shift, b.a_pooled_stylist(network), link_digest=digest("A" * 11))
    return SimpleNamespace(salon=salon, offer=offer)


@pytest.mark.parametrize("path", [*PAGES, "/healthz", "/static/css/salonpool.css"])
def test_every_answer_carries_the_headers(client: Any, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    given = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert given.items() >= POLICY.items()
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "max-age=" in headers["Strict-Transport-Security"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("language", "tag"), [("zh-Hant", "zh-Hant-TW"), ("en", "en"), ("zh-Hans", "zh-Hans-CN")]
)
def test_a_page_has_a_language_a_title_and_one_heading(
    client: Any, path: str, language: str, tag: str
) -> None:
    page = client.get(path + ("&" if "?" in path else "?") + f"lang={language}").text
    assert f'<html lang="{tag}">' in page
    assert re.search(r"<title>[^·]+ · [^<]+</title>", page)
    assert page.count("<h1") == 1
    assert page.count("hreflang=") == 2


@pytest.mark.parametrize(
    ("asked", "tag"),
    [
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant-TW"),
        ("zh-HK", "zh-Hant-TW"),
        ("zh-CN,en", "zh-Hans-CN"),
        ("zh-Hans-SG", "zh-Hans-CN"),
        ("en-US", "en"),
        ("ja,en;q=0.5", "en"),
        ("ja", "zh-Hant-TW"),
    ],
)
def test_the_browsers_language_is_followed(client: Any, asked: str, tag: str) -> None:
    assert f'<html lang="{tag}">' in client.get("/help", headers={"Accept-Language": asked}).text


def test_a_chosen_language_is_remembered(client: Any) -> None:
    client.get("/help?lang=zh-Hans")
    assert '<html lang="zh-Hans-CN">' in client.get("/").text


def _csrf(page: Any) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found
    return found[1]


def _links(page: Any) -> list[str]:
    return [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)" hreflang', page.text)]


def test_the_language_links_of_a_refused_form_lead_back_to_the_form(client: Any) -> None:
    refused = client.post("/in", data={"csrf_token": _csrf(client.get("/in")), "phone": "0912"})
    assert refused.status_code == 422
    assert _links(refused) == ["/in?lang=zh-Hant", "/in?lang=zh-Hans"]


def test_another_language_keeps_all_that_was_chosen(client: Any) -> None:
    first, _ = _links(client.get("/s/qinghe?service=1&service=2&guests=2&lang=en"))
    assert first == "/s/qinghe?service=1&service=2&guests=2&lang=zh-Hant"


def test_the_language_links_of_a_refused_booking_keep_the_held_time(client: Any) -> None:
    page = client.get("/s/qinghe")
    starts_at = re.search(r'name="starts_at" value="([^"]+)"', page.text)
    service = re.search(r'name="service" value="(\d+)"', page.text)
    assert starts_at
    assert service
    form = {"csrf_token": _csrf(page), "service": service[1], "stylist": "", "starts_at": starts_at[1]}
    held = client.post("/s/qinghe/hold", data=form)
    hold = held.location.partition("hold=")[2]
    form = {"csrf_token": _csrf(client.get(held.location)), "hold": hold, "phone": "02 2591 2345"}
    refused = client.post("/s/qinghe/confirm", data=form)
    assert refused.status_code == 422
    [first, _] = _links(refused)
    assert first == f"/s/qinghe/confirm?hold={hold}&lang=zh-Hant"
    assert client.get(first).status_code == 200


def test_the_language_links_of_an_offer_that_is_gone_lead_to_the_offer(
    client: Any, stopped_clock: Any, shop: SimpleNamespace
) -> None:
    from salonpool.database import db

    page = client.get("/o/AAAAAAAAAAA")
    form = {"csrf_token": _csrf(page)}
    db.session.get_one(Offer, shop.offer).status = "withdrawn"
    db.session.commit()
    gone = client.post("/o/AAAAAAAAAAA/accept", data=form)
    assert gone.status_code == 409
    assert _links(gone) == ["/o/AAAAAAAAAAA?lang=zh-Hant", "/o/AAAAAAAAAAA?lang=zh-Hans"]


def test_a_salons_number_is_written_as_people_there_write_it(
    app: Any, client: Any, shop: SimpleNamespace
) -> None:
    number = db.session.get_one(Salon, shop.salon).phone
    here, abroad = for_reading(number, "TW"), for_reading(number, "US")
    assert here in client.get("/s/qinghe").text
    db.session.execute(sa.update(Network).values(region="US"))
    db.session.commit()
    page = client.get("/s/qinghe").text
    assert abroad in page
    assert here not in page
