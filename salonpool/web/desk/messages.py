"""D9: texts. First what needs a person, then what the month cost, then every text of the salon."""

from datetime import time
from urllib.parse import urlencode

from flask import g, make_response, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from salonpool.domain.local_time import DAY, at_local, local_day
from salonpool.domain.refusal import Missing, Refusal
from salonpool.queries import access, messages
from salonpool.queries.desk_tasks import MOST, list_tasks
from salonpool.queries.salons import SalonRow
from salonpool.usecases.texts import desk
from salonpool.web.desk import blueprint
from salonpool.web.desk.salon import own_salon
from salonpool.web.desk.text_costs import Month, month_of
from salonpool.web.errors import status_of
from salonpool.web.extensions import account, now, texting
from salonpool.web.wording import in_words

ID = "<int(max=9223372036854775807):row_id>"
DONE = ("again", "settled")
LONGER_THAN_A_MONTH = 31 * DAY


@blueprint.get("/messages")
@login_required
def show_messages() -> Response:
    """What to see to, the month, and the log; or the texts of one person."""
    return _page(200)


@blueprint.post(f"/messages/{ID}/again")
@login_required
def send_again(row_id: int) -> Response:
    """Say once more how the booking stands."""
    message_id, _ = access.get_owned_text(account(), row_id)
    g.page_url = url_for("desk.show_messages")
    try:
        desk.send_again(message_id=message_id, account_id=account().id, now=now(), texting=texting())
    except Missing:
        raise  # "there is nothing here" is a page, not a word above the list
    except Refusal as refusal:
        return _page(status_of(refusal), in_words(refusal))
    return _back("again")


@blueprint.post(f"/messages/{ID}/done")
@login_required
def settle_text(row_id: int) -> Response:
    """Somebody told the person what the text did not."""
    message_id, _ = access.get_owned_text(account(), row_id)
    desk.settle_text(message_id=message_id, account_id=account().id, now=now())
    return _back("settled")


@blueprint.post(f"/messages/words/{ID}/done")
@login_required
def settle_words(row_id: int) -> Response:
    """Somebody read what was written, and all before it from that number."""
    inbound_id, _ = access.get_owned_words(account(), row_id)
    desk.settle_words(inbound_id=inbound_id, account_id=account().id, now=now())
    return _back("settled")


@blueprint.post(f"/messages/visits/{ID}/done")
@login_required
def settle_visit(row_id: int) -> Response:
    """Somebody called a guest who gets no texts."""
    booking_id = access.get_owned_booking_id(account(), row_id)
    desk.settle_visit(booking_id=booking_id, account_id=account().id, now=now())
    return _back("settled")


def _back(done: str) -> Response:
    return redirect(url_for("desk.show_messages", done=done), 303)


def _page(status: int, problem: str = "") -> Response:
    salon = own_salon()
    number = _number()
    only = request.args.get("only") == "lost"
    page = request.args.get("page", "")
    log = messages.read_log(
        salon.id, now(), page=int(page[:6]) if page.isdecimal() else 1, number=number, only_lost=only
    )
    tasks = list_tasks(salon.id, now()) if number is None and log.page == 1 and not only else []
    done = request.args.get("done", "")
    text = render_template(
        "desk/messages.html",
        salon=salon,
        today=local_day(now(), salon.tz),
        tasks=tasks[:MOST],
        more_tasks=max(0, len(tasks) - MOST),
        month=_month(salon) if number is None and log.page == 1 and not only else None,
        log=log,
        of_one=number is not None,
        only_lost=only,
        list_url=_list_url(),
        done=done if done in DONE and status < 400 else "",
        problem=problem,
    )
    return make_response(text, status)


def _number() -> str | None:
    """Whose texts are asked for, by one of them, so that no number stands in an address. Raises Missing."""
    for name, door in (("with", access.get_owned_text), ("from", access.get_owned_words)):
        if asked := request.args.get(name):
            if not asked.isdecimal() or len(asked) > 18:
                raise Missing
            return door(account(), int(asked))[1]
    return None


def _list_url() -> str:
    """This list without its page, to be followed by the page's number."""
    kept = {name: request.args[name] for name in ("with", "from", "only") if request.args.get(name)}
    return f"{url_for('desk.show_messages')}?{urlencode({**kept, 'page': ''})}"


def _month(salon: SalonRow) -> Month:
    """What the texts of this month, as the salon's calendar has it, cost."""
    first = local_day(now(), salon.tz).replace(day=1)
    next_first = (first + LONGER_THAN_A_MONTH).replace(day=1)
    begins, ends = at_local(first, time(), salon.tz), at_local(next_first, time(), salon.tz)
    return month_of(first, messages.list_costs(salon.id, begins, ends), texting().price)
