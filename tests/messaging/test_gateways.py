"""The real SDK against a stand-in on loopback, and the simulator."""

import socket
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from salonpool.messaging import twilio_gateway
from salonpool.messaging.gateway import (
    Accepted,
    GatewayUnavailable,
    RefusalCode,
    Refused,
    Report,
    Unknown,
)
from salonpool.messaging.simulator import SimulatorGateway
from salonpool.messaging.twilio_gateway import TwilioGateway
from tests import twilio_stand_in
from tests.twilio_stand_in import ACCOUNT_SID, AUTH_TOKEN, StandIn

TO, BODY = "+886900000001", "木棉10/20二11:30-14:00缺染髮"


@pytest.fixture(scope="module")
def running():
    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture
def twilio(running):
    running.reset()
    return running


def _gateway(base: str, **named) -> TwilioGateway:
    named = {"sender": "+15005550006", "status_callback": "https://book.example/sms/twilio/status", **named}
    return TwilioGateway(ACCOUNT_SID, named.pop("token", AUTH_TOKEN), api_base=base, **named)


def _now() -> datetime:
    return datetime.now(UTC)


def test_an_accepted_text_carries_its_reference_to_the_receipts(twilio):
    outcome = _gateway(twilio.base).send(TO, BODY, reference="m 7")
    (message,) = twilio.messages
    assert outcome == Accepted(message["sid"])
    assert (message["to"], message["body"], message["from"]) == (TO, BODY, "+15005550006")
    assert message["status_callback"] == "https://book.example/sms/twilio/status?oid=m%207"


def test_a_messaging_service_goes_before_a_sender(twilio):
    _gateway(twilio.base, messaging_service_sid="MG1").send(TO, BODY, reference="7")
    (message,) = twilio.messages
    assert (message["messaging_service_sid"], message["from"]) == ("MG1", "")


def test_without_any_sender_there_is_no_gateway():
    with pytest.raises(ValueError, match="sender"):
        TwilioGateway(ACCOUNT_SID, AUTH_TOKEN)


@pytest.mark.parametrize(
    ("code", "refusal", "permanent"),
    [
        (21610, RefusalCode.OPTED_OUT, True),
        (21211, RefusalCode.BAD_NUMBER, True),
        (21614, RefusalCode.BAD_NUMBER, True),
        (21617, RefusalCode.REJECTED, True),
        (21611, RefusalCode.RATE_LIMITED, False),
        (30002, RefusalCode.CREDENTIALS, False),
        (21606, RefusalCode.SENDER, False),
    ],
)
def test_error_codes_have_our_words(twilio, code, refusal, permanent):
    twilio.fault("refuse", code=code)
    assert _gateway(twilio.base).send(TO, BODY, reference="7") == Refused(refusal, permanent, str(code))
    assert twilio.messages == []


def test_too_many_requests_may_be_sent_again(twilio):
    twilio.fault("429")
    assert _gateway(twilio.base).send(TO, BODY, reference="7") == Refused(
        RefusalCode.RATE_LIMITED, False, "20429"
    )


def test_who_asks_us_to_wait_says_how_long(twilio):
    twilio.fault("429", retry_after=7)
    outcome = _gateway(twilio.base).send(TO, BODY, reference="7")
    assert isinstance(outcome, Refused)
    assert outcome.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize("status", [302, 400, 404, 413])
def test_a_refusal_without_a_code_of_the_provider_s_is_not_for_good(twilio, status):
    twilio.fault("refuse", status=status, code=status)
    outcome = _gateway(twilio.base).send(TO, BODY, reference="7")
    assert outcome == Refused(RefusalCode.REJECTED, False, str(status))


def test_an_answer_that_drips_is_not_waited_for(twilio):
    twilio.fault("accept_then_drip", seconds=5)
    started = time.monotonic()
    outcome = _gateway(twilio.base, timeout_seconds=0.3).send(TO, BODY, reference="7")
    assert isinstance(outcome, Unknown)
    assert time.monotonic() - started < 2
    assert len(twilio.messages) == 1


def test_whatsapp_is_the_same_with_a_prefix_on_both_numbers(twilio):
    gateway = _gateway(twilio.base, sender="whatsapp:+15005550006")
    outcome = gateway.send(TO, BODY, reference="7")
    (message,) = twilio.messages
    assert (message["to"], message["from"]) == (f"whatsapp:{TO}", "whatsapp:+15005550006")
    assert isinstance(outcome, Accepted)
    assert gateway.find_sent(TO, BODY, _now()) == outcome.sid
    assert _gateway(twilio.base).find_sent(TO, BODY, _now()) is None


def test_good_keys_are_good(twilio):
    assert _gateway(twilio.base).check() is None
    assert twilio.messages == []


def test_wrong_keys_and_a_suspended_account_are_told_without_a_text(twilio):
    wrong = _gateway(twilio.base, token="wrong").check()
    assert wrong == Refused(RefusalCode.CREDENTIALS, False, "20003")
    twilio.change(account_status="suspended")
    assert _gateway(twilio.base).check() == Refused(RefusalCode.CREDENTIALS, False, "suspended")


@pytest.mark.parametrize("mode", ["500", "garbage", "close"])
def test_a_check_without_an_answer_says_nothing_of_the_keys(twilio, mode):
    twilio.fault(mode, on="account")
    with pytest.raises(GatewayUnavailable):
        _gateway(twilio.base).check()


