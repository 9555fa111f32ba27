"""The token a program sends in `Authorization: Bearer`, whatever it opens."""

from collections.abc import Callable

from flask import request

from salonpool.domain.links import LinkOver
from salonpool.domain.refusal import Missing
from salonpool.web.links import opened, opened_booking


def find_bearer() -> str | None:
    """The bearer token of the request, None without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return (token.strip() or None) if scheme.lower() == "bearer" else None


def get_bearer() -> str:
    """The bearer token of the request. Without one there is nothing to see: raises Missing."""
    token = find_bearer()
    if token is None:
        raise Missing
    return token


def check_bearer(find: Callable[[str], int], wanted_id: int) -> None:
    """Raises Missing unless the bearer token opens just that one, and Refusal for who guesses."""
    if opened(find, get_bearer()) != wanted_id:
        raise Missing


def check_manages(booking_id: int) -> None:
    """The same of a booking's manage token. One that has died opens nothing."""
    try:
        if opened_booking(get_bearer()) != booking_id:
            raise Missing
    except LinkOver as over:
        raise Missing from over
