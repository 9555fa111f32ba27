"""G5: the member salons, and the two pages that explain."""

from datetime import timedelta
from itertools import groupby
from typing import Any

from flask import render_template, request

from salonpool.domain.local_time import from_minutes, local_day
from salonpool.queries import availability, salons
from salonpool.queries.visits import visit_of
from salonpool.web.extensions import language, now
from salonpool.web.guest import blueprint

SOONEST_WITHIN = timedelta(days=7)
SOONEST_FOR_AT_MOST = 12  # each salon's soonest time costs a search


@blueprint.get("/")
def list_salons() -> str:
    """Salons by district; ?q= searches by name."""
    query = request.args.get("q", "").strip()[:80]
    found = salons.list_salons(language())
    if query:
        found = [salon for salon in found if query.casefold() in salon.name.casefold()]
    shown = [_card(salon, with_soonest=number < SOONEST_FOR_AT_MOST) for number, salon in enumerate(found)]
    districts = [
        {"name": name, "salons": list(group)}
        for name, group in groupby(shown, key=lambda card: card["district"])
    ]
    today = local_day(now(), found[0].tz) if found else now().date()
    return render_template("guest/salons.html", districts=districts, query=query, today=today)


@blueprint.get("/help")
def show_help() -> str:
    """How booking and shifts work, and whom to call."""
    return render_template("help.html")


@blueprint.get("/privacy")
def show_privacy() -> str:
    """What is kept of whom, and for how long."""
    return render_template("privacy.html")


def _card(salon: salons.SalonRow, *, with_soonest: bool) -> dict[str, Any]:
    return {
        "slug": salon.slug,
        "name": salon.name,
        "district": salon.district,
        "directions": salon.directions,
        "zone": salon.zone,
        **(_soonest(salon) if with_soonest else {"online": True, "soonest_at": None}),
    }


def _soonest(salon: salons.SalonRow) -> dict[str, Any]:
    """Does the salon take bookings here, and when is its first service free within a week?"""
    services = salons.list_services(salon, language())[:1]
    if not services:
        return {"online": False, "soonest_at": None}
    found = availability.find_openings(visit_of(salon, services), now(), now() + SOONEST_WITHIN, now())
    return {"online": True, "soonest_at": from_minutes(found[0].start) if found else None}
