"""The desk's day shows who waits, for what, and what is held for them."""

from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import transaction
from salonpool.models import Salon
from salonpool.web.windows import said
from tests import builders as b
from tests.usecases import waiting as w
from tests.web.signing_in import sign_in


@pytest.fixture
def shop(app: Any, client: Any) -> Any:
    """A salon whose 14:00 is taken and whose owner is signed in."""
    shop = w.a_shop()
    shop.taken = w.book(shop)
    sign_in(client, b.an_account(shop.network, owns=(shop.salon,)))
    return shop


def test_a_desk_where_nobody_waits_says_nothing_of_it(client, shop):
    assert "Waitlist" not in client.get("/desk").text


def test_the_desk_shows_who_waits_for_what_and_when(client, shop):
    w.join(shop, name="林太太", stylist_ids=(shop.wen,))
    w.join(shop, "0912 000 002", windows=(w.window("00:00", "23:00", b.TODAY + w.DAY),))
    page = client.get("/desk").text
    assert "Waitlist: 2 guests" in page
    assert "林太太" in page
    assert "Cut · 小雯" in page
    assert "14:00" in page
    assert w.PHONE not in page
    assert "who asked first" in page


def test_the_desk_shows_until_when_a_place_is_held(client, shop):
    w.join(shop)
    w.cancel(shop.taken)
    w.offer()
    assert "today 14:00 held until 09:19" in client.get("/desk").text


@pytest.mark.parametrize(("order", "words"), [("best_fit", "fills most of it"), ("value", "worth most")])
def test_the_desk_says_whom_it_asks_first(client, shop, order, words):
    w.join(shop)
    with transaction() as session:
        session.execute(sa.update(Salon).where(Salon.id == shop.salon).values(waitlist_order=order))
    assert words in client.get("/desk").text


def test_another_salons_list_is_not_shown(client, shop):
    other = w.a_shop(network=shop.network)
    w.join(other, name="王太太")
    assert "王太太" not in client.get("/desk").text


def test_windows_are_said_in_days_and_hours():
    monday, tuesday = b.TODAY, b.TODAY + w.DAY
    whole = said((b.at("00:00", tuesday), b.at("00:00", tuesday + w.DAY)), b.TAIPEI)
    assert (whole.is_whole, whole.last_on) == (True, tuesday)
    rest = said((b.at("09:00", monday), b.at("00:00", tuesday + w.DAY)), b.TAIPEI)
    assert (rest.is_whole, rest.last_on) == (True, tuesday)
    evening = said((b.at("18:00", monday), b.at("00:00", tuesday)), b.TAIPEI)
    assert (evening.is_whole, evening.last_on) == (False, monday)
    morning = said((b.at("09:30", monday), b.at("12:00", monday)), b.TAIPEI)
    assert (morning.is_whole, morning.last_on) == (False, monday)
