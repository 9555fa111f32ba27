"""How the planning goes: the last runs, one run while it goes on and after, and a new try by hand."""

from flask import redirect, render_template, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from salonpool.domain.local_time import local_day
from salonpool.queries import access, quarantines, runs
from salonpool.usecases.planning import plan_requests
from salonpool.web.desk import blueprint
from salonpool.web.desk.run_words import cause_words, level_rows, paused_words, reason_words
from salonpool.web.desk.salon import own_salon
from salonpool.web.extensions import account, language, now


@blueprint.get("/runs")
@login_required
def show_runs() -> str:
    """The network's last runs, and whether it is being left alone."""
    salon = own_salon()
    return render_template(
        "desk/runs.html",
        salon=salon,
        today=local_day(now(), salon.tz),
        paused=paused_words(quarantines.find_quarantined(salon.network_id)),
        runs=[{"row": run, "why": cause_words(run.cause)} for run in runs.list_runs(salon.network_id)],
    )


@blueprint.get("/runs/<int(max=9223372036854775807):run_id>")
@login_required
def show_run(run_id: int) -> str:
    """One run: how far it is, or what it did at the owner's own salons."""
    salon = own_salon()
    page = runs.get_run(
        access.get_own_run_id(account(), run_id), sorted(account().owned_salon_ids), language()
    )
    is_failed = page.run.status in quarantines.FAILED
    return render_template(
        "desk/run.html",
        salon=salon,
        today=local_day(now(), salon.tz),
        paused=paused_words(quarantines.find_quarantined(salon.network_id)),
        run=page.run,
        why=cause_words(page.run.cause),
        reason=reason_words(page.run.code) if page.run.code or is_failed else "",
        seconds=page.run.seconds if page.run.is_over else (page.steps[-1].seconds if page.steps else None),
        levels=level_rows(page, salon.currency),
        decisions=page.decisions,
    )


@blueprint.post("/runs/again")
@login_required
def try_again() -> Response:
    """Plan the network at once, and watch."""
    salon = own_salon()
    run_id = plan_requests.request_by_hand(salon.network_id, f"account:{account().id}", now())
    return redirect(url_for("desk.show_run", run_id=run_id), 303)
