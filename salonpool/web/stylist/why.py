"""T2: shifts a stylist was not asked for, and why not. Asking is a POST; the clock works the answer out."""

from typing import Any

from flask import g, redirect, render_template, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from salonpool.domain.refusal import Missing, Refusal
from salonpool.domain.what_if import Side
from salonpool.queries import what_if as questions
from salonpool.queries.access import AccountRow
from salonpool.queries.what_if import ShiftCard, WhatIfRow
from salonpool.usecases.planning import what_if
from salonpool.web.extensions import account, language, now
from salonpool.web.stylist import blueprint
from salonpool.web.what_if_words import told_to_stylist

SHIFT = "/me/why/<int(max=9223372036854775807):shift_id>"


@blueprint.get("/me/why")
@login_required
def list_not_asked() -> str:
    """Shifts ahead that suit the stylist and that others were asked for."""
    asked = _asked(_stylist())
    cards = questions.list_cards([*what_if.list_shifts_for(account(), now()), *asked], language())
    shifts = [
        {"card": card, "asked": card.id in asked, "waits": card.id in asked and asked[card.id].waits}
        for card in cards.values()
    ]
    return render_template("stylist/not_asked.html", shifts=shifts)


@blueprint.get(SHIFT)
@login_required
def show_why_not_me(shift_id: int) -> str:
    """One shift: the answer, how far it is, or a button that asks."""
    asked = _asked(_stylist())
    row = asked.get(shift_id)
    if row is None and shift_id not in what_if.list_shifts_for(account(), now()):
        raise Missing
    left = row.answer.get("left", []) if row and row.answer else []
    cards = questions.list_cards([shift_id, *left], language())
    return render_template("stylist/why_not_me.html", card=cards[shift_id], **_state(row, cards))


@blueprint.post(SHIFT)
@login_required
def ask_why_not_me(shift_id: int) -> Response:
    """Have the clock work it out, and go and wait for it."""
    g.page_url = url_for("stylist.list_not_asked")
    _stylist()
    what_if.ask_for_myself(account(), shift_id, now())
    return redirect(url_for("stylist.show_why_not_me", shift_id=shift_id), 303)


def _stylist() -> AccountRow:
    if account().stylist_id is None:
        raise Refusal("not_allowed")
    return account()


def _asked(of: AccountRow) -> dict[int, WhatIfRow]:
    return {row.shift_id: row for row in questions.list_questions(of.id, Side.STYLIST, now())}


def _state(row: WhatIfRow | None, cards: dict[int, ShiftCard]) -> dict[str, Any]:
    told = told_to_stylist(row.answer, cards) if row and row.answer else None
    state = "new" if row is None else "waiting" if row.waits else "told" if told else "failed"
    return {"state": state, "told": told, "asked_at": row.asked_at if row else None}
