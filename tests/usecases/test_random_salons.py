"""For random salons: what is offered is what a look at every minute finds, and just that can be booked."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from salonpool.database import db, transaction
from salonpool.domain.availability import Board, Duty, Worker
from salonpool.domain.booking import Companion, Wish
from salonpool.domain.course import Course, Part, Span, StationKind, Step, Track
from salonpool.domain.local_time import from_minutes, to_minutes
from salonpool.domain.person import Gender
from salonpool.domain.refusal import Refusal
from salonpool.domain.seating import Stations
from salonpool.models import Booking, Closure, Occupancy, Segment, Station, StylistService
from salonpool.queries.availability import closed, find_openings
from salonpool.queries.salons import get_salon_by_id
from salonpool.queries.visits import get_visit
from salonpool.usecases.booking.commit import Wanted, commit
from tests import builders as b
from tests.domain.boards import Rules, who_begins
from tests.thorough import examples

OPENS, CLOSES = b.at("10:00"), b.at("14:00")
STARTS = [OPENS + timedelta(minutes=15 * n) for n in range(16)]
QUARTERS = st.sampled_from(STARTS)
# (minutes, hands, station, skill if it is not the service's, which is cut)
SEGMENTS = [
    ((30, True),),
    ((15, True), (30, False), (15, True)),
    ((10, True, "basin"), (20, True)),
    ((20, True, "chair", "colour"), (25, False, "machine", "colour"), (20, True, "basin")),
    ((30, True), (20, True, "chair", "colour")),
    ((20, True, "basin", "colour"),),
]


@dataclass(frozen=True)
class _Stylist:
    skills: tuple[str, ...]
    takes_second_guest: bool
    breaks: tuple[tuple[str, str], ...]
    own_minutes: int  # more or fewer for each stretch of the first service
    gender: str | None
    speaks: tuple[str, ...]


@dataclass(frozen=True)
class _Salon:
    units: dict[str, int]
    max_wait: int
    stylists: list[_Stylist]
    services: list[Any]  # the last is an add-on
    booked: list[tuple[list[int], Any, str]]
    closes: tuple[Any, Any] | None


STYLISTS = st.builds(
    _Stylist,
    skills=st.sampled_from([("cut", "colour")] * 2 + [("cut",), ("colour",)]),
    takes_second_guest=st.booleans(),
    breaks=st.sampled_from([(), (("11:30", "12:00"),)]),
    own_minutes=st.sampled_from([0, 0, 5, -5]),
    gender=st.sampled_from([None, "woman", "man"]),
    speaks=st.sampled_from([(), ("ja", "en")]),
)
ASKED = st.sampled_from([[0], [1], [0, 1], [1, 2], [0, 2, 1]])
SALONS = st.builds(
    _Salon,
    units=st.fixed_dictionaries(
        {
            "chairs": st.sampled_from([2, 1, 3]),
            "basins": st.integers(1, 2),
            "machines": st.just(1),
        }
    ),  # fmt: skip
    max_wait=st.sampled_from([15, 0]),
    stylists=st.lists(STYLISTS, min_size=1, max_size=3),
    services=st.lists(st.sampled_from(SEGMENTS), min_size=3, max_size=3),
    booked=st.lists(st.tuples(ASKED, QUARTERS, st.sampled_from(["book", "hold", "expired"])), max_size=5),
    closes=st.sampled_from([None, None, (b.at("12:30"), b.at("13:05"))]),
)
WISHES = st.fixed_dictionaries({
    "own": ASKED,
    "named": st.sampled_from([None, None, 0, 1]),
    "companion": st.sampled_from([None, None, ([0], None), ([1], 0)]),
    "parallel": st.booleans(),
    "gender": st.sampled_from([None] * 5 + ["woman"]),
    "speaks": st.sampled_from([None] * 5 + ["ja"]),
})  # fmt: skip


class _Shop:
    """A salon of the plan in the database, and the plan's own view of it for the rules."""

    def __init__(self, plan: _Salon) -> None:
        network = b.a_network()
        self.plan = plan
        self.skills = {code: b.a_skill(network, code) for code in ("cut", "colour")}
        salon = b.a_salon(network, max_wait_minutes=plan.max_wait, **plan.units)
        self.stylists = [
            b.a_stylist(
                network, home=salon, skills=who.skills, takes_second_guest=who.takes_second_guest,
                gender=who.gender, speaks=list(who.speaks),
            )
            for who in plan.stylists
        ]  # fmt: skip
        for stylist, who in zip(self.stylists, plan.stylists, strict=True):
            b.a_rota(stylist, salon, weekdays=(0,), starts="10:00", ends="14:00", breaks=who.breaks)
        self.services = [
            b.a_service(salon, code=f"service-{n}", segments=segments, add_on=n == 2)
            for n, segments in enumerate(plan.services)
        ]
        for stylist, who in zip(self.stylists, plan.stylists, strict=True):
            if who.own_minutes:
                own = [segment[0] + who.own_minutes for segment in plan.services[0]]
                ids = {"network_id": network, "stylist_id": stylist, "service_id": self.services[0]}
                b.add(StylistService(**ids, minutes=own))
        self.salon = get_salon_by_id(salon, "en")
        if plan.closes:
            starts_at, ends_at = plan.closes
            hours = {"starts_at": starts_at, "ends_at": ends_at}
            made = b.add(Closure(salon_id=salon, created_at=b.NOW, **hours))
            b.add(Occupancy(resource=closed(salon), closure_id=made, **hours))
        for asked, starts_at, how in plan.booked:
            earlier = b.NOW - timedelta(minutes=10)
            held_until = {"book": None, "hold": b.NOW + timedelta(minutes=1), "expired": b.NOW}[how]
            self.book(Wish(tuple(self.services[n] for n in asked)), starts_at, earlier, held_until, keep=True)

    def wish(self, asked: dict[str, Any]) -> Wish:
        """The wish of the plan; who is not on the staff is not asked for."""

        def named(who: int | None) -> int | None:
            return None if who is None or who >= len(self.stylists) else self.stylists[who]

        companions = ()
        if asked["companion"]:
            services, who = asked["companion"]
            companions = (Companion(tuple(self.services[n] for n in services), None, named(who)),)
        return Wish(
            tuple(self.services[n] for n in asked["own"]),
            named(asked["named"]),
            companions,
            asked["parallel"],
            Gender(asked["gender"]) if asked["gender"] else None,
            asked["speaks"],
        )

    def book(
        self, wish: Wish, starts_at: Any, now: Any = b.NOW, held_until: Any = None, *, keep: bool = False
    ) -> tuple[int, int] | str:
        """Commit it: the end and who begins, or the refusal's code. Undone at once unless it is to stay."""
        status = "held" if held_until else "confirmed"
        booking = Booking(status=status, held_until=held_until, language="en", created_at=now, link_version=1)
        wanted = Wanted(get_visit(self.salon, wish, "en"), starts_at)
        try:
            with transaction() as session:
                commit(session, booking, wanted, now)
                answer = (to_minutes(booking.ends_at), booking.stylist_id)
                if not keep:
                    raise _Undo
        except Refusal as refusal:
            return refusal.code
        except _Undo:
            return answer
        return answer

    def board(self, wish: Wish) -> Board:
        """Who is there and what is taken, from the plan and the segments of the bookings that count."""
        alone = {
            s for s, who in zip(self.stylists, self.plan.stylists, strict=True) if not who.takes_second_guest
        }
        counts = sa.or_(Booking.status == "confirmed", Booking.held_until > b.NOW)
        segments = db.session.execute(
            sa.select(Segment, Booking)
            .join(Booking, Booking.id == Segment.booking_id)
            .where(Booking.salon_id == self.salon.id, Booking.status != "cancelled", counts)
        )
        busy: dict[int, list[Span]] = defaultdict(list)
        taken: dict[str, list[Span]] = defaultdict(list)
        sitting = {}
        for segment, booking in segments:
            span = (to_minutes(segment.starts_at), to_minutes(segment.ends_at))
            if segment.hands or segment.stylist_id in alone:
                busy[segment.stylist_id].append(span)
            if segment.station == "chair":
                sitting[booking.id] = (to_minutes(booking.starts_at), to_minutes(booking.ends_at))
            else:
                taken[segment.station].append(span)
        taken["chair"] = list(sitting.values())
        hours = (to_minutes(OPENS), to_minutes(CLOSES))
        workers = []
        for stylist, who in zip(self.stylists, self.plan.stylists, strict=True):
            if wish.gender not in (None, who.gender) or (wish.speaks and wish.speaks not in who.speaks):
                continue
            busy[stylist] += [(to_minutes(b.at(a)), to_minutes(b.at(z))) for a, z in who.breaks]
            skills = frozenset(self.skills[code] for code in who.skills)
            duties = (Duty(hours, skills),)
            workers.append(Worker(stylist, duties, tuple(busy[stylist]), who.takes_second_guest))
        stations = {
            kind: Stations(tuple(range(self.plan.units[f"{kind}s"])), tuple(taken[kind]))
            for kind in StationKind
        }
        shut = tuple((to_minutes(a), to_minutes(z)) for a, z in filter(None, [self.plan.closes]))
        return Board(tuple(workers), stations, shut)

    def course(self, asked: dict[str, Any], wish: Wish) -> Course:
        """Tracks and parts of the wish; an add-on goes to whoever does what comes before it."""
        guests = [(asked["own"], wish.stylist_id)]
        guests += [(asked["companion"][0], wish.companions[0].stylist_id)] if asked["companion"] else []
        tracks = []
        for guest, (services, named) in enumerate(guests):
            chains: list[list[Part]] = []
            for n in services:
                parts = self._parts(n)
                if not chains or (asked["parallel"] and guest == 0 and n != 2):
                    chains.append(parts)
                elif n == 2:
                    chains[-1][-1:] = [_joined(chains[-1][-1], parts[0]), *parts[1:]]
                else:
                    chains[-1] += parts
            tracks += [
                Track(guest, tuple(c), None if position else named) for position, c in enumerate(chains)
            ]
        return Course(tuple(tracks), self.plan.max_wait)

    def _parts(self, n: int) -> list[Part]:
        """A service, cut where another skill begins."""
        parts: list[Part] = []
        for minutes, hands, *more in self.plan.services[n]:
            station, skill = [*more, *["chair", "cut"][len(more) :]]
            own = {
                stylist: (Step(minutes + (who.own_minutes if n == 0 else 0), hands, StationKind(station)),)
                for stylist, who in zip(self.stylists, self.plan.stylists, strict=True)
            }
            part = Part(frozenset({self.skills[skill]}), (Step(minutes, hands, StationKind(station)),), own)
            if parts and parts[-1].skill_ids == part.skill_ids:
                part = _joined(parts.pop(), part)
            parts.append(part)
        return parts


