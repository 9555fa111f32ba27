"""T2: a stylist's own day: offers to answer, guests, next shifts."""

from datetime import timedelta

from flask import render_template, url_for
from flask_login import login_required

from salonpool.domain.local_time import day_span, local_day
from salonpool.domain.refusal import Refusal
from salonpool.queries import bookings, offers, people
from salonpool.web.extensions import account, language, now, texting
from salonpool.web.stylist import blueprint

AHEAD = timedelta(days=14)


@blueprint.get("/me")
@login_required
def show_me() -> str:
    """Today, the open offers and two weeks of shifts."""
    stylist_id = account().stylist_id
    if stylist_id is None:
        raise Refusal("not_allowed")
    tz = people.zone_of_network(account().network_id)
    today = local_day(now(), tz)
    links = texting().links
    waiting = [
        {
            "url": url_for("stylist.show_offer", token=links.offer_token(offer.id, offer.link_version)),
            "salon_name": offer.salon_name,
            "starts_at": offer.starts_at,
            "ends_at": offer.ends_at,
            "pay": offer.pay,
            "answer_by": offer.answer_by,
        }
        for offer in offers.list_open_offers(stylist_id, now(), language())
    ]
    return render_template(
        "stylist/me.html",
        stylist={"name": account().name},
        zone=tz.key,
        today=today,
        offers=waiting,
        shifts=offers.list_work(stylist_id, now(), now() + AHEAD, language()),
        bookings=bookings.list_day_of_stylist(stylist_id, *day_span(today, tz), language()),
    )
