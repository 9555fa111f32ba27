"""What the month's texts cost, on the desk's page: as far as is known, and what is still to come."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from salonpool.domain.text_price import TextPrice
from tests import builders as b
from tests.web.desk_shop import open_desk
from tests.web.desk_texts import (
    LIN,
    ON_SQLITE,
    add_text,
    read_page,
)


@pytest.fixture
def shop(app: Any, client: Any) -> SimpleNamespace:
    """A salon, its owner signed in, and a rival next door."""
    return open_desk(app, client)


@ON_SQLITE
def test_the_month_tells_known_prices_from_those_to_come(client: Any, shop: SimpleNamespace) -> None:
    def sent(number: int, **values: Any) -> None:
        known = {"status": "delivered", "sent_at": b.NOW, "segments": 1, "event_id": f"sent {number}"}
        add_text(shop, LIN, "C14", **known | values)

    sent(1, segments=2, price_micro=104_600, price_currency="USD")
    sent(2, price_micro=52_300, price_currency="USD")
    sent(3)
    sent(4, created_at=datetime(2026, 9, 30, 15, 59, tzinfo=UTC))  # the last minute of September in Taipei
    sent(5, created_at=datetime(2026, 9, 30, 16, 0, tzinfo=UTC))
    sent(6, sent_at=None, status="failed")
    sent(7, salon_id=shop.other)
    page = re.sub(r"\s+", " ", read_page(client)).partition('id="month"')[2]
    assert "<dt>Texts sent</dt><dd>4</dd>" in page
    assert "<dt>Parts charged</dt><dd>5</dd>" in page
    assert "<dt>Cost so far</dt><dd>US$0.16</dd>" in page
    assert "the price of 2 texts yet" in page


@ON_SQLITE
def test_the_estimate_of_what_has_no_price_yet_is_said_beside_what_is_known(
    app: Any, client: Any, shop: SimpleNamespace
) -> None:
    app.extensions["salonpool.texting"] = replace(shop.texting, price=TextPrice(60_000, "USD"))
    for number in range(2):
        add_text(shop, LIN, "C14", event_id=f"sent {number}", sent_at=b.NOW, segments=2)
    page = read_page(client).partition('id="month"')[2]
    assert "<dt>Still to come, about</dt><dd>US$0.24</dd>" in page
    assert "Cost so far" not in page
    assert "price of 2 texts yet; it is estimated" in page
