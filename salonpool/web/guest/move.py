"""G4: another time for a booking, seven days at a glance; the old time is shown as now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from salonpool.domain.booking import HORIZON, FreeStart, SlotTaken
from salonpool.domain.local_time import DAY, day_span, from_minutes, local_day
from salonpool.domain.refusal import InvalidInput, Refusal
from salonpool.queries import access
from salonpool.queries.availability import find_openings
from salonpool.queries.bookings import BookingPage, get_booking
from salonpool.queries.visits import Visit
from salonpool.usecases.booking import moves
from salonpool.usecases.booking.booked import GUEST
from salonpool.usecases.booking.stored import stored_wish
from salonpool.web.extensions import language, now, texting
from salonpool.web.guest import blueprint
from salonpool.web.guest.booking import read_fee, show, shown
from salonpool.web.guest.choices import instant, typed_day
from salonpool.web.links import opened
from salonpool.web.wording import in_words

STRIP_DAYS = 7
NEAREST_WITHIN = timedelta(days=21)
NEAREST = 3
NOON, EVENING = 12, 18
ANYONE = "anyone"


@dataclass(frozen=True)
class _Search:
    """Where a booking could go: the visit as it would be, and the days that are looked at."""

    booking: BookingPage
    visit: Visit
    today: date
    first: date
    on: date

    def starts_by_day(self, first: date, days: int) -> dict[date, list[datetime]]:
        """The free starts of so many days, its own place among them."""
        tz = self.booking.salon.tz
        spans = day_span(first, tz)[0], day_span(first + (days - 1) * DAY, tz)[1]
        found = find_openings(self.visit, *spans, now(), except_booking_id=self.booking.id)
        by_day: dict[date, list[datetime]] = {}
        for minute in dict.fromkeys(opening.start for opening in found):
            start = from_minutes(minute)
            by_day.setdefault(local_day(start, tz), []).append(start)
        return by_day

    def is_news(self, start: datetime) -> bool:
        """Is it another time than the booking's?"""
        return start != self.booking.starts_at


@blueprint.get("/b/<string:token>/move")
def show_move(token: str) -> BaseResponse | str:
    """The times it could be moved to; for htmx only the days and times."""
    booking = get_booking(opened(access.booking_id_by_link, token), language())
    if not booking.can_change(now()):
        return show(booking, token)
    is_part = bool(request.headers.get("HX-Request"))
    response = _page(booking, token, request.args, template="move_times" if is_part else "move")
    if is_part:
        kept = ("on", "who", "lang")
        chosen: dict[str, Any] = {name: request.args[name] for name in kept if request.args.get(name)}
        response.headers["HX-Replace-Url"] = url_for("guest.show_move", token=token, **chosen)
    return response


@blueprint.post("/b/<string:token>/move")
def move(token: str) -> BaseResponse | tuple[str, int]:
    """Move it, and show the booking; if the time is taken, stay with the nearest three."""
    booking = get_booking(opened(access.booking_id_by_link, token), language())
    g.page_url = url_for("guest.show_move", token=token)
    try:
        starts_at = instant(request.form.get("starts_at", ""))
        moves.move(
            booking_id=booking.id,
            starts_at=starts_at,
            stylist_id=None if request.form.get("who") == ANYONE else moves.KEEP,
            actor=GUEST,
            now=now(),
            texting=texting(),
            agreed_fee_minor=read_fee(request.form.get("fee", "0")),
        )
    except SlotTaken as taken:
        return _page(booking, token, request.form, status=409, nearest=taken.nearest, taken_at=starts_at)
    except InvalidInput as refusal:
        return _page(booking, token, request.form, status=422, problem=in_words(refusal))
    except Refusal as refusal:
        if refusal.code == "fee_changed":
            return _page(booking, token, request.form, status=409, problem=in_words(refusal))
        g.page_url = url_for("guest.show_booking", token=token)
        return show(get_booking(booking.id, language()), token, in_words(refusal)), 409
    return redirect(url_for("guest.show_booking", token=token, done="moved"), 303)


