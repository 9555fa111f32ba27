"""G7: the soonest places at a salon's sisters, with name, price and time before the tap."""

from datetime import date
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from salonpool.domain.booking import MAX_SERVICES
from salonpool.domain.local_time import local_day
from salonpool.domain.refusal import InvalidInput
from salonpool.queries import nearby, salons
from salonpool.queries.nearby import Nearby, Search
from salonpool.queries.salons import SalonRow
from salonpool.queries.sisters import list_sisters
from salonpool.web.extensions import language, now
from salonpool.web.guest import blueprint
from salonpool.web.guest.choices import typed_day
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
    menu = salons.list_services(salon, language())
    known = {service.code: service.name for service in menu}
    rows, problem, on = [], "", None
    today = local_day(now(), salon.tz)
    try:
        codes = codes or tuple(service.code for service in menu if not service.add_on)[:1]
        if len(codes) > MAX_SERVICES or any(code not in known for code in codes):
            raise InvalidInput("unknown_choice", field="service")
        on = typed_day(request.args.get("on", ""), today)
        rows = find_at_sisters(salon, codes, on or today) if codes else []
    except InvalidInput as refusal:
        problem = in_words(refusal)
        codes = ()
    page = render_template(
        "guest/near.html",
        salon=salon,
        name=" + ".join(known[code] for code in codes),
        rows=[row_of(found) for found in rows],
        on=on,
        today=today,
        problem=problem,
        back_url=url_for("guest.show_book", slug=salon.slug),
    )
    return make_response(page, 422 if problem else 200)


def find_at_sisters(
    salon: SalonRow, codes: tuple[str, ...], first_on: date, *, stylist_id: int | None = None, **wish: Any
) -> list[Nearby]:
    """The soonest places at the sisters of a salon that both agreed to show: one each, then their next.

    Never more than two of one salon: its booking page shows the rest.
    """
    sisters = list_sisters(salon, language())
    search = Search(
        codes, first_on, DAYS, salon.position, per_salon=MOST_OF_ONE, stylist_id=stylist_id, **wish
    )
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
    return {
        "salon": salon,
        "walk_minutes": found.walk_minutes,
        "starts_at": start.starts_at,
        "price": start.price,
        "stylist_name": start.stylist_name,
        "book_url": url_for("guest.show_book", slug=salon.slug, **chosen),
        "book_them_url": url_for("guest.show_book", slug=salon.slug, **chosen, stylist=start.stylist_id),
    }
