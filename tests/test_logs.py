"""A log tells what happened, never to whom."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool import clock, logs
from salonpool.database import db, transaction
from salonpool.jobs import tasks
from salonpool.jobs.lanes import Lane
from salonpool.messaging.twilio_gateway import TwilioGateway
from salonpool.models import Customer
from salonpool.usecases.texts import inbound
from tests import builders as b
from tests.twilio_stand_in import ACCOUNT_SID, AUTH_TOKEN, StandIn

Lines = Callable[[], list[dict[str, Any]]]
PHONE = "+886912345678"


@pytest.fixture
def settings() -> dict[str, Any]:
    """As on a server: an error of ours becomes an answer and a line."""
    return {"testing": False}


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What was logged so far, as a server writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLine())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(before)


def _log(lines: Lines, words: str, *values: object, **more: Any) -> dict[str, Any]:
    logging.getLogger("a.log").warning(words, *values, **more)
    return lines()[-1]


def test_a_line_says_when_who_and_what(lines: Lines) -> None:
    line = _log(lines, "message %s", 7, extra={"alert": "late", "hits": 3, "since": clock.system_now})
    assert line["at"].endswith("+00:00")
    assert (line["level"], line["logger"], line["message"]) == ("warning", "a.log", "message 7")
    assert (line["alert"], line["hits"]) == ("late", 3)
    assert "system_now" in line["since"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("+886912345678", "+***"),
        ("To=%2B85291234567&", "To=%2B***&"),
        ("message 1234567", "message 1234567"),
        ("2026-10-19T01:00:00+00:00", "2026-10-19T01:00:00+00:00"),
    ],
)
def test_what_looks_like_a_phone_number_is_masked(lines: Lines, given: str, shown: str) -> None:
    line = _log(lines, "said %s", given, extra={"also": given})
    assert (line["message"], line["also"]) == (f"said {shown}", shown)


def test_a_number_that_was_not_even_text_is_masked(lines: Lines) -> None:
    assert _log(lines, "x", extra={"phone": 886912345678})["phone"] == "***"


def test_of_an_error_its_kind_causes_and_place_are_told_and_none_of_its_words(lines: Lines) -> None:
    try:
        try:
            raise KeyError("Canary")
        except KeyError as missing:
            raise ValueError("Canary") from missing
    except ValueError:
        line = _log(lines, "broke", exc_info=True)
    assert (line["error"], line["because"]) == ("ValueError", ["KeyError"])
    assert line["frames"][0].startswith("tests/test_logs.py:")
    assert "Canary" not in json.dumps(line)


def test_what_ends_a_thread_or_the_process_is_a_line_too() -> None:
    program = (
        "import logging, threading; from salonpool import logs; logs.set_up()\n"
        "logging.getLogger('twilio').info('To: Canary'); logging.getLogger('x').info('up')\n"
        "def fail(): raise ValueError('Canary')\n"
        "one = threading.Thread(target=fail); one.start(); one.join(); fail()"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    said = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [(line["message"], line.get("error")) for line in said] == [
        ("up", None), ("uncaught error", "ValueError"), ("uncaught error", "ValueError"),
    ]  # fmt: skip
    assert (ended.stderr, ended.returncode) == ("", 1)
    assert "Canary" not in ended.stdout


@pytest.fixture
def twilio(app: Any) -> Iterator[StandIn]:
    """The provider of this app's texts."""
    with StandIn() as stand_in:
        gateway = TwilioGateway(
            ACCOUNT_SID, AUTH_TOKEN, sender="+15005550006", messaging_service_sid="",
            status_callback="http://salon.test/sms/twilio/status", api_base=stand_in.base,
        )  # fmt: skip
        app.extensions["salonpool.gateway"] = lambda: gateway
        yield stand_in


def test_no_number_name_text_or_link_is_logged_whatever_happens(
    app: Any, lines: Lines, twilio: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [b.NOW]
    monkeypatch.setattr(clock, "now", lambda: now[0])

    @app.get("/broken/<token>")
    def broken(token: str) -> str:
        with transaction() as session:
            old = session.scalars(sa.select(Customer)).one()
            session.add(Customer(network_id=old.network_id, phone=old.phone, created_at=b.NOW))
        return token

    booked = _book(app)
    with monkeypatch.context() as broken_gateway:
        broken_gateway.setattr(TwilioGateway, "send", _fail)
        tasks.send_messages()
    now[0] += timedelta(hours=1)
    twilio.fault("500")
    tasks.send_messages()
    assert twilio.messages == []
    inbound.receive("SM1", PHONE, "Canary says stop", {"Body": "Canary"}, b.NOW)
    inbound.receive("SM2", PHONE, "STOP", {}, b.NOW)
    tasks.handle_inbound()
    db.session.rollback()
    assert app.test_client().get(f"/broken/{booked['manage_token']}").status_code == 500
    _tick_a_lane_that_breaks(app)
    said = lines()
    assert {"GET /broken/<token> broke", "lane outbox: IntegrityError"} <= {line["message"] for line in said}
    assert {"inbound", "message"} <= {line["message"].split()[0] for line in said}
    assert [line["message"] for line in said if "ValueError" in line["message"]]
    for canary in ("12345678", "12 345 678", "Canary", booked["manage_token"]):
        assert canary not in json.dumps(said), canary


def _fail(_: TwilioGateway, to: str, body: str, **__: str) -> None:
    raise ValueError(to, body, "Canary")


def _book(app: Any) -> dict[str, Any]:
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe")
    b.a_rota(b.a_stylist(network, home=salon), salon)
    body = {
        "salon": "qinghe", "services": [b.a_service(salon)], "starts_at": b.at("14:00").isoformat(),
        "customer": {"phone": "0912 345 678", "name": "Canary Wang"}, "note": "Canary",
    }  # fmt: skip
    answer = app.test_client().post("/api/v1/bookings", json=body, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 201
    return answer.json


def _tick_a_lane_that_breaks(app: Any) -> None:
    def work() -> None:
        with transaction() as session:
            session.execute(sa.insert(Customer).values(phone=PHONE))

    Lane("outbox", app, lambda: True, work).look()
