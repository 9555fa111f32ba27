"""G1 and G2: choose service, person and time; hold it; confirm with a phone number."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from salonpool.domain.booking import HORIZON, BookingStatus, FreeStart, SlotTaken, Wish
from salonpool.domain.local_time import DAY, day_span, from_minutes, local_day
from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.queries import access, availability, salons
from salonpool.queries.bookings import BookingPage, get_booking
from salonpool.queries.salons import SalonRow, ServiceRow, StylistRow
from salonpool.queries.visits import Visit, visit_of
from salonpool.usecases.booking import bookings
from salonpool.web.extensions import language, now, texting
from salonpool.web.guest import blueprint
from salonpool.web.links import opened
from salonpool.web.wording import in_words

CHOICES = ("service", "stylist", "on", "lang")
STRIP_DAYS = 7
NEAREST_WITHIN = timedelta(days=21)
NOON, EVENING = 12, 18


@dataclass(frozen=True)
class Choice:
    """What the guest has chosen so far; the rest is chosen for them."""

    salon: SalonRow
    services: list[ServiceRow]
    stylists: list[StylistRow]
    service: ServiceRow
    stylist: StylistRow | None
    on: date | None
    today: date
    problem: str

    @property
    def visit(self) -> Visit:
        """The chosen service as a visit."""
        return visit_of(self.salon, (self.service,), self.stylist.id if self.stylist else None)

    def arguments(self, on: date | None = None) -> dict[str, Any]:
        """The choice as a query string, so that Back and sharing work."""
        return {
            "service": self.service.id,
            "stylist": self.stylist.id if self.stylist else "",
            "on": on or self.on or "",
        }


@blueprint.get("/s/<string:slug>")
def show_book(slug: str) -> Response:
    """The booking page, with everything chosen but the time."""
    return _page("guest/book.html", salons.get_salon(slug, language()), request.args)


@blueprint.get("/s/<string:slug>/times")
def show_times(slug: str) -> Response:
    """The days and times of a choice: a fragment, with the address the page should now show."""
    salon = salons.get_salon(slug, language())
    if not request.headers.get("HX-Request"):
        return _page("guest/book.html", salon, request.args)
    response = _page("guest/times.html", salon, request.args)
    chosen: dict[str, Any] = {name: request.args[name] for name in CHOICES if name in request.args}
    response.headers["HX-Replace-Url"] = url_for("guest.show_book", slug=slug, **chosen)
    return response


@blueprint.post("/s/<string:slug>/hold")
def hold(slug: str) -> BaseResponse:
    """Keep the chosen time for 5 minutes and go on to the phone number."""
    salon = salons.get_salon(slug, language())
    g.page_url = url_for("guest.show_book", slug=slug)
    try:
        booked = bookings.hold(
            salon_slug=slug,
            wish=Wish(
                service_ids=tuple(_ids(request.form.getlist("service"), "services")),
                stylist_id=next(iter(_ids([request.form.get("stylist", "")], "stylist")), None),
            ),
            starts_at=_instant(request.form.get("starts_at", "")),
            language=language(),
            now=now(),
            texting=texting(),
        )
    except SlotTaken as taken:
        return _taken(salon, request.form, taken, _instant(request.form.get("starts_at", "")))
    except InvalidInput as refusal:
        return _page("guest/book.html", salon, request.form, status=422, problem=in_words(refusal))
    token = texting().links.hold_token(booked.id)
    return redirect(url_for("guest.show_confirm", slug=slug, hold=token), 303)


@blueprint.get("/s/<string:slug>/confirm")
def show_confirm(slug: str) -> BaseResponse:
    """Ask for the phone number; everything else is optional."""
    token = request.args.get("hold", "")
    held = _held(slug, token)
    if held.status not in {BookingStatus.HELD, BookingStatus.CANCELLED}:
        return redirect(_manage_url(held))
    form = {"phone": "", "name": "", "note": ""}
    return _confirm_page(held, token, form, {}, secrets.token_urlsafe(16))


@blueprint.post("/s/<string:slug>/confirm")
def confirm(slug: str) -> BaseResponse:
    """Turn the hold into a booking and show it."""
    token = request.form.get("hold", "")
    held = _held(slug, token)
    g.page_url = url_for("guest.show_confirm", slug=slug, hold=token)
    form = {name: request.form.get(name, "") for name in ("phone", "name", "note")}
    key = request.form.get("idempotency_key") or secrets.token_urlsafe(16)
    try:
        if request.form.get("website"):
            raise InvalidInput("leave_empty", field="website")
        booked = bookings.confirm(
            booking_id=held.id,
            guest=bookings.Guest(form["phone"], form["name"], form["note"]),
            key=key,
            language=language(),
            now=now(),
            texting=texting(),
        )
    except SlotTaken as taken:
        return _taken(held.salon, _choice_of(held), taken, held.starts_at)
    except InvalidInput as refusal:
        field = (refusal.field or "phone").rpartition(".")[2]
        return _confirm_page(held, token, form, {field: in_words(refusal)}, key, status=422)
    except Refusal as refusal:
        if refusal.code == "already_confirmed":
            return redirect(_manage_url(held), 303)
        raise
    done = texting().links.booking_token(booked.id, booked.link_version)
    return redirect(url_for("guest.show_booking", token=done, done="booked"), 303)


def _page(
    template: str,
    salon: SalonRow,
    given: Any,
    *,
    status: int = 200,
    problem: str = "",
    nearest: list[FreeStart] | None = None,
    taken_at: datetime | None = None,
) -> Response:
    services = salons.list_services(salon, language())
    if not services:
        return make_response(_render_closed(template, salon))
    choice = _choose(salon, services, given)
    on, days, times, soonest = _times(choice)
    response = make_response(
        render_template(
            template,
            salon=salon,
            services=services,
            stylists=choice.stylists,
            service=choice.service,
            stylist=choice.stylist,
            on=on,
            today=choice.today,
            days=days,
            times=times,
            nearest=nearest or soonest,
            taken_at=taken_at,
            problem=problem or choice.problem,
        )
    )
    response.status_code = 422 if choice.problem and status == 200 else status
    return response


def _render_closed(template: str, salon: SalonRow) -> str:
    today = local_day(now(), salon.tz)
    return render_template(
        template,
        salon=salon,
        services=[],
        stylists=[],
        service=None,
        stylist=None,
        on=today,
        today=today,
        days=[],
        times=[],
        nearest=[],
        taken_at=None,
        problem="",
    )


def _choose(salon: SalonRow, services: list[ServiceRow], given: Any) -> Choice:
    """The guest's choice; what is missing is pre-chosen, what is wrong is said and pre-chosen too."""
    today = local_day(now(), salon.tz)
    stylists = salons.list_stylists(salon, now(), now() + STRIP_DAYS * DAY)
    problem = ""
    service, stylist, on = services[0], None, None
    try:
        if wanted := _ids(given.getlist("service")[:1], "services"):
            service = _pick(services, wanted[0], "services")
        if wanted := _ids([given.get("stylist", "")], "stylist"):
            stylist = _pick(stylists, wanted[0], "stylist")
        on = _day(given.get("on", ""), today)
    except InvalidInput as refusal:
        problem = in_words(refusal)
    return Choice(salon, services, stylists, service, stylist, on, today, problem)