def test_a_report_says_what_became_of_a_text_and_what_it_cost(twilio):
    gateway = _gateway(twilio.base, status_callback="")
    gateway.send(TO, BODY, reference="7")
    sid = twilio.messages[0]["sid"]
    assert gateway.read_report(sid) == Report("queued", segments=1)
    twilio.tell(sid, "undelivered", "30003")
    assert gateway.read_report(sid) == Report("undelivered", "30003", 1, 50_000, "USD")
    assert gateway.read_report("SM0") is None
    twilio.fault("500", on="fetch")
    with pytest.raises(GatewayUnavailable):
        gateway.read_report(sid)


def test_wrong_keys_are_not_the_text_s_fault(twilio):
    outcome = _gateway(twilio.base, token="wrong").send(TO, BODY, reference="7")
    assert outcome == Refused(RefusalCode.CREDENTIALS, False, "20003")


def test_neither_numbers_nor_words_reach_the_log(twilio, caplog):
    caplog.set_level("INFO")
    gateway = _gateway(twilio.base)
    gateway.send(TO, BODY, reference="7")
    gateway.find_sent(TO, BODY, _now())
    assert BODY not in caplog.text
    assert TO.strip("+") not in caplog.text


def test_a_name_no_row_can_keep_is_no_name(twilio, monkeypatch):
    monkeypatch.setattr(twilio_stand_in, "new_sid", lambda: "SM" + 60 * "0")
    assert isinstance(_gateway(twilio.base).send(TO, BODY, reference="7"), Unknown)


def test_a_refused_connection_sent_nothing():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert _gateway(base).send(TO, BODY, reference="7") == Refused(RefusalCode.UNREACHABLE, False)


@pytest.mark.parametrize(
    ("mode", "taken"),
    [("500", 0), ("503", 0), ("garbage", 0), ("hang", 0), ("accept_then_hang", 1), ("accept_then_close", 1)],
)
def test_whatever_happens_after_the_request_left_is_unknown(twilio, mode, taken):
    twilio.fault(mode)
    outcome = _gateway(twilio.base, timeout_seconds=0.2).send(TO, BODY, reference="7")
    assert isinstance(outcome, Unknown)
    assert len(twilio.messages) == taken


def test_a_text_of_unknown_outcome_is_found_by_number_and_body(twilio):
    claimed_at, gateway = _now(), _gateway(twilio.base)
    twilio.fault("accept_then_close")
    gateway.send(TO, BODY, reference="7")
    assert gateway.find_sent(TO, BODY, claimed_at) == twilio.messages[0]["sid"]
    assert gateway.find_sent("+886900000002", BODY, claimed_at) is None
    assert gateway.find_sent(TO, BODY + ".", claimed_at) is None


def test_an_older_text_with_the_same_words_is_another(twilio, monkeypatch):
    gateway = _gateway(twilio.base)
    gateway.send(TO, BODY, reference="7")
    (earlier,) = twilio.messages
    assert gateway.find_sent(TO, BODY, _now(), known={earlier["sid"]}) is None
    later = _now() + timedelta(minutes=15)
    monkeypatch.setattr(twilio_gateway, "_our_time", lambda: later)
    monkeypatch.setattr(twilio_gateway, "_date", lambda header: later)
    assert gateway.find_sent(TO, BODY, _now() + timedelta(minutes=5)) == earlier["sid"]
    assert gateway.find_sent(TO, BODY, later) is None


def test_a_text_is_found_although_our_clock_is_a_day_ahead(twilio, monkeypatch):
    wrong = _now() + timedelta(hours=26)
    gateway = _gateway(twilio.base)
    gateway.send(TO, BODY, reference="7")
    (taken,) = twilio.messages
    assert gateway.find_sent(TO, BODY, wrong) == taken["sid"], "it has been put right since"
    monkeypatch.setattr(twilio_gateway, "_our_time", lambda: wrong + timedelta(minutes=1))
    assert gateway.find_sent(TO, BODY, wrong) == taken["sid"], "it is still wrong"


def test_nothing_is_sent_once_nobody_waits_for_the_call(twilio, monkeypatch):
    find, given_up = socket.getaddrinfo, threading.Event()

    def find_late(*arguments, **named):
        given_up.wait(5)
        return find(*arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", find_late)
    outcome = _gateway(twilio.base, timeout_seconds=0.2).send(TO, BODY, reference="7")
    assert isinstance(outcome, Unknown)
    given_up.set()
    for thread in threading.enumerate():
        if thread.name == "twilio":
            thread.join(5)
    assert twilio.messages == []


def test_a_listing_that_fails_is_not_an_absence():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        gateway = _gateway(f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(GatewayUnavailable):
            gateway.find_sent(TO, BODY, _now())


def test_the_simulator_takes_every_text_and_the_same_one_twice_as_once():
    gateway = SimulatorGateway()
    first, again, other = (gateway.send(TO, BODY, reference=reference) for reference in ("7", "7", "8"))
    assert isinstance(first, Accepted)
    assert first == again != other
    assert gateway.find_sent(TO, BODY, _now()) is None
    assert gateway.check() is None
    assert gateway.read_report(first.sid) == Report("delivered", price_micro=0)
