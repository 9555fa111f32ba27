"""Post a shift; see one's salons' shifts, or the offers one owes an answer."""

from datetime import timedelta
from typing import Any

from flask import request
from flask_smorest import Blueprint
from marshmallow import fields, validate

from salonpool.domain.money import Money
from salonpool.domain.shift import HORIZON, MAX_HOURLY_PAY_MINOR, MAX_SEATS, ShiftStatus
from salonpool.queries import offers as offer_queries
from salonpool.queries import shifts as shift_queries
from salonpool.usecases.pool import shifts
from salonpool.web.api.description import idempotency_key
from salonpool.web.api.fields import Instant, InstantOut, MoneyOut, Out, Strict, Text, WholeNumber, money, utc
from salonpool.web.api.staff import staff
from salonpool.web.extensions import language, now

blueprint = Blueprint("shifts", __name__, description="Shifts for the pool")

LOOK_BACK = timedelta(days=1)


# The rules check these bounds, in the reader's language; here they are only told.
class PayIn(Strict):
    amount_minor = WholeNumber(required=True, metadata={"minimum": 1, "maximum": MAX_HOURLY_PAY_MINOR})
    currency = Text(longest=3, required=True)


class ShiftIn(Strict):
    salon = Text(longest=40, required=True)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    skill = Text(longest=40, required=True)
    seats = WholeNumber(load_default=1, metadata={"minimum": 1, "maximum": MAX_SEATS})
    hourly_pay = fields.Nested(PayIn, required=True)
    priority = WholeNumber(load_default=2, metadata={"minimum": 1, "maximum": 3})


class PostedOut(Out):
    id = fields.Integer()
    status = fields.String(validate=validate.OneOf(list(ShiftStatus)))
    seats = fields.Integer()
    filled = fields.Integer()


class ShiftOut(PostedOut):
    salon = fields.String()
    starts_at = InstantOut()
    ends_at = InstantOut()
    skill = fields.String()
    hourly_pay = fields.Nested(MoneyOut)
    priority = fields.Integer()


class OfferOut(Out):
    id = fields.Integer()
    shift = fields.Integer()
    salon = fields.String()
    starts_at = InstantOut()
    ends_at = InstantOut()
    hourly_pay = fields.Nested(MoneyOut)
    pay = fields.Nested(MoneyOut)
    answer_by = InstantOut()


class ShiftsOut(Out):
    shifts = fields.List(fields.Nested(ShiftOut))
    offers = fields.List(fields.Nested(OfferOut))


@blueprint.post("/shifts")
@blueprint.arguments(ShiftIn())
@blueprint.response(201, PostedOut)
@blueprint.doc(parameters=[idempotency_key(required=False)])
def post(wanted: dict[str, Any]) -> dict[str, Any]:
    """Post a shift at a salon one owns; people are asked within a minute or two.

    With an Idempotency-Key a retry with the same key and body gets the same answer.
    """
    posted = shifts.post(
        staff(),
        wanted["salon"],
        starts_at=wanted["starts_at"],
        ends_at=wanted["ends_at"],
        skill=wanted["skill"],
        seats=wanted["seats"],
        hourly_pay=Money(**wanted["hourly_pay"]),
        priority=wanted["priority"],
        key=request.headers.get("Idempotency-Key"),
        now=now(),
    )
    return {"id": posted.id, "status": posted.status, "seats": posted.seats, "filled": posted.filled}


@blueprint.get("/shifts")
@blueprint.response(200, ShiftsOut)
def list_shifts() -> dict[str, Any]:
    """The shifts of the salons one owns, from yesterday on, and the offers waiting for one's answer."""
    account = staff()
    owned = sorted(account.owned_salon_ids)
    rows = shift_queries.list_between(owned, now() - LOOK_BACK, now() + HORIZON, language())
    waiting = (
        offer_queries.list_open_offers(account.stylist_id, now(), language()) if account.stylist_id else []
    )
    return {"shifts": [_shift(row) for row in rows], "offers": [_offer(row) for row in waiting]}


def _shift(row: shift_queries.ShiftRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "status": row.status,
        "seats": row.seats,
        "filled": row.filled,
        "salon": row.salon_slug,
        "starts_at": utc(row.starts_at),
        "ends_at": utc(row.ends_at),
        "skill": row.skill_code,
        "hourly_pay": money(row.hourly_pay),
        "priority": row.priority,
    }


def _offer(row: offer_queries.OfferRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "shift": row.shift_id,
        "salon": row.salon_slug,
        "starts_at": utc(row.starts_at),
        "ends_at": utc(row.ends_at),
        "hourly_pay": money(row.hourly_pay),
        "pay": money(row.pay),
        "answer_by": utc(row.answer_by),
    }
