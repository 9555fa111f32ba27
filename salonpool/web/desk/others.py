"""D5: people who fit a shift and were not asked for it, and why somebody else was."""

from flask import g, redirect, render_template, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from salonpool.domain.what_if import Side
from salonpool.queries import access, shifts
from salonpool.queries import what_if as questions
from salonpool.queries.what_if import ShiftCard, WhatIfRow
from salonpool.usecases.planning import what_if
from salonpool.web.desk import blueprint
from salonpool.web.extensions import account, language, now
from salonpool.web.what_if_words import Told, told_to_owner

OTHERS = "/shift/<int(max=9223372036854775807):shift_id>/others"


@blueprint.get(OTHERS)
@login_required
def show_others(shift_id: int) -> str:
    """Everybody whom the shift suits, with what it would take to give it to them once that was asked."""
    page = shifts.get_shift(access.get_owned_shift_id(account(), shift_id), now(), language())
    asked = {
        row.stylist_id: row
        for row in questions.list_questions(account().id, Side.OWNER, now(), shift_id=shift_id)
    }
    fitting = what_if.list_people_for(account(), shift_id, now())
    found = questions.list_people([*fitting, *asked], page.salon.id, language())
    opened = [one for row in asked.values() if row.answer for one in row.answer.get("opened", [])]
    cards = questions.list_cards(opened, language())
    people = [
        {
            "person": person,
            "fits": person.id in fitting,
            "state": _state(asked.get(person.id)),
            "told": _told(asked.get(person.id), person.stylist_name, cards, page.salon.currency),
        }
        for person in found
    ]
    return render_template(
        "desk/others.html",
        salon=page.salon,
        shift=page.shift,
        people=people,
        waits=any(row.waits for row in asked.values()),
    )


@blueprint.post(OTHERS + "/<int(max=9223372036854775807):stylist_id>")
@login_required
def ask_about_other(shift_id: int, stylist_id: int) -> Response:
    """Have the clock work it out for one person, and go and wait for it."""
    g.page_url = url_for("desk.show_others", shift_id=shift_id)
    what_if.ask_about(account(), shift_id, stylist_id, now())
    return redirect(url_for("desk.show_others", shift_id=shift_id, _anchor=f"person-{stylist_id}"), 303)


def _state(row: WhatIfRow | None) -> str:
    if row is None:
        return "new"
    return "waiting" if row.waits else "told" if row.answer else "failed"


def _told(row: WhatIfRow | None, name: str, cards: dict[int, ShiftCard], currency: str) -> Told | None:
    if row is None or row.answer is None:
        return None
    return told_to_owner(row.answer, name, cards, account().owned_salon_ids, currency)
