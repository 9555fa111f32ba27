"""Twilio's calls: a text came in, a text got further. Unsigned ones change nothing."""

from flask import Blueprint, Response, abort, current_app, request

from salonpool.messaging.verification import valid_signature
from salonpool.usecases.texts import inbound, receipts
from salonpool.web.extensions import now

blueprint = Blueprint("twilio", __name__, url_prefix="/sms/twilio")

WHATSAPP = "whatsapp:"  # before each number of that channel
EMPTY_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
# Twilio's sids have 34 characters, its words and codes fewer than 20.
SID_MAX, NUMBER_MAX, WORD_MAX, REFERENCE_MAX = 40, 40, 20, 20


@blueprint.before_request
def refuse_unsigned() -> None:
    """Twilio signs the URL it was given: ours in public, whatever a proxy made of it. 403 otherwise."""
    config = current_app.config["SALONPOOL"]
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    url = config.public_url + request.path + query
    signature = request.headers.get("X-Twilio-Signature", "")
    if valid_signature(config.twilio_auth_token, url, request.form.to_dict(flat=False), signature):
        return
    current_app.logger.warning("refused a call of %s: its signature is not right", request.path)
    if config.twilio_auth_token:  # without one nobody has cause to call
        current_app.extensions["salonpool.refused"].add(config.public_url + request.path, now())
    abort(403)


@blueprint.post("/inbound")
def text_came_in() -> Response:
    """Keep the text as it came. The answer leaves by the outbox, so none is given here."""
    sender = _needed("From", NUMBER_MAX).removeprefix(WHATSAPP)
    inbound.receive(
        _needed("MessageSid", SID_MAX), sender, request.form.get("Body", ""), request.form.to_dict(), now()
    )
    return _nothing_to_say()


@blueprint.post("/status")
def text_got_further() -> Response:
    """A receipt for one of our texts; `oid` is our own id of it."""
    receipts.record_receipt(
        sid=_needed("MessageSid", SID_MAX),
        reference=_fitting(request.args.get("oid", ""), REFERENCE_MAX),
        to=_fitting(request.form.get("To", ""), NUMBER_MAX).removeprefix(WHATSAPP),
        word=_needed("MessageStatus", WORD_MAX),
        error_code=_fitting(request.form.get("ErrorCode", ""), WORD_MAX),
        now=now(),
    )
    return _nothing_to_say()


def _needed(name: str, most: int) -> str:
    value = _fitting(request.form.get(name, ""), most)
    if not value:
        abort(400)
    return value


def _fitting(value: str, most: int) -> str:
    """What a column of the database can take; anything longer, or with a NUL, is none of Twilio's."""
    if len(value) > most or "\0" in value:
        abort(400)
    return value


def _nothing_to_say() -> Response:
    return Response(EMPTY_ANSWER, mimetype="text/xml")
