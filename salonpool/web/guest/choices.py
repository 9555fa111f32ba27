"""What a guest has chosen so far, read from an address or a form, and written into one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from salonpool.domain.booking import HORIZON, MAX_GUESTS, Companion, Wish
from salonpool.domain.local_time import local_day
from salonpool.domain.person import Gender
from salonpool.domain.refusal import InvalidInput
from salonpool.queries import naming
from salonpool.queries.salons import SalonRow, ServiceRow
from salonpool.queries.visits import Visit, visit_for, visit_of
from salonpool.web.extensions import language
from salonpool.web.filters import service_name
from salonpool.web.wording import in_words

FIELDS = ("service", "stylist", "guests", "gender", "speaks", "on", "month", "last")
LONGEST_TAG = 35  # RFC 5646, 4.4.1


@dataclass(frozen=True)
class Choice:
    """Services, people, day or month as chosen. What was wrong is said in `problem` and left out."""

    salon: SalonRow
    services: list[ServiceRow]
    visit: Visit
    on: date | None
    month: date | None
    today: date
    problem: str

    @property
    def wish(self) -> Wish:
        """The choice as a booking takes it."""
        return self.visit.wish

    @property
    def chosen(self) -> list[ServiceRow]:
        """The services of the guest who books; their companions have the same."""
        return [item.service for item in self.visit.items if item.guest == 0]


def choose(salon: SalonRow, services: list[ServiceRow], given: Any, now: datetime) -> Choice:
    """The choice in an address or a form; what is missing is chosen for the guest, what is wrong is said."""
    today = local_day(now, salon.tz)
    first = next((service for service in services if not service.add_on), services[0])
    on, month, problem = None, None, ""
    try:
        wish = read_wish(given, first)
        visit = visit_for(salon, wish, services)
        on, month = typed_day(given.get("on", ""), today), typed_month(given.get("month", ""), today)
    except InvalidInput as refusal:
        problem = in_words(refusal)
        visit = visit_of(salon, [first])  # whatever is wrong with it is said already
    return Choice(salon, services, visit, on, month, today, problem)


def read_wish(given: Any, first: ServiceRow | None = None) -> Wish:
    """The wish in an address or a form; `first` is meant by who names none. Raises InvalidInput."""
    service_ids = tuple(_ids(given.getlist("service"), "services")) or ((first.id,) if first else ())
    guests = typed_guests(given)
    gender, speaks = given.get("gender", ""), given.get("speaks", "")
    if gender and gender not in set(Gender) or len(speaks) > LONGEST_TAG:
        raise InvalidInput("unknown_choice", field="gender" if gender else "speaks")
    return Wish(
        service_ids=service_ids,
        stylist_id=next(iter(_ids([given.get("stylist", "")], "stylist")), None),
        companions=(Companion(service_ids),) * (guests - 1),
        gender=Gender(gender) if gender else None,
        speaks=speaks or None,
    )


def typed_guests(given: Any) -> int:
    """How many come together; one, if it is not said. Raises InvalidInput."""
    guests = next(iter(_ids([given.get("guests", "")], "companions")), 1)
    if not 1 <= guests <= MAX_GUESTS:
        raise InvalidInput("too_many_guests", field="companions", limit=MAX_GUESTS - 1)
    return guests


def arguments(wish: Wish, on: date | None = None) -> dict[str, Any]:
    """The choice as a query string, so that Back and sharing work."""
    found = {
        "service": [str(service_id) for service_id in wish.service_ids],
        "stylist": wish.stylist_id,
        "guests": len(wish.companions) + 1 if wish.companions else None,
        "gender": wish.gender,
        "speaks": wish.speaks,
        "on": on,
    }
    return {name: value if name == "service" else str(value) for name, value in found.items() if value}


def given_arguments(given: Any) -> dict[str, Any]:
    """Of an address, what says something about the choice."""
    kept = {name: [value for value in given.getlist(name) if value] for name in (*FIELDS, "lang")}
    return {name: values for name, values in kept.items() if values}


def visit_name(services: Iterable[ServiceRow], guests: int) -> str:
    """The services of a visit in one line, and for how many."""
    said = [service_name(service) for service in services]
    return naming.visit_name(((guest, name) for guest in range(guests) for name in said), language())


def instant(typed: str) -> datetime:
    """The start of a time that was tapped. Raises InvalidInput."""
    try:
        found = datetime.fromisoformat(typed)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InvalidInput("time_missing", field="starts_at")
    return found


def _ids(typed: list[str], field: str) -> list[int]:
    """Ids as typed; blanks are left out. Raises InvalidInput."""
    given = [text for text in typed if text]
    if any(not (text.isascii() and text.isdigit() and len(text) < 19) for text in given):
        raise InvalidInput("unknown_choice", field=field)
    return [int(text) for text in given]


def typed_day(typed: str, today: date) -> date | None:
    """The day asked for, None if none is. Raises InvalidInput: unreadable, over, or beyond the horizon."""
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise InvalidInput("date_unreadable", field="on", example=str(today)) from None
    if day < today:
        raise InvalidInput("in_the_past", field="on", example=str(today))
    return _within_horizon(day, today, "on")


def typed_month(typed: str, today: date) -> date | None:
    """The first day of a month typed as 2026-10, None if none is. Raises InvalidInput."""
    if not typed:
        return None
    try:
        month = date.fromisoformat(f"{typed}-01")
    except ValueError:
        raise InvalidInput("date_unreadable", field="month", example=today.strftime("%Y-%m")) from None
    if month < today.replace(day=1):
        raise InvalidInput("in_the_past", field="month", example=str(today))
    return _within_horizon(month, today, "month")


def _within_horizon(day: date, today: date, field: str) -> date:
    if day > today + HORIZON:
        raise InvalidInput("too_far_ahead", field=field, days=HORIZON.days)
    return day
