"""Twilio's calls: signed or refused, answered at once, harmless when repeated."""

from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.messaging.capabilities import DEFAULT
from salonpool.messaging.simulator import SimulatorGateway
from salonpool.models import InboundMessage, Message
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


def test_a_proxy_that_changes_host_and_scheme_does_not_matter(client):
    headers = {"X-Twilio-Signature": signed(PUBLIC + INBOUND, TEXT), "Host": "10.0.0.7:8000"}
    assert client.post(INBOUND, data=TEXT, headers=headers).status_code == 200


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
