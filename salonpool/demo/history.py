"""Three weeks of bookings behind and three ahead, in bulk; each place found by the booking rules."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import Base, transaction
from salonpool.demo import guests
from salonpool.demo.diary import Duty, Placed, fill, load
from salonpool.demo.guests import GuestSpec
from salonpool.demo.rows import AHEAD, BACK, TZ, World
from salonpool.demo.salons import CLOSING, SALONS, closed_on
from salonpool.domain.attendance import is_late_cancel
from salonpool.domain.booking import BookingStatus, CancelCause
from salonpool.domain.course import StationKind
from salonpool.domain.links import digest
from salonpool.domain.local_time import DAY, at_local, from_minutes, local_day, to_minutes
from salonpool.domain.message import NoSmsReason
from salonpool.models import (
    Assignment,
    Booking,
    BookingItem,
    Card,
    Customer,
    Message,
    Occupancy,
    Segment,
    StylistSkill,
)
from salonpool.usecases.texts import demo_texts
from salonpool.usecases.texts.texting import Texting

SEED = 20261020
BETWEEN_VISITS = timedelta(days=5)
LANGUAGES = ("zh-Hant", "en", "zh-Hans")


@dataclass(slots=True)
class Visit:
    """One booking to be written: where and when, who comes, and what became of it."""

    salon_slug: str
    place: Placed
    guest: GuestSpec | None
    status: BookingStatus
    booked_at: datetime
    cancelled_at: datetime | None
    named: bool
    id: int = 0

    @property
    def starts_at(self) -> datetime:
        """Aware UTC."""
        return from_minutes(self.place.start)

    @property
    def language(self) -> str:
        """What the guest reads."""
        return self.guest.language if self.guest else "zh-Hant"


def write(world: World, today: date, now: datetime, texting: Texting) -> int:
    """The bookings from three weeks before today to three weeks after, and their guests. Returns how many."""
    rng = random.Random(SEED)
    regulars = guests.invent(rng, _shares(world))
    visits = _visits(world, regulars, today, now, rng)
    with transaction() as session:
        customer_ids = _write_guests(session, world, regulars, visits, now)
        _write_bookings(session, world, visits, customer_ids)
        _write_parts(session, world, visits)
        _write_texts(session, world, visits, now, texting)
    return len(visits)


def _shares(world: World) -> dict[str, float]:
    """A salon with more chairs has more regulars."""
    chairs = {slug: len(units[StationKind.CHAIR]) for slug, units in world.units.items()}
    return {slug: count / sum(chairs.values()) for slug, count in chairs.items()}


def _visits(
    world: World, regulars: dict[str, list[GuestSpec]], today: date, now: datetime, rng: random.Random
) -> list[Visit]:
    duties = _duties(world, today)
    last_visit: dict[int, datetime] = {}
    visits = []
    for number in range(-BACK.days, AHEAD.days):
        day = today + number * DAY
        midnight = to_minutes(at_local(day, time(), TZ))
        loads = load(day.weekday(), False, number), load(day.weekday(), True, number)
        for salon in SALONS:
            if salon.slug == CLOSING and day == closed_on(today):
                continue
            on_duty = duties[salon.slug, day]
            placed = fill(on_duty, world.units[salon.slug], world.menus[salon.slug], midnight, loads, rng)
            for place in placed:
                guest = _who(regulars[salon.slug], place, last_visit, rng)
                visits.append(_visit(salon.slug, place, guest, now, rng))
    return visits


def _duties(world: World, today: date) -> dict[tuple[str, date], list[Duty]]:
    """Who works at which salon on which day, from the materialised rota."""
    with transaction() as session:
        first, last = at_local(today - BACK, time(), TZ), at_local(today + AHEAD, time(), TZ)
        within = (Assignment.starts_at >= first, Assignment.starts_at < last)
        ours = (Assignment.network_id == world.network_id, *within)
        breaks: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for assignment_id, begins, ends in session.execute(
            sa.select(Occupancy.assignment_id, Occupancy.starts_at, Occupancy.ends_at)
            .join(Assignment, Assignment.id == Occupancy.assignment_id)
            .where(*ours, Occupancy.resource.like("stylist:%"))
        ):
            breaks[assignment_id or 0].append((to_minutes(begins), to_minutes(ends)))
        skills: dict[int, set[int]] = defaultdict(set)
        for stylist_id, skill_id in session.execute(
            sa.select(StylistSkill.stylist_id, StylistSkill.skill_id).where(
                StylistSkill.network_id == world.network_id
            )
        ):
            skills[stylist_id].add(skill_id)
        found: dict[tuple[str, date], list[Duty]] = defaultdict(list)
        slugs = {salon_id: slug for slug, salon_id in world.salons.items()}
        for assignment in session.scalars(sa.select(Assignment).where(*ours).order_by(Assignment.id)):
            found[slugs[assignment.salon_id], local_day(assignment.starts_at, TZ)].append(
                Duty(
                    stylist_id=assignment.stylist_id,
                    works=(to_minutes(assignment.starts_at), to_minutes(assignment.ends_at)),
                    breaks=tuple(breaks[assignment.id]),
                    skill_ids=frozenset(skills[assignment.stylist_id]),
                    takes_second_guest=world.stylist_of(assignment.stylist_id).takes_second_guest,
                )
            )
        return found


def _who(
    regulars: Sequence[GuestSpec], place: Placed, last_visit: dict[int, datetime], rng: random.Random
) -> GuestSpec | None:
    """A regular who was not here for some days; else somebody who walked in without leaving a number."""
    at = from_minutes(place.start)
    if rng.random() < 0.06:
        return None
    for _ in range(8):
        guest = rng.choice(regulars)
        before = last_visit.get(guest.position)
        if before is None or at - before >= BETWEEN_VISITS:
            last_visit[guest.position] = at
            return guest
    return None


def _visit(slug: str, place: Placed, guest: GuestSpec | None, now: datetime, rng: random.Random) -> Visit:
    starts_at, ends_at = from_minutes(place.start), from_minutes(place.end)
    ahead = timedelta(minutes=rng.randint(90, 14 * 24 * 60) if guest else rng.randint(0, 20))
    latest = now - timedelta(minutes=rng.randint(10, 3 * 24 * 60))
    booked_at = min(starts_at - ahead, latest).replace(second=0, microsecond=0)
    status = _became(starts_at, ends_at, now, rng)
    cancelled_at = None
    if status is BookingStatus.CANCELLED:
        cancelled_at = booked_at + rng.random() * (min(starts_at - timedelta(hours=3), now) - booked_at)
        if cancelled_at <= booked_at:  # booked so late that it could not be cancelled online
            status, cancelled_at = BookingStatus.NO_SHOW if starts_at < now else BookingStatus.CONFIRMED, None
    return Visit(slug, place, guest, status, booked_at, cancelled_at, named=rng.random() < 0.4)


def _became(starts_at: datetime, ends_at: datetime, now: datetime, rng: random.Random) -> BookingStatus:
    chance = rng.random()
    if starts_at > now:
        return BookingStatus.CANCELLED if chance < 0.03 else BookingStatus.CONFIRMED
    if ends_at > now:
        return BookingStatus.CHECKED_IN
    if chance < 0.05:
        return BookingStatus.CANCELLED
    return BookingStatus.NO_SHOW if chance < 0.08 else BookingStatus.COMPLETED


def _write_guests(
    session: Session,
    world: World,
    regulars: dict[str, list[GuestSpec]],
    visits: Sequence[Visit],
    now: datetime,
) -> dict[int, int]:
    """Customers and their cards; customer ids by position."""
    everybody = sorted(
        ((guest, slug) for slug, found in regulars.items() for guest in found),
        key=lambda pair: pair[0].position,
    )
    network = {"network_id": world.network_id}
    first_seen = _first_seen(visits)
    created = [first_seen.get(guest.position, now - BACK) for guest, _ in everybody]
    customers = [
        {**network, "phone": guest.phone, "language": guest.language, "created_at": at}
        for (guest, _), at in zip(everybody, created, strict=True)
    ]
    ids = _insert(session, Customer, customers)
    cards = [
        {
            **network,
            "customer_id": customer_id,
            "salon_id": world.salons[slug],
            "name": guest.name,
            "note": guest.note,
            "created_at": at,
        }
        for (guest, slug), at, customer_id in zip(everybody, created, ids, strict=True)
    ]
    session.execute(sa.insert(Card), cards)
    return {guest.position: customer_id for (guest, _), customer_id in zip(everybody, ids, strict=True)}


def _first_seen(visits: Sequence[Visit]) -> dict[int, datetime]:
    """When each guest first booked, by position."""
    seen: dict[int, datetime] = {}
    for visit in visits:
        if visit.guest:
            position = visit.guest.position
            seen[position] = min(seen.get(position, visit.booked_at), visit.booked_at)
    return seen


def _write_bookings(
    session: Session, world: World, visits: Sequence[Visit], customer_ids: dict[int, int]
) -> None:
    rows = [
        {
            "network_id": world.network_id,
            "salon_id": world.salons[visit.salon_slug],
            "stylist_id": visit.place.stylist_id,
            "customer_id": customer_ids[visit.guest.position] if visit.guest else None,
            "status": visit.status,
            "starts_at": visit.starts_at,
            "ends_at": from_minutes(visit.place.end),
            "stylist_named": visit.named,
            "price_minor": visit.place.price_minor,
            "currency": "TWD",
            "language": visit.language,
            "no_sms_reason": None if visit.guest else NoSmsReason.NO_PHONE,
            "cancel_cause": CancelCause.GUEST if visit.cancelled_at else None,
            "created_at": visit.booked_at,
            "confirmed_at": visit.booked_at,
            "cancelled_at": visit.cancelled_at,
            "cancelled_late": _is_late(visit),
        }
        for visit in visits
    ]
    for visit, booking_id in zip(visits, _insert(session, Booking, rows), strict=True):
        visit.id = booking_id


def _is_late(visit: Visit) -> bool:
    if visit.cancelled_at is None:
        return False
    [salon] = [salon for salon in SALONS if salon.slug == visit.salon_slug]
    return is_late_cancel(visit.starts_at, visit.cancelled_at, salon.free_hours * 60)


def _write_parts(session: Session, world: World, visits: Sequence[Visit]) -> None:
    """Items, segments, and occupancy of the bookings that take up time."""
    items = [
        {
            "salon_id": world.salons[visit.salon_slug],
            "booking_id": visit.id,
            "service_id": visit.place.sold.service_id,
            "stylist_id": visit.place.stylist_id,
            "named_stylist_id": visit.place.stylist_id if visit.named else None,
            "position": 0,
            "price_minor": visit.place.price_minor,
        }
        for visit in visits
    ]
    segments = []
    for visit, item_id in zip(visits, _insert(session, BookingItem, items), strict=True):
        for begins, ends, step in visit.place.segments():
            times = {"starts_at": from_minutes(begins), "ends_at": from_minutes(ends)}
            whose = {"booking_id": visit.id, "item_id": item_id, "stylist_id": visit.place.stylist_id}
            segments.append({**whose, "hands": step.hands, "station": step.station, **times})
    session.execute(sa.insert(Segment), segments)
    session.execute(sa.insert(Occupancy), [row for visit in visits for row in _occupancy(visit)])


def _occupancy(visit: Visit) -> Iterable[dict[str, Any]]:
    if visit.status in {BookingStatus.CANCELLED, BookingStatus.NO_SHOW}:
        return
    place = visit.place
    spans = [(f"stylist:{place.stylist_id}", *span) for span in place.hands()]
    spans += [(f"{seat.kind}:{seat.unit}", *seat.span) for seat in place.seats]
    for resource, begins, ends in spans:
        yield {
            "resource": resource,
            "starts_at": from_minutes(begins),
            "ends_at": from_minutes(ends),
            "booking_id": visit.id,
        }


def _write_texts(
    session: Session, world: World, visits: Sequence[Visit], now: datetime, texting: Texting
) -> None:
    """The guests' texts as delivered, and the digests of the links they carry."""
    told = [(visit, visit.guest) for visit in visits if visit.guest]
    links = [
        {"id": visit.id, "link_digest": digest(texting.links.booking_token(visit.id, 1))} for visit, _ in told
    ]
    session.execute(sa.update(Booking), links)
    rows = [row for visit, guest in told for row in _texts(world, visit, guest, now, texting)]
    session.execute(sa.insert(Message), rows)


def _texts(
    world: World, visit: Visit, guest: GuestSpec, now: datetime, texting: Texting
) -> list[dict[str, Any]]:
    salon = next(salon for salon in SALONS if salon.slug == visit.salon_slug)
    past = demo_texts.PastBooking(
        id=visit.id,
        network_id=world.network_id,
        salon_id=world.salons[salon.slug],
        to=guest.phone,
        language=guest.language,
        salon_slug=salon.slug,
        sms_name=salon.sms_name_en if guest.language == "en" else salon.sms_name,
        tz=TZ,
        starts_at=visit.starts_at,
        service=visit.place.sold.name_by_language[LANGUAGES.index(guest.language)],
        stylist=world.stylist_of(visit.place.stylist_id).name,
        booked_at=visit.booked_at,
        cancelled_at=visit.cancelled_at,
    )
    return demo_texts.rows_of(past, now, texting)


def _insert(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> list[int]:
    """Write the rows and give their ids, in the same order."""
    key = sa.inspect(model).primary_key[0]
    statement = sa.insert(model).returning(key, sort_by_parameter_order=True)
    return list(session.scalars(statement, rows))
