"""The one reader of planning problems: rows become a Problem, for a whole network or for one person's claim.

Minutes count from local midnight of the network's zone; a day with a clock change has 1380 or 1500 of them.
Costs are in minor units of money, so that "asks more than the shift pays" is exact; travel and preference
points weigh 100 each, so that one point is worth one whole unit of money.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.domain.labour.packs import longest_days
from salonpool.domain.local_time import DAY, at_local, local_day, to_minutes
from salonpool.domain.money import minor_units
from salonpool.domain.pool_hours import Period, WeeklyHours, covers, hours_between, without
from salonpool.domain.refusal import Missing
from salonpool.domain.shift import OPEN_STATES, ShiftSource
from salonpool.domain.travel import RIDE_BASE_MINUTES, RIDE_MINUTES_PER_KM
from salonpool.models import Network, Shift, Stylist
from salonpool.solver import problem as puzzle
from salonpool.usecases.planning.caps import Caps, caps_of_law, own_caps, stricter
from salonpool.usecases.planning.problem_rows import Packs, Rows, list_beside, read_packs, read_rows

HORIZON_DAYS = 14
HISTORY_DAYS = 28  # at least; as far back as the longest window of the law
WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class OpenSeats:
    """A shift of the problem and how many of its seats nobody holds or is being asked for; `tz` is local."""

    shift_id: int
    salon_id: int
    priority: int
    starts_at: datetime
    posted_at: datetime
    tz: ZoneInfo
    seats: int
    said_yes: frozenset[int]


@dataclass(frozen=True, slots=True)
class Reading:
    """A problem and what it was read from: the versions that must not have moved when a plan is published.

    `bystanders` are people in the problem who are not in the pool: they only take up chairs.
    """

    problem: puzzle.Problem
    network_id: int
    starts_at: datetime
    ends_at: datetime
    open_seats: tuple[OpenSeats, ...]
    stylist_versions: Mapping[int, int]
    shift_versions: Mapping[int, int]
    bystanders: int


def read_network(
    session: Session,
    network_id: int,
    now: datetime,
    *,
    days: int = HORIZON_DAYS,
    also: Sequence[int] = (),
    only: int | None = None,
    seen: Callable[[Rows], Rows] = lambda rows: rows,
) -> Reading:
    """Everything the planner may know of a network for `days` days from today. Raises Missing.

    In it: posted shifts that start after now and have a seat nobody holds or is being asked for; everybody in
    the pool; and whoever else takes up a chair. For a question about a plan: shifts of these ids too, one
    stylist only, and rows changed by `seen` as if something were otherwise.
    """
    network = session.get(Network, network_id)
    if network is None:
        raise Missing
    frame = _Frame.of(network, now, days)
    shifts = session.scalars(
        sa.select(Shift)
        .where(
            Shift.network_id == network_id,
            Shift.source == ShiftSource.POST,
            sa.or_(Shift.status.in_(OPEN_STATES), Shift.id.in_(also)),
            Shift.starts_at > now,
            Shift.starts_at < frame.ends_at,
        )
        .order_by(Shift.id)
    ).all()
    people = sa.select(Stylist).where(Stylist.network_id == network_id).order_by(Stylist.id)
    stylists = session.scalars(people if only is None else people.where(Stylist.id == only)).all()
    packs = read_packs(session, network, frame.first_day, frame.last_day)
    rows = read_rows(session, network_id, shifts, stylists, *frame.span(packs))
    return _Writer(frame, seen(rows), packs).reading()


def read_person(
    session: Session, stylist_id: int, shift_id: int, now: datetime, *, law_only: bool = False
) -> Reading:
    """The same for one person and one shift, whose entry is seat_id(shift_id, 1). Raises Missing.

    Earlier offers do not count: the answer to one is what is being checked. `law_only` leaves out the
    person's own rest, day and week: what is still broken then nobody may allow (solver.rules.POLICY apart).
    """
    shift = session.get(Shift, shift_id)
    stylist = session.get(Stylist, stylist_id)
    if shift is None or stylist is None or shift.skill_id is None or shift.network_id != stylist.network_id:
        raise Missing
    others = [other for other in list_beside(session, shift) if other.id != stylist_id]
    return _of_one_shift(session, shift, [stylist, *others], now).reading(law_only=law_only)


def read_people(session: Session, shift_id: int, now: datetime) -> tuple[Reading, Reading]:
    """What read_person says of everybody of the network, then by the law alone; one read. Raises Missing."""
    shift = session.get(Shift, shift_id)
    if shift is None or shift.skill_id is None:
        raise Missing
    everybody = sa.select(Stylist).where(Stylist.network_id == shift.network_id).order_by(Stylist.id)
    writer = _of_one_shift(session, shift, session.scalars(everybody).all(), now)
    return writer.reading(), writer.reading(law_only=True)


def _of_one_shift(session: Session, shift: Shift, stylists: Sequence[Stylist], now: datetime) -> "_Writer":
    network = session.get_one(Network, shift.network_id)
    tz = ZoneInfo(network.zone)
    days = (local_day(shift.starts_at, tz) - local_day(now, tz)).days + 1
    frame = _Frame.of(network, now, max(HORIZON_DAYS, days))
    packs = read_packs(session, network, frame.first_day, frame.last_day)
    rows = read_rows(session, network.id, [shift], stylists, *frame.span(packs))
    return _Writer(frame, rows, packs, one_seat=True)


def seat_id(shift_id: int, number: int) -> str:
    """The problem's name for a seat of a shift; numbers start at 1."""
    return f"{shift_id}#{number}"


