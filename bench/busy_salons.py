"""20 salons full of bookings, written in bulk: the same days look the same in every size of database."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import Base, db, transaction
from salonpool.domain.booking import BookingStatus
from salonpool.domain.local_time import DAY, MINUTE, at_local
from salonpool.domain.shift import AssignmentSource, AssignmentStatus, ShiftSource, ShiftStatus
from salonpool.models import Assignment, Booking, BookingItem, Occupancy, Segment, Shift, Station
from tests import builders

SALONS = 20
STYLISTS = 5
SERVICE_MINUTES = (60, 30, 45, 90, 60, 30, 45, 90)
OPENS, CLOSES = time(9), time(18)
GRID = 15
# The chance that a visit begins at a free quarter of an hour: it leaves the day about 68 % full.
CHANCE = 0.41
MONTH_DAYS = 33


@dataclass(frozen=True, slots=True)
class Visit:
    """One booking to be: salon, stylist (counted within the salon) and service by position."""

    salon: int
    day: date
    stylist: int
    service: int
    minute: int

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return SERVICE_MINUTES[self.service]


@dataclass(frozen=True, slots=True)
class Place:
    """What the database calls a salon and its parts."""

    salon_id: int
    network_id: int
    slug: str
    stylist_ids: list[int]
    chair_ids: list[int]
    service_ids: list[int]


def invent(count: int, today: date, seed: int) -> list[Visit]:
    """So many visits: first the whole coming month of the first salon, then all salons' days around today."""
    month = [(0, number) for number in range(MONTH_DAYS)]
    reach = 1 + count // (SALONS * STYLISTS)
    around = [(salon, sign * n) for n in range(reach) for sign in (1, -1)[: n + 1] for salon in range(SALONS)]
    visits: list[Visit] = []
    for salon, number in dict.fromkeys([*month, *around]):
        visits += _day(salon, today + number * DAY, random.Random(f"{seed}:{salon}:{number}"))
        if len(visits) >= count:
            break
    return visits[:count]


def _day(salon: int, day: date, chance: random.Random) -> Iterator[Visit]:
    ends = (CLOSES.hour - OPENS.hour) * 60
    for stylist in range(STYLISTS):
        minute = 0
        while minute < ends:
            service = chance.randrange(len(SERVICE_MINUTES))
            if chance.random() < CHANCE and minute + SERVICE_MINUTES[service] <= ends:
                yield Visit(salon, day, stylist, service, minute)
                minute += SERVICE_MINUTES[service]
            else:
                minute += GRID


def write(visits: Sequence[Visit]) -> list[Place]:
    """The salons, a shift for each stylist and day with visits, and the visits themselves."""
    network = builders.a_network()
    places = [_place(network, number) for number in range(SALONS)]
    with transaction() as session:
        _write_shifts(session, places, {(v.salon, v.day): None for v in visits})
        _write_bookings(session, places, visits)
    return places


def tidy(engine: sa.Engine) -> None:
    """Let PostgreSQL do now what its autovacuum would do while the clock runs."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))


def _place(network: int, number: int) -> Place:
    salon = builders.a_salon(network, chairs=STYLISTS, slug=f"busy-{number}")
    chairs = db.session.scalars(sa.select(Station.id).where(Station.salon_id == salon)).all()
    services = [
        builders.a_service(salon, code=f"cut-{n}", segments=((minutes, True),))
        for n, minutes in enumerate(SERVICE_MINUTES)
    ]
    stylists = [builders.a_stylist(network, home=salon) for _ in range(STYLISTS)]
    return Place(salon, network, f"busy-{number}", stylists, list(chairs), services)


def _write_shifts(session: Session, places: Sequence[Place], days: Iterable[tuple[int, date]]) -> None:
    on_duty = [(places[salon], stylist, *_hours(day)) for salon, day in days for stylist in range(STYLISTS)]
    shifts = [
        {
            "network_id": place.network_id,
            "salon_id": place.salon_id,
            "source": ShiftSource.ROTA,
            "status": ShiftStatus.FILLED,
            "starts_at": begins,
            "ends_at": ends,
            "created_at": builders.NOW,
        }
        for place, _, begins, ends in on_duty
    ]
    shift_ids = _insert(session, Shift, shifts)
    assignments = [
        {
            "network_id": place.network_id,
            "salon_id": place.salon_id,
            "shift_id": shift_id,
            "stylist_id": place.stylist_ids[stylist],
            "status": AssignmentStatus.ACTIVE,
            "source": AssignmentSource.ROTA,
            "starts_at": begins,
            "ends_at": ends,
            "created_at": builders.NOW,
        }
        for shift_id, (place, stylist, begins, ends) in zip(shift_ids, on_duty, strict=True)
    ]
    ids = _insert(session, Assignment, assignments)
    presence = [
        {
            "resource": f"presence:{assignment['stylist_id']}",
            "starts_at": assignment["starts_at"],
            "ends_at": assignment["ends_at"],
            "assignment_id": assignment_id,
        }
        for assignment_id, assignment in zip(ids, assignments, strict=True)
    ]
    session.execute(sa.insert(Occupancy), presence)


def _write_bookings(session: Session, places: Sequence[Place], visits: Sequence[Visit]) -> None:
    bookings = [_booking(places[visit.salon], visit) for visit in visits]
    booking_ids = _insert(session, Booking, bookings)
    written = list(zip(visits, bookings, booking_ids, strict=True))
    items = [
        {
            "salon_id": booking["salon_id"],
            "booking_id": booking_id,
            "service_id": places[visit.salon].service_ids[visit.service],
            "stylist_id": booking["stylist_id"],
            "position": 0,
            "price_minor": booking["price_minor"],
        }
        for visit, booking, booking_id in written
    ]
    item_ids = _insert(session, BookingItem, items)
    segments, occupancy = [], []
    for item_id, (visit, booking, booking_id) in zip(item_ids, written, strict=True):
        times = {"starts_at": booking["starts_at"], "ends_at": booking["ends_at"], "booking_id": booking_id}
        stylist_id, chair_id = booking["stylist_id"], places[visit.salon].chair_ids[visit.stylist]
        segments.append({**times, "item_id": item_id, "stylist_id": stylist_id, "hands": True})
        occupancy.append({**times, "resource": f"stylist:{stylist_id}"})
        occupancy.append({**times, "resource": f"chair:{chair_id}"})
    session.execute(sa.insert(Segment), segments)
    session.execute(sa.insert(Occupancy), occupancy)


def _booking(place: Place, visit: Visit) -> dict[str, Any]:
    begins = _hours(visit.day)[0] + visit.minute * MINUTE
    return {
        "network_id": place.network_id,
        "salon_id": place.salon_id,
        "stylist_id": place.stylist_ids[visit.stylist],
        "status": BookingStatus.CONFIRMED,
        "starts_at": begins,
        "ends_at": begins + timedelta(minutes=visit.minutes),
        "price_minor": 80000,
        "currency": "TWD",
        "language": "zh-Hant",
        "created_at": builders.NOW,
    }


def _hours(day: date) -> tuple[datetime, datetime]:
    return at_local(day, OPENS, builders.TAIPEI), at_local(day, CLOSES, builders.TAIPEI)


def _insert(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> list[int]:
    """Write the rows and give their ids, in the same order."""
    key = sa.inspect(model).primary_key[0]
    return list(session.scalars(sa.insert(model).returning(key, sort_by_parameter_order=True), rows))
