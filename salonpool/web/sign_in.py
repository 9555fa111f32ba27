"""/in: a link by text signs owners, stylists and the office in; guests never need to."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Flask, g, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from salonpool.domain.links import looks_like_token
from salonpool.domain.person import SIGN_IN_MINUTES
from salonpool.domain.refusal import InvalidInput, Refusal
from salonpool.queries import accounts
from salonpool.queries.access import AccountRow
from salonpool.usecases import sign_ins
from salonpool.web.extensions import account, begin_session, home_of, now, texting
from salonpool.web.links import opened
from salonpool.web.wording import in_words

blueprint = Blueprint("sign_in", __name__)

IDLE = timedelta(hours=12)
NEXT = "next_url"
SHIFT = re.compile(r"/desk/shift/\d+")


def init_app(app: Flask) -> None:
    """Register the pages; a session ends after 12 hours without a request."""
    app.config["PERMANENT_SESSION_LIFETIME"] = IDLE
    app.register_blueprint(blueprint)


@blueprint.get("/in")
def ask() -> ResponseReturnValue:
    """The form for one's number."""
    return _form("", {}, _local(request.args.get("next", "")))


@blueprint.post("/in")
def text_link() -> ResponseReturnValue:
    """Text a link. The page is the same whether the number is known or not."""
    g.page_url = "/in"
    phone, next_url = request.form.get("phone", ""), _local(request.form.get("next", ""))
    try:
        sign_ins.ask(phone, address=request.remote_addr, now=now(), texting=texting())
    except InvalidInput as refusal:
        return _form(phone, {"phone": in_words(refusal)}, next_url), 422
    session[NEXT] = next_url
    return _sent({})


@blueprint.post("/in/code")
def type_code() -> ResponseReturnValue:
    """Where links are refused the text holds the link's token: typed here, it opens the link's page."""
    typed = request.form.get("code", "").strip()
    if not looks_like_token(typed):
        return _sent({"code": in_words(Refusal("code_wrong", field="code"))}), 422
    return redirect(f"/in/{typed}", 303)


@blueprint.get("/in/<token>")
def look(token: str) -> ResponseReturnValue:
    """A page with a button: previews and scanners open links too, so opening one changes nothing."""
    found = opened(lambda typed: accounts.get_sign_in(typed, now()), token)
    page = render_template("sign_in/enter.html", token=token, name=found.name, usable=found.usable)
    return page, 200 if found.usable else 410


@blueprint.post("/in/<token>")
def enter(token: str) -> ResponseReturnValue:
    """Sign in, once, and go where one wanted to go, or home."""
    g.page_url = "/in"
    signing_in = opened(lambda typed: sign_ins.use(typed, now()), token)
    next_url = _local(session.get(NEXT, ""))
    begin_session(signing_in)
    return redirect(next_url if next_url and _open_to(signing_in, next_url) else home_of(signing_in), 303)


@blueprint.post("/out")
def leave() -> ResponseReturnValue:
    """Sign out, here and wherever else: a copied cookie must be worth nothing afterwards."""
    if current_user.is_authenticated:
        sign_ins.end(account().id, now())
    logout_user()
    session.clear()
    return redirect("/in", 303)


def _form(phone: str, errors: dict[str, str], next_url: str) -> str:
    by_code = not texting().capabilities.links
    return render_template(
        "sign_in/ask.html", form={"phone": phone}, errors=errors, next_url=next_url, by_code=by_code
    )


def _sent(errors: dict[str, str]) -> str:
    return render_template(
        "sign_in/sent.html",
        minutes=SIGN_IN_MINUTES,
        by_code=not texting().capabilities.links,
        errors=errors,
        demo_url="/demo/phones" if texting().demo else None,
    )


def _open_to(account: AccountRow, url: str) -> bool:
    """False for the desk of somebody without a salon, the day of somebody who is no stylist, and the office
    of others; the office opens a shift's page at the desk."""
    path = urlsplit(url).path
    first = path.split("/")[1]
    if first == "desk":
        return bool(account.owned_salon_ids) or (account.is_office and bool(SHIFT.fullmatch(path)))
    if first == "net":
        return account.is_office
    return first != "me" or account.stylist_id is not None


def _local(url: str) -> str:
    """The address if it is a path of ours, else ''; `//host` and `/\\host` leave the house."""
    local = url.startswith("/") and not url.startswith(("//", "/\\")) and url.isprintable()
    return url if local else ""
