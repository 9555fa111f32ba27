"""D2: somebody phones or walks in; a guest without a phone is booked by name."""

import secrets
from typing import Any

from flask import g, make_response, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from salonpool.domain.booking import Wish
from salonpool.domain.local_time import DAY, day_span, local_day
from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.queries import salons
from salonpool.queries.availability import find_openings, free_starts
from salonpool.queries.salons import SalonRow
from salonpool.queries.visits import get_visit
from salonpool.usecases.booking import bookings
from salonpool.usecases.booking.settling import Guest
from salonpool.web.desk import blueprint
from salonpool.web.desk.salon import own_salon
from salonpool.web.desk.times import FIRST_FREE, HORIZON_DAYS, offered, read_start
from salonpool.web.desk.typed import read_day, read_id
from salonpool.web.errors import status_of
from salonpool.web.extensions import account, language, now, texting
from salonpool.web.filters import service_name
from salonpool.web.wording import in_words

TYPED = ("phone", "name", "note", "starts_at")
LOOK_AHEAD = 14 * DAY  # from the day asked for, until there is something free
# What the use case calls a field, and what the form calls it.
FORM_FIELDS = {"customer.phone": "phone", "customer.name": "name", "services": "service"}


@blueprint.get("/booking/new")
@login_required
def show_new_booking() -> Response:
    """The first free times for what was chosen, and room for the guest's name and number."""
    return _form(own_salon(), request.args, dict.fromkeys(TYPED, ""), {}, secrets.token_urlsafe(16), 200)


@blueprint.post("/booking/new")
@login_required
def save_booking() -> Response:
    """Book, by the same rules as every guest, and show the booking."""
    salon = own_salon()
    g.page_url = url_for("desk.show_new_booking")
    typed = {name: request.form.get(name, "").strip() for name in TYPED}
    key = request.form.get("idempotency_key") or secrets.token_urlsafe(16)
    try:
        booked = bookings.book(
            salon_slug=salon.slug,
            wish=_wish(request.form),
            starts_at=read_start(typed["starts_at"]),
            guest=Guest(typed["phone"], typed["name"], typed["note"]),
            key=key,
            language=language(),
            now=now(),
            texting=texting(),
            actor=f"account:{account().id}",
        )
    except Missing:
        raise
    except Refusal as refusal:
        field = FORM_FIELDS.get(refusal.field or "", refusal.field or "starts_at")
        return _form(salon, request.form, typed, {field: in_words(refusal)}, key, status_of(refusal))
    return redirect(url_for("desk.show_booking", booking_id=booked.id), 303)


def _form(
    salon: SalonRow, chosen: Any, typed: dict[str, str], errors: dict[str, str], key: str, status: int
) -> Response:
    today = local_day(now(), salon.tz)
    services = salons.list_services(salon, language())
    on, times, wish, name = today, [], None, ""
    try:
        on = read_day(
            chosen.get("on") or str(today), field="on", least=today, most=today + HORIZON_DAYS * DAY
        )
        if services:
            wish = _wish(chosen, default=services[0].id)
            visit = get_visit(salon, wish, language())
            name = " + ".join(service_name(service) for service in visit.services)
            starts_from = day_span(on, salon.tz)[0]
            found = find_openings(visit, starts_from, starts_from + LOOK_AHEAD, now())
            times = offered(free_starts(found[: 20 * FIRST_FREE], visit), FIRST_FREE)
    except InvalidInput as refusal:
        field = FORM_FIELDS.get(refusal.field or "", refusal.field or "on")
        errors, status = errors | {field: in_words(refusal)}, status_of(refusal)
    page = render_template(
        "desk/booking_new.html",
        salon=salon,
        services=services,
        stylists=salons.list_stylists(salon, now(), now() + LOOK_AHEAD),
        chosen={"service": wish.service_ids if wish else (), "stylist": wish.stylist_id if wish else None},
        on=on,
        today=today,
        last_on=today + HORIZON_DAYS * DAY,
        times=times,
        name=name,
        form=typed,
        errors=errors,
        idempotency_key=key,
    )
    return make_response(page, status)


def _wish(chosen: Any, default: int | None = None) -> Wish:
    """The services and the stylist ticked. Raises InvalidInput."""
    service_ids = tuple(read_id(value, field="service") for value in chosen.getlist("service"))
    stylist = chosen.get("stylist") or ""
    return Wish(
        service_ids or ((default,) if default else ()), read_id(stylist, field="stylist") if stylist else None
    )
