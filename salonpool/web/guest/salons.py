"""G5: the member salons with their soonest times, and the two pages that explain."""

from datetime import timedelta
from itertools import groupby
from typing import Any

from flask import Response, make_response, render_template, request

from salonpool.domain.local_time import local_day
from salonpool.domain.refusal import InvalidInput
from salonpool.queries import nearby, salons
from salonpool.queries.nearby import Order, Search
from salonpool.queries.salons import SalonRow, ServiceRow
from salonpool.queries.visits import visit_of
from salonpool.web.extensions import language, now, texting
from salonpool.web.guest import blueprint
from salonpool.web.guest.near import DAYS, row_of
from salonpool.web.wording import in_words

SOONEST_WITHIN = timedelta(days=7)
LONGEST_QUERY = 80


@blueprint.get("/")
def list_salons() -> Response:
    """The salons of one network by district: of the salon `near`, else of the network made first.

    ?q= searches by name; ?service=&order=&near= lists the soonest time of each for one service.
    """
    given = {name: request.args.get(name, "") for name in ("service", "near", "order")}
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    rows, problem = None, ""
    try:
        members = salons.list_of_network(given["near"] or None, language())
    except InvalidInput as refusal:
        members, problem = salons.list_of_network(None, language()), in_words(refusal)
    named = [salon for salon in members if query.casefold() in salon.name.casefold()]
    shown = named or members
    menus = salons.list_services_of(shown, language())
    try:
        rows = _rows(shown, given) if not problem else None
    except InvalidInput as refusal:
        problem = in_words(refusal)
    cards = [] if rows is not None else _cards(shown, menus)
    page = render_template(
        "guest/salons.html",
        districts=[
            {"name": name, "salons": list(group)}
            for name, group in groupby(cards, key=lambda card: card["district"])
        ],
        rows=rows,
        query=query,
        none_found=bool(query) and not named,
        services=_choices(menus),
        salons=members,
        problem=problem,
        today=local_day(now(), members[0].tz) if members else now().date(),
        **given,
    )
    return make_response(page, 422 if problem else 200)


@blueprint.get("/help")
def show_help() -> str:
    """How booking and shifts work, and whom to call."""
    return render_template("help.html")


@blueprint.get("/privacy")
def show_privacy() -> str:
    """What is kept of whom, and for how long."""
    return render_template("privacy.html", two_way=texting().two_way)


def _rows(members: list[SalonRow], given: dict[str, str]) -> list[dict[str, Any]] | None:
    """The soonest time of each salon for the service asked for, or None. Raises InvalidInput."""
    order = given["order"] or Order.TIME
    if order not in set(Order):
        raise InvalidInput("unknown_choice", field="order")
    if not given["service"]:
        return None
    near = next((salon.position for salon in members if salon.slug == given["near"]), None)
    if order == Order.DISTANCE and near is None:
        raise InvalidInput("missing", field="near", example=members[0].name if members else "")
    today = local_day(now(), members[0].tz) if members else now().date()
    search = Search((given["service"],), today, DAYS, near=near, order=Order(order), per_salon=1)
    return [row_of(found) for found in nearby.soonest(members, search, now(), language())]


def _cards(members: list[SalonRow], menus: dict[int, list[ServiceRow]]) -> list[dict[str, Any]]:
    """Each salon and when the first service on its menu is free within a week: one search for all."""
    firsts = {
        salon.id: [service for service in menus[salon.id] if not service.add_on][:1] for salon in members
    }
    visits = [visit_of(salon, firsts[salon.id]) for salon in members if firsts[salon.id]]
    stretches = [(now(), now() + SOONEST_WITHIN)] * len(visits)
    found = nearby.soonest_starts(visits, stretches, now(), 1)
    soonest = {visit.salon.id: starts for visit, starts in zip(visits, found, strict=True)}
    return [
        {
            "slug": salon.slug,
            "name": salon.name,
            "district": salon.district,
            "directions": salon.directions,
            "zone": salon.zone,
            "online": bool(firsts[salon.id]),
            "soonest_at": next((start.starts_at for start in soonest.get(salon.id, [])), None),
        }
        for salon in members
    ]


def _choices(menus: dict[int, list[ServiceRow]]) -> list[dict[str, str]]:
    """Every kind of service some salon offers, in the order of their menus."""
    names = {s.code: s.name for menu in menus.values() for s in menu if not s.add_on}
    return [{"code": code, "name": name} for code, name in names.items()]
