"""Opening a link: unknown tokens all answer alike and are counted per address, so guessing soon ends."""

from collections.abc import Callable
from typing import TypeVar

from flask import request

from salonpool.domain.refusal import Missing
from salonpool.queries import access
from salonpool.usecases import limits
from salonpool.web import askers
from salonpool.web.extensions import now

Found = TypeVar("Found")


def opened(find: Callable[[str], Found], token: str) -> Found:
    """What the door `find` says the token opens. Raises Missing, or Refusal too_many_tries."""
    limits.check_misses(request.remote_addr, now())
    try:
        return find(token)
    except Missing:
        limits.count_miss(request.remote_addr, now())
        raise


def opened_booking(token: str) -> int:
    """The booking a manage link opens. Raises as opened(), and LinkOver a day after the visit's end, unless
    this reader has just proved the number it was booked with."""
    return opened(lambda typed: access.booking_id_by_link(typed, now(), askers.find_proved_phone()), token)
