"""An owner changes the rules for the salon's bookings; they hold at once, for what is booked already too."""

from dataclasses import asdict
from datetime import datetime

from salonpool.database import retried, transaction
from salonpool.domain.booking_rules import BookingRules, faults
from salonpool.domain.refusal import Missing
from salonpool.models import Network, Salon
from salonpool.usecases import audit


@retried
def change(*, salon_id: int, rules: BookingRules, actor: str, now: datetime) -> None:
    """Set them all; the trail notes those that are new, with what they were. The last to save has the word.

    The same again changes nothing. Raises InvalidInput as domain.booking_rules.faults(); Missing.
    """
    with transaction() as session:
        salon = session.get(Salon, salon_id, with_for_update=True, populate_existing=True)
        if salon is None:
            raise Missing
        currency = session.get_one(Network, salon.network_id).currency
        for fault in faults(rules, currency):
            raise fault
        wanted = asdict(rules)
        before = {name: getattr(salon, name) for name in wanted if getattr(salon, name) != wanted[name]}
        if not before:
            return
        for name in before:
            setattr(salon, name, wanted[name])
        audit.record(
            session,
            now,
            actor=actor,
            action="change_rules",
            subject="salon",
            subject_id=salon.id,
            before=before,
            after={name: wanted[name] for name in before},
        )
