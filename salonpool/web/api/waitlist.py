"""Wait for a place through the API: join the list, see and leave it, answer a place that is held."""

from typing import Any

from flask import request
from flask_smorest import Blueprint
from marshmallow import fields, validate

from salonpool.domain.booking import MAX_SERVICES, SlotTaken
from salonpool.domain.refusal import InvalidInput
from salonpool.domain.text_input import NAME_MAX
from salonpool.domain.waitlist import MAX_STYLISTS, WaitlistStatus
from salonpool.queries import access, salons, waitlist_pages
from salonpool.queries.waitlist_pages import EntryPage, HeldPlace
from salonpool.usecases.booking import places, waitlist
from salonpool.web.api.bearer import check_bearer, check_manages
from salonpool.web.api.bookings import BookingOut, answer_taken, as_booking
from salonpool.web.api.fields import ID, Id, Instant, InstantOut, Out, Strict, Text, utc
from salonpool.web.api.salons import StylistOut
from salonpool.web.extensions import language, now, texting

MOST_GIVEN = 31
MOST_SALONS = 50
# Where the body has another word than the page whose use case this is.
FIELDS = {"service": "services", "stylist": "stylists", "sisters": "salons", "phone": "customer.phone"}
FIELDS |= {"name": "customer.name"}

blueprint = Blueprint("waitlist", __name__, description="Waiting for a place")
blueprint.register_error_handler(SlotTaken, answer_taken)


class WindowIn(Strict):
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)


class WaiterIn(Strict):
    phone = Text(longest=40, required=True)
    name = Text(longest=NAME_MAX)


class WaitIn(Strict):
    salon = Text(longest=40, required=True)
    services = fields.List(Id(), required=True, validate=validate.Length(1, MAX_SERVICES))
    stylists = fields.List(Id(), validate=validate.Length(1, MAX_STYLISTS))
    salons = fields.List(Text(longest=40), validate=validate.Length(1, MOST_SALONS))
    windows = fields.List(fields.Nested(WindowIn), required=True, validate=validate.Length(1, MOST_GIVEN))
    customer = fields.Nested(WaiterIn, required=True)


class WindowOut(Out):
    starts_at = InstantOut()
    ends_at = InstantOut()


class WaitServiceOut(Out):
    code = fields.String()
    length = fields.String()
    name = fields.String()


class PlaceOut(Out):
    id = fields.Integer()
    salon = fields.String()
    starts_at = InstantOut()
    held_until = InstantOut()
    manage_token = fields.String()


class TakenOut(Out):
    id = fields.Integer()
    manage_token = fields.String()


class WaitOut(Out):
    id = fields.Integer()
    status = fields.String(validate=validate.OneOf(list(WaitlistStatus)))
    salons = fields.List(fields.String())
    services = fields.List(fields.Nested(WaitServiceOut))
    stylists = fields.List(fields.Nested(StylistOut))
    windows = fields.List(fields.Nested(WindowOut))
    place = fields.Nested(PlaceOut, allow_none=True)
    booking = fields.Nested(TakenOut, allow_none=True)
    wait_token = fields.String()


@blueprint.post("/waitlist")
@blueprint.arguments(WaitIn())
@blueprint.response(201, WaitOut)
def join(wanted: dict[str, Any]) -> dict[str, Any]:
    """Put one guest on the list: a place that frees in one of `windows` is held for them and they get a text.

    `salons`: sister salons that would do, too. No `stylists`: anyone. Joining for the same thing again within
    ten minutes gives the entry there is; later, or once a place was held for it, 409 `waits_already`.
    """
    try:
        joined = waitlist.join(
            _waiting(wanted),
            language=language(),
            now=now(),
            texting=texting(),
            address=request.remote_addr,
        )
    except InvalidInput as refusal:
        field = refusal.field or "windows"
        raise InvalidInput(refusal.code, field=FIELDS.get(field, field), **refusal.values) from refusal
    return _entry(joined.entry_id)


