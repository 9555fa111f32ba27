"""Texts of the desk's salon, and its page of them: for the tests of tasks, log, costs and trouble."""

from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.models import InboundMessage, Message
from tests import builders as b
from tests.web.desk_shop import post

LIN = "+886912345678"
PAGE_URL = "/desk/messages"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def list_texts(booking_id: int) -> list[Message]:
    """The texts about a booking, the oldest first."""
    db.session.rollback()
    return list(
        db.session.scalars(sa.select(Message).where(Message.booking_id == booking_id).order_by(Message.id))
    )


def end_text(booking_id: int, status: str = "undelivered", **values: Any) -> int:
    """What became of the last text about the booking; its id."""
    message_id = list_texts(booking_id)[-1].id
    with transaction() as session:
        change = sa.update(Message).where(Message.id == message_id)
        session.execute(change.values(status=status, sent_at=b.NOW, **values))
    return message_id


def add_text(shop: SimpleNamespace, to: str, text_id: str, **values: Any) -> int:
    """A text of ours that did not arrive, unless its values say otherwise; its id."""
    known = {
        "network_id": shop.network, "salon_id": shop.salon, "event_id": f"{text_id} {to}", "language": "en",
        "body": f"words of {text_id}", "status": "undelivered", "created_at": b.NOW, "due_at": b.NOW,
    }  # fmt: skip
    return int(b.add(Message(to=to, text_id=text_id, **known | values)))


def add_words(shop: SimpleNamespace, body: str, sender: str = LIN, **values: Any) -> int:
    """Words of a guest that nobody dealt with, unless their values say otherwise; their id."""
    sid = f"SM{body}{sender}"[:60]
    known = {"raw": {}, "received_at": b.NOW, "handled_at": b.NOW, "outcome": "from_guest"}
    row = InboundMessage(sid=sid, sender=sender, body=body, salon_id=shop.salon, **known | values)
    return int(b.add(row))


def read_page(client: Any, query: str = "") -> str:
    """The page of texts as the desk reads it."""
    answer = client.get(PAGE_URL + query)
    assert answer.status_code == 200
    return str(answer.text)


def tasks_on(page: str) -> str:
    """The part of the page that is to be seen to."""
    return page.partition('id="tasks"')[2].partition("</section>")[0]


def press(client: Any, path: str) -> Any:
    """Send one of the page's buttons, there or not."""
    return post(client, "/desk/booking/new", f"{PAGE_URL}/{path}")
