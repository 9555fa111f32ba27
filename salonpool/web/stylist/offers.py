"""T1: one offer by its link. Looking changes nothing; saying yes or no is a POST."""

from typing import Any

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from salonpool.domain.local_time import local_day
from salonpool.domain.offer import OfferGone
from salonpool.queries import access
from salonpool.queries.offers import OfferPage, get_offer
from salonpool.usecases.pool import offers
from salonpool.web.extensions import language, now, texting
from salonpool.web.links import opened
from salonpool.web.stylist import blueprint


@blueprint.get("/o/<string:token>")
def show_offer(token: str) -> Response:
    """The offer in whatever state it is."""
    offer_id, _stylist_id = opened(access.offer_by_link, token)
    return _page(offer_id, token, 200)


@blueprint.post("/o/<string:token>/accept")
def accept(token: str) -> BaseResponse:
    """Yes: the shift is theirs, or the page says truthfully why not (409)."""
    return _answer(offers.accept, token)


@blueprint.post("/o/<string:token>/decline")
def decline(token: str) -> BaseResponse:
    """No, which costs nothing."""
    return _answer(offers.decline, token)


def _answer(use_case: Any, token: str) -> BaseResponse:
    offer_id, stylist_id = opened(access.offer_by_link, token)
    g.page_url = url_for("stylist.show_offer", token=token)
    try:
        use_case(offer_id, stylist_id=stylist_id, now=now(), texting=texting(), actor=f"stylist:{stylist_id}")
    except OfferGone as gone:
        return _page(offer_id, token, 409, gone)
    return redirect(url_for("stylist.show_offer", token=token), 303)


def _page(offer_id: int, token: str, status: int, gone: OfferGone | None = None) -> Response:
    offer = get_offer(offer_id, now(), language())
    # An offer that no longer fits its person is still open for others: to this one it reads as closed.
    closed = gone is not None and gone.code == "not_eligible"
    response = make_response(
        render_template(
            "stylist/offer.html",
            salon=offer.salon,
            offer=offer,
            state="not_eligible" if closed else offer.state,
            walk=offer.walk,
            checks=_checks(offer),
            today=local_day(now(), offer.salon.tz),
            token=token,
        ),
        status,
    )
    if request.method == "GET":
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def _checks(offer: OfferPage) -> list[str]:
    """What speaks for it, in the stylist's terms."""
    if offer.agreed_week_minutes + offer.minutes > offer.max_week_minutes:
        return []
    hours = (offer.agreed_week_minutes + offer.minutes) / 60
    most = offer.max_week_minutes // 60
    return [
        _("With this shift you work %(hours)g of at most %(most)s hours that week.", hours=hours, most=most)
    ]
