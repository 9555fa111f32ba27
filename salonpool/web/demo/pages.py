"""/demo: be a guest, an owner or a stylist; or start the example over."""

from flask import Blueprint, abort, current_app, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_login import logout_user

from salonpool.domain.demo import GUEST_SALON_SLUG, Part
from salonpool.domain.refusal import InvalidInput, Refusal
from salonpool.queries import demo_phones
from salonpool.usecases import sign_ins
from salonpool.web.extensions import begin_session, home_of, language, now, texting

blueprint = Blueprint("demo", __name__)

GUEST_URL = f"/s/{GUEST_SALON_SLUG}"
PLAYED = (Part.OWNER, Part.STYLIST)


@blueprint.get("/demo")
def choose() -> ResponseReturnValue:
    """A card for each part."""
    demo = texting().demo
    return render_template(
        "demo/choose.html",
        guest_url=GUEST_URL,
        owner=demo_phones.get_player(Part.OWNER, language(), demo=demo),
        stylist=demo_phones.get_player(Part.STYLIST, language(), demo=demo),
    )


@blueprint.post("/demo/enter")
def enter() -> ResponseReturnValue:
    """Sign in as that person, by a link like everybody else's that never leaves the house."""
    role = request.form.get("role", "")
    if role == "guest":
        return redirect(GUEST_URL, 303)
    if role not in PLAYED:
        raise InvalidInput("unknown_choice", field="role")
    player = demo_phones.get_player(Part(role), language(), demo=texting().demo)
    link = sign_ins.make_sign_in_link(player.account_id, now(), texting())
    account = sign_ins.use(link.rsplit("/", 1)[1], now())
    begin_session(account)
    return redirect(home_of(account), 303)


@blueprint.get("/demo/reset")
def ask_reset() -> ResponseReturnValue:
    """Ask once."""
    return render_template("demo/reset.html")


@blueprint.post("/demo/reset")
def reset() -> ResponseReturnValue:
    """Start over, if the question was answered; a network that is no example is left alone."""
    if request.form.get("sure") != "yes":
        return redirect("/demo/reset", 303)
    logout_user()
    session.clear()
    try:
        current_app.extensions["salonpool.build_demo"]()
    except Refusal:
        abort(403)
    return redirect("/demo", 303)
