"""Ask for a code that proves a number."""

from typing import Any

from flask import request
from flask_smorest import Blueprint
from marshmallow import fields

from salonpool.domain.phone_code import CODE_MINUTES
from salonpool.queries.salons import get_salon
from salonpool.usecases import phone_codes
from salonpool.web.api.fields import Out, Strict, Text
from salonpool.web.extensions import language, now, texting

blueprint = Blueprint("phone_codes", __name__, description="Codes by text")


class PhoneCodeIn(Strict):
    phone = Text(longest=40, required=True)
    salon = Text(longest=40, required=True)


class PhoneCodeOut(Out):
    minutes = fields.Integer()


@blueprint.post("/phone-codes")
@blueprint.arguments(PhoneCodeIn())
@blueprint.response(202, PhoneCodeOut)
def send(wanted: dict[str, Any]) -> dict[str, Any]:
    """Text six digits, good once and for 10 minutes, if anybody has booked with that number.

    The answer is the same for every number.
    """
    get_salon(wanted["salon"], language())
    phone_codes.send(
        wanted["phone"], address=request.remote_addr, language=language(), now=now(), texting=texting()
    )
    return {"minutes": CODE_MINUTES}
