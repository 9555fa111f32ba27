"""The ways to fight over a place, each a run of rounds in which exactly one may win."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import current_app

from bench.meanwhile import repeating
from bench.volley import Answer, Request, Volley
from salonpool import clock
from salonpool.database import db, transaction
from salonpool.domain.booking import HOLD, OCCUPYING_STATES
from salonpool.domain.local_time import DAY
from salonpool.domain.shift import AssignmentSource, AssignmentStatus, ShiftSource, ShiftStatus
from salonpool.models import Assignment, Booking, Salon, Shift
from salonpool.usecases import demo_clock
from salonpool.usecases.booking import places, waitlist
from salonpool.usecases.texts.texting import Texting
from tests import builders

MOST = 20
STYLISTS = 4
OPENS, HOURS = 2, 9  # UTC; on duty from 02:00 to 11:00 every day
DAYS = 80  # rotas reach 90 days ahead
HOUR = timedelta(hours=1)
SERVICE = "cut"
PAUSE_SECONDS = 0.02


@dataclass
class Ground:
    """A salon of its own for one kind of contest, and the hours nobody has touched."""

    slug: str
    salon_id: int
    service_id: int
    stylist_ids: list[int]
    first_day: datetime
    hours: int = 1
    used: int = 0
    phones: int = 0
    contested: tuple[int, datetime] | None = None

    def place(self) -> tuple[int, datetime]:
        """A stylist and an untouched start."""
        a_day = HOURS // self.hours
        day, rest = divmod(self.used, a_day * len(self.stylist_ids))
        stylist, number = divmod(rest, a_day)
        assert day < DAYS, "more rounds than the rota has room for"
        self.used += 1
        return self.stylist_ids[stylist], self.first_day + day * DAY + number * self.hours * HOUR

    def moment(self) -> datetime:
        """A start at which everybody here is free."""
        a_day = HOURS // self.hours
        day, number = divmod(self.used, a_day)
        assert day < DAYS, "more rounds than the rota has room for"
        self.used += 1
        return self.first_day + day * DAY + number * self.hours * HOUR

    def wish(self, start: datetime, stylist_id: int | None = None, **more: Any) -> dict[str, Any]:
        """The common part of a booking and a hold."""
        asked = {} if stylist_id is None else {"stylist": stylist_id}
        wanted = {"salon": self.slug, "services": [self.service_id], "starts_at": start.isoformat()}
        return wanted | asked | more

    def phone(self) -> str:
        """A number nobody has used."""
        self.phones += 1
        return f"+8869{self.salon_id % 100:02d}{self.phones:06d}"

    def booking(self, start: datetime, stylist_id: int | None = None, **more: Any) -> Request:
        """A booking by somebody who has never booked."""
        body = self.wish(start, stylist_id, **more) | {"customer": {"phone": self.phone()}}
        return Request("/api/v1/bookings", body, {"Idempotency-Key": f"{self.slug}-{self.phones}"})


def prepare(network: int, slug: str, kind: "Contest") -> Ground:
    """A salon with four stylists on duty every day."""
    now = clock.now()
    salon = builders.a_salon(network, chairs=kind.chairs, slug=slug, zone=kind.zone(now))
    service = builders.a_service(salon, code=SERVICE)
    stylists = [builders.a_stylist(network, home=salon) for _ in range(STYLISTS)]
    for stylist in stylists:
        builders.a_rota(stylist, salon, weekdays=tuple(range(7)), starts="02:00", ends="11:00", now=now)
    # Two days ahead, so that the demo clock may jump over the holds of all rounds.
    first_day = datetime(now.year, now.month, now.day, OPENS, tzinfo=UTC) + 2 * DAY
    hours_off = first_day.astimezone(ZoneInfo(kind.zone(now))).utcoffset() or timedelta()
    return Ground(slug, salon, service, stylists, first_day - hours_off, kind.hours)


@dataclass(frozen=True)
class Contest:
    """One kind: its ground, its rounds, and the status its one winner gets."""

    name: str
    rounds: Callable[[Volley, Ground, int, random.Random], Iterator[Sequence[Request]]]
    winner: int = 201
    chairs: int = STYLISTS
    hours: int = 1
    zone: Callable[[datetime], str] = lambda _: "UTC"
    settled: Callable[[Ground, Sequence[Answer]], bool] | None = None

    def one_won(self, ground: Ground, answers: Sequence[Answer]) -> bool:
        """One winner, and every other answer is 409; or what this kind says instead."""
        if self.settled is not None:
            return self.settled(ground, answers)
        statuses = sorted(answer.status for answer in answers)
        return statuses == sorted([self.winner, *[409] * (len(answers) - 1)])


def _same_start(_: Volley, ground: Ground, rounds: int, chance: random.Random) -> Iterator[Sequence[Request]]:
    for _round in range(rounds):
        stylist, start = ground.place()
        yield [ground.booking(start, stylist) for _ in range(chance.randint(2, MOST))]


def _overlapping(
    _: Volley, ground: Ground, rounds: int, chance: random.Random
) -> Iterator[Sequence[Request]]:
    """Starts 0, 15, 30 or 45 minutes apart: any two of these hours overlap."""
    for _round in range(rounds):
        stylist, start = ground.place()
        offsets = [timedelta(minutes=15 * chance.randrange(4)) for _ in range(chance.randint(2, MOST))]
        yield [ground.booking(start + offset, stylist) for offset in offsets]


def _expired_holds(
    volley: Volley, ground: Ground, rounds: int, chance: random.Random
) -> Iterator[Sequence[Request]]:
    """Several holds of one place, each made after the one before expired; then all confirmed at once."""
    places = [(*ground.place(), chance.randint(2, MOST)) for _ in range(rounds)]
    confirms: list[list[Request]] = [[] for _ in places]
    for layer in range(max((size for *_, size in places), default=0)):
        for number, (stylist, start, size) in enumerate(places):
            if layer < size:
                [held] = volley.fire([Request("/api/v1/holds", ground.wish(start, stylist))])
                if held.status == 201:  # always, but for an app with its guards taken out
                    confirms[number].append(_confirm(ground, held.body))
        demo_clock.jump(HOLD + timedelta(minutes=1), clock.now())
    yield from (requests for requests in confirms if len(requests) > 1)


def _confirm(ground: Ground, hold: dict[str, Any]) -> Request:
    return Request(
        f"/api/v1/holds/{hold['id']}/confirm",
        {"customer": {"phone": ground.phone()}},
        {"Authorization": f"Bearer {hold['hold_token']}"},
    )


def _moves(volley: Volley, ground: Ground, rounds: int, chance: random.Random) -> Iterator[Sequence[Request]]:
    """Guests of different hours all want the same other one."""
    for _round in range(rounds):
        made = volley.fire([ground.booking(*_swapped(ground)) for _ in range(chance.randint(2, 8))])
        stylist, start = ground.place()
        body = {"starts_at": start.isoformat(), "stylist": stylist}
        yield [
            Request(
                f"/api/v1/bookings/{answer.body['id']}/move",
                body,
                {"Authorization": f"Bearer {answer.body['manage_token']}"},
            )
            for answer in made
            if answer.status == 201
        ]


def _swapped(ground: Ground) -> tuple[datetime, int]:
    stylist, start = ground.place()
    return start, stylist


def _one_chair(_: Volley, ground: Ground, rounds: int, chance: random.Random) -> Iterator[Sequence[Request]]:
    """Every stylist is free, but there is one chair."""
    for _round in range(rounds):
        start = ground.moment()
        yield [
            ground.booking(start, chance.choice(ground.stylist_ids)) for _ in range(chance.randint(2, MOST))
        ]


def _parties(_: Volley, ground: Ground, rounds: int, chance: random.Random) -> Iterator[Sequence[Request]]:
    """Three come together, all or nobody; with four stylists one party fits."""
    companions = [{"services": [ground.service_id]}] * 2
    for _round in range(rounds):
        start = ground.moment()
        yield [ground.booking(start, companions=companions) for _ in range(chance.randint(2, 12))]


def _two_salons(_: Volley, ground: Ground, rounds: int, chance: random.Random) -> Iterator[Sequence[Request]]:
    """Two salons both believe to have the stylist: what the hands do counts, wherever they are."""
    there = _sister(ground)
    for _round in range(rounds):
        stylist, start = ground.place()
        yield [chance.choice((ground, there)).booking(start, stylist) for _ in range(chance.randint(2, MOST))]


def _sister(ground: Ground) -> Ground:
    """A salon whose shifts repeat those of `ground`, a fault that no door of ours lets in."""
    network = db.session.get_one(Salon, ground.salon_id).network_id
    salon = builders.a_salon(network, chairs=STYLISTS, slug=f"{ground.slug}-there", zone="UTC")
    service = builders.a_service(salon, code=SERVICE)
    with transaction() as session:
        for found in session.scalars(
            sa.select(Assignment).where(Assignment.salon_id == ground.salon_id)
        ).all():
            times = {"starts_at": found.starts_at, "ends_at": found.ends_at, "created_at": found.created_at}
            where = {"network_id": network, "salon_id": salon}
            shift = Shift(**where, **times, source=ShiftSource.ROTA, status=ShiftStatus.FILLED)
            session.add(shift)
            session.flush()
            session.add(
                Assignment(
                    **where,
                    **times,
                    shift_id=shift.id,
                    stylist_id=found.stylist_id,
                    status=AssignmentStatus.ACTIVE,
                    source=AssignmentSource.ROTA,
                )  # fmt: skip
            )
    return Ground(f"{ground.slug}-there", salon, service, ground.stylist_ids, ground.first_day)


def _waitlist(
    volley: Volley, ground: Ground, rounds: int, chance: random.Random
) -> Iterator[Sequence[Request]]:
    """A booking is cancelled while one guest waits for its place and others book it."""
    texting: Texting = current_app.extensions["salonpool.texting"]
    for _round in range(rounds):
        stylist, start = ground.place()
        ground.contested = stylist, start
        [sold] = volley.fire([ground.booking(start, stylist)])
        wanted = waitlist.Waiting(
            ground.slug, (SERVICE,), ((start, start + HOUR),), ground.phone(), stylist_ids=(stylist,)
        )
        waitlist.join(wanted, language="en", now=clock.now(), texting=texting)
        gives_up = Request(
            f"/api/v1/bookings/{sold.body['id']}/cancel",
            {},
            {"Authorization": f"Bearer {sold.body['manage_token']}"},
        )
        with _offering(texting):
            yield [gives_up, *(ground.booking(start, stylist) for _ in range(chance.randint(1, 8)))]


@contextmanager
def _offering(texting: Texting) -> Iterator[None]:
    """What the clock does about freed places, hardly pausing; once more when the round is over."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def offer() -> None:
        places.offer_freed(clock.now(), texting)

    try:
        with repeating(app, offer, PAUSE_SECONDS):
            yield
    finally:
        offer()


