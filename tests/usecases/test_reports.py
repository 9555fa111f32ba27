"""What the provider is asked about texts it took: the price, and an end whose receipt was lost."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.messaging.gateway import GatewayUnavailable, Report
from salonpool.models import Message
from salonpool.usecases.texts import reports
from tests.builders import NOW
from tests.outgoing import Adding, ScriptedGateway

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class ToldGateway(ScriptedGateway):
    """A provider that says of each text what it is told to say; None: it cannot be reached."""

    def __init__(self, report: Report | None) -> None:
        super().__init__()
        self.report = report
        self.asked: list[str] = []

    def read_report(self, sid: str) -> Report | None:
        self.asked.append(sid)
        if self.report is None:
            raise GatewayUnavailable("no answer")
        return self.report


@pytest.fixture
def sent(enqueue: Adding) -> Callable[..., int]:
    """Adds a text the provider took; its id."""
    return enqueue.taken


def _row(message_id: int) -> Message:
    db.session.rollback()
    return db.session.get_one(Message, message_id)


def test_a_text_gets_its_price_and_its_end_once(sent):
    message_id = sent()
    gateway = ToldGateway(Report("delivered", None, 2, 101_400, "USD"))
    assert reports.read_reports(NOW + 9 * MINUTE, gateway) == 0
    assert reports.read_reports(NOW + 10 * MINUTE, gateway) == 1
    row = _row(message_id)
    assert (row.status, row.segments, row.price_micro, row.price_currency) == ("delivered", 2, 101_400, "USD")
    assert reports.read_reports(NOW + 30 * HOUR, gateway) == 0
    assert gateway.asked == [f"SM{message_id}"]


def test_a_lost_receipt_has_the_same_consequence_as_one_that_came(sent):
    message_id = sent(expires_at=NOW + 24 * HOUR)
    assert reports.read_reports(NOW + HOUR, ToldGateway(Report("undelivered", "30003", 1))) == 1
    assert (_row(message_id).status, _row(message_id).redeliveries) == ("pending", 1)
    assert _row(message_id).lease_until is None


@pytest.mark.parametrize("report", [None, Report("sent", segments=0)])
def test_what_is_not_known_yet_is_asked_ever_more_seldom_for_two_days(sent, report):
    message_id, gateway = sent(segments=1), ToldGateway(report)
    minutes = [at for at in range(0, 60 * 60, 5) if _asks(gateway, NOW + at * MINUTE)]
    assert minutes == [10, 20, 40, 80, 160, 320, 640, 1280, 2560]
    assert (_row(message_id).status, _row(message_id).segments) == ("sent", 1)


def _asks(gateway: ToldGateway, at: datetime) -> bool:
    before = len(gateway.asked)
    reports.read_reports(at, gateway)
    return len(gateway.asked) > before


def test_a_few_are_asked_at_once_and_none_once_the_clock_is_lost(sent):
    for number in range(10):
        sent(number)
    gateway = ToldGateway(Report("sent", price_micro=0))
    assert reports.read_reports(NOW + HOUR, gateway, may_go_on=lambda: len(gateway.asked) < 3) == 3
    assert reports.read_reports(NOW + HOUR, gateway) == 7
    db.session.rollback()
    assert set(db.session.scalars(sa.select(Message.price_micro))) == {0}
