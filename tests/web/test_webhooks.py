"""Twilio's calls: signed or refused, answered at once, harmless when repeated."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.messaging.capabilities import DEFAULT
from salonpool.messaging.simulator import SimulatorGateway
from salonpool.models import Counter, InboundMessage, Message, OptOut, Receipt
from salonpool.queries.webhooks import count_refused_webhooks
from salonpool.usecases.texts import messages, outbox
from tests.builders import NOW, a_network
from tests.twilio_stand_in import AUTH_TOKEN, signed

PUBLIC = "https://book.example"
INBOUND, STATUS = "/sms/twilio/inbound", "/sms/twilio/status"
TEXT = {
    "MessageSid": "SM1",
    "From": "+886912000001",
    "To": "+15005550006",
    "Body": "１ 好\x0b!",
    "NumMedia": "0",
}


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"public_url": PUBLIC, "twilio_auth_token": AUTH_TOKEN}


def _post(client: Any, path: str, params: dict[str, str], signature: str | None = None) -> Any:
    signature = signed(PUBLIC + path, params) if signature is None else signature
    headers = {"X-Twilio-Signature": signature} if signature else {}
    return client.post(path, data=params, headers=headers)


def _inbound() -> list[InboundMessage]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(InboundMessage)))


@pytest.fixture
def sent(app) -> int:
    """A text the provider has."""
    network_id = a_network()
    with transaction() as session:
        message_id = messages.enqueue(
            session, network_id=network_id, event_id="sign_in:1", text_id="S1", to="+886912000001",
            language="en", values={"u": "s.example/in/1"}, within=DEFAULT, now=NOW,
        )  # fmt: skip
        assert message_id is not None
    outbox.send_due(NOW, NOW, SimulatorGateway())
    return message_id


def test_a_signed_text_is_kept_and_answered_with_nothing(client):
    answer = _post(client, INBOUND, TEXT)
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert answer.text.endswith("<Response/>")
    (kept,) = _inbound()
    assert (kept.sid, kept.sender, kept.body, kept.received_at) == ("SM1", TEXT["From"], TEXT["Body"], NOW)
    assert kept.raw == TEXT


def test_the_same_call_again_changes_nothing(client):
    for _ in range(3):
        assert _post(client, INBOUND, TEXT).status_code == 200
    assert len(_inbound()) == 1


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "nonsense",
        signed(PUBLIC + INBOUND, TEXT, "another token"),
        signed(PUBLIC + STATUS, TEXT),
        signed("http://localhost" + INBOUND, TEXT),
        signed(PUBLIC + INBOUND, {**TEXT, "Body": "2"}),
    ],
)
def test_a_call_without_the_right_signature_is_refused(client, signature):
    assert _post(client, INBOUND, TEXT, signature).status_code == 403
    assert _inbound() == []


FORWARDED = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
TWO_HOPS = {
    "X-Forwarded-For": "192.0.2.7, 10.0.0.2",
    "X-Forwarded-Proto": "https, http",
    "X-Forwarded-Host": "inner",
}
# PUBLIC_URL, the address as Twilio signs it, and what the app sees of the call.
SET_UPS: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "direct": ("http://book.example:8000", "http://book.example:8000", "http://book.example:8000", {}),
    "TLS, no headers": (PUBLIC, PUBLIC, "http://book.example", {}),
    "TLS, headers": (PUBLIC, PUBLIC, "http://book.example", FORWARDED),
    "two hops": (PUBLIC, PUBLIC, "http://book.example", TWO_HOPS),
    "host rewritten": (PUBLIC, PUBLIC, "http://10.0.0.7:8000", {}),
    "odd port": (f"{PUBLIC}:8443", f"{PUBLIC}:8443", "http://127.0.0.1:8000", {}),
    "default port named by Twilio": (PUBLIC, f"{PUBLIC}:443", "http://book.example", FORWARDED),
    "default port in PUBLIC_URL": (f"{PUBLIC}:443", PUBLIC, "http://book.example", FORWARDED),
    "path prefix stripped": (f"{PUBLIC}/salon", f"{PUBLIC}/salon", "http://book.example", FORWARDED),
    "capitals": ("https://Book.Example", PUBLIC, "http://book.example", FORWARDED),
}


@pytest.mark.parametrize("path", [INBOUND, f"{STATUS}?oid=7"])
def test_behind_any_proxy_the_right_calls_are_taken_once_and_others_refused(app, client, path):
    answers = {}
    for number, (name, (public_url, signs, seen, headers)) in enumerate(SET_UPS.items()):
        app.config["SALONPOOL"] = replace(app.config["SALONPOOL"], public_url=public_url)
        params = {**TEXT, "MessageSid": f"SM{number}", "MessageStatus": "delivered"}
        right, forged = signed(signs + path, params), signed(signs + path, params, "another token")
        answers[name] = [
            client.post(
                path, data=params, base_url=seen, headers={**headers, "X-Twilio-Signature": signature}
            ).status_code
            for signature in (forged, right, right)
        ]
    assert answers == {name: [403, 200, 200] for name in SET_UPS}
    db.session.rollback()
    kept = db.session.scalar(sa.select(sa.func.count(InboundMessage.id if path == INBOUND else Receipt.id)))
    assert kept == len(SET_UPS)


@pytest.mark.parametrize("path", [INBOUND, STATUS])
@pytest.mark.parametrize(
    "odd",
    [{"MessageSid": "S" * 41}, {"MessageSid": "SM\0"}, {"From": "1" * 41, "MessageStatus": "x" * 21}],
)
def test_a_signed_call_that_no_column_can_take_is_bad_and_no_error(client, path, odd):
    assert _post(client, path, {**TEXT, "MessageStatus": "sent", **odd}).status_code == 400


def test_whatsapp_numbers_are_the_same_people(client, sent):
    params = {**TEXT, "From": "whatsapp:+886912000001", "Body": "STOP"}
    assert _post(client, INBOUND, params).status_code == 200
    db.session.rollback()
    assert db.session.scalar(sa.select(OptOut.phone)) == "+886912000001"


def test_five_refused_calls_in_ten_minutes_are_an_alert_and_a_flood_writes_little(client, caplog):
    for turn in range(30):
        assert _post(client, INBOUND, TEXT, "nonsense").status_code == 403
        alerts = [record.url for record in caplog.records if hasattr(record, "alert")]
        assert alerts == ([PUBLIC + INBOUND] if turn >= 4 else [])
    db.session.rollback()
    assert db.session.scalar(sa.select(Counter.hits)) == 20
    assert count_refused_webhooks(NOW) == 20
    assert count_refused_webhooks(NOW + timedelta(minutes=25)) == 0


def test_a_signed_call_without_a_sender_is_refused(client):
    params = {"MessageSid": "SM1", "Body": "1"}
    assert _post(client, INBOUND, params).status_code == 400


def test_only_post_is_a_call(client):
    assert client.get(INBOUND).status_code in {403, 405}


class TestWithoutToken:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"public_url": PUBLIC}

    def test_every_call_is_refused(self, client):
        assert _post(client, INBOUND, TEXT, signed(PUBLIC + INBOUND, TEXT, "")).status_code == 403
        assert count_refused_webhooks(NOW) == 0  # a stranger who tries addresses is no alarm


def _status(client: Any, message_id: int, word: str, sid: str) -> int:
    params = {"MessageSid": sid, "MessageStatus": word, "To": "+886912000001"}
    status: int = _post(client, f"{STATUS}?oid={message_id}", params).status_code
    return status


def test_a_receipt_moves_a_text_forward_and_never_back(client, sent):
    sid = db.session.get_one(Message, sent).sid or ""
    for word in ("delivered", "sent", "queued"):
        assert _status(client, sent, word, sid) == 200
    db.session.rollback()
    assert db.session.get_one(Message, sent).status == "delivered"


def test_a_receipt_for_a_text_of_somebody_else_is_taken_and_ignored(client, sent):
    assert _status(client, sent + 1, "delivered", "SMstranger") == 200
    assert _status(client, sent, "delivered", "SMstranger") == 200
    db.session.rollback()
    assert db.session.get_one(Message, sent).status == "sent"


def test_an_unsigned_receipt_is_refused(client, sent):
    params = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    assert _post(client, f"{STATUS}?oid={sent}", params, "nonsense").status_code == 403


class TestFromWhatsApp:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"public_url": PUBLIC, "twilio_from": "whatsapp:+886912000009"}

    def test_the_number_texts_come_from_may_not_book(self, app):
        assert app.extensions["salonpool.texting"].own_numbers == frozenset({"+886912000009"})