@blueprint.get(f"/waitlist/{ID % 'entry_id'}")
@blueprint.response(200, WaitOut)
def get_waiting(entry_id: int) -> dict[str, Any]:
    """What is waited for and how it stands; the bearer is the wait token. `place` is held for them now."""
    check_bearer(access.waitlist_id_by_link, entry_id)
    return _entry(entry_id)


@blueprint.post(f"/waitlist/{ID % 'entry_id'}/leave")
@blueprint.response(200, WaitOut)
def leave(entry_id: int) -> dict[str, Any]:
    """Off the list; a place that is held goes to the next. Repeating it changes nothing."""
    check_bearer(access.waitlist_id_by_link, entry_id)
    waitlist.leave(entry_id, now=now())
    return _entry(entry_id)


@blueprint.post(f"/bookings/{ID % 'booking_id'}/take")
@blueprint.response(200, BookingOut)
def take(booking_id: int) -> dict[str, Any]:
    """Book a place that is held for who waits; the bearer is its manage token. Taking it again is harmless.

    One that ran out is tried again: it is theirs if it is still free.
    """
    check_manages(booking_id)
    return as_booking(places.take(booking_id, now=now(), texting=texting()))


@blueprint.post(f"/bookings/{ID % 'booking_id'}/let-go")
@blueprint.response(200, WaitOut)
def let_go(booking_id: int) -> dict[str, Any]:
    """Not this place: the next guest is asked, this one goes on waiting. The bearer is its manage token."""
    check_manages(booking_id)
    return _entry(places.let_go(booking_id, now=now()))


def _waiting(wanted: dict[str, Any]) -> waitlist.Waiting:
    salon = salons.get_salon(wanted["salon"], language())
    known = {s.id: s for s in salons.list_chosen_services(salon, wanted["services"], language())}
    if any(service_id not in known for service_id in wanted["services"]):
        raise InvalidInput("unknown_choice", field="services")
    return waitlist.Waiting(
        salon_slug=salon.slug,
        codes=tuple(places.code_of(known[service_id]) for service_id in wanted["services"]),
        windows=tuple((window["starts_at"], window["ends_at"]) for window in wanted["windows"]),
        phone=wanted["customer"]["phone"],
        name=wanted["customer"].get("name"),
        stylist_ids=tuple(wanted.get("stylists", ())),
        sister_slugs=tuple(slug for slug in wanted.get("salons", ()) if slug != salon.slug),
    )


def _entry(entry_id: int) -> dict[str, Any]:
    entry = waitlist_pages.get_entry(entry_id, language(), now())
    links = texting().links
    return {
        "id": entry.id,
        "status": entry.status,
        "salons": [salon.slug for salon in entry.salons],
        "services": _services(entry),
        "stylists": [
            {"id": stylist_id, "name": name}
            for stylist_id, name in zip(entry.stylist_ids, entry.stylist_names, strict=True)
        ],
        "windows": [{"starts_at": utc(first), "ends_at": utc(last)} for first, last in entry.windows],
        "place": _place(entry.place) if entry.place else None,
        "booking": {"id": entry.booking[0], "manage_token": links.booking_token(*entry.booking)}
        if entry.booking
        else None,
        "wait_token": links.waitlist_token(entry.id, entry.link_version),
    }


def _services(entry: EntryPage) -> list[dict[str, str]]:
    found = []
    for each, name in zip(entry.codes, entry.service_names, strict=True):
        code, length = places.code_and_length(each)
        found.append({"code": code, "length": length, "name": name})
    return found


def _place(place: HeldPlace) -> dict[str, Any]:
    return {
        "id": place.booking_id,
        "salon": place.salon.slug,
        "starts_at": utc(place.starts_at),
        "held_until": utc(place.held_until),
        "manage_token": texting().links.booking_token(place.booking_id, place.link_version),
    }
