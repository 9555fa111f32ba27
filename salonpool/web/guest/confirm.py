"""G2: what is held, a phone number, and a booking."""

import secrets
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import g, make_response, redirect, render_template, request, session, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from salonpool.domain.booking import BookingStatus, SlotTaken, answer_by, cut_off_at, free_until
from salonpool.domain.local_time import local_day
from salonpool.domain.money import Money
from salonpool.domain.phone_code import read_code
from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.queries import access
from salonpool.queries.bookings import BookingPage, get_booking
from salonpool.queries.visits import Visit
from salonpool.usecases import phone_codes
from salonpool.usecases.booking import bookings
from salonpool.usecases.booking.stored import stored_wish
from salonpool.web import askers
from salonpool.web.errors import status_of, wait_as_told
from salonpool.web.extensions import language, now, texting
from salonpool.web.guest import blueprint
from salonpool.web.guest.book import page, page_taken
from salonpool.web.guest.choices import arguments
from salonpool.web.links import opened
from salonpool.web.text_trouble import texts_may_be_late
from salonpool.web.wording import in_words

TYPED = ("phone", "name", "note")
KEPT_IN_SESSION = "typed"
KEPT_CHARACTERS = 400  # browsers drop cookies beyond 4 KB


@blueprint.get("/s/<string:slug>/confirm")
def show_confirm(slug: str) -> Response:
    """Ask for the phone number; everything else is optional."""
    token = request.args.get("hold", "")
    held = _held(slug, token)
    if held.status not in {BookingStatus.HELD, BookingStatus.CANCELLED}:
        return redirect(_manage_url(held))
    kept = session.get(KEPT_IN_SESSION, {})
    form = {name: str(kept.get(name, "")) for name in TYPED}
    return _confirm_page(held, token, form, {}, secrets.token_urlsafe(16))


@blueprint.post("/s/<string:slug>/confirm")
def confirm(slug: str) -> Response:
    """Turn the hold into a booking and show it."""
    token = request.form.get("hold", "")
    held = _held(slug, token)
    g.page_url = url_for("guest.show_confirm", slug=slug, hold=token)
    form = {name: request.form.get(name, "") for name in TYPED}
    key = request.form.get("idempotency_key") or secrets.token_urlsafe(16)
    try:
        if request.form.get("website"):
            raise InvalidInput("leave_empty", field="website")
        asker = askers.browser(form["phone"], _typed_code())
        booked = bookings.confirm(
            booking_id=held.id,
            guest=bookings.Guest(form["phone"], form["name"], form["note"]),
            key=key,
            language=language(),
            now=now(),
            texting=texting(),
            asker=asker,
        )
    except Refusal as refusal:
        return _refused(held, token, form, refusal, key)
    session.pop(KEPT_IN_SESSION, None)
    askers.forget_hold()
    askers.remember_code(asker)
    done = texting().links.booking_token(booked.id, booked.link_version)
    return redirect(url_for("guest.show_booking", token=done, done="booked"), 303)


def _typed_code() -> str | None:
    """The code, if the page asked for one and the guest does not want another. Raises InvalidInput."""
    if not request.form.get("asked") or request.form.get("again"):
        return None
    return read_code(request.form.get("code", ""))


def _ask_code(held: BookingPage, token: str, form: dict[str, str], unproved: Refusal, key: str) -> Response:
    """Text a code to the number and ask for it, saying why first."""
    try:
        phone_codes.send(
            form["phone"],
            address=request.remote_addr,
            language=language(),
            now=now(),
            texting=texting(),
        )
    except Refusal as refusal:
        again = _confirm_page(held, token, form, {"code": in_words(refusal)}, key, status_of(refusal), "code")
        return wait_as_told(again, refusal)
    return _confirm_page(held, token, form, {"code": in_words(unproved)}, key, status_of(unproved), "code")


