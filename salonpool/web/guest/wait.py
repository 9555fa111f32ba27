"""Wait for a place: join the list, see and leave it by its link, book or let go a place that is held."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from salonpool.domain.booking import HORIZON, BookingStatus, cut_off_at, free_until
from salonpool.domain.local_time import DAY, at_local, local_day
from salonpool.domain.money import Money
from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.domain.waitlist import MAX_STYLISTS, Window
from salonpool.queries import access, salons, waitlist_pages
from salonpool.queries.bookings import BookingPage, get_booking
from salonpool.queries.salons import SalonRow, ServiceRow, StylistRow
from salonpool.queries.sisters import list_sisters
from salonpool.usecases.booking import places, waitlist
from salonpool.web.extensions import language, now, texting
from salonpool.web.guest import blueprint
from salonpool.web.links import opened, opened_booking
from salonpool.web.windows import said
from salonpool.web.wording import in_words

DAYS = 14
STYLISTS_WITHIN = 31 * DAY
MIDNIGHT, NOON, EVENING = time(0), time(12), time(18)
ANY_TIME = (MIDNIGHT, MIDNIGHT)
PARTS = {
    "morning": (MIDNIGHT, NOON),
    "afternoon": (NOON, EVENING),
    "evening": (EVENING, MIDNIGHT),
}
TYPED = ("phone", "name")


@blueprint.get("/s/<string:slug>/wait")
def show_wait(slug: str) -> Response:
    """Ask what somebody waits for; an address may bring the choice of the booking page along."""
    return _form_page(salons.get_salon(slug, language()), request.args, {})


@blueprint.post("/s/<string:slug>/wait")
def wait(slug: str) -> BaseResponse:
    """Put the guest on the list and show that they are. Sent again it is the same entry."""
    salon = salons.get_salon(slug, language())
    g.page_url = url_for("guest.show_wait", slug=slug)
    try:
        if request.form.get("website"):
            raise InvalidInput("leave_empty", field="website")
        joined = waitlist.join(
            _wanted(salon, request.form),
            language=language(),
            now=now(),
            texting=texting(),
            address=request.remote_addr,
        )
    except InvalidInput as refusal:
        field = {"services": "service"}.get(refusal.field or "", refusal.field or "windows")
        return _form_page(salon, request.form, {field: in_words(refusal)}, 422)
    token = texting().links.waitlist_token(joined.entry_id, joined.link_version)
    return redirect(url_for("guest.show_waiting", token=token), 303)


@blueprint.get("/w/<string:token>")
def show_waiting(token: str) -> str:
    """What the guest waits for, and how it stands."""
    entry = waitlist_pages.get_entry(opened(access.waitlist_id_by_link, token), language(), now())
    links = texting().links
    return render_template(
        "guest/waiting.html",
        salon=entry.salons[0],
        entry=entry,
        windows=[said(window, entry.salons[0].tz) for window in entry.windows],
        held=entry.place,
        held_url=links.booking_path(entry.place.booking_id, entry.place.link_version)
        if entry.place
        else None,
        booking_url=links.booking_path(*entry.booking) if entry.booking else None,
        token=token,
    )


@blueprint.post("/w/<string:token>/leave")
def leave_waitlist(token: str) -> BaseResponse:
    """Off the list."""
    waitlist.leave(opened(access.waitlist_id_by_link, token), now=now())
    return redirect(url_for("guest.show_waiting", token=token), 303)


@blueprint.post("/b/<string:token>/take")
def take(token: str) -> BaseResponse:
    """Book the place that is held, or say truthfully that it is gone (409)."""
    booking_id = opened_booking(token)
    g.page_url = url_for("guest.show_booking", token=token)
    try:
        places.take(booking_id, now=now(), texting=texting())
    except Missing:
        raise
    except Refusal as refusal:
        page = show_place(get_booking(booking_id, language()), token, in_words(refusal))
        if page is None:
            raise
        return make_response(page, 409)
    return redirect(url_for("guest.show_booking", token=token, done="booked"), 303)


@blueprint.post("/b/<string:token>/let-go")
def let_go(token: str) -> BaseResponse:
    """Not this one: the next guest is asked."""
    places.let_go(opened_booking(token), now=now())
    return redirect(url_for("guest.show_booking", token=token), 303)


def show_place(booking: BookingPage, token: str, problem: str = "") -> str | None:
    """The page of a place that is or was held for somebody who waits; None for any other booking."""
    if booking.status not in {BookingStatus.HELD, BookingStatus.CANCELLED}:
        return None
    offered = waitlist_pages.find_offered(booking.id)
    if offered is None:
        return None
    is_held = booking.status == BookingStatus.HELD and (booking.held_until or now()) > now()
    return render_template(
        "guest/place.html",
        salon=booking.salon,
        booking={
            "starts_at": booking.starts_at,
            "services_text": booking.services_text,
            "minutes": booking.minutes,
            "price": booking.price,
            "stylist_name": booking.stylist_name,
            "serving": booking.serving,
        },
        held_until=booking.held_until if is_held else None,
        terms=_terms(booking.salon, booking.starts_at),
        may_try=offered.may_try and not problem and booking.starts_at > now(),
        problem=problem,
        waiting_url=texting().links.waitlist_path(offered.entry_id, offered.entry_link_version)
        if offered.is_waiting
        else None,
        token=token,
    )


def _terms(salon: SalonRow, starts_at: datetime) -> dict[str, Any]:
    """What a guest must know before the button: until when a change is free, and what it costs after."""
    change_until, free = (
        cut_off_at(starts_at, salon.cut_off_minutes),
        free_until(starts_at, salon.free_minutes),
    )
    return {
        "change_until": change_until if change_until > now() else None,
        "free_until": free if free > now() else None,
        "late_fee": Money(salon.late_fee_minor, salon.currency) if salon.late_fee_minor else None,
    }


def _wanted(salon: SalonRow, form: Any) -> waitlist.Waiting:
    chosen = _services(salons.list_services(salon, language()), form)
    return waitlist.Waiting(
        salon_slug=salon.slug,
        codes=tuple(places.code_of(service) for service in chosen),
        windows=tuple(_windows(salon, form)),
        phone=form.get("phone", ""),
        name=form.get("name", ""),
        stylist_ids=tuple(_stylist_ids(form)),
        sister_slugs=tuple(_ticked(form, "also-")),
    )


def _windows(salon: SalonRow, form: Any) -> Iterator[Window]:
    parts = _ticked(form, "at-")
    if any(part not in PARTS for part in parts):
        raise InvalidInput("unknown_choice", field="windows")
    for day in _days_in(form, local_day(now(), salon.tz)):
        for first, last in [PARTS[part] for part in parts] or [ANY_TIME]:
            ends_on = day + DAY if last == MIDNIGHT else day
            starts_at, ends_at = at_local(day, first, salon.tz), at_local(ends_on, last, salon.tz)
            if ends_at > now():  # this morning, asked for in the afternoon
                yield starts_at, ends_at


def _ticked(form: Any, prefix: str) -> list[str]:
    """What is ticked of a group of boxes; each has a name of its own, as a name given twice is refused."""
    return [name.removeprefix(prefix) for name in form if name.startswith(prefix)]


def _stylist_ids(form: Any) -> list[int]:
    """Who would do; nobody named is anyone. Raises InvalidInput."""
    typed = _ticked(form, "with-")
    if not all(_is_id(text) for text in typed):
        raise InvalidInput("unknown_choice", field="stylist")
    if len(typed) > MAX_STYLISTS:
        raise InvalidInput("out_of_range", field="stylist", least=1, most=MAX_STYLISTS)
    return [int(text) for text in typed]


def _days_in(form: Any, today: date) -> list[date]:
    """The days that are ticked and not over yet. Raises InvalidInput."""
    try:
        days = sorted(
            date.fromisoformat(text) for text in _ticked(form, "day-") if len(text) == len("2026-10-19")
        )
    except ValueError:
        raise InvalidInput("unknown_choice", field="windows") from None
    if days and days[-1] > today + HORIZON:
        raise InvalidInput("too_far_ahead", field="windows", days=HORIZON.days)
    return [day for day in days if day >= today]


def _services(services: list[ServiceRow], given: Any) -> list[ServiceRow]:
    """The services chosen, in their order. Raises InvalidInput."""
    by_id = {str(service.id): service for service in services}
    typed = [text for text in given.getlist("service") if text]
    if any(text not in by_id for text in typed):
        raise InvalidInput("unknown_choice", field="service")
    return [by_id[text] for text in typed]


def _form_page(salon: SalonRow, given: Any, errors: dict[str, str], status: int = 200) -> Response:
    services = salons.list_services(salon, language())
    if all(service.add_on for service in services):
        raise Missing
    today = local_day(now(), salon.tz)
    chosen, ticked = _kept(salon, services, given, today)
    first = min(ticked) if ticked and min(ticked) >= today + DAYS * DAY else today
    text = render_template(
        "guest/wait.html",
        salon=salon,
        services=[service for service in services if not service.add_on],
        chosen=chosen,
        stylists=_stylists(salon),
        ticked_stylists={given.get("stylist", ""), *_ticked(given, "with-")},
        days=[{"on": first + n * DAY, "ticked": first + n * DAY in ticked} for n in range(DAYS)],
        today=today,
        ticked_parts=set(_ticked(given, "at-")),
        is_party=given.get("guests", "") not in {"", "1"},
        is_choosy=bool(given.get("gender", "") or given.get("speaks", "")),
        sisters=_sisters(salon, chosen),
        ticked_sisters=set(_ticked(given, "also-")),
        form={name: given.get(name, "") if status != 200 else "" for name in TYPED},
        errors=errors,
    )
    return make_response(text, status)


def _kept(
    salon: SalonRow, services: list[ServiceRow], given: Any, today: date
) -> tuple[list[ServiceRow], set[date]]:
    """Services and days chosen before, as far as it can be had; the first service when none was."""
    first = next(service for service in services if not service.add_on)
    try:
        chosen = _services(services, given) or [first]
    except InvalidInput:
        chosen = [first]
    on = given.get("on", "")
    try:
        ticked = {*_days_in(given, today), *([date.fromisoformat(on)] if on else [])}
    except (InvalidInput, ValueError):
        ticked = set()
    return chosen, {day for day in ticked if today <= day <= today + HORIZON}


def _stylists(salon: SalonRow) -> list[StylistRow]:
    return salons.list_stylists(salon, now(), now() + STYLISTS_WITHIN)


def _sisters(salon: SalonRow, chosen: list[ServiceRow]) -> list[dict[str, Any]]:
    """The sister salons that sell all that is chosen, each with its name and price."""
    found = []
    sisters = list_sisters(salon, language())
    menus = salons.list_services_of(sisters, language()) if sisters else {}
    for sister in sisters:
        theirs = places.services_for(menus[sister.id], [places.code_of(service) for service in chosen])
        if theirs:
            price = Money(sum(service.price.amount_minor for service in theirs), sister.currency)
            found.append({"slug": sister.slug, "name": sister.name, "price": price})
    return found


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