def _times(choice: Choice) -> tuple[date, list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """The day shown, the strip of seven days, that day's times by part, and the nearest if it has none."""
    tz = choice.salon.tz
    first = choice.today
    if choice.on is not None and choice.on >= choice.today + STRIP_DAYS * DAY:
        first = choice.on
    by_day = _starts_by_day(choice, first, STRIP_DAYS)
    free_days = [first + n * DAY for n in range(STRIP_DAYS) if by_day.get(first + n * DAY)]
    on = choice.on or (free_days[0] if free_days else first)
    days = [{"on": first + n * DAY, "full": first + n * DAY not in free_days} for n in range(STRIP_DAYS)]
    parts: dict[str, list[dict[str, datetime]]] = {"morning": [], "afternoon": [], "evening": []}
    for start in by_day.get(on, []):
        hour = start.astimezone(tz).hour
        parts["morning" if hour < NOON else "afternoon" if hour < EVENING else "evening"].append(
            {"starts_at": start}
        )
    times = [{"part": part, "slots": slots} for part, slots in parts.items() if slots]
    return on, days, times, [] if times else _nearest_after(choice, on)


def _starts_by_day(choice: Choice, first: date, days: int) -> dict[date, list[datetime]]:
    tz = choice.salon.tz
    found = availability.find_openings(
        choice.visit,
        day_span(first, tz)[0],
        day_span(first + (days - 1) * DAY, tz)[1],
        now(),
    )
    by_day: dict[date, list[datetime]] = {}
    for minute in dict.fromkeys(opening.start for opening in found):
        start = from_minutes(minute)
        by_day.setdefault(local_day(start, tz), []).append(start)
    return by_day


def _nearest_after(choice: Choice, on: date) -> list[dict[str, Any]]:
    """The first three starts after a full day."""
    by_day = _starts_by_day(choice, on, NEAREST_WITHIN.days)
    return [{"starts_at": start} for starts in by_day.values() for start in starts][:3]


def _taken(salon: SalonRow, given: Any, taken: SlotTaken, taken_at: datetime) -> Response:
    return _page("guest/book.html", salon, given, status=409, nearest=list(taken.nearest), taken_at=taken_at)


def _confirm_page(
    held: BookingPage, token: str, form: dict[str, str], errors: dict[str, str], key: str, status: int = 200
) -> Response:
    back: dict[str, Any] = {
        "service": held.service_ids[0],
        "stylist": held.stylist_id if held.stylist_named else "",
    }
    response = make_response(
        render_template(
            "guest/confirm.html",
            salon=held.salon,
            hold={
                "token": token,
                "held_until": held.held_until,
                "starts_at": held.starts_at,
                "services_text": " + ".join(held.service_names),
                "minutes": held.minutes,
                "price": held.price,
                "stylist_name": held.stylist_name if held.stylist_named else None,
                "cancel_until": held.cut_off_at,
            },
            form=form,
            errors=errors,
            change_url=url_for("guest.show_book", slug=held.salon.slug, **back),
            idempotency_key=key,
        )
    )
    response.status_code = status
    return response


def _held(slug: str, token: str) -> BookingPage:
    held = get_booking(opened(access.booking_id_by_hold, token), language())
    if held.salon.slug != slug or (held.status == BookingStatus.CANCELLED and held.held_until is None):
        raise Missing
    return held


def _manage_url(held: BookingPage) -> str:
    token = texting().links.booking_token(held.id, held.link_version)
    return url_for("guest.show_booking", token=token)


def _choice_of(held: BookingPage) -> Any:
    day = local_day(held.starts_at, held.salon.tz)
    stylist = str(held.stylist_id) if held.stylist_named else ""
    return MultiDict([("service", str(held.service_ids[0])), ("stylist", stylist), ("on", str(day))])


def _pick(choices: Any, wanted: int, field: str) -> Any:
    for choice in choices:
        if choice.id == wanted:
            return choice
    raise InvalidInput("unknown_choice", field=field)


def _ids(typed: list[str], field: str) -> list[int]:
    """Ids as typed; blanks are left out. Raises InvalidInput."""
    given = [text for text in typed if text]
    if any(not (text.isascii() and text.isdigit() and len(text) < 19) for text in given):
        raise InvalidInput("unknown_choice", field=field)
    return [int(text) for text in given]


def _day(typed: str, today: date) -> date | None:
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise InvalidInput("date_unreadable", field="on", example=str(today)) from None
    if day < today:
        raise InvalidInput("in_the_past", field="on", example=str(today))
    if day > today + HORIZON:
        raise InvalidInput("too_far_ahead", field="on", days=HORIZON.days)
    return day


def _instant(typed: str) -> datetime:
    try:
        instant = datetime.fromisoformat(typed)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise InvalidInput("time_missing", field="starts_at")
    return instant
