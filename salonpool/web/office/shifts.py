"""The posted shifts of the network, from where the office notes a yes by phone."""

from flask import render_template
from flask_login import login_required

from salonpool.domain.refusal import Refusal
from salonpool.domain.shift import HORIZON, OPEN_STATES, ShiftStatus
from salonpool.queries import salons, shifts
from salonpool.web.extensions import account, language, now
from salonpool.web.office import blueprint


@blueprint.get("")
@login_required
def list_shifts() -> str:
    """Shifts that have not begun: first those with a free seat."""
    if not account().is_office:
        raise Refusal("not_allowed")
    places = {salon.slug: salon for salon in salons.list_salons(language(), account().network_id)}
    ids = [salon.id for salon in places.values()]
    found = shifts.list_between(ids, now(), now() + HORIZON, language())
    ahead = [(row, places[row.salon_slug]) for row in found if row.starts_at > now()]
    return render_template(
        "office/shifts.html",
        open=[{"row": row, "salon": salon} for row, salon in ahead if row.status in OPEN_STATES],
        filled=[{"row": row, "salon": salon} for row, salon in ahead if row.status == ShiftStatus.FILLED],
    )