class _Undo(Exception):
    """Takes back what only had to be possible."""


def _joined(one: Part, two: Part) -> Part:
    own = {stylist: one.own[stylist] + two.own[stylist] for stylist in one.own}
    return Part(one.skill_ids | two.skill_ids, one.steps + two.steps, own)


def _no_unit_is_taken_twice(salon_id: int) -> bool:
    """And every row of a unit belongs to a salon that has it."""
    units = [
        f"{row.kind}:{row.id}" for row in db.session.scalars(sa.select(Station).filter_by(salon_id=salon_id))
    ]
    rows = db.session.scalars(sa.select(Occupancy).where(Occupancy.resource.in_(units))).all()
    return not any(
        one.id < two.id
        and one.resource == two.resource
        and one.starts_at < two.ends_at
        and two.starts_at < one.ends_at
        for one in rows
        for two in rows
    )


def test_all_that_is_offered_can_be_booked_and_nothing_else(app: Any) -> None:
    @settings(
        max_examples=examples(10),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(SALONS, WISHES)
    def check(plan: _Salon, asked: dict[str, Any]) -> None:
        shop = _Shop(plan)
        wish = shop.wish(asked)
        visit = get_visit(shop.salon, wish, "en")
        found = find_openings(visit, OPENS, CLOSES, b.NOW)
        offered = {(from_minutes(o.start), o.stylist_id): o for o in found}
        rules = Rules(shop.board(wish), shop.course(asked, wish))
        ways = {at: list(rules.ways(to_minutes(at))) for at in STARTS}
        assert offered.keys() == {(at, who_begins(way)) for at in STARTS for way in ways[at]}
        assert all(o.placed in ways[at] for (at, _), o in offered.items())
        event(f"{len(visit.pieces)} tracks: {'some' if offered else 'none'}")
        for at in STARTS:
            answer = shop.book(wish, at)
            if isinstance(answer, str):
                assert answer in {"slot_taken", "outside_hours", "unknown_choice", "closed"}
                assert not ways[at]
            else:
                ends, who = answer
                assert offered[at, who].ends == ends
        if ways[STARTS[4]]:
            assert not isinstance(shop.book(wish, STARTS[4], keep=True), str)
            assert _no_unit_is_taken_twice(shop.salon.id)

    check()
