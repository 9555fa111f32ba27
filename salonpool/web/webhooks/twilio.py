"""Twilio's calls: a text came in, a text got further. Unsigned ones change nothing."""

from flask import Blueprint, Response, abort, current_app, request

from salonpool.messaging.verification import valid_signature
from salonpool.usecases.texts import inbound, receipts
from salonpool.web.extensions import now

blueprint = Blueprint("twilio", __name__, url_prefix="/sms/twilio")

WHATSAPP = "whatsapp:"
EMPTY_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@blueprint.before_request
def refuse_unsigned() -> None:
    """Twilio signs the URL it was given: ours in public, whatever a proxy made of it. 403 otherwise."""
    config = current_app.config["SALONPOOL"]
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    url = config.public_url + request.path + query
    signature = request.headers.get("X-Twilio-Signature", "")
    if not valid_signature(config.twilio_auth_token, url, request.form.to_dict(flat=False), signature):
        current_app.logger.warning("refused a call of %s: its signature is not right", request.path)
        abort(403)


@blueprint.post("/inbound")
def text_came_in() -> Response:
    """Keep the text as it came. The answer leaves by the outbox, so none is given here."""
    inbound.receive(
        _needed("MessageSid"), _needed("From"), request.form.get("Body", ""), request.form.to_dict(), now()
    )
    return _nothing_to_say()


@blueprint.post("/status")
def text_got_further() -> Response:
    """A receipt for one of our texts; `oid` is our own id of it."""
    receipts.record_receipt(
        sid=_needed("MessageSid"),
        reference=request.args.get("oid", ""),
        to=request.form.get("To", "").removeprefix(WHATSAPP),
        word=_needed("MessageStatus"),
        error_code=request.form.get("ErrorCode", ""),
        now=now(),
    )
    return _nothing_to_say()


def _needed(name: str) -> str:
    value = request.form.get(name, "")
    if not value:
        abort(400)
    return value


def _nothing_to_say() -> Response:
    return Response(EMPTY_ANSWER, mimetype="text/xml")