def _refused(held: BookingPage, token: str, form: dict[str, str], refusal: Refusal, key: str) -> Response:
    """Back to the form for what was typed there; to the times when the place cannot be had."""
    if refusal.code == "already_confirmed":
        return redirect(_manage_url(held), 303)
    if refusal.code == "phone_unproved":
        return _ask_code(held, token, form, refusal, key)
    field = (refusal.field or "").rpartition(".")[2]
    if status_of(refusal) == HTTPStatus.TOO_MANY_REQUESTS:
        field = "code" if request.form.get("asked") else "phone"
    if field in {*TYPED, "website", "code"}:
        again = _confirm_page(held, token, form, {field: in_words(refusal)}, key, status_of(refusal), field)
        return wait_as_told(again, refusal)
    if not isinstance(refusal, SlotTaken | InvalidInput):
        raise refusal
    session[KEPT_IN_SESSION] = {name: text[:KEPT_CHARACTERS] for name, text in form.items()}
    chosen: dict[str, Any] = _chosen(held, _visit(held))
    g.page_url = url_for("guest.show_book", slug=held.salon.slug, **chosen)
    given = MultiDict(chosen)
    if isinstance(refusal, SlotTaken):
        return page_taken(held.salon, given, refusal, held.starts_at)
    return page("guest/book.html", held.salon, given, status=422, problem=in_words(refusal))


def _confirm_page(
    held: BookingPage,
    token: str,
    form: dict[str, str],
    errors: dict[str, str],
    key: str,
    status: int = 200,
    field: str = "",
) -> Response:
    """`field` code: the page asks for a code, and goes on asking while it is sent."""
    visit = _visit(held)
    chosen: dict[str, Any] = _chosen(held, visit)
    text = render_template(
        "guest/confirm.html",
        salon=held.salon,
        hold={
            "token": token,
            "held_until": held.held_until if held.held_until and held.held_until > now() else None,
            "starts_at": held.starts_at,
            "services_text": held.services_text,
            "minutes": held.minutes,
            "price": held.price,
            "stylist_name": held.stylist_name if held.stylist_named else None,
            "serving": held.serving,
        },
        terms=_terms(held, now()),
        form=form,
        errors=errors,
        texts_late=texts_may_be_late(),
        ask_code=field == "code" or bool(request.form.get("asked")),
        change_url=url_for("guest.show_book", slug=held.salon.slug, **chosen),
        idempotency_key=key,
    )
    return make_response(text, status)


def _terms(held: BookingPage, now: datetime) -> dict[str, Any]:
    """What the guest must know before the button: until when a change is free, and what it costs after.

    An instant that has passed is left out.
    """
    salon = held.salon
    change_until = cut_off_at(held.starts_at, salon.cut_off_minutes)
    fee_free_until = free_until(held.starts_at, salon.free_minutes)
    approves = salon.approve_minutes is not None
    return {
        "change_until": change_until if change_until > now else None,
        "free_until": fee_free_until if fee_free_until > now else None,
        "late_fee": Money(salon.late_fee_minor, salon.currency) if salon.late_fee_minor else None,
        "answer_by": answer_by(held.starts_at, salon.approve_minutes or 0, now) if approves else None,
    }


def _visit(held: BookingPage) -> Visit | None:
    """The visit that is held; None when the salon no longer offers it."""
    try:
        return stored_wish(held.id, language()).visit
    except InvalidInput:
        return None


def _chosen(held: BookingPage, visit: Visit | None) -> dict[str, Any]:
    """The choice that led here, for the way back."""
    return arguments(visit.wish, local_day(held.starts_at, held.salon.tz)) if visit else {}


def _held(slug: str, token: str) -> BookingPage:
    held = get_booking(opened(access.booking_id_by_hold, token), language())
    if held.salon.slug != slug or (held.status == BookingStatus.CANCELLED and held.held_until is None):
        raise Missing
    return held


def _manage_url(held: BookingPage) -> str:
    token = texting().links.booking_token(held.id, held.link_version)
    return url_for("guest.show_booking", token=token)
