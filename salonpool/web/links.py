"""Opening a link: unknown tokens all answer alike and are counted per address, so guessing soon ends."""

from collections.abc import Callable
from typing import TypeVar

from flask import request

from salonpool.domain.refusal import Missing
from salonpool.usecases import limits
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
