"""A salon whose owner stands at the desk, and a rival next door: for the tests of the desk's pages."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from salonpool.domain.booking import Wish
from salonpool.usecases.booking import bookings
from salonpool.usecases.booking.settling import Guest
from tests import builders as b
from tests.web.signing_in import sign_in

TOMORROW = b.TODAY + timedelta(days=1)


def open_shop(app: Any, *, chairs: int = 2) -> SimpleNamespace:
    """Ids of the salon "qinghe", its owner, its service and its stylist of every day, and of the rival."""
    network = b.a_network()
    salon, other = b.a_salon(network, slug="qinghe", chairs=chairs), b.a_salon(network, slug="kapok")
    wen = b.a_stylist(network, home=salon, name="小雯", phone="+886912000001")
    b.a_rota(wen, salon, weekdays=(0, 1, 2, 3, 4, 5, 6))
    return SimpleNamespace(
        network=network, salon=salon, other=other, wen=wen, cut=b.a_service(salon),
        owner=b.an_account(network, owns=(salon,)), rival=b.an_account(network, owns=(other,)),
        texting=app.extensions["salonpool.texting"],
    )  # fmt: skip


def book(shop: SimpleNamespace, clock: str = "14:00", name: str = "林太太") -> int:
    """A guest's booking for tomorrow, by the same number whatever the name; its id."""
    return bookings.book(
        salon_slug="qinghe", wish=Wish((shop.cut,)), starts_at=b.at(clock, TOMORROW), language="en",
        guest=Guest("0912 345 678", name), key=f"k {clock}", now=b.NOW, texting=shop.texting,
    ).id  # fmt: skip


def post(client: Any, page: str, path: str = "", **form: str) -> Any:
    """Send the form of a page, to the page itself unless another path is given."""
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert csrf
    return client.post(path or page, data={"csrf_token": csrf[1], **form})


def open_desk(app: Any, client: Any) -> SimpleNamespace:
    """Such a shop, whose owner is signed in."""
    shop = open_shop(app)
    sign_in(client, shop.owner)
    return shop
