"""The demo's own pages: enter as somebody, answer from any phone, move the clock, start over."""

import re
from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool import clock
from salonpool.app import create_app
from salonpool.database import db, transaction
from salonpool.demo import network
from salonpool.demo.salons import SALONS
from salonpool.domain.demo import CAST, EMPTY_SLUG, Part
from salonpool.messaging.simulator import SimulatorGateway
from salonpool.models import Booking, InboundMessage, Message, Network, Offer, Stylist
from salonpool.usecases.texts import inbound, outbox
from tests import databases, example
from tests.web.conftest import FreshClient

ON_SQLITE = pytest.mark.parametrize("example_url", ["sqlite"], indirect=True)


@pytest.fixture
def app(example_url: str) -> Iterator[Any]:
    """The demo app on a copy of the example."""
    with example.opened(example_url) as app:
        app.test_client_class = FreshClient
        yield app


@pytest.fixture
def visitor(app: Any) -> Any:
    """Somebody with a browser, who reads English."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def _token(page: Any) -> str:
    """The page's CSRF token."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found
    return found[1]


def _send(visitor: Any, path: str, page: str = "/demo", **form: str) -> Any:
    """Press a button of a page."""
    return visitor.post(path, data={"csrf_token": _token(visitor.get(page)), **form})


def _deliver() -> None:
    """One pass of the outbox through the simulator."""
    outbox.send_due(clock.now(), clock.system_now(), SimulatorGateway())


def test_three_cards_say_who_one_may_be(visitor: Any) -> None:
    page = visitor.get("/demo")
    assert page.status_code == 200
    assert "陳姐" in page.text
    assert "Mia" in page.text
    assert "Kapok Studio" in page.text
    assert 'href="/s/qinghe"' in page.text


@pytest.mark.parametrize(("role", "home", "name"), [("owner", "/desk", "陳姐"), ("stylist", "/me", "Mia")])
def test_entering_signs_that_person_in_through_a_link_spent_at_once(
    visitor: Any, role: str, home: str, name: str
) -> None:
    entered = _send(visitor, "/demo/enter", role=role)
    assert (entered.status_code, entered.location) == (303, home)
    assert visitor.get(home).status_code == 200
    unused = db.session.execute(sa.text("SELECT count(*) FROM sign_in WHERE used_at IS NULL")).scalar()
    assert unused == 0


def test_a_guest_goes_straight_to_the_booking_page(visitor: Any) -> None:
    entered = _send(visitor, "/demo/enter", role="guest")
    assert (entered.status_code, entered.location) == (303, "/s/qinghe")
    assert _send(visitor, "/demo/enter", role="office").status_code == 422


def test_the_phones_show_texts_that_arrived_with_links_that_open(visitor: Any) -> None:
    waiting = visitor.get("/demo/phones")
    assert "葉小姐" not in waiting.text
    _deliver()
    page = visitor.get("/demo/phones")
    assert "葉小姐" in page.text
    booking = db.session.scalars(sa.select(Booking).where(Booking.client_ref.is_not(None))).one()
    text = db.session.scalars(sa.select(Message).where(Message.booking_id == booking.id)).one()
    path = "/b/" + text.body.rpartition("/b/")[2]
    assert f'<a href="{path}">' in page.text
    assert visitor.get(path).status_code == 200


def test_a_1_from_a_phone_takes_the_shift_like_any_other_text(app: Any, visitor: Any) -> None:
    _deliver()
    mia = CAST[Part.STYLIST].phone
    answered = _send(visitor, "/demo/phones", "/demo/phones", number=mia, body="1")
    assert (answered.status_code, answered.location) == (303, "/demo/phones")
    (inbound_id,) = inbound.list_unhandled()
    assert inbound.handle(inbound_id, clock.now(), app.extensions["salonpool.texting"]) == "accepted"
    accepted = db.session.scalars(
        sa.select(Stylist.name).join(Offer, Offer.stylist_id == Stylist.id).where(Offer.status == "accepted")
    )
    assert "Mia" in set(accepted)
    assert '<li class="mine"><p>1</p>' in visitor.get("/demo/phones").text


