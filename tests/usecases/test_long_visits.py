"""Visits longer than a day: what the database would refuse is neither offered nor accepted."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.booking import Wish
from salonpool.domain.local_time import from_minutes
from salonpool.domain.refusal import InvalidInput, Refusal
from salonpool.models import Booking, Occupancy
from salonpool.queries.availability import find_openings
from salonpool.queries.salons import get_salon_by_id
from salonpool.queries.visits import get_visit, visit_of
from salonpool.usecases.booking import bookings
from salonpool.usecases.booking.bookings import Guest
from tests import builders as b

LIMIT = timedelta(hours=25)


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """Monday: somebody cuts 08:00-24:00, somebody else colours from 22:45 to 14:45; waits up to an hour."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe", max_wait_minutes=60)
    b.a_rota(b.a_stylist(network, home=salon), salon, weekdays=(0,), starts="08:00", ends="00:00")
    zhe = b.a_stylist(network, home=salon, skills=("colour",))
    b.a_rota(zhe, salon, weekdays=(0,), starts="22:45", ends="14:45")
    return SimpleNamespace(
        salon=salon, cut=b.a_service(salon, segments=((12 * 60, True),)),
        colour=b.a_service(salon, code="colour", skill="colour", segments=((12 * 60 + 30, True),)),
        perm=b.a_service(salon, code="perm", skill="colour", segments=((13 * 60 + 15, True),)),
        texting=app.extensions["salonpool.texting"],
    )  # fmt: skip


def _book(shop: SimpleNamespace, starts_at: datetime, *services: int) -> Booking:
    made = bookings.book(
        salon_slug="qinghe", wish=Wish(services), starts_at=starts_at, guest=Guest("0912 345 678"),
        key=str(starts_at), language="en", now=b.NOW, texting=shop.texting,
    )  # fmt: skip
    return db.session.get_one(Booking, made.id)


def test_more_than_anybody_can_do_in_25_hours_is_refused_with_the_limit(shop: SimpleNamespace) -> None:
    for services in ((shop.cut, shop.perm), (shop.cut, shop.cut, shop.cut)):
        with pytest.raises(InvalidInput) as refused:
            _book(shop, b.at("10:00"), *services)
        assert (refused.value.code, refused.value.field) == ("too_long_a_visit", "services")
        assert refused.value.values["hours"] == 25
    db.session.rollback()
    assert db.session.scalars(sa.select(Booking)).all() == []


def test_a_search_that_does_not_ask_how_long_it_is_offers_it_nowhere(shop: SimpleNamespace) -> None:
    salon = get_salon_by_id(shop.salon, "en")
    [cut], [perm] = (get_visit(salon, Wish((service,)), "en").services for service in (shop.cut, shop.perm))
    too_long = visit_of(salon, [cut, perm])
    assert find_openings(too_long, b.NOW, b.NOW + 2 * LIMIT, b.NOW) == []


def test_with_its_waits_a_visit_lasts_25_hours_at_most_and_what_is_offered_can_be_booked(
    shop: SimpleNamespace,
) -> None:
    visit = get_visit(get_salon_by_id(shop.salon, "en"), Wish((shop.cut, shop.colour)), "en")
    offered = [from_minutes(one.start) for one in find_openings(visit, b.NOW, b.NOW + LIMIT, b.NOW)]
    assert offered[0] == b.at("10:15")  # half an hour till somebody colours
    with pytest.raises(Refusal):
        _book(shop, b.at("10:00"), shop.cut, shop.colour)
    booking = _book(shop, offered[0], shop.cut, shop.colour)
    assert booking.ends_at - booking.starts_at == LIMIT
    rows = db.session.execute(sa.select(Occupancy.starts_at, Occupancy.ends_at)).all()
    assert max(ends_at - starts_at for starts_at, ends_at in rows) == LIMIT
