"""G3 of a visit that repeats: the others are a tap away, and this and later ones can be given up at once."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.booking import Wish
from salonpool.domain.series import Repeat
from salonpool.models import Booking, Salon
from salonpool.usecases.booking import series
from salonpool.usecases.booking.settling import Guest
from tests import builders as b


@pytest.fixture
def links(app: Any) -> SimpleNamespace:
    """The addresses of three weekly visits, from next Monday on."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe")
    b.a_rota(b.a_stylist(network, home=salon), salon, weekdays=(0, 1))
    texting = app.extensions["salonpool.texting"]
    made = series.book_series(
        salon_slug="qinghe", wish=Wish((b.a_service(salon),)), starts_at=b.at("14:00") + timedelta(days=1),
        repeat=Repeat(1, 3), guest=Guest("0912 345 678"), key="k", language="en", now=b.NOW, texting=texting,
    )  # fmt: skip
    return SimpleNamespace(urls=[texting.links.booking_path(one.id, one.link_version) for one in made])


def _give_up(client: Any, url: str, *, page: str = "", **fields: str) -> Any:
    page = client.get(f"{page or url}/cancel").text
    csrf = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    return client.post(f"{url}/cancel", data={"csrf_token": csrf, "fee": "0", **fields})


def _states() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Booking.status).order_by(Booking.starts_at)))


def test_each_visit_leads_to_the_others(client: Any, links: SimpleNamespace) -> None:
    for url in links.urls:
        page = client.get(url).text
        assert "All visits of this series" in page
        assert {other for other in links.urls if f'<a class="grow" href="{other}"' in page} == set(
            links.urls
        ) - {url}


def test_one_visit_is_given_up_alone(client: Any, links: SimpleNamespace) -> None:
    assert "2 later visits of this series are booked, too." in client.get(f"{links.urls[0]}/cancel").text
    assert _give_up(client, links.urls[0]).status_code == 303
    assert _states() == ["cancelled", "confirmed", "confirmed"]


def test_the_fee_of_all_visits_is_shown_and_agreed_to(client: Any, links: SimpleNamespace) -> None:
    with transaction() as session:
        session.execute(sa.update(Salon).values(free_minutes=10 * 24 * 60, late_fee_minor=20000))
    ask = client.get(f"{links.urls[0]}/cancel").text
    first, _, later = ask.partition("2 later visits")
    assert "Cancelling now costs NT$200." in first
    assert 0 < later.index("Cancelling all of them now costs NT$400.") < later.index("Cancel this and later")
    fees = re.findall(r'name="fee" value="(\d+)"', ask)
    assert fees == ["20000", "40000"]
    assert _give_up(client, links.urls[0], later="1", fee=fees[1]).status_code == 303
    assert _states() == ["cancelled"] * 3


def test_this_and_later_visits_are_given_up_at_once(client: Any, links: SimpleNamespace) -> None:
    answer = _give_up(client, links.urls[1], later="1")
    assert answer.location == f"{links.urls[1]}?done=cancelled"
    assert _states() == ["confirmed", "cancelled", "cancelled"]
    again = _give_up(client, links.urls[1], page=links.urls[0], later="1")
    assert again.status_code == 303  # and changes nothing
    assert "later visit" not in client.get(f"{links.urls[0]}/cancel").text
