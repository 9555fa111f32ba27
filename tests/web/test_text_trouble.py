"""Who reads that texts do not leave or do not arrive, and where."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from salonpool import clock
from salonpool.database import transaction
from salonpool.domain.booking import Wish
from salonpool.models import Counter, Provider
from salonpool.queries import webhooks
from salonpool.usecases.booking import bookings
from salonpool.usecases.texts import switch
from tests import builders as b
from tests.web.desk_shop import TOMORROW, open_desk
from tests.web.desk_texts import (
    LIN,
    ON_SQLITE,
    PAGE_URL,
    add_text,
    read_page,
)


@pytest.fixture
def shop(app: Any, client: Any) -> SimpleNamespace:
    """A salon, its owner signed in, and a rival next door."""
    return open_desk(app, client)


def _provider(**values: Any) -> None:
    with transaction() as session:
        session.merge(Provider(name="sms", **values))


@ON_SQLITE
def test_staff_read_on_every_page_that_texts_do_not_leave_and_guests_that_theirs_may_be_late(
    client: Any, shop: SimpleNamespace
) -> None:
    hold = bookings.hold(
        salon_slug="qinghe", wish=Wish((shop.cut,)), starts_at=b.at("11:00", TOMORROW), language="en",
        now=b.NOW, texting=shop.texting,
    )  # fmt: skip
    confirm = f"/s/qinghe/confirm?hold={shop.texting.links.hold_token(hold.id)}"
    desk, late = ("/desk", PAGE_URL, "/desk/closures", "/desk/shift/new"), "The text may be late"

    def said() -> set[str]:
        words = ("no text has left", "No texts leave", "Texts are switched off")
        found = {word for path in desk for word in words if word in client.get(path).text}
        return found | ({late} if late in client.get(confirm).text else set())

    add_text(shop, LIN, "C14", status="pending", attempts=3)
    _provider(failing_since=clock.system_now() - timedelta(minutes=4))
    assert said() == set()
    _provider(failing_since=clock.system_now() - timedelta(minutes=7))
    assert said() == {"no text has left", late}
    assert "For 7 min" in client.get("/desk/sisters").text
    assert "no text has left" not in client.get("/s/qinghe").text
    _provider(stopped_at=clock.system_now(), reason="credentials")
    assert said() == {"No texts leave", late}
    switch.turn_texts(on=False)
    assert said() == {"Texts are switched off", late}


@ON_SQLITE
def test_staff_read_that_answers_do_not_reach_them_when_the_webhooks_are_refused(
    client: Any, shop: SimpleNamespace
) -> None:
    words = "Answers by text do not reach you"
    counter = b.add(Counter(key=webhooks.KEY, window_starts_at=b.NOW, hits=webhooks.ALARM - 1))
    assert words not in read_page(client)
    with transaction() as session:
        session.get_one(Counter, counter).hits += 1
    page = read_page(client)
    assert words in page
    assert "Call guests who must know something today" not in page
