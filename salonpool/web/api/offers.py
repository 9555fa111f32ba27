"""Answer an offer through the API."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields, validate

from salonpool.domain.offer import OfferStatus
from salonpool.domain.shift import AssignmentStatus
from salonpool.queries import access
from salonpool.usecases.pool import offers
from salonpool.web.api.fields import ID, InstantOut, MoneyOut, Out, money, utc
from salonpool.web.api.staff import staff
from salonpool.web.extensions import now, texting

blueprint = Blueprint("offers", __name__, description="Answers to offers")


class AssignmentOut(Out):
    id = fields.Integer()
    shift = fields.Integer()
    salon = fields.String()
    starts_at = InstantOut()
    ends_at = InstantOut()
    hourly_pay = fields.Nested(MoneyOut)
    status = fields.String(validate=validate.OneOf(list(AssignmentStatus)))


class AcceptedOut(Out):
    assignment = fields.Nested(AssignmentOut)


class DeclinedOut(Out):
    status = fields.String(validate=validate.Equal(OfferStatus.DECLINED))


@blueprint.post(f"/offers/{ID % 'offer_id'}/accept")
@blueprint.response(200, AcceptedOut)
def accept(offer_id: int) -> dict[str, Any]:
    """Take the shift. The first valid yes wins; whoever won may ask again and hears the same."""
    account = staff()
    offer_id, stylist_id = access.get_own_offer(account, offer_id)
    yes = offers.accept(
        offer_id,
        stylist_id=stylist_id,
        now=now(),
        texting=texting(),
        actor=f"account:{account.id}",
    )
    return {
        "assignment": {
            "id": yes.assignment_id,
            "shift": yes.shift_id,
            "salon": yes.salon,
            "starts_at": utc(yes.starts_at),
            "ends_at": utc(yes.ends_at),
            "hourly_pay": money(yes.hourly_pay),
            "status": yes.status,
        }
    }


@blueprint.post(f"/offers/{ID % 'offer_id'}/decline")
@blueprint.response(200, DeclinedOut)
def decline(offer_id: int) -> dict[str, str]:
    """Say no; it costs nothing, and saying it twice is harmless."""
    account = staff()
    offer_id, stylist_id = access.get_own_offer(account, offer_id)
    offers.decline(
        offer_id,
        stylist_id=stylist_id,
        now=now(),
        texting=texting(),
        actor=f"account:{account.id}",
    )
    return {"status": OfferStatus.DECLINED}