def shift_of(seat: str) -> int:
    """The shift a seat belongs to."""
    return int(seat.partition("#")[0])


@dataclass(frozen=True, slots=True)
class _Frame:
    """The days of a problem: local midnights as instants, and minutes between them."""

    network: Network
    tz: ZoneInfo
    first_day: date
    days: int
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, network: Network, now: datetime, days: int) -> "_Frame":
        tz = ZoneInfo(network.zone)
        first = local_day(now, tz)
        midnights = at_local(first, time(), tz), at_local(first + days * DAY, time(), tz)
        return cls(network, tz, first, days, *midnights)

    @property
    def last_day(self) -> date:
        return self.first_day + (self.days - 1) * DAY

    def span(self, packs: Packs) -> tuple[datetime, datetime]:
        """From when to when work matters: every window of the law that holds one of these days."""
        longest = max((longest_days(of_salon) for of_salon in packs.values()), default=0)
        since = self.first_day - max(HISTORY_DAYS, longest) * DAY
        until = self.first_day + (self.days + max(WEEK_DAYS, longest)) * DAY
        return at_local(since, time(), self.tz), at_local(until, time(), self.tz)

    def minute(self, instant: datetime) -> int:
        return to_minutes(instant) - to_minutes(self.starts_at)

    def day_starts(self) -> tuple[int, ...]:
        return tuple(
            self.minute(at_local(self.first_day + n * DAY, time(), self.tz)) for n in range(self.days + 1)
        )


