"""D1 as a list: a day's bookings and posted shifts."""

from datetime import date, timedelta

from flask import render_template
from flask_login import login_required

from salonpool.domain.booking import HORIZON
from salonpool.domain.local_time import DAY, day_span, local_day
from salonpool.domain.refusal import Missing
from salonpool.queries import bookings, desk, quarantines, shifts, waitlist_pages
from salonpool.queries.desk_tasks import list_tasks
from salonpool.web.desk import blueprint
from salonpool.web.desk.bookings import attendance_words
from salonpool.web.desk.run_words import paused_words
from salonpool.web.desk.salon import own_salon
from salonpool.web.extensions import language, now
from salonpool.web.windows import said

LATER = timedelta(days=14)


@blueprint.get("")
@login_required
def show_today() -> str:
    """Today at the owner's salon."""
    salon = own_salon()
    return _page(local_day(now(), salon.tz))


@blueprint.get("/<string:day>")
@login_required
def show_day(day: str) -> str:
    """Another day, yyyy-mm-dd."""
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise Missing from None
    if abs(on - now().date()) > 2 * HORIZON:
        raise Missing
    return _page(on)


def _page(on: date) -> str:
    salon = own_salon()
    begins, ends = day_span(on, salon.tz)
    waiting = desk.list_pending(salon.id, language(), now())
    waitlist = waitlist_pages.list_waiting(salon.id, language(), now())
    return render_template(
        "desk/today.html",
        salon=salon,
        on=on,
        today=local_day(now(), salon.tz),
        previous_on=on - DAY,
        next_on=on + DAY,
        paused=paused_words(quarantines.find_quarantined(salon.network_id)),
        to_see_to=len(list_tasks(salon.id, now())) if on == local_day(now(), salon.tz) else 0,
        waiting=[{"row": row, "attendance": attendance_words(row.attendance)} for row in waiting],
        bookings=bookings.list_day_at_salon(salon.id, begins, ends, language()),
        shifts=shifts.list_between([salon.id], begins, ends, language()),
        waitlist=[
            {"row": entry, "windows": [said(window, salon.tz) for window in entry.windows]}
            for entry in waitlist.entries
        ],
        waitlist_order=waitlist.order,
        later_shifts=shifts.list_open([salon.id], max(ends, now()), ends + LATER, language()),
    )
