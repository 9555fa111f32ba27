"""G7: the soonest places at a salon's sisters, with name, price and time before the tap."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from salonpool.domain.booking import MAX_SERVICES
from salonpool.domain.local_time import local_day
from salonpool.domain.refusal import InvalidInput
from salonpool.queries import nearby, salons
from salonpool.queries.naming import visit_name
from salonpool.queries.nearby import Nearby, Search
from salonpool.queries.salons import SalonRow, ServiceRow
from salonpool.queries.sisters import list_sisters
from salonpool.web.extensions import language, now
from salonpool.web.filters import service_name
from salonpool.web.guest import blueprint
from salonpool.web.guest.choices import typed_day, typed_guests
from salonpool.web.wording import in_words

MOST_ROWS = 5
MOST_OF_ONE = 2
DAYS = 14


@blueprint.get("/near")
def show_near() -> BaseResponse:
    """Up to five places at sister salons of `from`, soonest first; without `from`, the list of salons."""
    slug = request.args.get("from", "")
    if not slug:
        chosen: dict[str, Any] = {"service": next(iter(request.args.getlist("service")), None) or None}
        return redirect(url_for("guest.list_salons", **chosen))
    return _page(salons.get_salon(slug, language()))


def _page(salon: SalonRow) -> Response:
    codes = tuple(code for code in request.args.getlist("service") if code)
    own = salons.list_services(salon, language())
    lacks = not own or {*codes} - {service.code for service in own}
    others = _others(salon, own) if lacks else []
    known = {service.code: service.name for service in (*others, *own)}
    codes = codes or tuple(service.code for service in own if not service.add_on)[:1]
    today = local_day(now(), salon.tz)
    on, guests, problem = _day_and_guests(today)
    if wrong := _what_is_wrong(codes, guests, known):
        problem, codes = wrong, ()
    rows = find_at_sisters(salon, codes, on or today, guests=guests) if codes else []
    all_of: dict[str, Any] = {"service": codes[0], "near": salon.slug} if len(codes) == 1 else {}
    page = render_template(
        "guest/near.html",
        salon=salon,
        name=visit_name(((guest, known[code]) for guest in range(guests) for code in codes), language()),
        rows=[row_of(found) for found in rows],
        on=on,
        today=today,
        problem=problem,
        instead={} if codes else _instead(salon, own, others),
        all_url=url_for("guest.list_salons", **all_of),
        back_url=url_for("guest.show_book", slug=salon.slug),
    )
    return make_response(page, 422 if problem else 200)


def _day_and_guests(today: date) -> tuple[date | None, int, str]:
    """From which day, for how many, and what was wrong with either and is left out."""
    on, guests, problem = None, 1, ""
    try:
        guests = typed_guests(request.args)
        on = typed_day(request.args.get("on", ""), today)
    except InvalidInput as refusal:
        problem = in_words(refusal)
    return on, guests, problem


def _what_is_wrong(codes: tuple[str, ...], guests: int, known: Mapping[str, str]) -> str:
    """Why nothing can be looked for; '' when it can."""
    if any(code not in known for code in codes):
        return _("No salon here does that. This is what there is.")
    if len(codes) * guests > MAX_SERVICES:
        return in_words(InvalidInput("too_many_services", limit=MAX_SERVICES))
    return ""


def _others(salon: SalonRow, own: list[ServiceRow]) -> list[ServiceRow]:
    """What other salons of the network do and this one does not, one of each code."""
    members = [one for one in salons.list_of_network(salon.slug, language()) if one.id != salon.id]
    menus = salons.list_services_of(members, language()) if members else {}
    codes = {service.code for service in own}
    found = {s.code: s for menu in menus.values() for s in menu if not s.add_on and s.code not in codes}
    return list(found.values())


def _instead(salon: SalonRow, own: list[ServiceRow], others: list[ServiceRow]) -> dict[str, Any]:
    """Where to go on from a service nobody has: to those of this salon, then to those of the others."""
    near: dict[str, Any] = {"near": salon.slug}
    return {
        "own": [
            {"name": service_name(s), "url": url_for("guest.show_book", slug=salon.slug, service=s.id)}
            for s in own
            if not s.add_on
        ],
        "others": [
            {"name": s.name, "url": url_for("guest.list_salons", service=s.code, **near)} for s in others
        ],
    }


def find_at_sisters(
    salon: SalonRow, codes: tuple[str, ...], first_on: date, *, guests: int = 1
) -> list[Nearby]:
    """The soonest places at the sisters of a salon that both agreed to show: one each, then their next.

    Never more than two of one salon: its booking page shows the rest.
    """
    sisters = list_sisters(salon, language())
    search = Search(codes, first_on, DAYS, salon.position, per_salon=MOST_OF_ONE, guests=guests)
    visits = nearby.list_visits(sisters, search, language())
    found = nearby.look(visits, search, now()) if visits else []
    firsts = {id(each) for each in {n.salon.id: n for n in reversed(found)}.values()}
    ranked = sorted(found, key=lambda n: id(n) not in firsts)[:MOST_ROWS]
    return sorted(ranked, key=lambda n: (n.start.starts_at, n.salon.id))


def row_of(found: Nearby) -> dict[str, Any]:
    """A place as the pages list it, with the address that leads to its booking page, pre-filled."""
    salon, start = found.salon, found.start
    chosen: dict[str, Any] = {
        "service": [service.id for service in found.services],
        "on": local_day(start.starts_at, salon.tz),
        "at": start.starts_at.isoformat(),
    }
    if found.guests > 1:
        chosen["guests"] = found.guests
    return {
        "salon": salon,
        "walk_minutes": found.walk_minutes,
        "starts_at": start.starts_at,
        "price": start.price,
        "stylist_name": start.stylist_name,
        "stylist_names": ", ".join(start.stylist_names),
        "book_url": url_for("guest.show_book", slug=salon.slug, **chosen),
        "book_them_url": url_for("guest.show_book", slug=salon.slug, **chosen, stylist=start.stylist_id),
    }
