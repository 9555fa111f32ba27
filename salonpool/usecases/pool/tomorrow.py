"""People from the pool are told the evening before where they work, as it stands then."""

from datetime import datetime

from salonpool.database import db, retried, transaction
from salonpool.domain.shift import WORKING_STATES
from salonpool.models import Assignment, Stylist
from salonpool.queries import reminders
from salonpool.queries.reminders import ShiftDue
from salonpool.usecases.pool import seats
from salonpool.usecases.pool.offer_texts import Scene
from salonpool.usecases.texts.texting import Texting


def sweep(now: datetime, texting: Texting) -> int:
    """Tell everybody who works tomorrow and was not told; how many. At once or again, it is told once.

    Own staff know their rota, and whose yes is less than two hours old has just had a text. After 21:00
    nobody is told any more.
    """
    due = reminders.list_shifts_told(now)
    db.session.rollback()
    return sum(_tell(one, now, texting) for one in due)


@retried
def _tell(due: ShiftDue, now: datetime, texting: Texting) -> bool:
    with transaction() as session:
        # Nobody may be taking the seat back meanwhile.
        shift = seats.lock_seat(session, due.shift_id, due.stylist_id)
        assignment = session.get_one(Assignment, due.assignment_id, populate_existing=True)
        if assignment.status not in WORKING_STATES:
            return False
        stylist = session.get_one(Stylist, due.stylist_id)
        guests = reminders.count_guests(assignment)
        Scene.of(session, shift, texting).tomorrow(assignment, stylist, guests, now, due.until)
        return True