@dataclass(slots=True)
class _Writer:
    """Writes the problem's values from the rows."""

    frame: _Frame
    rows: Rows
    packs: Packs
    one_seat: bool = False
    law_only: bool = False
    places: dict[str, puzzle.Salon] = field(default_factory=dict)

    def reading(self, *, law_only: bool = False) -> Reading:
        self.law_only = law_only
        for salon in self.rows.salons:
            chairs = self.rows.chairs.get(salon.id)  # a salon that has listed no chair yet has no limit
            self.places[str(salon.id)] = puzzle.Salon(
                id=str(salon.id), x_km=salon.x_km, y_km=salon.y_km, chairs=chairs
            )
        pooled = [stylist for stylist in self.rows.stylists if self._may_hold(stylist)]
        bystanders = [s for s in self.rows.stylists if not self._may_hold(s) and self._counts(s)]
        people = [self._person(stylist) for stylist in (*pooled, *bystanders)]
        open_seats = [self._open_seats(shift, pooled) for shift in self.rows.shifts]
        skills = sorted(set(self.rows.skill_codes.values()))
        problem = puzzle.Problem(
            name=f"{self.frame.network.slug} {self.frame.first_day.isoformat()}",
            day_starts=self.frame.day_starts(),
            skills=tuple(skills),
            salons=tuple(self.places.values()),
            travel=puzzle.Travel(base_minutes=RIDE_BASE_MINUTES, minutes_per_km=RIDE_MINUTES_PER_KM),
            stylists=tuple(people),
            shifts=tuple(seat for opening in open_seats for seat in self._seats(opening, pooled)),
            objective=_objective(self.frame.network.currency),
        )
        return Reading(
            problem=problem,
            network_id=self.frame.network.id,
            starts_at=self.frame.starts_at,
            ends_at=self.frame.ends_at,
            open_seats=tuple(opening for opening in open_seats if opening.seats > 0),
            stylist_versions={stylist.id: stylist.version for stylist in self.rows.stylists},
            shift_versions={shift.id: shift.version for shift in self.rows.shifts},
            bystanders=len(bystanders),
        )

    def _may_hold(self, stylist: Stylist) -> bool:
        """The pool; asked about one shift, also the own staff of its salon: nobody lends them."""
        return stylist.pooled or (self.one_seat and stylist.home_salon_id == self.rows.shifts[0].salon_id)

    def _counts(self, stylist: Stylist) -> bool:
        """Someone outside the pool matters for the chairs they take, or as the one person asked about."""
        return self.one_seat or any(
            ends_at > self.frame.starts_at for _, ends_at, _ in self.rows.worked.get(stylist.id, ())
        )

    def _open_seats(self, shift: Shift, pooled: Iterable[Stylist]) -> OpenSeats:
        free = shift.seats - self.rows.filled[shift.id] - self.rows.live[shift.id]
        return OpenSeats(
            shift_id=shift.id,
            salon_id=shift.salon_id,
            priority=shift.priority,
            starts_at=shift.starts_at,
            posted_at=shift.created_at,
            tz=next(ZoneInfo(salon.zone) for salon in self.rows.salons if salon.id == shift.salon_id),
            seats=1 if self.one_seat else max(0, free),
            said_yes=frozenset(stylist.id for stylist in pooled if self._said_yes(stylist, shift)),
        )

    def _said_yes(self, stylist: Stylist, shift: Shift) -> bool:
        return any(
            standing.salon_id == shift.salon_id
            and standing.least_hourly_pay_minor <= shift.hourly_pay_minor
            and covers(
                WeeklyHours(standing.weekday, standing.starts, standing.ends),
                shift.starts_at,
                shift.ends_at,
                self.frame.tz,
            )
            for standing in self.rows.standing.get(stylist.id, ())
        )

    def _seats(self, opening: OpenSeats, pooled: list[Stylist]) -> list[puzzle.Shift]:
        shift = next(shift for shift in self.rows.shifts if shift.id == opening.shift_id)
        asked = {} if self.one_seat else self.rows.asked
        people = {stylist.id for stylist in pooled}
        excluded = self._excluded(shift, pooled)
        return [
            puzzle.Shift(
                id=seat_id(shift.id, number),
                salon=str(shift.salon_id),
                start=self.frame.minute(shift.starts_at),
                end=self.frame.minute(shift.ends_at),
                skill=self.rows.skill_codes[shift.skill_id or 0],
                priority=shift.priority,
                max_hourly_cost=shift.hourly_pay_minor,
                refused_by=tuple(str(s) for s in sorted(asked.get(shift.id, ())) if s in people),
                excluded=excluded,
            )
            for number in range(1, opening.seats + 1)
        ]

    def _excluded(self, shift: Shift, pooled: list[Stylist]) -> dict[str, str]:
        """Who is not asked, and why; for somebody's own answer only what stands in the way of the work."""
        excluded = {}
        for stylist in pooled:
            if not self._skill_is_valid(stylist.id, shift):
                excluded[str(stylist.id)] = "skill_dates"
            elif stylist.id in self.rows.no_text and not self.one_seat:
                excluded[str(stylist.id)] = "no_text"
            elif stylist.id in self.rows.live_stylists and not self.one_seat:
                excluded[str(stylist.id)] = "live_offer"
        return excluded

    def _skill_is_valid(self, stylist_id: int, shift: Shift) -> bool:
        """Has the person the skill on that day? Someone who never has it is told so by the rule `skill`."""
        day = local_day(shift.starts_at, self.frame.tz)
        dates = [row for row in self.rows.skills.get(stylist_id, ()) if row.skill_id == shift.skill_id]
        return not dates or any(
            row.valid_from <= day and (row.valid_to is None or day <= row.valid_to) for row in dates
        )

    def _person(self, stylist: Stylist) -> puzzle.Stylist:
        worked = self.rows.worked.get(stylist.id, ())
        busy = [
            puzzle.Busy(start=self.frame.minute(start), end=self.frame.minute(end), salon=str(salon_id))
            for start, end, salon_id in worked
        ]
        caps = self._caps(stylist)
        codes = {self.rows.skill_codes[row.skill_id] for row in self.rows.skills.get(stylist.id, ())}
        return puzzle.Stylist(
            id=str(stylist.id),
            home=self._home(stylist),
            skills=tuple(sorted(codes)) if self._may_hold(stylist) else (),
            available=self._available(stylist) if self._may_hold(stylist) else (),
            busy=tuple(interval for interval in busy if interval.start >= 0),
            history=tuple(interval for interval in busy if interval.start < 0),
            hourly_cost=stylist.hourly_pay_minor,
            max_travel_minutes=stylist.max_travel_minutes,
            min_rest_minutes=caps.min_rest_minutes,
            max_day_minutes=caps.max_day_minutes,
            limits=caps.limits,
            wanted_minutes=self._wanted(stylist, busy),
        )

    def _caps(self, stylist: Stylist) -> Caps:
        """The law of whoever employs the person, over work anywhere, and on top of it their own numbers."""
        first = self.frame.first_day
        packs = self.packs[stylist.home_salon_id]
        law = caps_of_law(packs, first, self._leave(stylist), law_only=self.law_only)
        return law if self.law_only else stricter(own_caps(stylist, first), law)

    def _leave(self, stylist: Stylist) -> set[date]:
        """Local days the person is off from midnight to midnight."""
        tz = self.frame.tz
        days: set[date] = set()
        for row in self.rows.time_off.get(stylist.id, ()):
            day = local_day(row.starts_at, tz)
            if at_local(day, time(), tz) < row.starts_at:
                day += DAY
            while at_local(day + DAY, time(), tz) <= row.ends_at:
                days.add(day)
                day += DAY
        return days

    def _home(self, stylist: Stylist) -> str:
        """The home salon, or the person's own position as a place of its own."""
        if stylist.home_salon_id is not None:
            return str(stylist.home_salon_id)
        place = f"home:{stylist.id}"
        self.places[place] = puzzle.Salon(id=place, x_km=stylist.x_km, y_km=stylist.y_km)
        return place

    def _available(self, stylist: Stylist) -> tuple[puzzle.Span, ...]:
        last = self.frame.first_day + self.frame.days * DAY
        weekly = [
            WeeklyHours(row.weekday, row.starts, row.ends) for row in self.rows.available.get(stylist.id, ())
        ]
        periods = hours_between(weekly, self.frame.first_day - DAY, last, self.frame.tz)
        away = [(row.starts_at, row.ends_at) for row in self.rows.time_off.get(stylist.id, ())]
        return tuple(
            puzzle.Span(start=self.frame.minute(start), end=self.frame.minute(end))
            for start, end in without(periods, [*away, *self._not_a_member(stylist)])
        )

    def _not_a_member(self, stylist: Stylist) -> list[Period]:
        """Before joining and after leaving, as stretches to cut out."""
        out = []
        joins_at = at_local(stylist.joined_on, time(), self.frame.tz)
        early, late = self.frame.starts_at - WEEK_DAYS * DAY, self.frame.ends_at + WEEK_DAYS * DAY
        if joins_at > early:
            out.append((early, joins_at))
        if stylist.left_on is not None:
            leaves_at = at_local(stylist.left_on + DAY, time(), self.frame.tz)
            out.append((max(early, leaves_at), max(late, leaves_at)))
        return out

    def _wanted(self, stylist: Stylist, busy: list[puzzle.Busy]) -> int:
        """Minutes still wished for within the problem's days, after all work already agreed on."""
        ends = self.frame.minute(self.frame.ends_at)
        agreed = sum(interval.end - interval.start for interval in busy if 0 <= interval.start < ends)
        return max(0, stylist.wanted_week_minutes * self.frame.days // WEEK_DAYS - agreed)


def _objective(currency: str) -> tuple[Mapping[str, int], ...]:
    """Coverage before all; money is in minor units, so a point of travel or preference is one whole unit."""
    whole = minor_units(currency)
    return (
        {"coverage": 1},
        {"stability": 1},
        {"fairness": 1},
        {"cost": 1, "travel": whole, "preference": whole},
    )
