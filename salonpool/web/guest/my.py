"""G6: a guest's visits, for whoever proves the number by a code."""

from typing import Any

from flask import g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from salonpool.domain.attendance import FORGOTTEN
from salonpool.domain.phone import RESTS_AT_LEAST
from salonpool.domain.phone_code import CODE_MINUTES
from salonpool.domain.refusal import Refusal
from salonpool.queries.my_visits import MyVisit, has_old_wait, list_my_visits
from salonpool.usecases import phone_codes
from salonpool.usecases.booking import not_mine
from salonpool.web import askers
from salonpool.web.errors import status_of, wait_as_told
from salonpool.web.extensions import language, now, texting
from salonpool.web.guest import blueprint
from salonpool.web.text_trouble import texts_may_be_late
from salonpool.web.wording import in_words


@blueprint.get("/my")
def ask_phone() -> Response:
    """The form for the number; the visits, for half an hour after it was proved."""
    phone = askers.find_proved_phone()
    if phone is None:
        return _phone_page("", {})
    visits = list_my_visits(phone, now(), language())
    ahead = [_shown(visit) for visit in visits if visit.ends_at > now()]
    past = [_shown(visit) for visit in reversed(visits) if visit.ends_at <= now()]
    old = any(visit.booked_at <= now() - RESTS_AT_LEAST and not visit.weighs for visit in visits)
    page = render_template(
        "guest/my_visits.html",
        ahead=ahead,
        past=past,
        old=old or has_old_wait(phone, now()),
        rests_days=RESTS_AT_LEAST.days,
        remembered_days=FORGOTTEN.days,
        just_taken_off=request.args.get("done") == "taken-off",
    )
    return make_response(page)


@blueprint.post("/my")
def send_code() -> Response:
    """Text a code and ask for it; the page is the same for every number."""
    g.page_url = "/my"
    phone = request.form.get("phone", "")
    try:
        phone_codes.send(
            phone, address=request.remote_addr, language=language(), now=now(), texting=texting()
        )
    except Refusal as refusal:
        return wait_as_told(_phone_page(phone, {"phone": in_words(refusal)}, status_of(refusal)), refusal)
    return _code_page(phone, {})


@blueprint.post("/my/code")
def enter_code() -> Response:
    """Show the visits, if the code is the one that was sent."""
    g.page_url = "/my"
    phone = request.form.get("phone", "")
    try:
        proof = phone_codes.prove(
            phone,
            request.form.get("code", ""),
            address=request.remote_addr,
            now=now(),
            texting=texting(),
        )
    except Refusal as refusal:
        words = {"code": in_words(refusal)}
        if refusal.field == "phone":
            return _phone_page(phone, {"phone": in_words(refusal)}, status_of(refusal))
        return wait_as_told(_code_page(phone, words, status_of(refusal)), refusal)
    askers.remember_proof(proof)
    return redirect("/my", 303)


@blueprint.post("/my/not-mine")
def take_number_off() -> Response:
    """What the number's last owner booked is no longer shown or told to this one."""
    phone = askers.find_proved_phone()
    if phone is None:
        return redirect("/my", 303)
    not_mine.take_off(phone, now=now())
    return redirect("/my?done=taken-off", 303)


@blueprint.post("/my/leave")
def leave() -> Response:
    """Forget the proof: another person may use this phone or computer next."""
    askers.forget_proof()
    return redirect("/my", 303)


def _phone_page(phone: str, errors: dict[str, str], status: int = 200) -> Response:
    text = render_template("guest/my.html", form={"phone": phone}, errors=errors)
    return make_response(text, status)


def _code_page(phone: str, errors: dict[str, str], status: int = 200) -> Response:
    demo_url = "/demo/phones" if texting().demo else None
    text = render_template(
        "guest/my_code.html",
        form={"phone": phone},
        errors=errors,
        minutes=CODE_MINUTES,
        demo_url=demo_url,
        texts_late=texts_may_be_late(),
    )
    return make_response(text, status)


def _shown(visit: MyVisit) -> dict[str, Any]:
    return {
        "url": texting().links.booking_path(visit.id, visit.link_version),
        "salon_name": visit.salon_name,
        "zone": visit.zone,
        "starts_at": visit.starts_at,
        "status": visit.status,
        "services_text": visit.services_text,
        "stylist_names": visit.stylist_names,
        "initials": visit.initials,
    }
