"""/demo/phones: every text of the example as it arrives, a reply box, and the clock."""

import re
import secrets
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from salonpool.domain.demo import ZONE
from salonpool.domain.refusal import InvalidInput
from salonpool.domain.text_input import note
from salonpool.queries import demo_phones
from salonpool.usecases import demo_clock
from salonpool.usecases.texts import inbound
from salonpool.web.extensions import now, texting

blueprint = Blueprint("demo_phones", __name__)

JUMPS = {"5m": timedelta(minutes=5), "1h": timedelta(hours=1)}
TEN = time(10)


@blueprint.get("/demo/phones")
def phones() -> ResponseReturnValue:
    """The phones; the page fetches itself again to stay new."""
    rows = demo_phones.list_phones(demo=texting().demo)
    return render_template("demo/phones.html", now=now(), zone=ZONE, phones=[_phone(row) for row in rows])


@blueprint.post("/demo/phones")
def reply() -> ResponseReturnValue:
    """A text from one of the phones, taken in like any other."""
    number, body = request.form.get("number", ""), note(request.form.get("body"), field="body")
    demo_phones.check_phone(number, demo=texting().demo)
    if body is None:
        raise InvalidInput("missing", field="body", example="1")
    inbound.receive(f"demo{secrets.token_hex(16)}", number, body, {"From": number, "Body": body}, now())
    return redirect("/demo/phones", 303)


@blueprint.post("/demo/clock")
def jump() -> ResponseReturnValue:
    """Move the time everybody sees forward."""
    wanted = request.form.get("jump", "")
    if wanted == "next_10":
        demo_clock.jump_to(demo_clock.next_at(TEN, now(), ZoneInfo(ZONE)), now())
    elif wanted in JUMPS:
        demo_clock.jump(JUMPS[wanted], now())
    else:
        raise InvalidInput("unknown_choice", field="jump")
    return redirect("/demo/phones", 303)


def _phone(row: demo_phones.PhoneRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "name": _role(row.role) if row.name == row.number else row.name,
        "role_text": _role(row.role),
        "messages": [{"at": text.at, "mine": text.mine, "parts": _parts(text.body)} for text in row.texts],
    }


def _role(role: str) -> str:
    words = {"owner": _("Owner"), "stylist": _("Stylist"), "office": _("Office")}
    return str(words.get(role) or _("Guest"))


def _parts(body: str) -> list[dict[str, str | None]]:
    """The text in pieces, our own links among them as paths, so that they open where the reader is."""
    host = texting().links.host
    parts: list[dict[str, str | None]] = []
    for piece in re.split(rf"({re.escape(host)}/[\x21-\x7e]+)", body):
        if piece:
            url = piece.removeprefix(host) if piece.startswith(f"{host}/") else None
            parts.append({"text": piece, "url": url})
    return parts
