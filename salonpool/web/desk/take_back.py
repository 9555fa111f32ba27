"""Take back a seat that was given by hand: what that means, and doing it."""

from flask import g, make_response, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from salonpool.domain.refusal import Missing, Refusal
from salonpool.queries import access, shifts
from salonpool.queries.by_hand import list_given
from salonpool.queries.endangered import list_booked_with
from salonpool.usecases.pool import take_back
from salonpool.web.desk import blueprint
from salonpool.web.desk.salon import owns
from salonpool.web.errors import status_of
from salonpool.web.extensions import account, language, now, texting
from salonpool.web.wording import in_words

LARGEST = 9223372036854775807
SEAT = f"/shift/<int(max={LARGEST}):shift_id>/take-back/<int(max={LARGEST}):assignment_id>"
LONGEST_ID = 18


@blueprint.get(SEAT)
@login_required
def ask_take_back(shift_id: int, assignment_id: int) -> Response:
    """Who loses it, who is told, which guests are booked; the shift's page, when it cannot be done."""
    access.get_given_id(account(), shift_id, assignment_id)
    return _page(shift_id, assignment_id) or _to_shift(shift_id)


@blueprint.post(SEAT)
@login_required
def do_take_back(shift_id: int, assignment_id: int) -> Response:
    """Take it back and go to the shift's page, which looks for people again."""
    g.page_url = url_for("desk.ask_take_back", shift_id=shift_id, assignment_id=assignment_id)
    try:
        take_back.take_back(
            account(), shift_id, assignment_id, knowing=_knowing(), now=now(), texting=texting()
        )
    except Missing:
        raise
    except Refusal as refusal:
        return _page(shift_id, assignment_id, refusal) or _to_shift(shift_id)
    return _to_shift(shift_id)


def _knowing() -> set[int]:
    """Ids of the bookings the page named; what cannot be one is none."""
    typed = request.form.get("knowing", "").split()
    return {int(one) for one in typed if one.isascii() and one.isdigit() and len(one) <= LONGEST_ID}


def _page(shift_id: int, assignment_id: int, refusal: Refusal | None = None) -> Response | None:
    """None when there is nothing to take back and nothing to say."""
    page = shifts.get_shift(shift_id, now(), language())
    held = [row for row in list_given(shift_id) if row.assignment_id == assignment_id]
    seat = held[0] if held and page.shift.starts_at > now() else None
    if seat is None and refusal is None:
        return None
    booked = (
        list_booked_with(seat.stylist_id, page.salon.id, page.shift.starts_at, page.shift.ends_at, now())
        if seat
        else []
    )
    shown = render_template(
        "desk/take_back.html", salon=page.salon, is_owner=owns(page.salon), shift=page.shift, seat=seat,
        booked=booked, problem=in_words(refusal) if refusal else "",
    )  # fmt: skip
    return make_response(shown, status_of(refusal) if refusal else 200)


def _to_shift(shift_id: int) -> Response:
    return redirect(url_for("desk.show_shift", shift_id=shift_id), 303)