def _given_once(ground: Ground, answers: Sequence[Answer]) -> bool:
    """The place was given up, and is held or sold once; whoever was told 201 has it."""
    db.session.rollback()
    assert ground.contested is not None, "no round began"
    stylist_id, starts_at = ground.contested
    given = db.session.scalars(
        sa.select(Booking.status).where(
            Booking.salon_id == ground.salon_id,
            Booking.stylist_id == stylist_id,
            Booking.starts_at == starts_at,
            Booking.status.in_(OCCUPYING_STATES),
        )
    ).all()
    statuses = Counter(answer.status for answer in answers)
    return len(given) <= 1 and statuses[200] == 1 and statuses[201] == given.count("confirmed")


def _where_it_is_noon(now: datetime) -> str:
    """Nobody is offered a place at night."""
    hours = 12 - now.hour
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"


CONTESTS = (
    Contest("same start", _same_start, hours=2),
    Contest("overlapping starts", _overlapping, hours=2),
    Contest("expired holds", _expired_holds, hours=2),
    Contest("move", _moves, winner=200),
    Contest("one chair", _one_chair, chairs=1),
    Contest("party of three", _parties),
    Contest("two salons", _two_salons, hours=2),
    Contest("waitlist", _waitlist, zone=_where_it_is_noon, settled=_given_once),
)
