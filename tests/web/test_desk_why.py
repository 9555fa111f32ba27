"""Why not? at the desk: the rules in the way as sentences, in every language, and bad input by name."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from salonpool.domain.booking import Wish
from salonpool.domain.explain import Blocked, Rule
from salonpool.queries.salons import get_salon
from salonpool.queries.why_not import Explained
from salonpool.usecases.booking import bookings
from salonpool.web.desk.why import _SENTENCES, Facts
from tests import builders as b
from tests.web.signing_in import sign_in


@pytest.fixture
def desk(app: Any, client: Any) -> SimpleNamespace:
    """The owner of a salon where Wen works Mondays, signed in."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe", chairs=1)
    cut = b.a_service(salon)
    wen = b.a_stylist(network, home=salon, name="小雯")
    b.a_rota(wen, salon)
    sign_in(client, b.an_account(network, owns=(salon,)))
    bookings.hold(
        salon_slug="qinghe", wish=Wish((cut,)), starts_at=b.at("14:00"), language="en", now=b.NOW,
        texting=app.extensions["salonpool.texting"],
    )  # fmt: skip
    return SimpleNamespace(salon=salon, cut=cut, wen=wen)


def test_the_desk_reads_who_is_busy_until_when(client: Any, desk: SimpleNamespace) -> None:
    page = client.get("/desk/why?starts_at=2026-10-19T14:15")
    assert page.status_code == 200
    assert "All chairs are taken: 14:00-15:00." in page.text
    assert "Busy with a booking or on a break: 小雯 14:00-15:00." in page.text
    assert "小雯 10:00-19:00" in page.text


def test_an_offered_time_has_nothing_in_the_way(client: Any, desk: SimpleNamespace) -> None:
    for starts_at in ("2026-10-19T16:00", "2026-10-19T08:00:00Z", "2026-10-19T16:00%2B08:00"):
        page = client.get(f"/desk/why?service={desk.cut}&stylist={desk.wen}&starts_at={starts_at}")
        assert "This time is offered" in page.text


def test_every_rule_has_a_sentence(client: Any, desk: SimpleNamespace) -> None:
    assert set(_SENTENCES) == set(Rule)
    salon = get_salon("qinghe", "en")
    for rule in Rule:
        for blocked in (Blocked(rule), Blocked(rule, ((0, 60),), {1: ((0, 60),)})):
            assert _SENTENCES[rule](Facts(blocked, Explained((blocked,), {1: "Mei"}, ()), salon))


LATE = b.TODAY + timedelta(days=400)


@pytest.mark.parametrize(
    "query",
    [
        "starts_at=tomorrow",
        "starts_at=2026-02-30T10:00",
        "starts_at=0001-01-01T00:00%2B14:00",
        "starts_at=9999-12-31T23:59-14:00",
        f"starts_at={LATE}T10:00",
        "service=x&starts_at=2026-10-19T10:00",
        "service=987654&starts_at=2026-10-19T10:00",
        "stylist=-1&starts_at=2026-10-19T10:00",
        "stylist=987654&starts_at=2026-10-19T10:00",
        "gender=other&starts_at=2026-10-19T10:00",
        "speaks=" + "e" * 36 + "&starts_at=2026-10-19T10:00",
        "starts_at=2026-10-19T10:00&starts_at=2026-10-19T11:00",
    ],
)
def test_what_cannot_be_asked_is_said(client: Any, desk: SimpleNamespace, query: str) -> None:
    page = client.get(f"/desk/why?{query}")
    assert page.status_code == 422
    # A browser's field takes a time or nothing.
    assert not re.search(r'type="datetime-local" value="(?!2026-10-19T\d\d:\d\d")', page.text)


def test_the_form_alone_asks_nothing_and_strangers_sign_in(client: Any, desk: SimpleNamespace) -> None:
    page = client.get("/desk/why?service=&stylist=")
    assert page.status_code == 200
    assert 'role="status"' not in page.text
    client.delete_cookie("session")
    assert client.get("/desk/why").status_code == 302
