"""Salons, what they offer, and their free starts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from flask_smorest import Blueprint
from marshmallow import RAISE, fields, validate

from salonpool.domain.availability import Opening
from salonpool.domain.booking import HORIZON, FreeStart
from salonpool.domain.local_time import day_span
from salonpool.domain.refusal import InvalidInput
from salonpool.queries import availability, salons
from salonpool.queries.visits import Visit, get_visit
from salonpool.web.api.fields import InstantOut, MoneyOut, Out, QueryNumber, money, utc, utc_minute
from salonpool.web.api.wishes import WishQuery, asked_for
from salonpool.web.extensions import language, now

blueprint = Blueprint("salons", __name__, description="Salons and free times")

MAX_DAYS = 31


class StylistOut(Out):
    id = fields.Integer()
    name = fields.String()


class SalonOut(Out):
    slug = fields.String()
    name = fields.String()
    district = fields.String()
    phone = fields.String()
    zone = fields.String()


class ServiceOut(Out):
    id = fields.Integer()
    code = fields.String()
    name = fields.String()
    minutes = fields.Integer()
    price = fields.Nested(MoneyOut)


class SalonDetailOut(SalonOut):
    services = fields.List(fields.Nested(ServiceOut))
    stylists = fields.List(fields.Nested(StylistOut))


class SalonsOut(Out):
    salons = fields.List(fields.Nested(SalonOut))


class SlotOut(Out):
    starts_at = InstantOut()
    ends_at = InstantOut()
    stylist = fields.Nested(StylistOut)
    price = fields.Nested(MoneyOut)


class SlotsOut(Out):
    slots = fields.List(fields.Nested(SlotOut))


class SlotsIn(WishQuery):
    from_ = fields.Date(data_key="from", required=True)
    days = QueryNumber(load_default=1, validate=validate.Range(1, MAX_DAYS))


@blueprint.get("/salons")
@blueprint.response(200, SalonsOut)
def list_salons() -> dict[str, Any]:
    """Every member salon."""
    return {"salons": [salon_of(salon) for salon in salons.list_salons(language())]}


@blueprint.get("/salons/<string:slug>")
@blueprint.response(200, SalonDetailOut)
def get_salon(slug: str) -> dict[str, Any]:
    """One salon with its services and the stylists one can ask for."""
    salon = salons.get_salon(slug, language())
    services = salons.list_services(salon, language())
    stylists = salons.list_stylists(salon, now(), now() + timedelta(days=MAX_DAYS))
    return salon_of(salon) | {
        "services": [
            {"id": s.id, "code": s.code, "name": s.name, "minutes": s.minutes, "price": money(s.price)}
            for s in services
        ],
        "stylists": [{"id": s.id, "name": s.name} for s in stylists],
    }


@blueprint.get("/salons/<string:slug>/slots")
@blueprint.arguments(SlotsIn(), location="query", unknown=RAISE)
@blueprint.response(200, SlotsOut)
def list_slots(wanted: dict[str, Any], slug: str) -> dict[str, Any]:
    """Free starts, one row per start and stylist who can serve."""
    salon = salons.get_salon(slug, language())
    visit = get_visit(salon, asked_for(wanted), language())
    first = wanted["from_"]
    if first > now().date() + HORIZON:
        raise InvalidInput("too_far_ahead", field="from", days=HORIZON.days)
    if first < now().date() - HORIZON:
        raise InvalidInput("in_the_past", field="from")
    starts_from, _ = day_span(first, salon.tz)
    _, starts_until = day_span(first + timedelta(days=wanted["days"] - 1), salon.tz)
    found, names = availability.find_named_openings(visit, starts_from, starts_until, now())
    return {"slots": list(_slots(found, visit, names))}


def _slots(found: Iterable[Opening], visit: Visit, names: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """As slot() writes them, without an object and a price for each: a month has hundreds."""
    same: dict[tuple[int, ...], dict[str, Any]] = {}
    for opening in found:
        who = tuple([placed.stylist_id for placed in opening.placed])
        if who not in same:
            stylist = {"id": opening.stylist_id, "name": names[opening.stylist_id]}
            same[who] = {"stylist": stylist, "price": money(visit.price_of(opening))}
        yield {"starts_at": utc_minute(opening.start), "ends_at": utc_minute(opening.ends), **same[who]}


def slot(start: FreeStart) -> dict[str, Any]:
    """A free start as the API writes it."""
    return {
        "starts_at": utc(start.starts_at),
        "ends_at": utc(start.ends_at),
        "stylist": {"id": start.stylist_id, "name": start.stylist_name},
        "price": money(start.price),
    }


def salon_of(salon: salons.SalonRow) -> dict[str, Any]:
    """A salon as the API writes it."""
    return {
        "slug": salon.slug,
        "name": salon.name,
        "district": salon.district,
        "phone": salon.phone,
        "zone": salon.tz.key,
    }