def _page(
    booking: BookingPage,
    token: str,
    given: Any,
    *,
    template: str = "move",
    status: int = 200,
    problem: str = "",
    nearest: Sequence[FreeStart] = (),
    taken_at: datetime | None = None,
) -> Response:
    try:
        visit = stored_wish(booking.id, language()).visit
    except InvalidInput:  # the salon no longer offers one of the services
        return make_response(show(booking, token, in_words(Refusal("not_open"))), 409)
    search, wrong = _search(booking, visit, given)
    by_day = search.starts_by_day(search.first, STRIP_DAYS)
    times = _parts(search, by_day.get(search.on, []))
    others = [start.starts_at for start in nearest]
    if not others and not any(search.is_news(start) for start in by_day.get(search.on, [])):
        others = _nearest(search)
    text = render_template(
        f"guest/{template}.html",
        salon=booking.salon,
        booking=shown(booking),
        fee=booking.fee_at(now()),
        token=token,
        on=search.on,
        today=search.today,
        days=[_day(search, day, by_day) for day in _days(search.first)],
        beside=_beside(search),
        times=times,
        nearest=[{"starts_at": start} for start in others],
        taken_at=taken_at,
        problem=problem or wrong,
        who=ANYONE if given.get("who") == ANYONE else "",
        stylist_named=booking.stylist_named,
    )
    return make_response(text, 422 if wrong and status == 200 else status)


def _search(booking: BookingPage, visit: Visit, given: Any) -> tuple[_Search, str]:
    """What to look for, and what was wrong with the asking. The day of the booking is shown first."""
    today = local_day(now(), booking.salon.tz)
    if given.get("who") == ANYONE:
        visit = replace(visit, wish=replace(visit.wish, stylist_id=None))
    on, problem = max(local_day(booking.starts_at, booking.salon.tz), today), ""
    try:
        on = typed_day(given.get("on", ""), today) or on
    except InvalidInput as refusal:
        problem = in_words(refusal)
    first = on if on >= today + STRIP_DAYS * DAY else today
    return _Search(booking, visit, today, first, on), problem


def _days(first: date) -> list[date]:
    return [first + n * DAY for n in range(STRIP_DAYS)]


def _day(search: _Search, day: date, by_day: dict[date, list[datetime]]) -> dict[str, Any]:
    is_free = any(search.is_news(start) for start in by_day.get(day, []))
    return {"on": day, "state": "free" if is_free else "full"}


def _beside(search: _Search) -> dict[str, date | None]:
    """The first days of the seven before and after, as far as one can book."""
    before = max(search.first - STRIP_DAYS * DAY, search.today) if search.first > search.today else None
    after = search.first + STRIP_DAYS * DAY
    return {"before": before, "after": after if after <= search.today + HORIZON else None}


def _parts(search: _Search, starts: Sequence[datetime]) -> list[dict[str, Any]]:
    """The times of the day shown by part of the day; the one it has now is among them, and says so."""
    tz, has_now = search.booking.salon.tz, search.booking.starts_at
    shown_starts = set(starts) | ({has_now} if local_day(has_now, tz) == search.on else set())
    parts: dict[str, list[dict[str, Any]]] = {"morning": [], "afternoon": [], "evening": []}
    for start in sorted(shown_starts):
        hour = start.astimezone(tz).hour
        part = "morning" if hour < NOON else "afternoon" if hour < EVENING else "evening"
        parts[part].append({"starts_at": start, "now": not search.is_news(start)})
    return [{"part": part, "slots": slots} for part, slots in parts.items() if slots]


def _nearest(search: _Search) -> list[datetime]:
    """The first three times from the day shown on."""
    by_day = search.starts_by_day(search.on, NEAREST_WITHIN.days)
    return [start for starts in by_day.values() for start in starts if search.is_news(start)][:NEAREST]
