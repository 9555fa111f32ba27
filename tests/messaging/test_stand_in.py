"""The stand-in for Twilio itself: the real SDK reads it, and its faults are the faults they are called."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import httpx
import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from salonpool.messaging.verification import valid_signature
from tests.twilio_stand_in import ACCOUNT_SID, AUTH_TOKEN, StandIn

TO, SENDER = "+886900000001", "+15005550006"
CREATE = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"


class _Here(TwilioHttpClient):
    def __init__(self, base: str) -> None:
        super().__init__(timeout=5)
        self.base = base
        self.session.trust_env = False

    def request(self, method, url, *arguments, **named):
        return super().request(method, url.replace("https://api.twilio.com", self.base), *arguments, **named)


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[StandIn, httpx.Client]]:
    with StandIn() as stand_in, httpx.Client(trust_env=False, timeout=5) as http:
        yield stand_in, http


@pytest.fixture
def twilio(running: tuple[StandIn, httpx.Client]) -> StandIn:
    running[0].reset()
    return running[0]


@pytest.fixture
def post(running: tuple[StandIn, httpx.Client]) -> Callable[..., httpx.Response]:
    """Ask for a text as anything but the SDK would."""
    twilio, http = running

    def create(to: str = TO, **named: str) -> httpx.Response:
        form = {"To": to, "Body": "words", "From": SENDER, **named}
        return http.post(twilio.base + CREATE, data=form, auth=(ACCOUNT_SID, AUTH_TOKEN))

    return create


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[tuple[dict[str, str], bool]]]]:
    """An address that keeps what is posted to it, and whether it was signed."""
    heard: list[tuple[dict[str, str], bool]] = []

    class Ear(BaseHTTPRequestHandler):
        def log_message(self, format, *args):
            pass

        def do_POST(self):
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            signature = self.headers["X-Twilio-Signature"]
            heard.append((form, valid_signature(AUTH_TOKEN, f"{address}{self.path}", form, signature)))
            self.send_response(204)
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Ear) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"{address}/status?oid=7", heard
        server.shutdown()


def _sdk(twilio: StandIn, token: str = AUTH_TOKEN) -> Client:
    return Client(ACCOUNT_SID, token, http_client=_Here(twilio.base))


def test_the_account_says_whether_it_is_active_and_wrong_keys_open_nothing(twilio):
    assert _sdk(twilio).api.v2010.account.fetch().status == "active"
    twilio.change(account_status="suspended")
    assert _sdk(twilio).api.v2010.account.fetch().status == "suspended"
    with pytest.raises(TwilioRestException) as refused:
        _sdk(twilio, "wrong").api.v2010.account.fetch()
    assert (refused.value.status, refused.value.code) == (401, 20003)
    twilio.change(auth_token="another")
    with pytest.raises(TwilioRestException):
        _sdk(twilio).api.v2010.account.fetch()


def test_a_message_has_its_segments_at_once_and_its_price_when_it_was_sent(twilio):
    taken = _sdk(twilio).messages.create(to=TO, from_=SENDER, body="髮" * 71)
    assert (taken.status, taken.num_segments, taken.price) == ("queued", "2", None)
    twilio.tell(taken.sid, "undelivered", "30003")
    seen = _sdk(twilio).messages(taken.sid).fetch()
    assert (seen.status, seen.error_code, seen.price, seen.price_unit) == (
        "undelivered", 30003, "-0.10000", "USD",
    )  # fmt: skip
    with pytest.raises(TwilioRestException) as missing:
        _sdk(twilio).messages("SM" + "f" * 32).fetch()
    assert missing.value.status == 404


def test_a_text_is_listed_only_when_the_delay_is_over(twilio, post):
    twilio.change(listing_delay=0.15)
    taken = post().json()["sid"]
    assert _sdk(twilio).messages.list(to=TO) == []
    until = time.monotonic() + 5
    while not (listed := _sdk(twilio).messages.list(to=TO)) and time.monotonic() < until:
        pass
    assert [message.sid for message in listed] == [taken]


@pytest.mark.parametrize(
    ("mode", "trouble", "taken"),
    [
        ("close", httpx.RemoteProtocolError, 0),
        ("accept_then_close", httpx.RemoteProtocolError, 1),
        ("reset", httpx.ReadError, 0),
        ("accept_then_reset", httpx.ReadError, 1),
    ],
)
def test_a_connection_ends_as_the_fault_says(twilio, post, mode, trouble, taken):
    twilio.fault(mode)
    with pytest.raises(trouble):
        post()
    assert len(twilio.messages) == taken
    assert post().status_code == 201


def test_some_faults_take_the_text_before_they_fail_and_others_do_not(twilio, post):
    for mode, status, taken in (("503", 503, 0), ("accept_then_503", 503, 1), ("slow", 201, 2)):
        twilio.fault(mode, seconds=0.05)
        assert post().status_code == status
        assert len(twilio.messages) == taken


def test_a_dripping_answer_never_ends_before_its_time(twilio, post):
    twilio.fault("drip", seconds=0.3)
    began = time.monotonic()
    with pytest.raises(httpx.RemoteProtocolError):
        post()
    assert time.monotonic() - began >= 0.3


def test_a_busy_answer_says_when_to_come_back(twilio, post):
    twilio.fault("429", retry_after=7)
    answer = post()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_a_fault_may_be_for_one_number_for_a_share_and_for_the_list(twilio, post):
    twilio.fault("500", times=None, to="+886900000009")
    assert [post(to).status_code for to in (TO, "+886900000009", "+886900000009")] == [201, 500, 500]
    twilio.fault("500", times=None, share=0.5, seed=3)
    statuses = [post().status_code for _ in range(40)]
    assert 8 < statuses.count(500) < 32
    twilio.reset()
    twilio.fault("500", on="list")
    assert post().status_code == 201
    with pytest.raises(TwilioException):
        _sdk(twilio).messages.list(to=TO)


@pytest.mark.parametrize(
    ("ways", "words"),
    [
        ("ordered", ["queued", "sent", "delivered"]),
        ("ordered,doubled", ["queued", "queued", "sent", "sent", "delivered", "delivered"]),
    ],
)
def test_receipts_come_signed_and_in_order(twilio, post, webhook, ways, words):
    address, heard = webhook
    twilio.change(receipts=ways)
    sid = post(StatusCallback=address).json()["sid"]
    assert twilio.receipts.wait()
    assert [form["MessageStatus"] for form, _ in heard] == words
    assert all(good and form["MessageSid"] == sid and form["To"] == TO for form, good in heard)
    assert twilio.messages[0]["status"] == "delivered"


def test_receipts_may_be_shuffled_early_unknown_and_end_badly(twilio, post, webhook):
    address, heard = webhook
    twilio.change(receipts="shuffled,early,unknown", finals={TO: ("undelivered", "30005")})
    sids = [post(StatusCallback=address).json()["sid"] for _ in range(5)]
    assert len(heard) == 20, "early ones are there before the answer"
    orders = [[form["MessageStatus"] for form, _ in heard if form["MessageSid"] == sid] for sid in sids]
    assert any(order != ["queued", "sent", "undelivered"] for order in orders)
    assert {form["ErrorCode"] for form, _ in heard if form["MessageStatus"] == "undelivered"} == {"30005"}
    assert len({form["MessageSid"] for form, _ in heard} - set(sids)) == 5
    assert all(good for _, good in heard)
    assert {message["status"] for message in twilio.messages} == {"undelivered"}


def test_a_way_of_receipts_that_it_does_not_know_is_refused(twilio, running, post):
    with pytest.raises(ValueError, match="shuffled"):
        twilio.change(receipts="backwards")
    http = running[1]
    assert http.post(f"{twilio.base}/_change", json={"receipts": "ordered"}).status_code == 200
    assert http.post(f"{twilio.base}/_change", json={"listing": 1}).status_code == 400
    assert twilio.settings.receipts == "ordered"
