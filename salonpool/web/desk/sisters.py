"""Which salons this one shows to its guests when it is full, and which show it."""

from flask import g, make_response, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from salonpool.domain.refusal import InvalidInput
from salonpool.queries.sisters import list_neighbours
from salonpool.usecases.salons import sisters
from salonpool.web.desk import blueprint
from salonpool.web.desk.salon import own_salon
from salonpool.web.extensions import account, language, now
from salonpool.web.wording import in_words


@blueprint.get("/sisters")
@login_required
def show_sisters() -> Response:
    """Every other salon of the network, and what each of the two said."""
    return _page("", 200)


@blueprint.post("/sisters")
@login_required
def change_sister() -> Response:
    """Show one of them from now on, or no longer."""
    g.page_url = url_for("desk.show_sisters")
    change = sisters.unlink if request.form.get("show") == "no" else sisters.link
    try:
        change(
            salon_id=own_salon().id,
            sister_slug=request.form.get("salon", ""),
            actor=f"account:{account().id}",
            now=now(),
        )
    except InvalidInput as refusal:
        return _page(in_words(refusal), 422)
    return redirect(url_for("desk.show_sisters"), 303)


def _page(problem: str, status: int) -> Response:
    salon = own_salon()
    page = render_template(
        "desk/sisters.html", salon=salon, neighbours=list_neighbours(salon, language()), problem=problem
    )
    return make_response(page, status)
