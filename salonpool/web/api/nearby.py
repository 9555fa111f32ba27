"""The soonest places across the member salons, by catalogue code."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import RAISE, fields, validate

from salonpool.domain.booking import HORIZON, MAX_SERVICES
from salonpool.domain.person import Gender
from salonpool.domain.refusal import InvalidInput
from salonpool.queries import nearby, salons
from salonpool.queries.nearby import Nearby, Order, Search
from salonpool.web.api.fields import Out, QueryId, QueryNumber, Strict, Text
from salonpool.web.api.salons import MAX_DAYS, SalonOut, SlotOut, salon_of, slot
from salonpool.web.extensions import language, now

blueprint = Blueprint("nearby", __name__, description="Free times at all member salons")

LONGEST_CODE = 64
LONGEST_TAG = 20


class NearbySlotOut(SlotOut):
    salon = fields.Nested(SalonOut)
    services = fields.List(fields.Integer(), metadata={"description": "Their ids at that salon."})
    walk_minutes = fields.Integer(
        allow_none=True, metadata={"description": "From `near`; null without it, or too far to walk."}
    )


class NearbySlotsOut(Out):
    slots = fields.List(fields.Nested(NearbySlotOut))


class NearbyIn(Strict):
    service = fields.List(
        Text(longest=LONGEST_CODE),
        required=True,
        validate=validate.Length(1, MAX_SERVICES),
        metadata={"description": "Catalogue codes.", "examples": [["cut"]]},
    )
    from_ = fields.Date(data_key="from", required=True)
    days = QueryNumber(load_default=1, validate=validate.Range(1, MAX_DAYS))
    near = Text(longest=LONGEST_CODE)
    order = fields.Enum(Order, by_value=True, load_default=Order.TIME)
    stylist = QueryId()
    gender = fields.Enum(Gender, by_value=True)
    speaks = Text(longest=LONGEST_TAG)


@blueprint.get("/slots")
@blueprint.arguments(NearbyIn(), location="query", unknown=RAISE)
@blueprint.response(200, NearbySlotsOut)
def list_nearby(wanted: dict[str, Any]) -> dict[str, Any]:
    """The soonest free starts, up to three of each salon of one network: that of `near`, else the first made.

    `service` is a catalogue code. Order by `distance` needs `near`.
    """
    first_on = wanted["from_"]
    if first_on > now().date() + HORIZON:
        raise InvalidInput("too_far_ahead", field="from", days=HORIZON.days)
    if first_on < now().date() - HORIZON:
        raise InvalidInput("in_the_past", field="from")
    near = wanted.get("near")
    members = salons.list_of_network(near, language())
    search = Search(
        codes=tuple(wanted["service"]),
        first_on=first_on,
        days=wanted["days"],
        near=next((salon.position for salon in members if salon.slug == near), None),
        order=wanted["order"],
        stylist_id=wanted.get("stylist"),
        gender=wanted.get("gender"),
        speaks=wanted.get("speaks"),
    )
    return {"slots": [_slot(found) for found in nearby.soonest(members, search, now(), language())]}


def _slot(found: Nearby) -> dict[str, Any]:
    return {
        "salon": salon_of(found.salon),
        **slot(found.start),
        "services": [service.id for service in found.services],
        "walk_minutes": found.walk_minutes,
    }
