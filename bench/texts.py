"""Texts that went wrong, and a provider that does, for the scenes of the pages about them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import Page

from bench.stage import Stage
from salonpool import clock
from salonpool.database import db, transaction
from salonpool.models import Message, Provider
from salonpool.usecases.texts import switch

LIST = "/desk/messages"
TROUBLES: dict[str, dict[str, Any]] = {
    "failing": {"failing_since": timedelta(minutes=12)},
    "stopped": {"failing_since": timedelta(minutes=40), "stopped_at": timedelta(minutes=38)},
    "off": {},
}


def of_one(stage: Stage) -> str:
    """The texts of the guest whose words nobody has read."""
    replied = sa.select(sa.func.max(Message.id)).where(
        Message.text_id == "C14", Message.salon_id.is_not(None)
    )
    message_id = db.session.scalar(replied)
    db.session.rollback()
    return f"{LIST}?with={message_id}"


def a_lost_one(stage: Stage) -> str:
    """The list, whose first task is a text about a visit tomorrow that did not arrive."""
    booking_id = int(stage.desk_booking().rsplit("/", 1)[1])
    with transaction() as session:
        lost = sa.update(Message).where(Message.booking_id == booking_id)
        session.execute(lost.values(status="undelivered", sent_at=stage.now, error="unreachable 30003"))
    return LIST


def be_faster(stage: Stage) -> None:
    """Whatever could be said again was said in another way meanwhile: no text is the last any more."""
    with transaction() as session:
        session.execute(sa.update(Message).where(Message.status == "undelivered").values(status="sent"))


def while_(kind: str, path: Callable[[Stage], str] | None = None) -> Callable[[Stage], str]:
    """A page, by default the list, while texts do not leave."""

    def make(stage: Stage) -> str:
        address = path(stage) if path else LIST
        stumble(kind)
        return address

    return make


def stumble(kind: str = "failing") -> None:
    """Let the provider fail, or switch texts off."""
    now = clock.system_now()
    with transaction() as session:
        waiting = sa.select(sa.func.max(Message.id)).where(Message.status == "pending")
        tried = sa.update(Message).where(Message.id == waiting.scalar_subquery())
        session.execute(tried.values(attempts=3))
        session.merge(Provider(name="sms", **{name: now - ago for name, ago in TROUBLES[kind].items()}))
    switch.turn_texts(on=kind != "off")


def recover(page: Page, stage: Stage) -> None:
    """All is well again, for the scenes that follow."""
    with transaction() as session:
        session.execute(sa.delete(Provider))
    switch.turn_texts(on=True)
