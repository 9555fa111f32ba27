"""Days, times and choices as a desk's form brings them."""

from datetime import date, datetime, time

from salonpool.domain.refusal import InvalidInput


def read_day(typed: str, *, field: str, least: date, most: date) -> date:
    """A day from `least` to `most`; at the ends of the calendar no time of day has an instant.

    Raises InvalidInput.
    """
    try:
        on = date.fromisoformat(typed)
    except ValueError:
        raise InvalidInput("date_unreadable", field=field, example=str(least)) from None
    if not least <= on <= most:
        raise InvalidInput("out_of_range", field=field, least=str(least), most=str(most))
    return on


def read_clock(typed: str, *, field: str, example: str) -> time:
    """A time of day. Raises InvalidInput."""
    try:
        return datetime.strptime(typed, "%H:%M").time()  # noqa: DTZ007 - a wall time has no zone
    except ValueError:
        raise InvalidInput("time_unreadable", field=field, example=example) from None


def read_id(typed: str, *, field: str) -> int:
    """The id of what was chosen. Raises InvalidInput."""
    if not (typed.isascii() and typed.isdigit() and len(typed) < 19):
        raise InvalidInput("unknown_choice", field=field)
    return int(typed)