@ON_SQLITE
def test_a_number_outside_the_example_cannot_text(visitor: Any) -> None:
    assert _send(visitor, "/demo/phones", "/demo/phones", number="+886912345678", body="1").status_code == 404
    assert inbound.list_unhandled() == []
    mia = CAST[Part.STYLIST].phone
    assert _send(visitor, "/demo/phones", "/demo/phones", number=mia, body=" ").status_code == 422


def test_the_clock_only_goes_forward(visitor: Any) -> None:
    begun = clock.now()
    assert _send(visitor, "/demo/clock", jump="5m").location == "/demo/phones"
    assert timedelta(minutes=5) <= clock.now() - begun < timedelta(minutes=6)
    _send(visitor, "/demo/clock", jump="1h")
    assert timedelta(minutes=65) <= clock.now() - begun < timedelta(minutes=67)
    _send(visitor, "/demo/clock", jump="next_10")
    assert time(10) <= clock.now().astimezone(network.TZ).time() < time(10, 1)
    for wrong in ("-5m", "", "yesterday"):
        assert _send(visitor, "/demo/clock", jump=wrong).status_code == 422


@ON_SQLITE
def test_nobody_real_is_moved_along_with_the_clock(visitor: Any) -> None:
    begun = clock.now()
    with transaction() as session:
        session.execute(sa.update(Network).where(Network.slug == EMPTY_SLUG).values(slug="real-circle"))
    refused = _send(visitor, "/demo/clock", jump="1h")
    assert refused.status_code == 409
    assert "the time cannot be moved" in refused.text
    assert clock.now() - begun < timedelta(minutes=1)
    assert visitor.get("/demo/phones").status_code == 200
    assert _send(visitor, "/demo/reset", "/demo/reset", sure="yes").status_code == 403


@ON_SQLITE
def test_starting_over_asks_first(visitor: Any) -> None:
    before = db.session.scalar(sa.select(sa.func.max(Message.id)))
    asked = _send(visitor, "/demo/reset")
    assert (asked.status_code, asked.location) == (303, "/demo/reset")
    question = visitor.get("/demo/reset")
    assert "Start the example over?" in question.text
    assert db.session.scalar(sa.select(sa.func.max(Message.id))) == before


def test_starting_over_forgets_what_happened_and_signs_out(visitor: Any) -> None:
    _deliver()
    _send(visitor, "/demo/enter", role="owner")
    told = sa.select(sa.func.count(InboundMessage.id)).where(
        InboundMessage.sender == CAST[Part.STYLIST].phone
    )
    _send(visitor, "/demo/phones", "/demo/phones", number=CAST[Part.STYLIST].phone, body="1")
    assert db.session.scalar(told) == 1
    done = _send(visitor, "/demo/reset", sure="yes")
    assert (done.status_code, done.location) == (303, "/demo")
    assert db.session.scalar(told) == 0
    assert visitor.get("/demo").status_code == 200
    assert visitor.get("/desk").status_code == 302


@ON_SQLITE
def test_nothing_happens_without_the_pages_own_token(visitor: Any) -> None:
    for path in ("/demo/enter", "/demo/phones", "/demo/clock", "/demo/reset"):
        assert visitor.post(path, data={"role": "owner", "sure": "yes"}).status_code == 403


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_outside_the_demo_there_is_no_such_page(database_url: str) -> None:
    app = create_app(databases.config_for(database_url))
    client = app.test_client()
    for path in ("/demo", "/demo/phones", "/demo/reset"):
        assert client.get(path).status_code == 404
    assert client.post("/demo/clock", data={"jump": "1h"}).status_code in {403, 404}
    with app.app_context():
        db.engine.dispose()


@ON_SQLITE
def test_every_salon_of_the_circle_says_how_to_walk_there(visitor: Any) -> None:
    page = visitor.get("/").text
    assert page.count(" min walk from ") == len(SALONS)
    assert "捷運圓山站走路 4 分鐘" in visitor.get("/?lang=zh-Hant").text
